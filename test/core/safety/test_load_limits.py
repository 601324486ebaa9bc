# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Safety of the output of the last check, for any input."""
import math

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.core.safety.load_limits import LoadLimiter, LoadLimits, LoweringSpeedLimits
import pytest

ANYTHING = st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(st.tuples(ANYTHING, ANYTHING, ANYTHING, st.booleans()), max_size=40))
def test_finite_within_every_cap_and_never_rising_faster_than_allowed(steps):
    limits = LoadLimits()
    limiter, load = LoadLimiter(limits), 0.0
    for wanted, cap, dt, at_once in steps:
        before, load = load, limiter.step(wanted, cap, dt, at_once=at_once)
        assert math.isfinite(load)
        assert 0.0 <= load <= limits.machine_limit
        assert load <= max(0.0, cap) or math.isnan(cap)
        usable = dt if 0.0 < dt < math.inf else 0.0
        assert load - before <= limits.rise * usable * (1.0 + 1e-9)


def test_what_is_not_finite_is_no_load_at_once():
    limiter = LoadLimiter(LoadLimits())
    for _ in range(100):
        limiter.step(50.0, 100.0, 0.01)
    assert limiter.load == 50.0
    assert limiter.step(math.nan, 100.0, 0.001) == 0.0


@pytest.mark.parametrize('speed, share', [
    (-1.0, 1.0), (0.6, 1.0), (0.675, 0.5), (0.75, 0.0), (3.0, 0.0), (math.inf, 0.0)])
def test_the_load_falls_with_the_speed_of_a_falling_handle(speed, share):
    assert LoweringSpeedLimits().share_left(speed) == pytest.approx(share)
