# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Every fault of the table can be played, does what it says, and is gone afterwards."""
import math

from negtrain_ros.core.types import Fault, Instruction, LoadCommand
from negtrain_ros.sim.athlete import Athlete, AthleteSettings
from negtrain_ros.sim.fault_catalogue import FaultInjection, FaultPlace, SCENARIOS
from negtrain_ros.sim.fault_injector import FaultInjector
from negtrain_ros.sim.machine import Disturbance, Machine, MachineSettings
from negtrain_ros.sim.plant import Plant
import pytest

PERIOD = 0.004
ONSET = 0.5


def play(injection, duration=4.0):
    """Return what passed by at each time: sample, command that arrived, state of the machine."""
    station = Plant(Machine(MachineSettings()), Athlete(AthleteSettings()))
    station.athlete.on_instruction(Instruction.TRAIN)
    injector = FaultInjector([injection] if injection else [])
    rows = []
    for sequence in range(round(duration / PERIOD)):
        machine = station.machine
        injector.step(machine.now, station)
        state, counts = station.step(PERIOD)
        now = machine.now
        command = injector.command(now, LoadCommand(
            now, sequence + 1, now > 0.1, min(50.0, 50.0 * now), 0.0, 0.15))
        if command is not None:
            machine.command(command, now)
        sample = injector.sample(now, counts, machine.settings.resolution)
        rows.append((now, counts, sample, command, state))
    return station, rows


def during(rows, injection):
    """Return the rows in which a fault acts."""
    return [row for row in rows if injection.active(row[0] - PERIOD)]


def test_every_fault_has_a_play():
    assert set(SCENARIOS) == set(Fault)


def test_without_faults_everything_passes_unchanged():
    _, rows = play(None)
    for now, counts, sample, command, _ in rows:
        assert sample == (now, counts)
        assert command is not None


@pytest.mark.parametrize(
    'fault', [each for each in Fault if SCENARIOS[each].place is not FaultPlace.GRAPH]
)
def test_a_fault_changes_something_while_it_lasts_and_nothing_is_left(fault):
    durations = {Fault.RESTARTED: 0.0, Fault.OVER_TRAVEL: 2.5}
    injection = FaultInjection(fault, ONSET, durations.get(fault, 0.4))
    station, rows = play(injection)
    _, healthy = play(None)
    before = [row[:4] for row in rows if row[0] < ONSET]
    assert before == [row[:4] for row in healthy if row[0] < ONSET]
    if fault is not Fault.ATHLETE_GONE:
        assert [str(row) for row in rows] != [str(row) for row in healthy]
    assert station.machine.disturbance == Disturbance()
    condition = station.athlete.condition
    assert (condition.strength, condition.pace, condition.overreach, condition.tremor,
            condition.leaving) == (1.0, 1.0, 0.0, 0.0, False)
    for now, counts, sample, command, _ in rows[-10:]:
        assert sample == (now, counts) and command is not None and command.load == 50.0


def test_a_silent_encoder_sends_nothing():
    injection = FaultInjection(Fault.ENCODER_SILENT, ONSET, 0.5)
    _, rows = play(injection)
    assert {row[2] for row in during(rows, injection)} == {None}


def test_a_frozen_encoder_repeats_itself():
    injection = FaultInjection(Fault.ENCODER_FROZEN, ONSET, 0.5)
    _, rows = play(injection)
    assert len({row[2].counts for row in during(rows, injection)}) == 1
    assert len({row[1] for row in during(rows, injection)}) > 10


def test_a_jump_is_of_the_asked_size_every_second_sample():
    injection = FaultInjection(Fault.ENCODER_JUMP, ONSET, 0.2, 0.05)
    _, rows = play(injection)
    jumps = [row[2].counts - row[1] for row in during(rows, injection)]
    assert set(jumps) == {0, 1000}
    assert jumps.count(0) == pytest.approx(len(jumps) / 2, abs=1)


def test_stamps_go_back():
    injection = FaultInjection(Fault.TIME_INVALID, ONSET, 0.2, 0.7)
    _, rows = play(injection)
    assert {round(row[0] - row[2].stamp, 9) for row in during(rows, injection)} == {0.7}


@pytest.mark.parametrize('value', [math.nan, -5.0, 1000.0])
def test_impossible_loads_are_commanded_and_refused(value):
    injection = FaultInjection(Fault.COMMAND_INVALID, ONSET, 0.4, value)
    _, rows = play(injection)
    acting = during(rows, injection)[3:]
    assert all(row[3].load == pytest.approx(value, nan_ok=True) for row in acting)
    assert all(Fault.COMMAND_INVALID in row[4].faults for row in acting)


@pytest.mark.parametrize('fault, seen', [
    (Fault.COMMAND_LOST, Fault.COMMAND_LOST), (Fault.EMERGENCY_STOP, Fault.EMERGENCY_STOP),
    (Fault.DRIVE, Fault.DRIVE), (Fault.RESTARTED, Fault.RESTARTED),
    (Fault.RUNAWAY, Fault.RUNAWAY), (Fault.SLEW_EXCEEDED, Fault.SLEW_EXCEEDED)])
def test_what_the_machine_can_see_it_reports(fault, seen):
    injection = FaultInjection(fault, ONSET + 0.5, 0.0 if fault is Fault.RESTARTED else 0.5)
    _, rows = play(injection)
    assert not any(seen in row[4].faults for row in rows if 0.2 < row[0] < ONSET + 0.5)
    assert any(seen in row[4].faults for row in rows if row[0] > ONSET + 0.5)


def test_a_wrong_load_is_reported_by_the_machine():
    injection = FaultInjection(Fault.LOAD_MISMATCH, 2.0, 0.5, 1.3)
    _, rows = play(injection)
    assert during(rows, injection)[-1][4].load == pytest.approx(65.0, abs=0.5)
