# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The state machine of CiA 402 decides everything, and ends without voltage, never in a brake."""
from itertools import product
import struct

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.drives import cia402
from negtrain_ros.drives.cia402 import (
    command_of,
    CONTROLWORDS,
    Event,
    follow,
    Goal,
    IGNORED,
    PowerState,
    state_of,
    statusword_of,
    TRANSITIONS,
)
import pytest

LIGHT = {PowerState.NOT_READY_TO_SWITCH_ON, PowerState.SWITCH_ON_DISABLED,
         PowerState.READY_TO_SWITCH_ON, PowerState.FAULT}
LIMITS = cia402.Limits(0.1, 45.0, 24.0)


def test_every_event_is_decided_in_every_state():
    assert set(TRANSITIONS) | IGNORED == set(product(PowerState, Event))
    assert not set(TRANSITIONS) & IGNORED


def test_every_goal_has_a_controlword_in_every_state_and_never_a_quick_stop():
    assert set(CONTROLWORDS) == set(product(PowerState, Goal))
    assert all(command_of(word, 0) is not Event.QUICK_STOP for word in CONTROLWORDS.values())


def test_states_and_commands_are_those_of_another_library():
    other = pytest.importorskip(
        'canopen.profiles.p402', reason='canopen is not installed').State402
    names = {state: state.value.upper() for state in PowerState}
    for state, (mask, shown) in ((state, other.SW_MASK[names[state]]) for state in PowerState):
        assert statusword_of(state) & mask == shown
        assert state_of(shown) is state
    ours = {(names[before], names[after]) for (before, event), after in TRANSITIONS.items()
            if event is not Event.ERROR}
    assert ours == {pair for pair in other.TRANSITIONTABLE if pair[0] != 'START'}
    for (before, after), word in other.TRANSITIONTABLE.items():
        if word:
            begin = next(state for state, name in names.items() if name == before)
            assert names[follow(begin, command_of(word, 0))] == after


@pytest.mark.parametrize('state', PowerState)
def test_a_drive_is_light_after_one_command_whatever_it_did(state):
    after = follow(state, command_of(CONTROLWORDS[state, Goal.LIGHT], 0))
    assert after in LIGHT or after is PowerState.FAULT_REACTION_ACTIVE


@pytest.mark.parametrize('state', sorted(set(PowerState) - {
    PowerState.FAULT, PowerState.FAULT_REACTION_ACTIVE,
    PowerState.NOT_READY_TO_SWITCH_ON}, key=str))
def test_torque_is_reached_step_by_step(state):
    for _ in range(5):
        state = follow(state, command_of(CONTROLWORDS[state, Goal.TORQUE], 0))
    assert state is PowerState.OPERATION_ENABLED


def test_a_fault_is_left_by_the_edge_of_its_reset_alone():
    assert CONTROLWORDS[PowerState.FAULT, Goal.TORQUE] == cia402.DISABLE_VOLTAGE
    reset = CONTROLWORDS[PowerState.FAULT, Goal.RESET]
    assert follow(PowerState.FAULT, command_of(reset, 0)) is PowerState.SWITCH_ON_DISABLED
    assert follow(PowerState.FAULT, command_of(reset, reset)) is PowerState.FAULT


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_any_words_are_read_without_an_error(word, before):
    assert state_of(word) is None or state_of(word) in PowerState
    assert command_of(word, before) in Event


@given(st.sampled_from(PowerState), st.booleans())
def test_a_state_is_read_from_the_statusword_that_shows_it(state, voltage):
    word = statusword_of(state, voltage=voltage)
    assert state_of(word) is state
    assert bool(word & cia402.VOLTAGE_ENABLED) is voltage


@given(st.integers(0, 0xFFFF), st.integers(-2**15, 2**15 - 1), st.integers(0, 2**32 - 1))
def test_a_frame_gives_back_what_was_put_into_it(status, torque, inputs):
    frame = cia402.STATE_FRAME
    assert frame.unpack(frame.pack(status, torque, inputs)) == (status, torque, inputs)
    with pytest.raises(struct.error):
        frame.unpack(b'\0')


@pytest.mark.parametrize('frame', [
    cia402.COMMAND_FRAME, cia402.STATE_FRAME, cia402.MOTION_FRAME])
def test_a_frame_fits_into_a_can_frame(frame):
    assert sum(item.kind.bits for item in frame.items) <= 64


def test_whatever_ends_the_commands_ends_the_voltage():
    given = {each.item: each.number for each in cia402.assignments(1, 127, LIMITS, 20.0)}
    assert given[cia402.ABORT_CONNECTION] == 2
    assert {given[item] for item in (cia402.QUICK_STOP_OPTION, cia402.SHUTDOWN_OPTION,
                                     cia402.DISABLE_OPTION, cia402.FAULT_OPTION)} == {0}
    assert given[cia402.RPDO_EVENT_TIMER] == 100
    assert given[cia402.CONSUMER_HEARTBEAT] == 127 << 16 | 100
    assert given[cia402.MAXIMUM_TORQUE] == 2250
    assert given[cia402.MAXIMUM_SPEED] == 229


def test_a_limit_is_never_rounded_up():
    for torque, speed in ((44.99, 23.99), (0.019, 0.1)):
        given = {each.item: each.number for each in cia402.assignments(
            1, 127, cia402.Limits(0.1, torque, speed), 20.0)}
        assert given[cia402.MAXIMUM_TORQUE] * 20.0 / 1000.0 <= torque
        assert given[cia402.MAXIMUM_SPEED] / cia402.REVOLUTIONS_PER_MINUTE <= speed


@pytest.mark.parametrize('code, said', [
    (0x3210, 'over-voltage of the DC link (0x3210)'), (0x4310, 'motor too hot (0x4310)'),
    (0x3299, 'voltage (0x3299)'), (0x8481, 'speed control or over-speed (0x8481)'),
    (0xFF12, 'error of the manufacturer (0xFF12)'), (0x0001, 'unknown (0x0001)')])
def test_an_error_code_is_said_in_words(code, said):
    assert cia402.words(code) == said
