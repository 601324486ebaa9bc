# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The law of loads: by table, by timeline, and over random sequences of everything."""
from dataclasses import replace
from itertools import product
import math

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, RuleBasedStateMachine
from negtrain_ros.core.inputs import Inputs
from negtrain_ros.core.load import LoadController, LoadSettings
from negtrain_ros.core.mode import Event, LOADED, TRANSITIONS
from negtrain_ros.core.safety import Clears, RULES
from negtrain_ros.core.types import (
    Fault,
    Handle,
    Limit,
    MachineState,
    Method,
    Mode,
    Phase,
    PhaseEstimate,
    Prescription,
    Quality,
    Range,
)
import pytest

NEGATIVE = Prescription(
    method=Method.NEGATIVE, concentric=51.0, eccentric=85.0, limit=101.0, range=Range(0.1, 0.5))
LIGHT = Prescription(method=Method.REGULAR, concentric=8.0, eccentric=8.0, limit=101.0)
MOVES = {Phase.CONCENTRIC: 0.2, Phase.ECCENTRIC: -0.15}


class Bench:
    """A controller with everything around it right, but for what a test changes."""

    def __init__(self, prescription=NEGATIVE, *, armed=True, period=0.004):
        self.controller = LoadController()
        self.now, self.period, self.position = 10.0, period, 0.1
        self.phase, self.velocity = Phase.BOTTOM_HOLD, 0.0
        self.phase_start = self.now
        self.changes = {}
        self.command, self.state = self.controller.step(self.inputs(), self.now)
        if armed:
            assert self.controller.prescribe(prescription, self.now) is None
            self.go(Phase.BOTTOM_HOLD, 0.5)
            assert self.controller.arm(self.now) is None
            self.go(Phase.BOTTOM_HOLD, 2.0)

    def inputs(self):
        now = self.now
        inputs = Inputs(
            Handle(now, self.position, self.velocity),
            PhaseEstimate(now, self.phase, 1.0, self.phase_start, self.position, self.velocity),
            MachineState(now, self.controller.commanded, True, False, False, False, (), 0), now)
        for part, fields in self.changes.items():
            if isinstance(fields, dict):
                fields = replace(getattr(inputs, part), **fields)
            inputs = replace(inputs, **{part: fields})
        return inputs

    def go(self, phase, seconds, velocity=None, **changes):
        """Move for a time; return the load at its end [kg]."""
        if phase is not self.phase:
            self.phase, self.phase_start = phase, self.now
        self.changes = changes
        end = self.now + seconds
        while self.now < end - 1e-9:
            wanted = MOVES.get(phase, 0.0) if velocity is None else velocity
            self.velocity += (wanted - self.velocity) * min(1.0, self.period / 0.05)
            self.now += self.period
            self.position += self.velocity * self.period
            self.command, self.state = self.controller.step(self.inputs(), self.now)
        return self.command.load

    def top(self):
        """Lift to the top and hold there."""
        self.go(Phase.CONCENTRIC, 2.0)
        self.go(Phase.TOP_HOLD, 0.5)


def test_every_event_is_decided_in_every_mode():
    assert set(TRANSITIONS) == set(product(Mode, Event))
    assert all(TRANSITIONS[mode, Event.FAULT] is Mode.FAULT for mode in Mode)
    assert all(TRANSITIONS[mode, Event.END] is not Mode.ARMED for mode in Mode)
    ways_in = {pair for pair, mode in TRANSITIONS.items() if mode is Mode.ARMED}
    assert ways_in - {(Mode.ARMED, event) for event in Event} == {(Mode.DISARMED, Event.ARM)}


def test_it_comes_up_unloaded():
    bench = Bench(armed=False)
    assert bench.go(Phase.ECCENTRIC, 1.0) == 0.0
    assert not bench.command.enable
    assert bench.state.mode is Mode.DISARMED


def test_the_reference_case():
    bench = Bench()
    assert bench.go(Phase.BOTTOM_HOLD, 0.1) == 51.0
    assert bench.go(Phase.CONCENTRIC, 2.0) == 51.0
    assert bench.go(Phase.TOP_HOLD, 0.5) == 51.0
    assert bench.go(Phase.ECCENTRIC, 0.6) == pytest.approx(85.0)
    assert bench.state.limited_by is Limit.NOTHING
    assert bench.go(Phase.UNKNOWN, 0.1) == pytest.approx(51.0)


@pytest.mark.parametrize('period', [0.001, 0.004, 0.02])
def test_the_load_is_back_before_the_bottom(period):
    bench = Bench(period=period)
    bench.top()
    bench.go(Phase.ECCENTRIC, 1.0)
    while bench.position > 0.1 + 0.15 * 0.4:
        assert bench.go(Phase.ECCENTRIC, period) == pytest.approx(85.0)
    while bench.position > 0.1 + 0.035 * 0.4:
        bench.go(Phase.ECCENTRIC, period)
    assert bench.command.load == pytest.approx(51.0)
    assert bench.state.limited_by is Limit.RANGE_END


def test_a_stop_in_the_middle_takes_the_load_back_before_the_phase_is_known():
    bench = Bench()
    bench.top()
    bench.go(Phase.ECCENTRIC, 1.5)
    assert bench.command.load == pytest.approx(85.0)
    bench.go(Phase.ECCENTRIC, 0.2, velocity=0.0)
    assert bench.command.load < 52.0
    assert bench.go(Phase.ECCENTRIC, 0.1, velocity=0.2) == pytest.approx(51.0)


def test_a_lift_given_up_half_way_is_not_lowered_with_the_eccentric_load():
    bench = Bench()
    bench.go(Phase.CONCENTRIC, 0.8)
    assert bench.go(Phase.ECCENTRIC, 0.6) == pytest.approx(51.0)


def test_without_a_range_only_light_loads():
    bench = Bench(LIGHT)
    assert bench.go(Phase.ECCENTRIC, 1.0) == pytest.approx(8.0)
    other = Bench(armed=False)
    assert other.controller.prescribe(replace(NEGATIVE, range=None), other.now) is None
    assert 'range of motion not known' in other.controller.arm(other.now)


@pytest.mark.parametrize('changes, word', [
    ({'handle': None}, 'encoder is silent'),
    ({'handle': {'stamp': 0.0}}, 'encoder is silent'),
    ({'handle': {'quality': Quality.HELD}}, 'encoder cannot be trusted'),
    ({'estimate': None}, 'phase detector'),
    ({'machine': None}, 'machine is silent'),
    ({'machine': {'emergency_stop': True}}, 'emergency stop'),
    ({'machine': {'watchdog': True}}, 'does not hear'),
    ({'machine': {'faults': (Fault.DRIVE,)}}, 'drive fault'),
    ({'session_heard': 0.0}, 'session manager'),
    ({'graph': 'two publishers on handle'}, 'two publishers'),
])
def test_arming_demands_the_whole_check(changes, word):
    bench = Bench(armed=False)
    assert 'nothing is prescribed' in bench.controller.arm(bench.now)
    bench.controller.prescribe(NEGATIVE, bench.now)
    bench.go(Phase.BOTTOM_HOLD, 0.5)
    bench.go(Phase.BOTTOM_HOLD, 0.004, **changes)
    reason = bench.controller.arm(bench.now)
    assert word in reason
    assert '\n' not in reason


def test_arming_demands_a_handle_at_rest():
    bench = Bench(armed=False)
    bench.controller.prescribe(NEGATIVE, bench.now)
    bench.go(Phase.CONCENTRIC, 0.8)
    assert 'rest' in bench.controller.arm(bench.now)


@pytest.mark.parametrize('way', ['disarm', 'emergency_stop'])
@pytest.mark.parametrize('phase', Phase)
def test_disarm_and_emergency_stop_always_work(way, phase):
    bench = Bench()
    bench.top()
    bench.go(phase, 0.4)
    getattr(bench.controller, way)(bench.now)
    if way == 'emergency_stop':
        assert bench.go(phase, 0.004) == 0.0
        assert bench.state.mode is Mode.FAULT
        assert 'emergency stop' in bench.state.explanation
    else:
        assert bench.go(phase, 0.5) == 0.0
        assert bench.state.mode is Mode.DISARMED
    assert 'disarm' not in (bench.controller.prescribe(NEGATIVE, bench.now) or '')


def test_an_emergency_stop_stays_until_it_is_acknowledged_at_rest():
    bench = Bench()
    bench.controller.emergency_stop(bench.now)
    bench.go(Phase.BOTTOM_HOLD, 30.0)
    assert bench.state.mode is Mode.FAULT
    assert bench.controller.arm(bench.now) is not None
    bench.go(Phase.CONCENTRIC, 0.5)
    assert 'moves' in bench.controller.reset_faults(bench.now)
    bench.go(Phase.TOP_HOLD, 1.0)
    assert bench.controller.reset_faults(bench.now) is None
    bench.go(Phase.TOP_HOLD, 0.01)
    assert bench.controller.arm(bench.now) is None


def test_the_load_gives_way_to_a_falling_handle_and_a_brake_follows():
    bench = Bench()
    bench.top()
    bench.go(Phase.ECCENTRIC, 0.8)
    bench.velocity = -0.7
    assert bench.go(Phase.ECCENTRIC, 0.004, velocity=-0.7) < 30.0
    assert bench.state.limited_by is Limit.SPEED
    assert bench.command.damping > 0.0
    bench.velocity = -1.0
    assert bench.go(Phase.ECCENTRIC, 0.012, velocity=-1.0) == 0.0
    assert bench.state.mode is not Mode.ARMED
    assert bench.state.limited_by is Limit.SPOTTER
    assert Fault.OVER_SPEED in bench.state.faults


def test_a_silent_session_manager_ends_the_set_after_the_repetition():
    bench = Bench()
    bench.top()
    bench.go(Phase.ECCENTRIC, 0.5)
    heard = bench.now
    assert bench.go(Phase.ECCENTRIC, 1.2, session_heard=heard) == pytest.approx(51.0)
    bench.go(Phase.BOTTOM_HOLD, 0.2, session_heard=heard)
    assert bench.command.load == 0.0
    assert Fault.SESSION_LOST in bench.state.faults


def test_a_clock_that_goes_back_unloads():
    bench = Bench()
    bench.now -= 5.0
    bench.go(Phase.BOTTOM_HOLD, 0.004)
    assert bench.command.load == 0.0
    assert bench.state.mode is not Mode.ARMED


def test_a_repeated_message_changes_nothing():
    bench = Bench()
    bench.top()
    bench.go(Phase.ECCENTRIC, 0.1)
    again, _ = bench.controller.step(bench.inputs(), bench.now)
    assert again.load == bench.command.load
    assert again.sequence == bench.command.sequence + 1


FLOATS = st.one_of(st.floats(-3.0, 3.0), st.sampled_from([math.nan, math.inf, -math.inf]))


class AnySequence(RuleBasedStateMachine):
    """Phases, commands, faults and time steps in any order."""

    @initialize()
    def begin(self):
        self.bench = Bench(period=0.004)
        self.settings = LoadSettings()
        self.before = self.bench.command.load
        self.dt = 0.0
        self.held = set()
        self.steep = False

    def step(self, inputs=None, dt=None):
        bench, controller = self.bench, self.bench.controller
        inputs = inputs or bench.inputs()
        self.before = controller.commanded
        last = bench.command.stamp
        bench.command, bench.state = controller.step(inputs, bench.now)
        self.dt = max(0.0, bench.command.stamp - last)
        self.inputs = inputs
        mode, handle = bench.state.mode, inputs.handle
        fast = handle is not None and not handle.velocity >= -self.settings.over_speed
        self.steep = fast or mode is not Mode.ARMED or bool(bench.state.faults)
        self.check()

    @rule(phase=st.sampled_from(Phase), seconds=st.floats(0.02, 1.0))
    def move(self, phase, seconds):
        bench = self.bench
        bench.changes = {}
        if phase is not bench.phase:
            bench.phase, bench.phase_start = phase, bench.now
        bench.velocity = MOVES.get(phase, 0.0)
        for _ in range(int(seconds / 0.02)):
            bench.now += 0.02
            inside = 0.1 < bench.position + bench.velocity * 0.02 < 0.5
            bench.position += bench.velocity * 0.02 if inside else 0.0
            self.step()

    @rule(dt=st.floats(0.0, 0.6))
    def wait(self, dt):
        self.bench.now += dt
        self.step()

    @rule(dt=st.floats(0.001, 20.0))
    def go_back(self, dt):
        self.bench.now -= dt
        self.step()
        self.bench.now = max(self.bench.now, self.bench.command.stamp)

    @rule(position=FLOATS, velocity=FLOATS, quality=st.sampled_from(Quality),
          faults=st.lists(st.sampled_from(Fault), max_size=2))
    def measure(self, position, velocity, quality, faults):
        self.bench.now += 0.004
        handle = Handle(self.bench.now, position, velocity, 0.0, 0.0, quality, tuple(faults))
        self.step(replace(self.bench.inputs(), handle=handle))

    @rule(faults=st.lists(st.sampled_from(Fault), max_size=2), stop=st.booleans(),
          load=FLOATS)
    def machine_says(self, faults, stop, load):
        self.bench.now += 0.004
        machine = MachineState(
            self.bench.now, load, True, stop, False, False, tuple(faults), 0)
        self.step(replace(self.bench.inputs(), machine=machine))

    @rule(part=st.sampled_from(['handle', 'estimate', 'machine']))
    def lose(self, part):
        self.bench.now += 0.004
        self.step(replace(self.bench.inputs(), **{part: None}))

    @rule()
    def arm(self):
        if self.bench.controller.arm(self.bench.now) is None:
            assert not self.held

    @rule()
    def disarm(self):
        self.bench.controller.disarm(self.bench.now)

    @rule()
    def stop(self):
        self.bench.controller.emergency_stop(self.bench.now)

    @rule()
    def reset(self):
        if self.bench.controller.reset_faults(self.bench.now) is None:
            self.held = set()

    @rule(concentric=FLOATS, eccentric=st.floats(-1e3, 1e3))
    def prescribe(self, concentric, eccentric):
        wanted = replace(NEGATIVE, concentric=concentric, eccentric=eccentric)
        assert self.bench.controller.prescribe(wanted, self.bench.now) is not None

    def check(self):
        bench, command, state = self.bench, self.bench.command, self.bench.state
        prescription, handle = state.prescription, self.inputs.handle
        estimate = self.inputs.estimate
        load = command.load
        assert all(map(math.isfinite, (load, command.damping, command.stamp)))
        assert 0.0 <= load <= prescription.limit
        assert command.damping >= 0.0
        rise, fall = self.settings.rise * self.dt, self.settings.fall * self.dt
        assert load - self.before <= rise + 1e-6
        assert self.steep or self.before - load <= fall + 1e-6
        fresh = (handle is not None and handle.quality is Quality.GOOD
                 and abs(bench.now - handle.stamp) <= 0.05)
        eccentric = estimate is not None and estimate.phase is Phase.ECCENTRIC
        if load > 51.0 + 1e-6 and not (state.mode is Mode.ARMED and fresh and eccentric):
            assert load < self.before or load == 0.0 or self.dt == 0.0
        if state.mode not in LOADED:
            assert load == 0.0
        now_held = {fault for fault in state.faults
                    if RULES[fault].clears is Clears.ACKNOWLEDGED
                    and RULES[fault].first is RULES[fault].last}
        if state.mode is Mode.FAULT:
            assert now_held >= self.held
            self.held = now_held

    @invariant()
    def a_fault_mode_always_names_its_fault(self):
        if self.bench.state.mode is Mode.FAULT:
            assert self.bench.state.faults
            assert self.bench.state.explanation.startswith('unloaded: ')


AnySequence.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
test_any_sequence = AnySequence.TestCase
