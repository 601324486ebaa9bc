# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever is commanded, the load stays within limits; whatever trips, it stays off."""
from dataclasses import replace
import math

from hypothesis import given, settings
from hypothesis import strategies as st
from negtrain_ros.core.safety.machine_guard import MachineGuard, MachineGuardSettings
from negtrain_ros.core.types import Fault, LoadCommand
import pytest

CYCLE = 0.002
GOOD = LoadCommand(0.0, 1, True, 85.0, 0.0, 0.15)


def run(guard, start, duration, velocity=0.0, load=None, *, enable=True):
    """Go on from a time for a while [s], commanding a load every 4 ms unless None."""
    now = start
    for cycle in range(round(duration / CYCLE)):
        now = start + cycle * CYCLE
        if load is not None and cycle % 2 == 0:
            guard.accept(LoadCommand(
                now, guard.sequence + 1, enable, load, 0.0, 0.15), now)
        guard.step(now, CYCLE, velocity)
    return now + CYCLE


def ready(settings=None):
    """Return a guard after the handshake."""
    guard = MachineGuard(settings or MachineGuardSettings())
    run(guard, 0.0, 0.01, load=0.0, enable=False)
    return guard


@pytest.mark.parametrize('bad', [
    {'load': math.nan}, {'load': math.inf}, {'load': -1.0}, {'load': 200.1},
    {'damping': math.nan}, {'damping': -1.0}, {'damping': 1e6},
    {'trusted_for': 0.0}, {'trusted_for': math.nan}, {'stamp': math.nan},
    {'stamp': -1.0}, {'sequence': 1},
], ids=str)
def test_an_implausible_command_is_refused_and_the_last_one_stays_until_it_is_old(bad):
    guard = ready()
    end = run(guard, 1.0, 1.0, load=85.0)
    command = replace(GOOD, stamp=end, sequence=guard.sequence + 1)
    assert not guard.accept(replace(command, **bad), end)
    assert Fault.COMMAND_INVALID in guard.faults
    end = run(guard, end, 0.1)
    assert guard.load == 85.0 and guard.enabled
    run(guard, end, 0.2)
    assert guard.load == 0.0 and not guard.enabled


@pytest.mark.parametrize('trusted_for, lasts', [(0.05, 0.05), (0.15, 0.15), (10.0, 0.15)])
def test_a_command_is_believed_as_long_as_it_says_but_never_long(trusted_for, lasts):
    guard = ready()
    assert guard.accept(replace(GOOD, stamp=1.0, sequence=9, trusted_for=trusted_for), 1.0)
    now, alive = 1.0, 1.0
    while now < 2.0:
        now += CYCLE
        guard.step(now, CYCLE, 0.0)
        if guard.enabled:
            alive = now
    assert alive - 1.0 == pytest.approx(lasts, abs=2 * CYCLE)


def test_after_a_start_only_a_released_handle_can_be_loaded():
    guard = MachineGuard(MachineGuardSettings())
    run(guard, 0.0, 1.0, load=85.0)
    assert guard.load == 0.0 and guard.faults == (Fault.RESTARTED,)
    run(guard, 1.0, 0.01, load=0.0, enable=False)
    run(guard, 2.0, 1.0, load=85.0)
    assert guard.load == 85.0 and guard.faults == ()


@pytest.mark.parametrize('fault', [Fault.EMERGENCY_STOP, Fault.DRIVE])
def test_a_trip_lasts_until_the_cause_is_gone_and_the_sender_has_let_go_at_rest(fault):
    guard = ready()
    end = run(guard, 1.0, 1.0, load=85.0)
    guard.trip(fault, lasting=True)
    end = run(guard, end, 0.1, load=85.0)
    assert guard.load == 0.0
    end = run(guard, end, 0.1, load=0.0, enable=False)
    assert fault in guard.faults, 'the cause is still there'
    guard.clear(fault)
    end = run(guard, end, 0.1, load=85.0)
    assert fault in guard.faults, 'the sender has not let go'
    end = run(guard, end, 0.1, velocity=-0.2)
    end = run(guard, end, 0.1, velocity=-0.2, load=0.0, enable=False)
    assert fault in guard.faults, 'the handle moves'
    run(guard, end, 0.1, load=0.0, enable=False)
    assert guard.faults == ()


@pytest.mark.parametrize('velocity, fault', [
    (-0.55, None), (-0.65, None), (-0.8, Fault.OVER_SPEED), (-1.7, Fault.RUNAWAY), (1.7, None)])
def test_the_speed_of_a_falling_handle_takes_its_load(velocity, fault):
    guard = ready()
    end = run(guard, 1.0, 1.0, load=80.0)
    run(guard, end, 0.004, velocity, load=80.0)
    share = min(1.0, max(0.0, (0.75 + velocity) / 0.15)) if velocity < 0.0 else 1.0
    assert guard.load == pytest.approx(80.0 * share)
    assert guard.faults == (() if fault is None else (fault,))
    assert (guard.damping > 0.0) == (velocity < -0.6)


def test_a_handle_that_goes_on_falling_is_out_of_control():
    guard = ready()
    end = run(guard, 1.0, 1.0, load=80.0)
    end = run(guard, end, 0.08, -0.65, load=80.0)
    assert guard.faults == () and guard.limited
    run(guard, end, 0.05, -0.65, load=80.0)
    assert guard.faults == (Fault.OVER_SPEED,)
    assert guard.load == 0.0


def test_a_commanded_jump_is_reported_and_slowed_down():
    guard = ready()
    end = run(guard, 1.0, 1.0, load=20.0)
    guard.accept(replace(GOOD, stamp=end, sequence=guard.sequence + 1), end)
    guard.step(end, CYCLE, 0.0)
    assert guard.faults == (Fault.SLEW_EXCEEDED,)
    assert guard.load == pytest.approx(20.0 + 200.0 * CYCLE)


COMMANDS = st.builds(
    LoadCommand, stamp=st.floats(-1.0, 3.0), sequence=st.integers(0, 2**32 - 1),
    enable=st.booleans(), load=st.floats(), damping=st.floats() | st.just(0.0),
    trusted_for=st.floats(0.0, 1.0))
EVENTS = st.one_of(
    COMMANDS, st.sampled_from([Fault.EMERGENCY_STOP, Fault.DRIVE]), st.none(),
    st.floats(-3.0, 3.0))


@settings(max_examples=200)
@given(st.lists(EVENTS, max_size=60))
def test_no_sequence_of_events_gets_past_the_limits(events):
    limits = MachineGuardSettings()
    guard = ready(limits)
    now, velocity = 0.1, 0.0
    for event in events:
        if isinstance(event, LoadCommand):
            guard.accept(event, now)
        elif isinstance(event, Fault):
            guard.trip(event)
        elif isinstance(event, float):
            velocity = event
        tripped = set(guard.trips)
        for _ in range(5):
            before = guard.load
            now += CYCLE
            guard.step(now, CYCLE, velocity)
            assert 0.0 <= guard.load <= limits.maximum_load
            assert guard.load - before <= limits.rise * CYCLE + 1e-9
            assert 0.0 <= guard.damping <= limits.maximum_damping
            assert tripped <= guard.trips, 'a trip has cleared itself'
            if guard.trips:
                assert guard.load < before or guard.load == 0.0
                assert not guard.enabled
            elif -velocity <= limits.speed_limit:
                fastest = limits.fall if guard.enabled else limits.unload
                assert before - guard.load <= fastest * CYCLE + 1e-9
