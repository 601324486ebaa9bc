# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Rises are S-shaped and bounded whatever the time step; falls are straight."""
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.core.load.rate_limiter import SCurve
import pytest

RISE, FALL, CURVE = 200.0, 1000.0, 2500.0
STEPS = st.lists(
    st.tuples(st.floats(0.0, 200.0), st.floats(0.0, 0.1)), min_size=1, max_size=60)


def go(ramp, target, dt):
    return ramp.step(target, dt, rise=RISE, fall=FALL, curve=CURVE)


@given(STEPS)
def test_no_change_is_steeper_than_allowed_and_none_overshoots(steps):
    ramp, load = SCurve(), 0.0
    for target, dt in steps:
        before, load = load, go(ramp, target, dt)
        assert -FALL * dt - 1e-9 <= load - before <= RISE * dt + 1e-9
        assert min(before, target) - 1e-9 <= load <= max(before, target) + 1e-9


@pytest.mark.parametrize('dt', [0.001, 0.004, 0.02])
def test_a_rise_takes_as_long_as_its_shape_says(dt):
    ramp, seconds = SCurve(), 0.0
    ramp.reset(51.0)
    while go(ramp, 85.0, dt) < 84.9:
        seconds += dt
    assert seconds == pytest.approx(34.0 / RISE + RISE / CURVE, abs=0.02 + dt)


def test_a_rise_begins_and_ends_gently():
    ramp = SCurve()
    loads = [go(ramp, 34.0, 0.001) for _ in range(300)]
    slopes = [(b - a) / 0.001 for a, b in pairwise(loads)]
    assert slopes[5] < 0.15 * RISE
    assert max(slopes) == pytest.approx(RISE)
    assert slopes[-60] < 0.3 * RISE


def test_a_fall_loses_no_time():
    ramp = SCurve()
    ramp.reset(85.0)
    assert go(ramp, 51.0, 0.01) == pytest.approx(75.0)
    assert go(ramp, 51.0, 0.03) == 51.0
