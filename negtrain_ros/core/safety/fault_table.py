# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Fault table: every fault, the reaction to it and how it clears, as data.

Reactions are ordered by severity, so that arbitration is max() (after PX4's failsafe framework).
docs/safety.md shows this table.
"""
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
import math

from negtrain_ros.core.types import Fault


class FailsafeAction(IntEnum):
    """Reaction of the load, in order of severity; NOTE, no reaction, is false."""

    NOTE = 0     # reported, nothing else
    LIGHTEN = 1  # the lower of both loads
    FINISH = 2   # the lower of both loads to the end of the repetition, then down
    END = 3      # down at the normal rate, disarmed: the set is over
    UNLOAD = 4   # no load at once, disarmed
    RELEASE = 5  # no load at once, and the drive lets go when the handle no longer falls


class ClearCondition(IntEnum):
    """Condition under which a fault that has ended a set clears."""

    BY_ITSELF = 0     # with its cause
    AT_REST = 1       # with its cause, once the handle rests
    ACKNOWLEDGED = 2  # by reset_faults, once its cause is gone


@dataclass(frozen=True, slots=True)
class FaultRule:
    """
    How a fault is treated.

    :param meaning: for people
    :param first: reaction as soon as it is seen
    :param patience: how long it may last [s] before the final reaction
    :param last: final reaction
    :param clears: how it goes away after the final reaction
    :param bound: from its onset until less than 5 kg are applied [s]
    :param seen: who sees it, and how
    """

    meaning: str
    first: FailsafeAction
    patience: float
    last: FailsafeAction
    clears: ClearCondition
    bound: float
    seen: str


_NOTE, _LIGHTEN, _FINISH = FailsafeAction.NOTE, FailsafeAction.LIGHTEN, FailsafeAction.FINISH
_END, _UNLOAD, _RELEASE = FailsafeAction.END, FailsafeAction.UNLOAD, FailsafeAction.RELEASE
_ITSELF, _REST, _ACKNOWLEDGED = (
    ClearCondition.BY_ITSELF,
    ClearCondition.AT_REST,
    ClearCondition.ACKNOWLEDGED,
)

RULES: dict[Fault, FaultRule] = {
    Fault.EMERGENCY_STOP: FaultRule(
        'emergency stop', _RELEASE, 0.0, _RELEASE, _ACKNOWLEDGED, 0.2,
        'button of the machine, or service'),
    Fault.ENCODER_SILENT: FaultRule(
        'encoder silent', _UNLOAD, 0.0, _UNLOAD, _ACKNOWLEDGED, 0.15,
        'no measurement for 50 ms'),
    Fault.ENCODER_FROZEN: FaultRule(
        'encoder frozen', _UNLOAD, 0.0, _UNLOAD, _ACKNOWLEDGED, 0.3,
        'a moving handle stands still from one sample to the next'),
    Fault.ENCODER_JUMP: FaultRule(
        'encoder jumps', _NOTE, 0.1, _UNLOAD, _ACKNOWLEDGED, 0.25,
        'encoder: faster than any handle; one is ignored, three in 100 ms are not'),
    Fault.ENCODER_INVALID: FaultRule(
        'encoder values invalid', _NOTE, 0.05, _UNLOAD, _ITSELF, 0.15,
        'encoder: not finite or out of range; counts as missing'),
    Fault.TIME_INVALID: FaultRule(
        'time stamps invalid', _NOTE, 0.05, _UNLOAD, _ITSELF, 0.15,
        'stamps that repeat, go back or lie ahead; counts as missing'),
    Fault.OVER_SPEED: FaultRule(
        'handle falls too fast', _END, 0.0, _END, _REST, 0.25,
        'lowering speed, two samples; the load falls with speed before'),
    Fault.RUNAWAY: FaultRule(
        'handle falls freely', _RELEASE, 0.0, _RELEASE, _ACKNOWLEDGED, 0.1,
        'lowering speed, one sample'),
    Fault.STALL: FaultRule(
        'repetition cannot be finished', _NOTE, math.inf, _END, _REST, 8.0,
        'spotter: helps in steps first'),
    Fault.PHASE_TOO_LONG: FaultRule(
        'phase too long', _END, 0.0, _END, _ITSELF, 21.0,
        'one movement lasts longer than 20 s'),
    Fault.OVER_TRAVEL: FaultRule(
        'handle outside the range', _LIGHTEN, 0.3, _END, _ITSELF, 0.6,
        'more than 10 % and 50 mm outside; there is no eccentric load from 5 % and 20 mm'),
    Fault.COMMAND_LOST: FaultRule(
        'commands lost', _UNLOAD, 0.0, _UNLOAD, _REST, 0.3,
        'machine: watchdog; controller: it was not called in time'),
    Fault.SESSION_LOST: FaultRule(
        'session manager silent', _FINISH, 5.0, _END, _ACKNOWLEDGED, 6.5,
        'no heartbeat for 1 s'),
    Fault.RESTARTED: FaultRule(
        'machine has restarted', _UNLOAD, 0.0, _UNLOAD, _REST, 0.3,
        'machine not enabled though it was'),
    Fault.COMMAND_INVALID: FaultRule(
        'command refused', _NOTE, 0.1, _UNLOAD, _ITSELF, 0.3,
        'machine: not finite or above its limits; the last good one stays in force'),
    Fault.LOAD_MISMATCH: FaultRule(
        'load is not the commanded one', _UNLOAD, 0.0, _UNLOAD, _ACKNOWLEDGED, 0.4,
        'more than 5 kg and 10 % apart for 200 ms'),
    Fault.SLEW_EXCEEDED: FaultRule(
        'load changes too fast', _NOTE, 0.1, _UNLOAD, _ITSELF, 0.3,
        'machine: limited in the same cycle'),
    Fault.CHATTER: FaultRule(
        'handle chatters', _LIGHTEN, 0.7, _END, _ITSELF, 4.0,
        'six changes of direction in a second'),
    Fault.PHASE_UNKNOWN: FaultRule(
        'phase unknown', _LIGHTEN, 20.0, _END, _ITSELF, 21.0,
        'phase detector; when it is silent for 100 ms: unloaded then'),
    Fault.DRIVE: FaultRule(
        'drive fault', _UNLOAD, 0.0, _UNLOAD, _ACKNOWLEDGED, 0.1,
        'machine'),
    Fault.ATHLETE_GONE: FaultRule(
        'athlete has left', _END, 0.0, _END, _REST, 4.0,
        'handle rests below the range for 3 s'),
    Fault.GRAPH_INVALID: FaultRule(
        'duplicate or missing publisher', _UNLOAD, 0.0, _UNLOAD, _ACKNOWLEDGED, 3.0,
        'two publishers on one topic, or none'),
}
"""Every fault and its rule."""


def fault_names(faults: Iterable[Fault]) -> str:
    """Return the names of the faults, in the order of the table."""
    return ', '.join(RULES[fault].meaning for fault in sorted(faults))


def fault_table() -> str:
    """Return the rules as a table in markdown."""
    lines = ['| # | fault | seen by | reaction | clears | below 5 kg [s] |',
             '|---|---|---|---|---|---|']
    for fault, rule in RULES.items():
        lines.append(
            f'| {fault.value} | `{fault.name}` {rule.meaning} | {rule.seen} | {_reaction(rule)} '
            f'| {_WAYS[rule.clears]} | {rule.bound:g} |')
    return '\n'.join(lines)


_DOINGS = {
    FailsafeAction.NOTE: 'report', FailsafeAction.LIGHTEN: 'lower of both loads',
    FailsafeAction.FINISH: 'lower of both loads to the end of the repetition',
    FailsafeAction.END: 'end the set', FailsafeAction.UNLOAD: 'unload at once',
    FailsafeAction.RELEASE: 'unload at once, let go'}
_WAYS = {
    ClearCondition.BY_ITSELF: 'by itself', ClearCondition.AT_REST: 'at rest',
    ClearCondition.ACKNOWLEDGED: 'acknowledged'}


def _reaction(rule: FaultRule) -> str:
    """Return the reaction in words."""
    if rule.first is rule.last:
        return _DOINGS[rule.last]
    if math.isinf(rule.patience):
        return f'{_DOINGS[rule.first]}, then {_DOINGS[rule.last]}'
    return f'{_DOINGS[rule.first]}, after {rule.patience:g} s {_DOINGS[rule.last]}'
