# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Refusals to arm: one line for each thing that is not right."""
from dataclasses import replace
import math

from negtrain_ros.core.load.arming_checks import AT_REST, prescription_check, readiness_check
from negtrain_ros.core.safety.inputs import InputAges, LoadInputs
from negtrain_ros.core.safety.load_limits import LoadLimits
from negtrain_ros.core.types import (
    Fault,
    HandleState,
    MachineState,
    Method,
    Phase,
    PhaseState,
    Prescription,
    Quality,
    RangeOfMotion,
)
import pytest

NOW = 10.0
AGES = InputAges()
READY = LoadInputs(
    HandleState(NOW, 0.1, 0.0),
    PhaseState(NOW, Phase.BOTTOM_HOLD, 1.0, NOW, 0.1, 0.0),
    MachineState(NOW, 0.0, True, False, False, False, (), 0), NOW)
LIGHT = Prescription(method=Method.REGULAR, concentric=8.0, eccentric=8.0, limit=100.0)


def test_nothing_is_missing_where_everything_is_right():
    assert readiness_check(READY, AGES, 0.0, NOW) is None


@pytest.mark.parametrize(('part', 'change', 'told'), [
    ('handle', None, 'encoder is silent'),
    ('handle', {'stamp': NOW - 2.0 * AGES.stale}, 'encoder is silent'),
    ('handle', {'stamp': math.nan}, 'encoder is silent'),
    ('handle', {'quality': Quality.HELD}, 'encoder cannot be trusted'),
    ('estimate', None, 'phase detector is silent'),
    ('estimate', {'stamp': NOW - 2.0 * AGES.phase_stale}, 'phase detector is silent'),
    ('machine', None, 'machine is silent'),
    ('machine', {'stamp': NOW - 2.0 * AGES.machine_stale}, 'machine is silent'),
    ('machine', {'emergency_stop': True}, 'emergency stop is pressed'),
    ('machine', {'faults': (Fault.DRIVE,)}, 'machine: drive fault'),
    ('machine', {'watchdog': True}, 'machine does not hear commands'),
    ('session_heard', NOW - 2.0 * AGES.session_stale, 'session manager is silent'),
    ('graph', 'two publishers of handle', 'two publishers of handle'),
])
def test_each_thing_that_is_not_right_is_named(part, change, told):
    if isinstance(change, dict):
        change = replace(getattr(READY, part), **change)
    assert readiness_check(replace(READY, **{part: change}), AGES, 0.0, NOW) == told


@pytest.mark.parametrize('speed', [1.01 * AT_REST, -1.01 * AT_REST, math.nan])
def test_a_moving_handle_is_not_loaded(speed):
    assert 'bring it to rest' in readiness_check(READY, AGES, speed, NOW)


@pytest.mark.parametrize(('prescription', 'told'), [
    (None, 'nothing is prescribed'),
    (LIGHT, None),
    (replace(LIGHT, concentric=50.0, eccentric=50.0), 'range of motion not known'),
    (replace(LIGHT, concentric=50.0, eccentric=50.0, rom=RangeOfMotion(0.1, 0.5)), None),
])
def test_without_a_range_only_a_light_load_is_armed(prescription, told):
    refusal = prescription_check(prescription, LoadLimits())
    assert refusal is None if told is None else told in refusal
