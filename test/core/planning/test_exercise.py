# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Exercises within the largest load of the machine."""
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.core.planning.exercise import Exercise
from negtrain_ros.core.planning.prescription import loads, PrescriptionSettings
from negtrain_ros.core.planning.prescription_check import check
from negtrain_ros.core.safety.load_limits import LoadLimits
from negtrain_ros.core.safety.machine_guard import MachineGuardSettings
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import Method, Prescription, RangeOfMotion
from negtrain_ros.programs.exercises import shipped_exercises
import pytest

SHIPPED = shipped_exercises()
RANGE = RangeOfMotion(0.1, 0.5)


@given(exercise=st.sampled_from(sorted(SHIPPED)), method=st.sampled_from(Method),
       maximum=st.floats(2.0, 500.0))
def test_what_is_planned_for_a_shipped_exercise_is_never_above_the_machine(
        exercise, method, maximum):
    known = SHIPPED[exercise]
    known.check(LoadLimits().machine_limit)
    try:
        planned = loads(maximum, method, settings=PrescriptionSettings(
            step=known.step, machine_limit=known.machine_limit))
    except Refusal:
        return
    assert max(planned.concentric, planned.eccentric) <= LoadLimits().machine_limit


@pytest.mark.parametrize('exercise', SHIPPED.values(), ids=lambda exercise: exercise.name)
def test_the_isometric_test_of_a_shipped_exercise_is_not_refused(exercise):
    limit = exercise.machine_limit
    hold = Prescription(method=Method.ISOMETRIC, concentric=limit, eccentric=limit, limit=limit,
                        rom=RANGE, hold_position=0.3)
    assert check(hold, LoadLimits()) is None


def test_the_machine_has_one_largest_load():
    assert {LoadLimits().machine_limit, MachineGuardSettings().maximum_load,
            Exercise().machine_limit,
            PrescriptionSettings().machine_limit} == {LoadLimits().machine_limit}


def test_an_exercise_above_the_machine_is_refused_with_both_limits_and_the_way_out():
    exercise = replace(SHIPPED['leg_press'], machine_limit=300.0)
    with pytest.raises(Refusal, match=r'leg_press.* 300 kg.* 200 kg: lower it in exercises\.yaml'):
        exercise.check(200.0)
