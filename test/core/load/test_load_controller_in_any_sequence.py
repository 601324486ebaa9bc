# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Properties that no sequence of phases, commands, faults and time steps may break."""
from dataclasses import replace
import math

from harness.load_bench import Bench, MOVES, NEGATIVE
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, RuleBasedStateMachine
from negtrain_ros.core.load.load_controller import LoadController, LoadSettings
from negtrain_ros.core.load.state_machine import LOADED
from negtrain_ros.core.safety.fault_table import FailsafeAction, RULES
from negtrain_ros.core.types import Fault, HandleState, LoadMode, MachineState, Phase, Quality

FLOATS = st.one_of(st.floats(-3.0, 3.0), st.sampled_from([math.nan, math.inf, -math.inf]))
LOWER, HIGHER = NEGATIVE.concentric, NEGATIVE.eccentric
LIGHT = 5.0  # kg
NEAR = 1e-6  # kg
LAST = 0.011  # kg, less is nothing

BREAKS = {
    Fault.EMERGENCY_STOP: {'machine': {'emergency_stop': True}},
    Fault.ENCODER_SILENT: {'handle': None},
    Fault.ENCODER_FROZEN: {
        'handle': {'quality': Quality.FAULTY, 'faults': (Fault.ENCODER_FROZEN,)}},
    Fault.ENCODER_JUMP: {'handle': {'quality': Quality.FAULTY, 'faults': (Fault.ENCODER_JUMP,)}},
    Fault.ENCODER_INVALID: {'handle': {'position': math.nan}},
    Fault.TIME_INVALID: {'handle': {'stamp': 1e6}},
    Fault.OVER_SPEED: {'handle': {'velocity': -0.9}},
    Fault.RUNAWAY: {'handle': {'velocity': -2.0}},
    Fault.PHASE_TOO_LONG: {'estimate': {'phase': Phase.ECCENTRIC, 'start': -30.0}},
    Fault.OVER_TRAVEL: {'handle': {'position': 0.7}},
    Fault.COMMAND_INVALID: {'machine': {'faults': (Fault.COMMAND_INVALID,)}},
    Fault.LOAD_MISMATCH: {'machine': {'load': 150.0}},
    Fault.SLEW_EXCEEDED: {'machine': {'faults': (Fault.SLEW_EXCEEDED,)}},
    Fault.PHASE_UNKNOWN: {'estimate': None},
    Fault.DRIVE: {'machine': {'faults': (Fault.DRIVE,)}},
    Fault.GRAPH_INVALID: {'graph': 'two publishers on handle'},
}
"""What the load controller hears when something breaks."""


class AnySequence(RuleBasedStateMachine):
    """Each step is checked, whatever led to it."""

    @initialize()
    def begin(self):
        self.bench = Bench(period=0.01)
        self.settings = LoadSettings()
        self.latched = False

    def step(self, inputs=None):
        bench, controller = self.bench, self.bench.controller
        inputs = inputs or bench.inputs()
        before, last, mode = controller.commanded, bench.command.stamp, controller.mode
        bench.command, bench.state = controller.step(inputs, bench.now)
        dt = min(max(0.0, bench.command.stamp - last), self.settings.faults.trusted_for)
        self.check_load(inputs, before, dt)
        self.check_mode(mode)

    def run(self, phase, seconds, **changes):
        """Move in a phase for a time; what is changed is changed all the time."""
        bench = self.bench
        bench.changes = changes
        if phase is not bench.phase:
            bench.phase, bench.phase_start = phase, bench.now
        bench.velocity = MOVES.get(phase, 0.0)
        for _ in range(max(1, round(seconds / bench.period))):
            bench.now += bench.period
            to = bench.position + bench.velocity * bench.period
            bench.position = min(max(to, 0.1), 0.5)
            self.step()
        bench.changes = {}

    @rule(phase=st.sampled_from(Phase), seconds=st.floats(0.02, 1.0))
    def move(self, phase, seconds):
        self.run(phase, seconds)

    @rule()
    def lower(self):
        """Come from the bottom, where a repetition begins, to the eccentric load, if armed."""
        self.run(Phase.ECCENTRIC, 4.0)
        self.run(Phase.BOTTOM_HOLD, 0.1)
        self.run(Phase.CONCENTRIC, 2.0)
        self.run(Phase.ECCENTRIC, 0.8)
        if self.bench.state.mode is LoadMode.ARMED and self.bench.state.faults == ():
            assert self.bench.command.load > LOWER

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
          faults=st.lists(st.sampled_from(Fault), max_size=2), late=st.floats(-0.2, 0.2))
    def measure(self, position, velocity, quality, faults, late):
        self.bench.now += 0.004
        handle = HandleState(
            self.bench.now - late, position, velocity, 0.0, 0.0, quality, tuple(faults))
        self.step(replace(self.bench.inputs(), handle=handle))

    @rule(faults=st.lists(st.sampled_from(Fault), max_size=2), stop=st.booleans(), load=FLOATS)
    def machine_says(self, faults, stop, load):
        self.bench.now += 0.004
        machine = MachineState(
            self.bench.now, load, True, stop, False, False, tuple(faults), 0)
        self.step(replace(self.bench.inputs(), machine=machine))

    @rule(fault=st.sampled_from(sorted(BREAKS)))
    def break_it(self, fault):
        """Whatever breaks, and when, ends light in bounded time."""
        self.run(self.bench.phase, RULES[fault].bound, **BREAKS[fault])
        assert self.bench.command.load < LIGHT
        assert self.bench.state.mode is not LoadMode.ARMED

    @rule()
    def arm(self):
        if self.bench.controller.arm(self.bench.now) is None:
            assert not self.latched
            assert self.bench.controller.commanded == 0.0

    @rule()
    def repair(self):
        """Do all that is needed to train again."""
        self.bench.position = 0.1
        self.run(Phase.BOTTOM_HOLD, 2.0)
        self.reset()
        self.run(Phase.BOTTOM_HOLD, 0.1)
        self.arm()
        assert self.bench.controller.mode is LoadMode.ARMED
        self.run(Phase.BOTTOM_HOLD, 1.5)
        assert self.bench.state.mode is LoadMode.ARMED

    @rule()
    def disarm(self):
        self.bench.controller.disarm(self.bench.now)
        assert self.bench.controller.mode is not LoadMode.ARMED

    @rule()
    def stop(self):
        self.bench.controller.emergency_stop(self.bench.now)
        assert self.bench.controller.mode is LoadMode.FAULT

    @rule()
    def reset(self):
        if self.bench.controller.reset_faults(self.bench.now) is None:
            self.latched = False

    @rule()
    def restart(self):
        """Come up unloaded, in the middle of whatever."""
        bench = self.bench
        bench.controller, self.latched = LoadController(), False
        bench.command, bench.state = bench.controller.step(bench.inputs(), bench.now)
        assert bench.command.load == 0.0
        assert not bench.command.enable
        assert bench.controller.arm(bench.now) == 'nothing is prescribed'
        assert bench.controller.prescribe(NEGATIVE, bench.now) is None

    @rule(concentric=FLOATS, eccentric=st.floats(-1e3, 50.0))
    def prescribe(self, concentric, eccentric):
        wanted = replace(NEGATIVE, concentric=concentric, eccentric=eccentric, limit=-1.0)
        assert self.bench.controller.prescribe(wanted, self.bench.now) is not None

    def check_load(self, inputs, before, dt):
        """Assert that it is finite, capped, within slew, and heavy only where it may be."""
        bench, command, state = self.bench, self.bench.command, self.bench.state
        handle, estimate, load = inputs.handle, inputs.estimate, command.load
        assert all(map(math.isfinite, (
            load, command.damping, command.stamp, command.trusted_for, state.target)))
        assert command.damping >= 0.0
        assert 0.0 <= load <= min(HIGHER, state.prescription.limit) + NEAR
        assert load - before <= self.settings.limits.rise * dt + NEAR
        fallen = max(0.0, before - self.settings.limits.fall * dt)
        fast = handle is not None and not handle.velocity >= -self.settings.lowering.over_speed
        severe = any(RULES[fault].last >= FailsafeAction.UNLOAD for fault in state.faults)
        assert load >= fallen - LAST or fast or severe or state.mode is LoadMode.FAULT
        good = (handle is not None and handle.quality is Quality.GOOD
                and abs(bench.now - handle.stamp) <= self.settings.inputs.stale)
        allowed = (state.mode is LoadMode.ARMED and good and state.prescription.rom is not None
                   and estimate is not None and estimate.phase is Phase.ECCENTRIC)
        if not allowed:
            assert load <= max(LOWER, fallen) + NEAR

    def check_mode(self, before):
        """Assert that what is not armed unloads, and that what is latched stays."""
        command, state = self.bench.command, self.bench.state
        if state.mode not in LOADED:
            assert command.load == 0.0
        if state.mode is LoadMode.FAULT:
            assert state.faults
            assert state.explanation.startswith('unloaded: ')
        if self.latched:
            assert state.mode is LoadMode.FAULT
        self.latched = state.mode is LoadMode.FAULT
        assert state.mode is not LoadMode.ARMED or before is LoadMode.ARMED


AnySequence.TestCase.settings = settings(
    max_examples=60, stateful_step_count=20, deadline=None,
    phases=[phase for phase in settings().phases if phase.name != 'explain'])
test_any_sequence = AnySequence.TestCase
