# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
The reference case, 51 kg up and 85 kg down: 12 of 12, with the right load at the right time.

A sample of what `python -m bench.sets reference` plays completely.
"""
from harness.trace_checks import check, never_overloaded_in_a_lift
from negtrain_ros.sim.acceptance import shortfalls
from negtrain_ros.sim.athlete import AthleteSettings
from negtrain_ros.sim.closed_loop import ClosedLoop, ClosedLoopSettings
import pytest

REFERENCE = ClosedLoopSettings(concentric=51.0, eccentric=85.0, limit=101.0, repetitions=12)


@pytest.mark.parametrize('seed, up, down, tremor', [
    (1, 1.5, 3.0, 0.001),
    (2, 1.0, 2.0, 0.0),
    (3, 1.0, 8.0, 0.001),
    (4, 4.0, 2.0, 0.002),
    (5, 4.0, 8.0, 0.0),
    (6, 2.0, 4.0, 0.003),
    (7, 1.0, 2.0, 0.003),
    (8, 4.0, 8.0, 0.003),
])
def test_twelve_of_twelve_at_the_prescribed_loads(seed, up, down, tremor):
    athlete = AthleteSettings(concentric_time=up, eccentric_time=down, tremor=tremor)
    outcome = ClosedLoop(REFERENCE, seed=seed, athlete=athlete).run()
    assert shortfalls(outcome, REFERENCE) == []
    check(outcome, REFERENCE, never_overloaded_in_a_lift)


@pytest.mark.parametrize('rate', [100.0, 500.0])
def test_the_rate_of_the_encoder_does_not_matter(rate):
    settings = ClosedLoopSettings(rate=rate, repetitions=4)
    outcome = ClosedLoop(settings, seed=11).run()
    assert shortfalls(outcome, settings) == []
    check(outcome, settings, never_overloaded_in_a_lift)


def test_an_exercise_may_begin_at_the_top():
    settings = ClosedLoopSettings(repetitions=4)
    athlete = AthleteSettings(begins='top')
    outcome = ClosedLoop(settings, seed=12, athlete=athlete).run()
    assert outcome.ended == ''
    assert outcome.counted == 4
    check(outcome, settings, never_overloaded_in_a_lift)


def test_the_range_is_that_of_the_light_repetitions():
    outcome = ClosedLoop(ClosedLoopSettings(repetitions=1), seed=13).run()
    assert outcome.rom.bottom == pytest.approx(0.1, abs=0.02)
    assert outcome.rom.top == pytest.approx(0.5, abs=0.02)
