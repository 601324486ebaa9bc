# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Keeping of the history: there, once, on both databases, and readable to the last word."""
import dataclasses
import math
from pathlib import Path
import stat

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from negtrain_ros.core.planning.prescription import PrescriptionSettings
from negtrain_ros.core.planning.strength import (
    Estimate,
    Maximum,
    StrengthMethod,
    StrengthSettings,
)
from negtrain_ros.core.session.session import RepetitionDone, SessionEnded, SetBegun, SetEnded
from negtrain_ros.core.session.strength_protocols import trials
from negtrain_ros.core.session.strength_test import StrengthTesting
from negtrain_ros.core.types import (
    Fault,
    Method,
    PhaseMeasure,
    Prescription,
    RangeOfMotion,
    Repetition,
    RepetitionStage,
    SessionStage,
    SetEnd,
    Verdict,
)
from negtrain_ros.history import tables_for_people
from negtrain_ros.history.database import connect, HistoryError, resolve
from negtrain_ros.history.opening import open_to_read
from negtrain_ros.history.outbox.entries import clean_name, new_number, Status
from negtrain_ros.history.session_log import SessionLog
from negtrain_ros.history.store import History
from negtrain_ros.history.tables import MEASURES, METADATA
from negtrain_ros.history.tables_for_people import Choice
import pytest

NAMES = ['Ann', "O'Hara", '"; DROP TABLE athletes; --', '李小龍', 'Zoë 🏋️‍♀️', 'x' * 200, '%s {0}']
PRESCRIPTION = Prescription(
    athlete='Ann', exercise='chest_press', method=Method.NEGATIVE, concentric=51.0,
    eccentric=85.0, limit=101.0, rom=RangeOfMotion(0.1, 0.5))
UP = PhaseMeasure(*(float(index) + 0.125 for index in range(len(MEASURES))))
DOWN = dataclasses.replace(UP, plateau_load=84.99951, smoothness=math.nan)


def repetition(number: int, verdict: Verdict = Verdict.COUNTED) -> Repetition:
    return Repetition(1000.5 + number, RepetitionStage.COMPLETE, number, verdict, UP, DOWN)


def train(history: History, athlete: str = 'Ann', repetitions: int = 3) -> int:
    session = history.begin(athlete, 'chest_press', Method.NEGATIVE, 1)
    session.begin_set(1, dataclasses.replace(PRESCRIPTION, athlete=athlete))
    for number in range(1, repetitions + 1):
        session.repetition(repetition(number), [(0.0, 0.1, 51.0), (1.0, 0.5, 51.0)])
    session.end_set(SetEnd.COUNT)
    session.fault(Fault.OVER_SPEED, 'too fast')
    session.end(Status.FINISHED, recording='/tmp/there.mcap')
    return session.number


def test_migrations_make_the_tables_of_the_models(history):
    with history.ask(lambda engine: engine.connect()) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_every_measure_of_a_phase_is_kept():
    assert tuple(field.name for field in dataclasses.fields(PhaseMeasure)) == MEASURES


def test_a_session_is_read_as_it_was_written(history):
    number = train(history)
    rows = history.ask(lambda engine: [*tables_for_people.repetitions(engine, Choice())])
    assert [row['ordinal'] for row in rows] == [1, 2, 3]
    for row in rows:
        assert (row['session'], row['athlete'], row['verdict']) == (number, 'Ann', 'counted')
        assert (row['concentric_prescribed'], row['eccentric_prescribed']) == (51.0, 85.0)
        for phase, measure in (('concentric', UP), ('eccentric', DOWN)):
            for name in MEASURES:
                value = getattr(measure, name)
                assert row[f'{phase}_{name}'] == (None if math.isnan(value) else value)
    (session,) = history.ask(lambda engine: tables_for_people.sessions(engine, Choice()))
    assert (session['repetitions'], session['status'], session['sets']) == (3, 'finished', 1)
    (fault,) = history.ask(lambda engine: tables_for_people.faults_of(engine, number))
    assert (fault['fault'], fault['explanation']) == ('over_speed', 'too fast')


def test_repetitions_that_do_not_count_are_kept_but_not_counted(history):
    session = history.begin('Ann', 'chest_press', Method.NEGATIVE, 1)
    session.begin_set(1, PRESCRIPTION)
    session.repetition(repetition(1))
    session.repetition(repetition(1, Verdict.TOO_SHORT))
    session.repetition(repetition(2))
    rows = history.ask(lambda engine: [*tables_for_people.repetitions(engine, Choice())])
    assert [row['verdict'] for row in rows] == ['counted', 'too_short', 'counted']
    (listed,) = history.ask(lambda engine: tables_for_people.sessions(engine, Choice()))
    assert listed['repetitions'] == 2


def test_a_name_comes_back_as_it_was_given(history):
    for name in NAMES:
        history.keep_range(name, 'row', RangeOfMotion(0.0, 0.4))
        assert history.rom(name, 'row') == RangeOfMotion(0.0, 0.4)
        train(history, name, repetitions=1)
        (session,) = history.ask(lambda engine: tables_for_people.sessions(
            engine, Choice(athlete=name)))  # noqa: B023
        assert session['athlete'] == name


@pytest.mark.parametrize('name, word', [
    ('', 'needs a name'), ('  ', 'needs a name'), ('x' * 10240, '10240 characters'),
    ('Ann\0', 'U\\+0000'), ('A\nnn', 'U\\+000A'), ('\ud800', 'U\\+D800'),
])
def test_impossible_names_are_refused_in_one_line(name, word):
    with pytest.raises(ValueError, match=word) as refusal:
        clean_name(name)
    assert '\n' not in str(refusal.value)


def test_nothing_is_kept_under_an_impossible_name(history):
    with pytest.raises(ValueError, match='U\\+0000'):
        history.begin('Ann\0', 'row', Method.REGULAR, 1)
    assert history.ask(lambda engine: tables_for_people.sessions(engine, Choice())) == []


def test_a_maximum_counts_once_it_is_accepted(history):
    line = Estimate(StrengthMethod.LOAD_VELOCITY, 101.0, 0.99)
    number = history.keep_test('Ann', 'chest_press', line, [[30.0, 0.9]])
    assert history.maximum('Ann', 'chest_press') is None
    with pytest.raises(HistoryError, match='no strength test'):
        history.accept_test('Bob', 'chest_press', number)
    with pytest.raises(HistoryError, match='no strength test'):
        history.accept_test('Ann', 'row', number)
    history.accept_test('Ann', 'chest_press', number)
    maximum = history.maximum('Ann', 'chest_press')
    assert isinstance(maximum, Maximum)
    assert (maximum.value, maximum.method, maximum.fit) == (
        101.0, StrengthMethod.LOAD_VELOCITY, 0.99)


def test_a_revoked_maximum_gives_way_to_the_one_before_and_may_be_accepted_again(history):
    first, second = (history.keep_test('Ann', 'row', Estimate(
        StrengthMethod.LOAD_VELOCITY, maximum, 0.99)) for maximum in (101.0, 160.0))
    for number in (first, second):
        history.accept_test('Ann', 'row', number)
    assert history.maximum('Ann', 'row').value == 160.0
    history.revoke_test('Ann', 'row', second)
    assert history.maximum('Ann', 'row').value == 101.0
    history.revoke_test('Ann', 'row', first)
    assert history.maximum('Ann', 'row') is None
    history.accept_test('Ann', 'row', second)
    assert history.maximum('Ann', 'row').value == 160.0


def test_who_names_a_wrong_test_is_told_which_there_are(history):
    number = history.keep_test('Ann', 'row', Estimate(StrengthMethod.ISOMETRIC, 80.0))
    for decide in (history.accept_test, history.revoke_test):
        with pytest.raises(HistoryError, match=fr'there is {number} \(80.0 kg\)'):
            decide('Ann', 'row', number + 1)
        with pytest.raises(HistoryError, match='there is none'):
            decide('Bob', 'row', number)


def test_a_strength_test_is_kept_with_its_repetitions_traces_and_recording(history):
    """As a session whose number the test has; its loads are nobody's training."""
    settings = StrengthSettings()
    activity = StrengthTesting(
        StrengthMethod.LOAD_VELOCITY, trials(
            StrengthMethod.LOAD_VELOCITY, 100.0, 0.17, settings, PrescriptionSettings()),
        PRESCRIPTION, settings)
    recorder = Recorder()
    log = SessionLog(history, recorder)
    log.open(activity, None, 0.0)
    assert history.interrupted('Ann', 'chest_press') is None
    for number in (1, 2):
        log.on_event(SetBegun(number, activity.prescription))
        log.on_event(RepetitionDone(repetition(number)))
        log.on_event(SetEnded(number, SetEnd.COUNT))
        activity.advance(SetEnd.COUNT)
    log.on_event(SessionEnded(SessionStage.FINISHED, ''))
    test = history.keep_test(
        'Ann', 'chest_press', Estimate(StrengthMethod.LOAD_VELOCITY, 101.0), (), log.number)
    session, = history.ask(lambda engine: tables_for_people.sessions(engine, Choice()))
    assert (session['number'], session['sets'], session['sets_planned']) == (test, 2, 0)
    rows = history.ask(lambda engine: [*tables_for_people.repetitions(engine, Choice())])
    assert [row['set'] for row in rows] == [1, 2]
    kept = history.ask(lambda engine: tables_for_people.repetitions_of(engine, test))
    assert all(row['trace'] for row in kept) and len(kept) == 2
    assert recorder.of == [test]
    assert history.last_loads('Ann', 'chest_press', Method.REGULAR) is None


class Recorder:
    """Gives a trace, and says what it was told to record."""

    def __init__(self):
        self.of = []

    def begin(self, session):
        """Note the session."""
        self.of.append(session)

    def end(self):
        """Name the recording."""
        return '/tmp/there'

    def trace(self):
        """Return a short movement."""
        return [(0.0, 0.1, 20.0), (1.0, 0.5, 20.0)]


def test_a_failed_test_is_not_kept(history):
    with pytest.raises(HistoryError, match='scatter'):
        history.keep_test('Ann', 'row', Estimate(StrengthMethod.LOAD_VELOCITY, reason='scatter'))


def test_the_last_loads_are_those_of_the_same_method(history):
    train(history)
    assert history.last_loads('Ann', 'chest_press', Method.NEGATIVE).eccentric == 85.0
    assert history.last_loads('Ann', 'chest_press', Method.REGULAR) is None


def test_an_interrupted_session_goes_on_at_the_next_set(url, folder):
    history = History(url, folder, machine='press 1')
    session = history.begin('Ann', 'chest_press', Method.NEGATIVE, 3, program='plan', step=2)
    for number in (1, 2):
        session.begin_set(number, PRESCRIPTION)
        session.repetition(repetition(1))
    history.close()

    history = History(url, folder, machine='press 1')
    interrupted = history.interrupted('Ann', 'chest_press')
    assert (interrupted.number, interrupted.sets_done, interrupted.sets, interrupted.step) == (
        session.number, 2, 3, 2)
    resumed = history.resume(interrupted)
    assert history.interrupted('Ann', 'chest_press') is None
    resumed.begin_set(resumed.sets_done + 1, PRESCRIPTION)
    resumed.repetition(repetition(1))
    resumed.end_set(SetEnd.COUNT)
    resumed.end(Status.FINISHED)
    sets = history.ask(lambda engine: tables_for_people.sets_of(engine, session.number))
    assert [(row['number'], row['ended_by']) for row in sets] == [
        (1, 'stopped'), (2, 'stopped'), (3, 'count')]
    history.close()


def test_one_machine_does_not_interrupt_another(url, folder, history):
    session = history.begin('Ann', 'chest_press', Method.NEGATIVE, 3)
    other = History(url, folder, machine='press 2')
    assert other.interrupted('Ann', 'chest_press') is None
    session.begin_set(1, PRESCRIPTION)
    other.close()


def test_two_session_managers_of_one_machine_are_one_too_many(url, folder, history):
    with pytest.raises(HistoryError, match='in use'):
        History(url, folder, machine='press 1')


def test_a_set_that_goes_on_after_a_pause_is_one_set(history):
    session = history.begin('Ann', 'chest_press', Method.NEGATIVE, 1)
    session.begin_set(1, PRESCRIPTION)
    session.repetition(repetition(1))
    session.end_set(SetEnd.STOPPED)
    session.begin_set(1, PRESCRIPTION)
    session.repetition(repetition(2))
    rows = history.ask(lambda engine: [*tables_for_people.repetitions(engine, Choice())])
    assert [(row['set'], row['ordinal'], row['ended_by']) for row in rows] == [
        (1, 1, None), (1, 2, None)]


def test_only_the_owner_can_look(url, folder, history):
    train(history)
    for path in [folder, *folder.rglob('*'), *folder.parent.glob('history.sqlite*')]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_numbers_are_exact_in_every_program_and_in_the_order_of_time():
    numbers = [new_number(1.8e9 + second) for second in range(100)]
    assert numbers == sorted(numbers)
    assert all(0 < number < 2 ** 53 for number in numbers)
    assert 0 <= new_number(0.0) < 2 ** 53


@pytest.mark.parametrize('wrong, word', [
    ('mysql://localhost/gym', 'none of'), ('no url', 'no database URL'),
    ('sqlite://', 'has to be a file'),
])
def test_impossible_databases_are_refused(folder, wrong, word):
    with pytest.raises(HistoryError, match=word):
        connect(resolve(wrong, folder))


def test_a_newer_database_is_left_alone(url, folder):
    History(url, folder, machine='press 1').close()
    engine = open_to_read(url, folder)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for refused in (lambda: History(url, folder, machine='press 1'),
                    lambda: open_to_read(url, folder)):
        with pytest.raises(HistoryError, match='newer than this program') as refusal:
            refused()
        assert '\n' not in str(refusal.value)


def test_a_file_that_is_no_database_is_refused(folder):
    folder.mkdir()
    (folder / 'history.sqlite').write_text('once upon a time ' * 100)
    with pytest.raises(HistoryError, match='not a database'):
        History('', folder)


def test_the_folder_is_where_it_is_said(tmp_path: Path):
    History('', tmp_path / 'deep' / 'er', machine='a/b c').close()
    assert (tmp_path / 'deep' / 'er' / 'history.sqlite').is_file()
