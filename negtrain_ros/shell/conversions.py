# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Conversions between the values of the core and the messages of negtrain_interfaces.

Fields carry the same names on both sides, so one rule for each kind of field is enough: a stamp is
the stamp of the header, another time a Time, an enumeration its number, a personal range its two
ends (NaN when it is not known).
"""
from collections.abc import Callable
from dataclasses import fields
from enum import IntEnum
from functools import partial
import math
from time import monotonic
from typing import Any, get_args, get_type_hints, TypeVar

from builtin_interfaces.msg import Time
from negtrain_interfaces import msg
from negtrain_ros.core import types
from negtrain_ros.core.settings import Refusal
from rclpy.node import Node

MESSAGES: dict[type, type] = {
    types.HandleState: msg.HandleState,
    types.PhaseState: msg.PhaseState,
    types.PhaseMeasure: msg.PhaseMeasure,
    types.Repetition: msg.Repetition,
    types.Prescription: msg.Prescription,
    types.SetSummary: msg.SetSummary,
    types.LoadCommand: msg.LoadCommand,
    types.LoadState: msg.LoadState,
    types.MachineState: msg.MachineState,
    types.SessionState: msg.SessionState,
}
TIMES = {'start'}

Enumeration = TypeVar('Enumeration', bound=IntEnum)
Read = Callable[[Any], Any]
Write = Callable[[Any, Any], None]


def seconds(time: Time) -> float:
    """Return a message's time as float seconds; exact to and fro (see to_time)."""
    return time.sec + time.nanosec * 1e-9


def now(node: Node) -> float:
    """Return the time of a node's clock, simulated or not [s]."""
    return seconds(node.get_clock().now().to_msg())


def steady(node: Node) -> float:
    """Return the time of a clock that nobody puts right [s]: simulated, or since the start."""
    return now(node) if node.get_clock().ros_time_is_active else monotonic()


def to_time(stamp: float) -> Time:
    """Return float seconds as a message's time; NaN, no time at all, is zero."""
    if math.isnan(stamp):
        return Time()
    whole = math.floor(stamp)
    nanoseconds = round((stamp - whole) * 1e9)
    return Time(sec=whole + nanoseconds // 1_000_000_000, nanosec=nanoseconds % 1_000_000_000)


def to_msg(value: Any) -> Any:
    """Return the message that says the same as a value of the core."""
    message = MESSAGES[type(value)]()
    for _, _, write in RULES[type(value)]:
        write(message, value)
    return message


def from_msg(kind: type, message: Any) -> Any:
    """
    Return the value of the given kind that a message carries.

    :raises Refusal: an enumeration has a number that it does not know
    """
    return kind(**{name: read(message) for name, read, _ in RULES[kind]})


def enumeration(kind: type[Enumeration], number: int) -> Enumeration:
    """Return the member with a number; :raises Refusal: if there is none."""
    try:
        return kind(number)
    except ValueError:
        raise Refusal(f'{kind.__name__} has no {number}') from None


def _rule(name: str, hint: Any) -> tuple[Read, Write]:
    if name == 'stamp':
        return (lambda message: seconds(message.header.stamp),
                lambda message, value: setattr(message.header, 'stamp', to_time(value.stamp)))
    if name in TIMES:
        return (lambda message: seconds(getattr(message, name)) or math.nan,
                lambda message, value: setattr(message, name, to_time(getattr(value, name))))
    if hint == types.RangeOfMotion | None:
        return _read_range, _write_range
    if hint in MESSAGES:
        return (lambda message: from_msg(hint, getattr(message, name)),
                lambda message, value: setattr(message, name, to_msg(getattr(value, name))))
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        return (lambda message: enumeration(hint, getattr(message, name)),
                lambda message, value: setattr(message, name, int(getattr(value, name))))
    if get_args(hint):
        read, write = _item_rule(get_args(hint)[0])
        return (lambda message: tuple(map(read, getattr(message, name))),
                lambda message, value: setattr(
                    message, name, [write(item) for item in getattr(value, name)]))
    if hint is float:
        return (lambda message: _same_nan(getattr(message, name)),
                lambda message, value: setattr(message, name, float(getattr(value, name))))
    return (lambda message: getattr(message, name),
            lambda message, value: setattr(message, name, hint(getattr(value, name))))


def _item_rule(item: type) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    if item in MESSAGES:
        return lambda message: from_msg(item, message), to_msg
    return partial(enumeration, item), int


def _same_nan(number: float) -> float:
    """Return the number; NaN as one and the same object, so that equal values compare equal."""
    return math.nan if math.isnan(number) else number


def _read_range(message: Any) -> types.RangeOfMotion | None:
    known = math.isfinite(message.bottom) and math.isfinite(message.top)
    return types.RangeOfMotion(message.bottom, message.top) if known else None


def _write_range(message: Any, value: Any) -> None:
    message.bottom = value.rom.bottom if value.rom else math.nan
    message.top = value.rom.top if value.rom else math.nan


RULES: dict[type, tuple[tuple[str, Read, Write], ...]] = {
    kind: tuple((field.name, *_rule(field.name, get_type_hints(kind)[field.name]))
                for field in fields(kind))
    for kind in MESSAGES}
