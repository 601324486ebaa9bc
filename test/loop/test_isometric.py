# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""An isometric test: the held handle resists as hard as it is pushed, and hardly moves."""
from dataclasses import replace

from negtrain_ros.core.planning.strength import StrengthMethod, StrengthSettings
from negtrain_ros.core.session.strength_protocols import IsometricTrials
from negtrain_ros.core.session.strength_test import StrengthTesting
from negtrain_ros.core.types import (
    Fault,
    GRAVITY,
    Instruction,
    Prescription,
    RangeOfMotion,
    SetEnd,
)
from negtrain_ros.sim.athlete import AthleteSettings, Intention
from negtrain_ros.sim.closed_loop import ClosedLoop
from negtrain_ros.sim.muscle import MuscleSettings
import pytest

RANGE = RangeOfMotion(0.1, 0.5)
HOLD = 0.3  # m
BASE = Prescription(limit=200.0, rom=RANGE, hold_position=HOLD)
SETTINGS = replace(StrengthSettings(), trials=1, warm_up=0)
PATIENCE = 15.0  # s


@pytest.mark.parametrize('maximum', [40.0, 101.0])
@pytest.mark.parametrize('tremor', [0.0, 0.002])
def test_a_push_against_a_held_handle_is_measured_where_it_is_held(maximum, tremor):
    rehearsal = ClosedLoop(
        seed=1, muscle=MuscleSettings(maximum=maximum), athlete=AthleteSettings(tremor=tremor))
    machine, athlete = rehearsal.station.machine, rehearsal.athlete
    rehearsal.calibrate()
    activity = StrengthTesting(
        StrengthMethod.ISOMETRIC, IsometricTrials(SETTINGS), BASE, SETTINGS)
    rehearsal.load(activity.prescription)
    athlete.on_instruction(Instruction.PUSH)
    end = machine.now + PATIENCE
    positions, fastest = [], 0.0
    while activity.over is None and machine.now < end:
        rehearsal.step()
        activity.on_load(machine.now, rehearsal.controller.commanded)
        fastest = max(fastest, abs(machine.velocity))
        if athlete.intention is Intention.PUSHING:
            positions.append(machine.position)
    assert activity.over is SetEnd.COUNT
    assert not activity.advance(SetEnd.COUNT)
    assert activity.estimate.maximum == pytest.approx(
        athlete.muscle.isometric / GRAVITY, rel=0.05)
    assert min(positions) > HOLD - 0.02 and max(positions) < HOLD + 0.12
    assert fastest < 0.4
    assert {fault for _, fault in rehearsal.faults} <= {Fault.PHASE_UNKNOWN}
    athlete.on_instruction(Instruction.REST)
    rehearsal.controller.disarm(machine.now)
    rehearsal.wait(3.0)
    assert machine.load < 0.1
    assert RANGE.bottom - 0.05 < machine.position < RANGE.top
