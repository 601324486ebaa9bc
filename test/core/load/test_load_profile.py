# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""A load comes gently, and goes with the speed of a handle that is too fast."""
from itertools import pairwise

from negtrain_ros.core.load.load_profile import LoadProfile, LoadProfileSettings
from negtrain_ros.core.safety.load_limits import LoadLimits, LoweringSpeedLimits
from negtrain_ros.core.types import Method, Prescription
import pytest

LOWERING = LoweringSpeedLimits()
NEGATIVE = Prescription(
    method=Method.NEGATIVE, concentric=51.0, eccentric=85.0, limit=101.0)


def lower(shaper, speed, duration, period=0.004):
    """Lower at a speed [m/s] for some time [s]; return the loads, sample by sample [kg]."""
    return [shaper.step(NEGATIVE.eccentric, speed, period, at_once=False, release=float('inf'))[0]
            for _ in range(round(duration / period))]


@pytest.fixture
def shaper():
    """Return one that has come to the eccentric load."""
    shaper = LoadProfile(LoadProfileSettings())
    shaper.begin(NEGATIVE)
    assert lower(shaper, 0.1, 4.0)[-1] == NEGATIVE.eccentric
    return shaper


@pytest.mark.parametrize('period', [0.001, 0.004, 0.02])
@pytest.mark.parametrize('beyond', [0.5, 1.0])
def test_a_handle_that_stays_too_fast_loses_all_load(shaper, period, beyond):
    speed = LOWERING.over_speed + beyond * LOWERING.over_speed_band
    loads = lower(shaper, speed, 0.5, period)
    assert loads == sorted(loads, reverse=True)
    assert loads[-1] < 1.0


def test_the_load_comes_back_gently_when_the_handle_has_been_caught(shaper):
    lower(shaper, LOWERING.over_speed + LOWERING.over_speed_band, 0.1)
    loads = [0.0, *lower(shaper, 0.1, 4.0)]
    rises = [after - before for before, after in pairwise(loads)]
    assert loads[-1] == NEGATIVE.eccentric
    assert min(rises) >= 0.0
    assert max(rises) <= LoadLimits().rise * 0.004 * 1.001
    assert rises[0] < rises[1] < rises[2]
