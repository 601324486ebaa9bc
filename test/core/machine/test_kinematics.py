# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The load asked for is the load at the handle, wherever the lever is."""
import math

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.core.machine.kinematics import Kinematics, KinematicsSettings
import pytest

STROKE = 0.8
LEVER = Kinematics(KinematicsSettings(), STROKE)
CARRIAGE = Kinematics(KinematicsSettings(mechanism='carriage'), STROKE)
positions = st.floats(0.0, STROKE)


@given(positions)
def test_the_angle_of_a_position_leads_back_to_it(position):
    for kinematics in (LEVER, CARRIAGE):
        assert kinematics.position(kinematics.angle(position)) == pytest.approx(position, abs=2e-6)


@given(positions)
def test_a_lever_is_the_geometry_of_the_textbook(position):
    arm, lowest = LEVER.settings.arm, LEVER.settings.lowest_angle
    angle = LEVER.angle(position) + lowest
    assert position == pytest.approx(arm * (math.sin(angle) - math.sin(lowest)), abs=2e-6)
    assert LEVER.moment_arm(position) == pytest.approx(arm * math.cos(angle), abs=2e-6)


@given(st.floats(0.001, STROKE - 0.001), st.floats(1.0, 2000.0))
def test_the_work_of_the_torque_is_the_work_of_the_force(position, force):
    step = 1e-3
    turned = LEVER.angle(position + step / 2) - LEVER.angle(position - step / 2)
    assert LEVER.torque(force, position) * turned == pytest.approx(force * step, rel=1e-3)


def test_the_moment_arm_varies_over_the_range_of_a_lever_only():
    arms = [LEVER.moment_arm(STROKE * share) for share in (0.0, 0.5, 1.0)]
    assert max(arms) / min(arms) > 1.05
    assert CARRIAGE.moment_arm(0.0) == CARRIAGE.moment_arm(STROKE) == CARRIAGE.settings.drum


@given(st.floats(-1.0, 2.0))
def test_beyond_the_stops_the_moment_arm_is_that_at_the_stop(position):
    assert LEVER.moment_arm(position) == LEVER.moment_arm(min(max(position, 0.0), STROKE))


@pytest.mark.parametrize('arm, lowest, stroke', [(0.4, -0.45, 0.8), (0.9, 0.4, 0.6)])
def test_a_lever_too_short_for_the_stroke_is_refused(arm, lowest, stroke):
    with pytest.raises(ValueError, match='lever'):
        Kinematics(KinematicsSettings(arm=arm, lowest_angle=lowest), stroke)
