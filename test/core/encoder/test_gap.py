# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Gaps in the samples: they matter for the distance that they may hide."""
from hypothesis import given, strategies
from negtrain_ros.core.encoder.gap import bridged, hidden, is_gap, reaches
from negtrain_ros.core.types import Fault, HandleState, Quality
import pytest

LEAST = 0.2


def after(seconds, velocity=0.2, missed=0.0):
    """Return the handle before a gap, the one that told of it, and the one that went on."""
    before = HandleState(1.0, 0.3, velocity)
    position = 0.3 + velocity * seconds + missed
    return before, before, HandleState(1.0 + seconds, position, velocity)


@pytest.mark.parametrize(('faults', 'gap'), [
    ((Fault.ENCODER_SILENT,), True),
    ((Fault.ENCODER_JUMP,), False),
    ((Fault.ENCODER_SILENT, Fault.ENCODER_JUMP), False),
    ((), False),
])
def test_only_missing_samples_are_a_gap(faults, gap):
    assert is_gap(HandleState(0.0, 0.0, 0.0, quality=Quality.FAULTY, faults=faults)) is gap
    assert not is_gap(HandleState(0.0, 0.0, 0.0, quality=Quality.HELD, faults=faults))


@given(strategies.floats(0.001, 0.15), strategies.floats(-0.5, 0.5))
def test_a_handle_that_is_where_it_was_going_has_gone_there(seconds, velocity):
    assert bridged(*after(seconds, velocity), LEAST)


@pytest.mark.parametrize(('seconds', 'missed'), [(0.1, 0.2), (0.6, 0.0), (0.0, 0.0), (-0.1, 0.0)])
def test_a_gap_that_may_hide_a_movement_is_not_bridged(seconds, missed):
    assert not bridged(*after(seconds, missed=missed), LEAST)


def test_nothing_is_bridged_before_the_first_sample():
    first = HandleState(0.0, 0.0, 0.0)
    assert not bridged(None, first, first, LEAST)


@given(strategies.floats(0.0, 2.0), strategies.floats(0.0, 2.0))
def test_a_longer_gap_hides_no_less_and_reaches_no_less(one, other):
    shorter, longer = sorted((one, other))
    assert hidden(shorter) <= hidden(longer)
    still = HandleState(0.0, 0.0, 0.0)
    assert reaches(still, 0.05, longer) or not reaches(still, 0.05, shorter)
