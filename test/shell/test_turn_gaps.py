# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Statistics of the gaps between the turns of a node."""
from itertools import accumulate, pairwise

from hypothesis import given, strategies
from negtrain_ros.shell.realtime import Gaps, RealTimeSettings
import pytest

TIMES = strategies.lists(strategies.floats(0.0, 10.0), max_size=50).map(
    lambda gaps: [*accumulate(gaps, initial=100.0)])


@given(TIMES, strategies.floats(0.015, 1.0))
def test_the_longest_gap_and_every_missed_deadline_are_remembered(times, deadline):
    gaps = Gaps(deadline)
    for time in times:
        gaps.turn(time)
    between = [after - before for before, after in pairwise(times)]
    assert gaps.longest == max(between, default=0.0)
    assert gaps.missed == sum(gap > deadline for gap in between)


def test_one_turn_is_no_gap():
    gaps = Gaps(0.025)
    gaps.turn(1e6)
    assert (gaps.longest, gaps.missed) == (0.0, 0)


def test_nobody_is_scheduled_in_real_time_who_did_not_ask_for_it():
    assert RealTimeSettings().priority == 0


@pytest.mark.parametrize('priority', [-1, 91, 99])
def test_a_priority_that_would_compete_with_the_kernel_is_refused(priority):
    with pytest.raises(ValueError, match='priority'):
        RealTimeSettings(priority=priority)
