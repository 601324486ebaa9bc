# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever happens to the athlete or breaks, he ends up with a light handle, soon."""
from itertools import product

from harness.trace_checks import check, MARGIN, never_overloaded_in_a_lift, unloads_within
from negtrain_ros.core.load.load_controller import LoadSettings
from negtrain_ros.core.safety.fault_table import RULES
from negtrain_ros.core.safety.load_limits import LoweringSpeedLimits
from negtrain_ros.core.safety.machine_guard import MachineGuardSettings
from negtrain_ros.core.types import EndCause, Fault, LoadMode
from negtrain_ros.sim.athlete import AthleteSettings, Intention
from negtrain_ros.sim.closed_loop import ClosedLoop, ClosedLoopSettings
from negtrain_ros.sim.fault_catalogue import FaultInjection, FaultPlace, SCENARIOS
from negtrain_ros.sim.machine import MachineSettings
import numpy as np
import pytest

SHORT = ClosedLoopSettings(repetitions=3, patience=40.0)
LETS_GO = AthleteSettings(
    incident='lets_go', incident_repetition=2, incident_fraction=0.6, tremor=0.0)
BLIND_DRIVE = MachineGuardSettings(speed_check=False)
BLIND_CONTROLLER = LoadSettings(lowering=LoweringSpeedLimits(over_speed=1.0))


def let_go(guard=None, load=None):
    """Return the rehearsal of an athlete who lets go at 85 kg, and when he did [s]."""
    outcome = ClosedLoop(SHORT, seed=1, athlete=LETS_GO, guard=guard, load=load).run()
    trace = outcome.trace
    gone = np.argmax(trace.training & (trace.force == 0.0))
    assert trace.load[gone] == pytest.approx(85.0, abs=1.0)
    return outcome, trace.time[gone]


@pytest.mark.parametrize('guard, load, fastest', [
    (None, BLIND_CONTROLLER, 1.2),
    (BLIND_DRIVE, None, 2.0),
    (None, None, 1.2),
], ids=['drive alone', 'controller alone', 'both'])
def test_a_handle_let_go_at_85_kg_is_caught(guard, load, fastest):
    outcome, _ = let_go(guard, load)
    speed = -outcome.trace.velocity.min()
    assert 0.5 < speed < fastest
    check(outcome, SHORT, never_overloaded_in_a_lift)


def test_a_handle_let_go_is_light_at_once():
    outcome, gone = let_go()
    unloads_within(outcome.trace, gone, 0.1)


@pytest.mark.parametrize('incident, intention', [
    ('fails', 'lifting'), ('fails', 'lowering'), ('stalls', 'lowering'), ('lets_go', 'lifting'),
    ('leaves', 'lifting')])
def test_an_incident_ends_the_set_unloaded(incident, intention):
    athlete = AthleteSettings(
        incident=incident, incident_repetition=2, incident_intention=intention,
        incident_strength=0.3)
    outcome = ClosedLoop(SHORT, seed=2, athlete=athlete).run()
    trace = outcome.trace
    assert outcome.ended != ''
    assert outcome.counted < SHORT.repetitions
    assert trace.load[-1] < 0.1
    check(outcome, SHORT, never_overloaded_in_a_lift)


SEEN_AS = {
    Fault.OVER_SPEED: {Fault.OVER_SPEED, Fault.OVER_TRAVEL},
    Fault.RUNAWAY: {Fault.RUNAWAY, Fault.OVER_SPEED},
    Fault.PHASE_TOO_LONG: {Fault.PHASE_TOO_LONG, Fault.STALL},
    Fault.ATHLETE_GONE: {Fault.ATHLETE_GONE, Fault.OVER_TRAVEL, Fault.OVER_SPEED},
}
"""What some faults are recognised by: their first sign may be that of another one."""
INSIDE = [fault for fault in Fault if SCENARIOS[fault].place is not FaultPlace.GRAPH]


def in_the_eccentric_phase():
    """Return when the athlete is in the middle of his second lowering [s]."""
    trace = ClosedLoop(SHORT, seed=3, athlete=AthleteSettings(tremor=0.0)).run().trace
    way = trace.training & (trace.repetition == 2) & trace.means(Intention.LOWERING)
    return float(np.median(trace.time[way]))


@pytest.fixture(scope='module')
def onset():
    return in_the_eccentric_phase()


@pytest.mark.parametrize('fault', INSIDE, ids=lambda fault: fault.name.lower())
def test_every_fault_in_the_middle_of_a_lowering_ends_light_or_harmless(fault, onset):
    settings = ClosedLoopSettings(repetitions=12, patience=40.0)
    outcome = ClosedLoop(
        settings, seed=3, athlete=AthleteSettings(tremor=0.0),
        injections=[FaultInjection(fault, onset)]).run()
    signs = SEEN_AS.get(fault, {fault})
    assert signs & {seen for _, seen in outcome.faults}
    trace = outcome.trace
    if fault not in (Fault.LOAD_MISMATCH, Fault.RUNAWAY):
        check(outcome, settings, never_overloaded_in_a_lift)
    if outcome.ended:
        detected = next(time for time, seen in outcome.faults if seen in signs)
        assert detected - onset <= max(RULES[fault].bound, 4.0 + SCENARIOS[fault].duration)
        assert trace.load[-1] < 0.1


@pytest.mark.parametrize('down, share, tremor, soon', [
    (3.0, 0.1, 0.0, 0.3), (3.0, 0.1, 0.0015, 0.3), (8.0, 0.1, 0.0, 0.3), (8.0, 0.1, 0.0015, 0.3),
    (3.0, 0.3, 0.0, 0.3), (3.0, 0.3, 0.0015, 0.3), (5.0, 0.3, 0.0, 0.3), (5.0, 0.3, 0.0015, 0.5),
    (8.0, 0.3, 0.0, 0.3), (8.0, 0.3, 0.0015, 0.5)])
def test_a_load_taken_back_from_a_far_slower_hand_does_not_come_again(down, share, tremor, soon):
    athlete = AthleteSettings(eccentric_time=down, tremor=tremor)
    twice = ClosedLoopSettings(repetitions=2, patience=40.0)
    trace = ClosedLoop(twice, seed=3, athlete=athlete).run().trace
    way = trace.training & (trace.repetition == 2) & trace.means(Intention.LOWERING)
    slower = FaultInjection(
        Fault.PHASE_TOO_LONG, float(np.median(trace.time[way])), 60.0, share)
    outcome = ClosedLoop(twice, seed=3, athlete=athlete, injections=[slower]).run()
    trace = outcome.trace
    later = (trace.repetition == 2) & (trace.time > slower.onset + soon)
    assert trace.commanded[later].max() <= twice.concentric + MARGIN
    check(outcome, twice, never_overloaded_in_a_lift)


@pytest.mark.parametrize('share', [0.01, 0.03, 0.08])
def test_who_creeps_in_the_middle_of_a_lowering_is_helped_and_then_unloaded(share, onset):
    creep = FaultInjection(Fault.PHASE_TOO_LONG, onset, 60.0, share)
    outcome = ClosedLoop(SHORT, seed=3, injections=[creep]).run()
    assert outcome.ended
    unloads_within(outcome.trace, onset, 15.0)


BOUNDS = {Fault.ENCODER_SILENT: 0.1, Fault.ENCODER_FROZEN: 0.25}
"""Tighter than the fault table, which has 50 ms for the transport between nodes."""


@pytest.mark.parametrize('fault', [
    Fault.EMERGENCY_STOP, Fault.ENCODER_SILENT, Fault.ENCODER_FROZEN, Fault.ENCODER_JUMP,
    Fault.ENCODER_INVALID, Fault.TIME_INVALID, Fault.COMMAND_LOST, Fault.RESTARTED,
    Fault.COMMAND_INVALID, Fault.LOAD_MISMATCH, Fault.DRIVE, Fault.RUNAWAY],
    ids=lambda fault: fault.name.lower())
def test_what_has_a_bound_keeps_it(fault, onset):
    settings = ClosedLoopSettings(repetitions=12, patience=40.0)
    outcome = ClosedLoop(
        settings, seed=3, athlete=AthleteSettings(tremor=0.0),
        injections=[FaultInjection(fault, onset)]).run()
    unloads_within(outcome.trace, onset, BOUNDS.get(fault, RULES[fault].bound))


def test_the_end_of_a_set_does_not_throw_the_handle_up():
    trace = ClosedLoop(SHORT, seed=5).run().trace
    after = trace.time > trace.time[trace.training][-1]
    assert trace.velocity[after].max() < 0.3


@pytest.mark.parametrize('mass', [10.0, 40.0])
def test_a_machine_of_another_mass_is_trained_on_too(mass):
    outcome = ClosedLoop(SHORT, seed=4, machine=MachineSettings(mass=mass)).run()
    assert outcome.counted == SHORT.repetitions
    check(outcome, SHORT, never_overloaded_in_a_lift)


@pytest.mark.parametrize('intention, strength', product(
    ('lifting', 'lowering'), (0.1, 0.2, 0.3, 0.4)))
def test_failing_ends_the_set_as_failed_and_nothing_has_to_be_reset(intention, strength):
    athlete = AthleteSettings(
        incident='fails', incident_repetition=2, incident_intention=intention,
        incident_strength=strength)
    rehearsal = ClosedLoop(SHORT, seed=2, athlete=athlete)
    outcome = rehearsal.run()
    assert outcome.counted < SHORT.repetitions
    assert rehearsal.ended_by is EndCause.FAILED
    assert rehearsal.controller.mode is LoadMode.DISARMED
