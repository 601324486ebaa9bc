# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The modes of the load controller: what leads from one to another, and what is said in each."""
from collections.abc import Set
from enum import auto, Enum

from negtrain_ros.core.safety import names
from negtrain_ros.core.types import Fault, Limit, Mode


class Event(Enum):
    """What changes the mode."""

    ARM = auto()       # somebody asked for it, and everything is right
    END = auto()       # the set is over, by request or for a reason that needs no acknowledgement
    FAULT = auto()     # something needs an acknowledgement
    UNLOADED = auto()  # nothing is commanded any more
    CLEARED = auto()   # acknowledged


TRANSITIONS: dict[tuple[Mode, Event], Mode] = {
    **{(mode, event): mode for mode in Mode for event in Event},
    (Mode.DISARMED, Event.ARM): Mode.ARMED,
    (Mode.ARMED, Event.END): Mode.UNLOADING,
    (Mode.UNLOADING, Event.UNLOADED): Mode.DISARMED,
    (Mode.FAULT, Event.CLEARED): Mode.DISARMED,
    **{(mode, Event.FAULT): Mode.FAULT for mode in Mode},
}
"""The next mode; an event that means nothing in a mode leaves it."""

LOADED = (Mode.ARMED, Mode.UNLOADING)
"""Modes in which the handle may be loaded."""

TEXTS = {
    Limit.NOTHING: 'prescribed load',
    Limit.NOT_ARMED: 'not armed',
    Limit.RANGE_UNKNOWN: 'range of motion not known: the lower load',
    Limit.PHASE_UNCERTAIN: 'no certain movement: the lower load',
    Limit.RAMP: 'on the way to the load',
    Limit.RANGE_END: 'taken back before the turning point',
    Limit.SPEED: 'handle falls too fast',
    Limit.SPOTTER: 'the spotter helps',
    Limit.CAP: 'limit of athlete or machine',
    Limit.UNLOAD: 'unloaded',
}
"""What keeps the load from being the prescribed one, for people."""


def explain(mode: Mode, limit: Limit, held: Set[Fault], help_for: str, ended: str) -> str:
    """
    Return one line for people on why the load is what it is.

    :param limit: what keeps the load from being the prescribed one
    :param held: faults that need an acknowledgement
    :param help_for: why the spotter helps, if he does
    :param ended: why the last set has ended, empty if there was none
    """
    if mode is Mode.ARMED:
        helps = help_for and limit is Limit.SPOTTER
        return f'{TEXTS[limit]}: {help_for}' if helps else TEXTS[limit]
    if mode is Mode.FAULT:
        return f'unloaded: {names(held)}'
    return f'unloaded: {ended}' if ended else TEXTS[Limit.NOT_ARMED]
