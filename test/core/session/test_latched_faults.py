# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Nothing is loaded after a latched fault before a reset and a word given after it."""
from dataclasses import replace

from harness.load_bench import Bench, NEGATIVE
from hypothesis import given, settings, strategies
from negtrain_ros.core.safety.fault_table import ClearCondition, RULES
from negtrain_ros.core.session.activities import Training
from negtrain_ros.core.session.reconcile import LoadRequest, reconcile
from negtrain_ros.core.session.session import Session, SessionSettings
from negtrain_ros.core.session.state_machine import REQUESTS, SessionTrigger
from negtrain_ros.core.types import (
    Fault,
    LoadMode,
    Phase,
    PhaseMeasure,
    Quality,
    Repetition,
    RepetitionStage,
    SessionStage,
    Verdict,
)
import pytest

LATCHED = {
    Fault.EMERGENCY_STOP: {'machine': {'emergency_stop': True}},
    Fault.ENCODER_SILENT: {'handle': None},
    Fault.ENCODER_FROZEN: {
        'handle': {'quality': Quality.FAULTY, 'faults': (Fault.ENCODER_FROZEN,)}},
    Fault.ENCODER_JUMP: {'handle': {'quality': Quality.FAULTY, 'faults': (Fault.ENCODER_JUMP,)}},
    Fault.RUNAWAY: {'handle': {'velocity': -2.0}},
    Fault.SESSION_LOST: {'session_heard': 0.0},
    Fault.LOAD_MISMATCH: {'machine': {'load': 150.0}},
    Fault.DRIVE: {'machine': {'faults': (Fault.DRIVE,)}},
    Fault.GRAPH_INVALID: {'graph': 'two publishers on handle'},
}
"""What the load controller hears when a fault breaks out that has to be reset."""
WORDS = ('ready', 'resume')
PRESCRIPTION = replace(NEGATIVE, athlete='Ada', exercise='chest_press', repetitions=2)
DONE = PhaseMeasure(start=1.0, start_position=0.1, duration=1.5, mean_velocity=0.3)


class Machine:
    """
    A session and a load controller as their nodes connect them.

    :ivar word: whether somebody has asked for load since the last reset of a latched fault
    """

    def __init__(self):
        self.bench = Bench(armed=False, period=0.02)
        self.session = Session(SessionSettings(countdown=0.1))
        self.word = False

    def start(self):
        activity = Training((PRESCRIPTION,) * 3, 0.3)
        self.say(self.session.start(activity, self.bench.now) is None)

    def say(self, accepted):
        self.word = self.word or (accepted and self.bench.controller.mode is not LoadMode.FAULT)

    def ask(self, name):
        if name == 'start':
            self.start()
        elif name == 'emergency_stop':
            self.bench.controller.emergency_stop(self.bench.now)
        elif name == 'reset':
            self.bench.controller.reset_faults(self.bench.now)
        elif name == 'less':
            self.session.lighten()
        elif name == 'more':
            self.session.add_load()
        elif name == 'repetition':
            self.session.on_repetition(Repetition(
                self.bench.now + 1.0, RepetitionStage.COMPLETE, 1, Verdict.COUNTED, DONE, DONE))
        else:
            accepted = self.session.request(REQUESTS[name], self.bench.now) is None
            self.say(accepted and name in WORDS)

    def tick(self, **changes):
        controller = self.bench.controller
        self.bench.go(Phase.BOTTOM_HOLD, self.bench.period, velocity=0.0, **changes)
        if controller.mode is LoadMode.FAULT:
            self.word = False
        state = self.bench.state
        self.session.step(state, self.bench.now)
        desired = self.session.desired_state
        request = reconcile(desired, state)
        if request is LoadRequest.PRESCRIBE:
            controller.prescribe(desired.prescription, self.bench.now)
        elif request is LoadRequest.ARM:
            controller.arm(self.bench.now)
        elif request is LoadRequest.DISARM:
            controller.disarm(self.bench.now)
        assert self.word or not controller.armed

    def go(self, seconds, **changes):
        for _ in range(round(seconds / self.bench.period)):
            self.tick(**changes)


ASKED = strategies.sampled_from((
    'start', 'emergency_stop', 'reset', 'less', 'more', 'repetition', *REQUESTS))
HAPPENS = strategies.one_of(ASKED, ASKED, strategies.sampled_from(sorted(LATCHED)))


def test_the_table_names_every_fault_that_has_to_be_reset():
    assert LATCHED.keys() == {
        fault for fault, rule in RULES.items() if rule.clears is ClearCondition.ACKNOWLEDGED}


@settings(max_examples=150, deadline=None)
@given(course=strategies.lists(
    strategies.tuples(HAPPENS, strategies.sampled_from((0.0, 0.02, 0.4))), max_size=14))
def test_in_any_sequence_a_latched_fault_needs_a_reset_and_then_a_word(course):
    machine = Machine()
    machine.start()
    machine.go(0.4)
    for what, seconds in course:
        if isinstance(what, Fault):
            machine.go(0.4, **LATCHED[what])
        else:
            machine.ask(what)
        machine.go(seconds)


@pytest.mark.parametrize('stage', [
    SessionStage.COUNTDOWN, SessionStage.RESTING, SessionStage.WAITING])
def test_a_reset_alone_loads_nobody_in_any_stage_before_a_set(stage):
    machine = Machine()
    machine.start()
    machine.go(0.1)
    machine.session.stage = stage
    machine.ask('emergency_stop')
    machine.go(0.1)
    assert machine.session.stage is SessionStage.PAUSED
    for word in ('ready', 'resume', 'skip'):
        machine.ask(word)
    machine.ask('reset')
    machine.go(2.0)
    assert machine.bench.controller.mode is LoadMode.DISARMED
    machine.ask('resume')
    machine.go(0.4)
    assert machine.bench.controller.armed


def test_resume_is_refused_before_the_reset_and_names_it():
    machine = Machine()
    machine.start()
    machine.go(0.4)
    machine.ask('emergency_stop')
    machine.go(0.1)
    refusal = machine.session.request(SessionTrigger.RESUME, machine.bench.now)
    assert 'negtrain reset' in refusal
    assert 'negtrain resume' in refusal
