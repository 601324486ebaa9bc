# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The fault table is complete, and the supervisor does what it says: timelines."""
from dataclasses import replace
from pathlib import Path

from negtrain_ros.core.safety.failsafe import Failsafe
from negtrain_ros.core.safety.fault_detector import FaultDetectorSettings
from negtrain_ros.core.safety.fault_table import ClearCondition, FailsafeAction, fault_table, RULES
from negtrain_ros.core.safety.inputs import LoadInputs
from negtrain_ros.core.types import (
    Fault,
    HandleState,
    MachineState,
    Phase,
    PhaseState,
    Prescription,
    Quality,
    RangeOfMotion,
)
import pytest

PRESCRIPTION = Prescription(
    concentric=51.0, eccentric=85.0, limit=101.0, rom=RangeOfMotion(0.1, 0.5)
)
DOCUMENT = Path(__file__).parents[3] / 'docs' / 'safety.md'


def test_every_fault_has_a_rule_that_ends_unloaded_in_bounded_time():
    assert set(RULES) == set(Fault)
    for rule in RULES.values():
        assert rule.first <= rule.last
        assert rule.last >= FailsafeAction.END
        assert 0.0 < rule.bound < 30.0


def test_the_documentation_shows_the_table():
    assert fault_table() in DOCUMENT.read_text(encoding='utf-8')


class Set:
    """A set in which everything is right but what a test changes."""

    def __init__(self):
        self.now = 100.0
        self.supervisor = Failsafe(FaultDetectorSettings())
        self.supervisor.begin(self.now)
        self.loaded = True
        self.changes = {}
        self.gap = 0.01

    def at(self, seconds, **changes):
        """Apply changes of handle, estimate, machine or inputs until then; return the reaction."""
        self.changes = changes
        reaction = FailsafeAction.NOTE
        while self.now < 100.0 + seconds - 1e-9:
            self.now += self.gap
            reaction = self.supervisor.step(
                self._inputs(), PRESCRIPTION, 51.0, self.now, loaded=self.loaded, gap=self.gap)
        return reaction

    def _inputs(self):
        now, changes = self.now, dict(self.changes)
        lag = changes.pop('lag', {})
        handle = HandleState(now - lag.get('handle', 0.0), 0.3, 0.0)
        estimate = PhaseState(
            now - lag.get('estimate', 0.0), Phase.ECCENTRIC, 1.0, now - 1.0, 0.3, 0.0)
        machine = MachineState(
            now - lag.get('machine', 0.0), 51.0, True, False, False, False, (), 1)
        inputs = LoadInputs(handle, estimate, machine, now - lag.get('session', 0.0))
        for part, fields in changes.items():
            if isinstance(fields, dict):
                fields = replace(getattr(inputs, part), **fields)
            inputs = replace(inputs, **{part: fields})
        return inputs


def test_nothing_is_seen_when_nothing_is_wrong():
    case = Set()
    assert case.at(10.0) is FailsafeAction.NOTE
    assert case.supervisor.faults == ()


@pytest.mark.parametrize('fault, changes, patience', [
    (Fault.EMERGENCY_STOP, {'machine': {'emergency_stop': True}}, 0.0),
    (Fault.ENCODER_SILENT, {'lag': {'handle': 0.06}}, 0.0),
    (Fault.ENCODER_SILENT, {'handle': None}, 0.0),
    (Fault.ENCODER_FROZEN, {'handle': {'faults': (Fault.ENCODER_FROZEN,)}}, 0.0),
    (Fault.ENCODER_JUMP,
     {'handle': {'quality': Quality.FAULTY, 'faults': (Fault.ENCODER_JUMP,)}}, 0.0),
    (Fault.ENCODER_INVALID, {'handle': {'position': float('nan')}}, 0.0),
    (Fault.ENCODER_INVALID,
     {'handle': {'quality': Quality.HELD, 'faults': (Fault.ENCODER_INVALID,)}}, 0.05),
    (Fault.TIME_INVALID, {'lag': {'handle': -1.0}}, 0.0),
    (Fault.OVER_SPEED, {'handle': {'velocity': -0.8}}, 0.01),
    (Fault.RUNAWAY, {'handle': {'velocity': -1.7}}, 0.0),
    (Fault.PHASE_TOO_LONG, {'estimate': {'start': -60.0}}, 20.0),
    (Fault.COMMAND_LOST, {'machine': {'watchdog': True}}, 0.5),
    (Fault.SESSION_LOST, {'lag': {'session': 1.1}}, 5.0),
    (Fault.RESTARTED, {'machine': {'enabled': False}}, 0.5),
    (Fault.COMMAND_INVALID, {'machine': {'faults': (Fault.COMMAND_INVALID,)}}, 0.1),
    (Fault.LOAD_MISMATCH, {'machine': {'load': 66.0}}, 0.3),
    (Fault.PHASE_UNKNOWN, {'lag': {'estimate': 0.15}}, 0.0),
    (Fault.DRIVE, {'machine': {'faults': (Fault.DRIVE,)}}, 0.0),
    (Fault.DRIVE, {'lag': {'machine': 0.4}}, 0.0),
    (Fault.GRAPH_INVALID, {'graph': 'two publishers on handle'}, 0.0),
], ids=lambda value: value.name.lower() if isinstance(value, Fault) else '')
def test_timeline(fault, changes, patience):
    case = Set()
    if patience > 0.0:
        assert case.at(patience - 0.01, **changes) < FailsafeAction.END
    assert case.at(patience + 0.03, **changes) is RULES[fault].last
    assert fault in case.supervisor.faults
    case.loaded = False
    reaction = case.at(60.0)
    if RULES[fault].clears is ClearCondition.ACKNOWLEDGED:
        assert reaction is RULES[fault].last
        assert case.supervisor.acknowledge() is None
        reaction = case.at(60.1)
    assert reaction is FailsafeAction.NOTE
    assert case.supervisor.faults == ()


def test_a_way_that_goes_on_after_a_long_rest_is_not_too_long():
    case = Set()
    assert case.at(90.0, estimate={'phase': Phase.BOTTOM_HOLD}) is FailsafeAction.NOTE
    assert case.at(109.0, estimate={'start': 0.0}) is FailsafeAction.NOTE
    assert case.at(111.0, estimate={'start': 0.0}) is RULES[Fault.PHASE_TOO_LONG].last


def test_what_lasts_cannot_be_acknowledged():
    case = Set()
    case.at(1.0, machine={'emergency_stop': True})
    assert 'emergency stop' in case.supervisor.acknowledge()
    assert Fault.EMERGENCY_STOP in case.supervisor.faults


def test_one_glitch_is_only_noted():
    case = Set()
    assert case.at(0.01, handle={'quality': Quality.HELD, 'faults': (Fault.ENCODER_JUMP,)}) \
        is FailsafeAction.NOTE
    assert case.at(1.0) is FailsafeAction.NOTE


def test_a_gap_between_two_commands_ends_the_set():
    case = Set()
    case.at(0.5)
    case.gap = 0.3
    assert case.at(1.0) is FailsafeAction.UNLOAD
    assert Fault.COMMAND_LOST in case.supervisor.faults


def test_the_athlete_has_left_when_the_handle_rests_below_the_range():
    case = Set()
    assert case.at(1.0) is FailsafeAction.NOTE
    assert case.at(3.9, handle={'position': 0.06}) is FailsafeAction.NOTE
    assert case.at(4.2, handle={'position': 0.06}) is FailsafeAction.END
    assert case.supervisor.faults == (Fault.ATHLETE_GONE,)


def test_over_travel_takes_the_eccentric_load_first():
    case = Set()
    case.at(1.0)
    assert case.at(1.1, handle={'position': 0.56}) is FailsafeAction.LIGHTEN
    assert case.at(1.5, handle={'position': 0.56}) is FailsafeAction.END


def test_a_handle_armed_above_its_range_is_watched_and_one_put_down_below_it_is_not():
    below = Set()
    assert below.at(1.0, handle={'position': 0.0}) is FailsafeAction.NOTE
    above = Set()
    assert above.at(0.01, handle={'position': 0.56}) is FailsafeAction.LIGHTEN
    assert above.at(0.4, handle={'position': 0.56}) is FailsafeAction.END


def test_a_trembling_handle_is_lightened_then_unloaded():
    case = Set()
    seen = []
    for period in range(40):
        seen.append(case.at(0.1 * (period + 1), handle={'velocity': 0.3 * (-1) ** period}))
    assert FailsafeAction.LIGHTEN in seen
    assert seen[-1] is FailsafeAction.END
