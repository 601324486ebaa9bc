# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""State machine of the load controller: its modes, and the explanation of each."""
from collections.abc import Set
from enum import auto, Enum

from negtrain_ros.core.safety.fault_table import fault_names
from negtrain_ros.core.types import Fault, LimitReason, LoadMode


class LoadTrigger(Enum):
    """Trigger of a change of mode."""

    ARM = auto()       # somebody asked for it, and everything is right
    END = auto()       # the set is over, by request or for a reason that needs no acknowledgement
    FAULT = auto()     # something needs an acknowledgement
    UNLOADED = auto()  # nothing is commanded any more
    CLEARED = auto()   # acknowledged


TRANSITIONS: dict[tuple[LoadMode, LoadTrigger], LoadMode] = {
    (LoadMode.DISARMED, LoadTrigger.ARM): LoadMode.ARMED,
    (LoadMode.ARMED, LoadTrigger.END): LoadMode.UNLOADING,
    (LoadMode.UNLOADING, LoadTrigger.UNLOADED): LoadMode.DISARMED,
    (LoadMode.FAULT, LoadTrigger.CLEARED): LoadMode.DISARMED,
    **{(mode, LoadTrigger.FAULT): LoadMode.FAULT for mode in LoadMode},
}
"""The next mode."""

IGNORED = frozenset({
    *((mode, LoadTrigger.ARM) for mode in LoadMode if mode is not LoadMode.DISARMED),
    *((mode, LoadTrigger.END) for mode in LoadMode if mode is not LoadMode.ARMED),
    *((mode, LoadTrigger.UNLOADED) for mode in LoadMode if mode is not LoadMode.UNLOADING),
    *((mode, LoadTrigger.CLEARED) for mode in LoadMode if mode is not LoadMode.FAULT),
})
"""Triggers that do not apply in a mode."""

LOADED = (LoadMode.ARMED, LoadMode.UNLOADING)
"""Modes in which the handle may be loaded."""

TEXTS = {
    LimitReason.NOTHING: 'prescribed load',
    LimitReason.NOT_ARMED: 'not armed',
    LimitReason.RANGE_UNKNOWN: 'range of motion not known: the lower load',
    LimitReason.PHASE_UNCERTAIN: 'no certain movement: the lower load',
    LimitReason.RAMP: 'on the way to the load',
    LimitReason.RANGE_END: 'taken back before the turning point',
    LimitReason.SPEED: 'handle falls too fast',
    LimitReason.SPOTTER: 'the spotter helps',
    LimitReason.CAP: 'limit of athlete or machine',
    LimitReason.UNLOAD: 'unloaded',
}
"""What keeps the load from being the prescribed one, for people."""


def explain(
    mode: LoadMode, limit: LimitReason, held: Set[Fault], help_for: str, ended: str
) -> str:
    """
    Return one line for people on why the load is what it is.

    :param limit: what keeps the load from being the prescribed one
    :param held: faults that need an acknowledgement
    :param help_for: why the spotter helps, if it does
    :param ended: why the last set has ended, empty if there was none
    """
    if mode is LoadMode.ARMED:
        helps = help_for and limit is LimitReason.SPOTTER
        return f'{TEXTS[limit]}: {help_for}' if helps else TEXTS[limit]
    if mode is LoadMode.FAULT:
        return f'unloaded: {fault_names(held)}'
    return f'unloaded: {ended}' if ended else TEXTS[LimitReason.NOT_ARMED]
