# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Fatigue from the speed of the lifts: it only ever grows within a set."""
from hypothesis import given, strategies
from negtrain_ros.core.load.fatigue import LIGHTEST_SHARE, TOLERANCE, VelocityLoss
from negtrain_ros.core.load.training_methods import FRESH
from negtrain_ros.core.types import Phase
import pytest

DT = 0.01


def lift(loss, now, seconds, reach=1.0):
    """Lift over a share of the range in a time, and lower again; return the time after it."""
    steps = round(seconds / DT)
    for step in range(steps):
        loss.step(Phase.CONCENTRIC, reach * step / steps, DT, now + step * DT)
    now += steps * DT
    loss.step(Phase.ECCENTRIC, reach, DT, now)
    return now + 2.0


def test_the_first_lift_is_the_measure_of_the_others():
    loss = VelocityLoss()
    lift(loss, 0.0, 3.0)
    assert loss.lifts == 1 and loss.fatigue == FRESH


def test_a_slower_lift_leaves_the_share_that_its_speed_tells():
    loss = VelocityLoss()
    lift(loss, lift(loss, 0.0, 1.0), 1.25)
    assert loss.fatigue.share == pytest.approx(0.8 / TOLERANCE, rel=0.02)


def test_a_short_movement_is_no_lift():
    loss = VelocityLoss()
    lift(loss, 0.0, 1.0, reach=0.3)
    assert loss.lifts == 0


def test_a_grinding_lift_lightens_before_it_is_over():
    loss = VelocityLoss()
    now = lift(loss, 0.0, 1.0)
    for step in range(150):
        loss.step(Phase.CONCENTRIC, 0.2 * step / 150, DT, now + step * DT)
    assert LIGHTEST_SHARE <= loss.fatigue.share < 1.0


@given(strategies.lists(strategies.floats(0.3, 4.0), min_size=2, max_size=6))
def test_the_share_never_grows_and_never_falls_below_the_lightest(durations):
    loss, now, last = VelocityLoss(), 0.0, 1.0
    for seconds in durations:
        now = lift(loss, now, seconds)
        assert LIGHTEST_SHARE <= loss.fatigue.share <= last
        last = loss.fatigue.share
    loss.reset()
    assert loss.fatigue == FRESH and loss.lifts == 0
