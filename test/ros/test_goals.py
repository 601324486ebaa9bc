# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Goals of a machine: one client at a time, and a refusal in one line."""
from copy import deepcopy
import math

from harness.probe import CHEST_PRESS, Probe
from negtrain_interfaces.action import CalibrateRange, StrengthTest, Train
from negtrain_interfaces.msg import SessionState
from negtrain_interfaces.srv import AcceptStrengthTest
import pytest

ANN = {'athlete': 'Ann "O\'Hara" 😀', 'exercise': 'chest_press'}


def training(prescription=CHEST_PRESS, **fields):
    """Return the goal of one set, with some fields changed."""
    wanted = {**ANN, 'prescription': prescription, 'sets': 1, **fields}
    return Train.Goal(**wanted)


def endless():
    prescription = deepcopy(CHEST_PRESS)
    prescription.repetitions = 0
    return prescription


@pytest.mark.parametrize(('action', 'goal', 'word'), [
    ('train', training(sets=0), 'at least one set'),
    ('train', training(sets=4_000_000_000), '100 sets at most'),
    ('train', training(endless()), 'at least one set of one repetition'),
    ('train', training(rest=math.nan), 'a rest lasts'),
    ('train', training(rest=-1.0), 'a rest lasts'),
    ('train', training(athlete=''), 'needs a name'),
    ('train', training(athlete='x' * 10240), '10240 characters'),
    ('train', training(athlete='Nobody'), 'calibrate first'),
    ('train', training(program='../../etc/passwd'), 'is not one of'),
    ('train', training(program='power'), 'strength test'),
    ('train', training(resume=True), 'no interrupted session'),
    ('calibrate_range', CalibrateRange.Goal(**{**ANN, 'athlete': 'A\nB'}), 'U+000A'),
    ('calibrate_range', CalibrateRange.Goal(**{**ANN, 'exercise': 'flying'}), "'flying'"),
    ('strength_test', StrengthTest.Goal(**ANN, method=9, expected=80.0), '9'),
    ('strength_test', StrengthTest.Goal(**ANN, method=1, expected=math.nan), ''),
], ids=lambda value: value if isinstance(value, str) else '')
def test_a_wrong_goal_is_refused_in_a_line_and_nothing_begins(probe, action, goal, word):
    result = probe.result(probe.begin(action, goal))
    assert word in result.reason and result.reason and '\n' not in result.reason
    assert probe.wait_for('session').stage == SessionState.IDLE


def test_a_second_client_is_refused_with_who_is_on_the_machine(probe):
    refusal = f'{ANN["athlete"]} is on the machine: negtrain stop ends it'
    first = probe.begin('calibrate_range', CalibrateRange.Goal(**ANN))
    with Probe(topics=['session']) as second:
        second.wait_for('session', lambda state: state.athlete == ANN['athlete'])
        for action, goal in (('train', training(athlete='Bob')),
                             ('calibrate_range', CalibrateRange.Goal(
                                 athlete='Bob', exercise='row'))):
            assert second.result(second.begin(action, goal)).reason == refusal
        answer = second.ask('accept_strength_test', AcceptStrengthTest.Request(**ANN, test=1))
        assert answer.reason == refusal
    first.cancel_goal_async()
    assert probe.result(first).reason == 'cancelled'
