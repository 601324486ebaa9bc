# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Choice of the maximum behind the next loads: accepted, of the right method, young."""
import dataclasses

from negtrain_ros.core.planning.program import Dose
from negtrain_ros.core.planning.strength import Estimate, StrengthMethod, StrengthSettings
from negtrain_ros.core.safety.load_limits import LoadLimits
from negtrain_ros.core.session.activities import Training
from negtrain_ros.core.types import (
    Fault,
    LimitReason,
    LoadMode,
    LoadState,
    Method,
    PhaseMeasure,
    Prescription,
    RangeOfMotion,
    Repetition,
    RepetitionStage,
    SetEnd,
    Verdict,
)
from negtrain_ros.history import planning, queries, tables_for_people
from negtrain_ros.history.outbox.entries import Status
from negtrain_ros.history.session_log import SessionLog
from negtrain_ros.history.store import History
from negtrain_ros.programs.exercises import shipped_exercises
from negtrain_ros.programs.programs import find_program
import pytest

ANN, PRESS = 'Ann', 'chest_press'
LINE, PUSH = StrengthMethod.LOAD_VELOCITY, StrengthMethod.ISOMETRIC
BEGIN, DAY = 1.7e9, 86400.0
LIGHT = Prescription(
    athlete=ANN, exercise=PRESS, method=Method.REGULAR, concentric=20.0, eccentric=20.0,
    limit=20.0, rom=RangeOfMotion(0.1, 0.5))


class Calendar:
    """The history of one machine whose date can be set."""

    def __init__(self, url, folder):
        self.now = BEGIN
        self.history = History(url, folder, machine='press 1', clock=lambda: self.now)

    def test(self, maximum, method=LINE, *, accepted=True):
        number = self.history.keep_test(ANN, PRESS, Estimate(method, maximum, 0.99))
        if accepted:
            self.history.accept_test(ANN, PRESS, number)

    def warm_up(self):
        session = self.history.begin(ANN, PRESS, Method.REGULAR, 1)
        session.begin_set(1, LIGHT)
        session.end_set(SetEnd.COUNT)
        session.end(Status.FINISHED)

    def plan(self):
        return self.history.ask(lambda engine: planning.plan(
            engine, ANN, find_program('negative-alternating'), shipped_exercises()[PRESS],
            self.now, self.history.geometry, LoadLimits()))


@pytest.fixture
def calendar(url, folder):
    """Give a calendar on which a maximum of 100 kg has been accepted."""
    calendar = Calendar(url, folder)
    calendar.history.keep_range(ANN, PRESS, RangeOfMotion(0.1, 0.5))
    calendar.test(100.0)
    calendar.now += DAY
    yield calendar
    calendar.history.close()


@pytest.mark.parametrize('meanwhile', [
    lambda calendar: None,
    lambda calendar: calendar.test(140.0, PUSH),
    lambda calendar: calendar.test(60.0, StrengthMethod.REPETITION_MAXIMUM),
    lambda calendar: calendar.test(120.0, accepted=False),
    lambda calendar: calendar.warm_up(),
], ids=['nothing', 'another method', 'a light set to failure', 'not accepted', 'a warm-up'])
def test_what_does_not_replace_a_maximum(calendar, meanwhile):
    meanwhile(calendar)
    calendar.now += DAY
    plan = calendar.plan()
    assert (plan.maximum.value, plan.maximum.method) == (100.0, LINE)
    assert plan.answer.prescription.concentric == pytest.approx(65.0)


def test_the_newest_accepted_maximum_of_the_method_counts(calendar):
    calendar.test(110.0)
    assert calendar.plan().maximum.value == 110.0


def test_the_order_of_acceptance_decides_not_the_clock(calendar):
    calendar.now += 5 * 365.0 * DAY
    calendar.test(120.0)
    calendar.now -= 5 * 365.0 * DAY
    calendar.test(60.0)
    assert calendar.plan().maximum.value == 60.0


def test_range_and_maximum_of_another_geometry_are_not_used(calendar, url, tmp_path):
    other = History(url, tmp_path / 'other', machine='press 2')
    assert other.rom(ANN, PRESS) is None and other.maximum(ANN, PRESS) is None
    same = History(url, tmp_path / 'same', machine='press 3', geometry='press 1')
    assert same.rom(ANN, PRESS) == RangeOfMotion(0.1, 0.5)
    assert same.maximum(ANN, PRESS).value == 100.0
    other.close()
    same.close()


def test_an_expired_maximum_gives_no_loads(calendar):
    calendar.warm_up()
    calendar.now = BEGIN + StrengthSettings().expires_after - 1.0
    assert calendar.plan().answer
    calendar.now += 2.0
    assert calendar.plan().answer is None


def test_a_fault_is_kept_each_time_it_comes(calendar):
    journal = SessionLog(calendar.history)
    journal.open(Training((LIGHT,), 0.0), None, 0.0)
    calm = LoadState(0.0, LoadMode.ARMED, 0.0, 0.0, LimitReason.NOTHING, (), '', LIGHT)
    fallen = dataclasses.replace(
        calm, mode=LoadMode.FAULT, faults=(Fault.OVER_SPEED,), explanation='unloaded: too fast')
    for load in (calm, fallen, fallen, calm, fallen):
        calendar.now += 0.1
        journal.on_load_state(load)
    rows = calendar.history.ask(lambda engine: tables_for_people.faults_of(engine, journal.number))
    assert [(row['fault'], row['explanation']) for row in rows] == [
        ('over_speed', 'unloaded: too fast')] * 2


DONE = dataclasses.replace(LIGHT, repetitions=10)


@pytest.mark.parametrize(('counted', 'end', 'status', 'done'), [
    (1, SetEnd.FAILED, Status.FINISHED, False), (8, SetEnd.COUNT, Status.FINISHED, True),
    (0, SetEnd.LEFT, Status.STOPPED, False), (9, SetEnd.STOPPED, Status.STOPPED, True),
    (3, SetEnd.VELOCITY_LOSS, Status.FINISHED, True)])
def test_what_was_counted_decides_over_a_step_and_not_how_the_session_ended(
        calendar, counted, end, status, done):
    session = calendar.history.begin(ANN, PRESS, Method.NEGATIVE, 1, program='short', step=1)
    session.begin_set(1, DONE)
    for number in range(1, counted + 1):
        session.repetition(Repetition(
            calendar.now, RepetitionStage.COMPLETE, number, Verdict.COUNTED, PhaseMeasure(),
            PhaseMeasure()))
    session.end_set(end)
    session.end(status)
    trained = calendar.history.ask(lambda engine: queries.trained(engine, ANN, 'short', PRESS))
    assert [Dose(sets=1, repetitions=10).is_done_by(one.repetitions) for one in trained] == [done]
