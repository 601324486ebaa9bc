# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""No load passes the gate beyond machine, caps and unlocked maximum; what rises is asked about."""
from dataclasses import replace
import math

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.core.planning.exercise import Exercise
from negtrain_ros.core.planning.gate import AthleteLimits, Evidence, Gate
from negtrain_ros.core.planning.prescription import Loads, loads
from negtrain_ros.core.planning.strength import Maximum, StrengthMethod, StrengthSettings
from negtrain_ros.core.safety.load_limits import LoadLimits
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import Method, Order, Prescription, RangeOfMotion
import pytest

NOW, LIGHT = 1.7e9, LoadLimits().light
PRESS = Exercise(name='chest_press')
SQUAT = Exercise(name='squat', order='eccentric_first', step=2.5, smallest_range=0.15)
ROM = RangeOfMotion(0.1, 0.5)
GATE = Gate(PRESS, LoadLimits())


def maximum(value: float, taken_at: float = NOW) -> Maximum:
    return Maximum(value, StrengthMethod.LOAD_VELOCITY, taken_at)


def wish(of: float, method: Method = Method.NEGATIVE) -> Prescription:
    """Return what the command line wishes for from a maximum that was typed."""
    load = loads(of, method)
    return Prescription(athlete='Ann', exercise='chest_press', method=method, limit=load.limit,
                        concentric=load.concentric, eccentric=load.eccentric, repetitions=4)


STRONG = Evidence(maximum=maximum(103.7), last=Loads(51.0, 85.0, 101.0), rom=ROM)


@pytest.mark.parametrize(('wanted', 'evidence', 'words'), [
    (wish(187.0), STRONG, ('157 kg', '103.7 kg', '157 lb would be 71 kg')),
    (wish(130.0), STRONG, ('109 kg', '103.7 kg')),
    (wish(100.0), replace(STRONG, limits=AthleteLimits(cap=40.0)), ('84 kg', 'cap', '40 kg')),
    (wish(100.0), replace(STRONG, limits=AthleteLimits(exercise_cap=60.0)), ('chest_press', '60')),
    (wish(100.0), replace(STRONG, limits=AthleteLimits(allowed=False)), ('not allowed',)),
    (wish(100.0), replace(STRONG, maximum=None), ('no maximum', 'tests', f'{LIGHT:g} kg')),
    (wish(100.0), replace(STRONG, maximum=maximum(103.7, NOW - StrengthSettings().expires_after
                                                  - 1.0)), ('expired',)),
    (wish(100.0), replace(STRONG, rom=None), ('calibrate',)),
    (wish(100.0), replace(STRONG, limits=AthleteLimits(top=0.12)), ('smallest range',)),
], ids=['pounds', 'too heavy', 'cap', 'cap of the exercise', 'not allowed', 'no maximum',
        'expired', 'no range', 'range limits'])
def test_what_goes_too_far_is_refused_with_the_reason(wanted, evidence, words):
    with pytest.raises(Refusal) as refusal:
        GATE.training(wanted, evidence, NOW)
    assert all(word in str(refusal.value) for word in words), refusal.value
    assert '\n' not in str(refusal.value)


def test_pounds_are_not_suspected_where_they_would_not_fit():
    with pytest.raises(Refusal) as refusal:
        GATE.training(wish(120.0), replace(STRONG, limits=AthleteLimits(cap=30.0)), NOW)
    assert 'lb' not in str(refusal.value)


@pytest.mark.parametrize(('evidence', 'of', 'asks'), [
    (STRONG, 100.0, False),
    (replace(STRONG, last=Loads(51.0, 80.0, 101.0)), 100.0, True),
    (replace(STRONG, last=None), 100.0, True),
    (replace(STRONG, last=None), LIGHT, False),
], ids=['no heavier than last', 'heavier', 'first time', 'first time, light'])
def test_more_than_was_trained_is_asked_about(evidence, of, asks):
    assert bool(GATE.training(wish(of), evidence, NOW).question) is asks


def test_only_what_rises_is_in_the_question():
    question = GATE.training(
        wish(100.0), replace(STRONG, last=Loads(51.0, 80.0, 101.0)), NOW).question
    assert 'down 80 → 84 kg' in question and 'up' not in question


def test_a_maximum_that_jumped_is_named():
    answer = GATE.training(wish(160.0), replace(
        STRONG, maximum=maximum(160.0), previous=maximum(100.0), last=None), NOW)
    assert '100.0 to 160.0 kg' in answer.question and 'same athlete' in answer.question


def test_exercise_and_athlete_settle_what_a_wish_cannot():
    evidence = replace(STRONG, limits=AthleteLimits(cap=90.0, bottom=0.2))
    got = Gate(SQUAT, LoadLimits()).training(wish(100.0), evidence, NOW).prescription
    assert got.order is Order.ECCENTRIC_FIRST
    assert (got.rom, got.limit) == (RangeOfMotion(0.2, 0.5), 90.0)


def test_an_isometric_training_gets_its_hold():
    got = GATE.training(wish(100.0, Method.ISOMETRIC), STRONG, NOW).prescription
    assert got.hold_position == pytest.approx(0.3)


def test_a_guess_in_pounds_is_asked_about_before_a_test():
    answer = GATE.test(187.0, STRONG, isometric=False)
    assert '103.7 kg' in answer.question and '187 lb would be 85 kg' in answer.question
    assert answer.expected <= answer.ceiling <= 103.7


def test_a_cap_holds_in_a_test_too():
    answer = GATE.test(100.0, Evidence(limits=AthleteLimits(cap=40.0)), isometric=False)
    assert (answer.ceiling, answer.expected) == (40.0, 40.0)


numbers = st.one_of(st.floats(0.0, 400.0), st.sampled_from([math.nan, math.inf, -1.0, 5.0]))
maybe = st.one_of(st.none(), st.floats(5.0, 200.0))
caps = st.one_of(st.just(math.inf), st.floats(0.0, 300.0))
athletes = st.builds(AthleteLimits, caps, caps, st.floats(0.2, 1.2), st.booleans())
wishes = st.builds(
    Prescription, athlete=st.just('Ann'), exercise=st.just('chest_press'),
    method=st.sampled_from(Method), concentric=numbers, eccentric=numbers, limit=numbers)


@given(athletes, maybe, maybe, wishes, numbers, st.floats(-1e3, 1e8), st.floats(5.0, 250.0),
       st.booleans())
def test_no_answer_is_beyond_machine_caps_and_unlocked_maximum(
        athlete, value, last, wanted, expected, age, machine_limit, isometric):
    gate = Gate(PRESS, LoadLimits(machine_limit=machine_limit))
    evidence = Evidence(
        athlete, None if value is None else maximum(value, NOW - age),
        last=None if last is None else Loads(last, last, last), rom=ROM)
    highest = min(machine_limit, PRESS.machine_limit, athlete.cap, athlete.exercise_cap)
    if value is not None:
        highest = min(highest, athlete.share * value)
    try:
        got = gate.training(wanted, evidence, NOW).prescription
    except Refusal:
        pass
    else:
        assert 0.0 < max(got.concentric, got.eccentric) <= highest
        assert 0.0 < got.limit <= highest
        if value is None or age > StrengthSettings().expires_after:
            assert got.limit <= LIGHT
    try:
        answer = gate.test(expected, evidence, isometric=isometric)
    except Refusal:
        return
    bound = highest if not isometric else min(
        machine_limit, PRESS.machine_limit, athlete.cap, athlete.exercise_cap)
    assert LIGHT <= answer.ceiling <= bound
    assert isometric or 0.0 < answer.expected <= answer.ceiling
