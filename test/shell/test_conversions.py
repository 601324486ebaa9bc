# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Conversions between core and messages, to the last bit."""
from dataclasses import fields
from enum import IntEnum
import math
from typing import get_type_hints

from hypothesis import given, settings, strategies
from negtrain_ros.core import types
from negtrain_ros.shell.conversions import from_msg, MESSAGES, seconds, to_msg, to_time
import pytest

stamps = strategies.integers(1, 2**61).map(
    lambda nanoseconds: nanoseconds // 10**9 + nanoseconds % 10**9 * 1e-9)
numbers = strategies.floats(allow_nan=False) | strategies.just(math.nan)
ranges = strategies.none() | strategies.builds(
    types.RangeOfMotion, strategies.floats(-1.0, 0.5), strategies.floats(0.6, 2.0))
BY_TYPE = {
    float: numbers,
    int: strategies.integers(0, 2**32 - 1),
    bool: strategies.booleans(),
    str: strategies.text(max_size=20),
    types.RangeOfMotion | None: ranges,
    tuple[types.Fault, ...]: strategies.lists(strategies.sampled_from(types.Fault)).map(tuple),
}


def values(kind):
    """Return any value of a kind."""
    hints = get_type_hints(kind)
    return strategies.builds(kind, **{
        field.name: of_field(field.name, hints[field.name]) for field in fields(kind)})


def of_field(name, hint):
    if name in ('stamp', 'start'):
        return stamps
    if hint in MESSAGES:
        return values(hint)
    if hint == tuple[types.Repetition, ...]:
        return strategies.lists(values(types.Repetition), max_size=2).map(tuple)
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        return strategies.sampled_from(hint)
    return BY_TYPE[hint]


@pytest.mark.parametrize('kind', MESSAGES, ids=lambda kind: kind.__name__)
@settings(max_examples=30, deadline=None)
@given(data=strategies.data())
def test_a_value_comes_back_as_it_went(kind, data):
    value = data.draw(values(kind))
    assert from_msg(kind, to_msg(value)) == value


@given(stamps)
def test_a_time_comes_back_to_the_last_bit(stamp):
    assert seconds(to_time(stamp)) == stamp


def test_a_number_that_no_member_has_is_refused():
    message = to_msg(types.Prescription())
    message.method = 99
    with pytest.raises(ValueError, match='99'):
        from_msg(types.Prescription, message)
