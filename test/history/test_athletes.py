# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Records of athletes: who is who, what is allowed, and what becomes of older databases."""
from pathlib import Path

from alembic import command
from alembic.config import Config
from harness.history_cli import run
from negtrain_ros import history as package
from negtrain_ros.core.planning.strength import Estimate, StrengthMethod
from negtrain_ros.core.types import Method, RangeOfMotion
from negtrain_ros.history import athletes, queries, tables_for_people
from negtrain_ros.history.database import connect, HistoryError, migrate, resolve, writing
from negtrain_ros.history.erasure import erase
from negtrain_ros.history.opening import make_history, open_to_read
from negtrain_ros.history.outbox.entries import athlete_number
from negtrain_ros.history.store import History
import pytest
from sqlalchemy import text

PRESS, ROM = 'chest_press', RangeOfMotion(0.1, 0.5)


def visit(history: History, name: str, maximum: float) -> int:
    """Let somebody calibrate, be tested and begin a session; return its number."""
    history.keep_range(name, PRESS, ROM)
    test = history.keep_test(name, PRESS, Estimate(StrengthMethod.LOAD_VELOCITY, maximum, 0.99))
    history.accept_test(name, PRESS, test)
    return history.begin(name, PRESS, Method.NEGATIVE, 1).number


def numbers(url: str, folder: Path, name: str) -> set[int]:
    engine = open_to_read(url, folder)
    return {row['number'] for row in tables_for_people.sessions(
        engine, tables_for_people.Choice(athlete=name))}


def test_a_trainer_sets_limits_that_the_gate_reads(url, folder):
    assert run(url, folder, 'athlete', 'add', 'Ann')[0] == 0
    for arguments in (('--cap', 60, '--share', 1.1, '--notes', 'shoulder', '--token', '04A2'),
                      ('--exercise', PRESS, '--cap', 40, '--bottom', 0.15),
                      ('--exercise', 'squat', '--no-allowed'),
                      ('--machine', 'press 1', '--setting', 'seat=4', '--setting', 'lever=2')):
        status, _, said = run(url, folder, 'athlete', 'set', 'Ann', *arguments)
        assert status == 0, said
    engine = open_to_read(url, folder)
    limits = queries.limits(engine, '04A2', PRESS)
    assert (limits.cap, limits.exercise_cap, limits.share, limits.bottom) == (60, 40, 1.1, 0.15)
    assert not queries.limits(engine, 'Ann', 'squat').allowed
    status, told, _ = run(url, folder, 'athlete', 'show', 'Ann')
    assert status == 0
    assert all(word in told for word in ('60.0', '04A2', 'shoulder', 'not allowed', 'seat 4'))
    assert 'Ann' in run(url, folder, 'athlete', 'list')[1]


@pytest.mark.parametrize(('arguments', 'word'), [
    (('--cap', -3), 'cap of -3'), (('--share', 2), '1.2'), (('--bottom', 0.1), '--exercise'),
    (('--exercise', 'flying', '--cap', 20), '--exercise'), ((), 'nothing to set'),
    (('--setting', 'seat=4'), '--machine'), (('--token', 'Bob'), 'Bob'),
    (('--exercise', PRESS, '--bottom', 0.5, '--top', 0.2), 'range'),
])
def test_a_limit_that_cannot_be_is_refused_in_a_line(url, folder, arguments, word):
    for name in ('Ann', 'Bob'):
        run(url, folder, 'athlete', 'add', name)
    status, _, said = run(url, folder, 'athlete', 'set', 'Ann', *arguments)
    assert status == 1 and word in said and len(said.splitlines()) == 1


def test_a_name_like_a_known_one_is_asked_about(url, folder):
    assert run(url, folder, 'athlete', 'add', 'Zoë')[0] == 0
    status, _, said = run(url, folder, 'athlete', 'add', 'zoe')
    assert status == 1 and 'Zoë' in said and '--consent' in said
    assert run(url, folder, 'athlete', 'add', 'zoe', '--consent')[0] == 0
    status, _, said = run(url, folder, 'history', '--athlete', 'Zoé')
    assert status == 1 and 'did you mean' in said


def test_a_former_name_goes_on_to_mean_the_same_person(url, folder, history):
    first = visit(history, 'Ann', 100.0)
    assert run(url, folder, 'athlete', 'rename', 'Ann', 'Anna')[0] == 0
    second = visit(history, 'Anna', 110.0)
    third = visit(history, 'Ann', 105.0)  # a machine that has not heard of it
    for name in ('Ann', 'Anna'):
        assert numbers(url, folder, name) == {first, second, third}
        assert history.maximum(name, PRESS).value == 105.0
    assert queries.names(open_to_read(url, folder)) == ['Anna']
    status, _, said = run(url, folder, 'athlete', 'add', 'Ann', '--consent')
    assert status == 1 and 'means Anna already' in said


def test_two_records_become_one_person(url, folder, history):
    kept = {visit(history, 'Ann', 100.0), visit(history, 'ann', 110.0)}
    assert run(url, folder, 'athlete', 'merge', 'ann', 'Ann', '--yes')[0] == 0
    kept.add(visit(history, 'ann', 90.0))
    assert numbers(url, folder, 'Ann') == numbers(url, folder, 'ann') == kept
    assert history.maximum('Ann', PRESS).value == 90.0
    assert run(url, folder, 'athlete', 'merge', 'ann', 'Ann', '--yes')[0] == 1


def test_who_was_erased_does_not_come_back_under_a_former_name(url, folder, history):
    visit(history, 'Ann', 100.0)
    engine = open_to_read(url, folder)
    athletes.rename(engine, 'Ann', 'Anna')
    erase(engine, 'Anna')
    with engine.connect() as connection:
        erased = set(connection.execute(text('SELECT athlete FROM erasures')).scalars())
    assert erased == {athlete_number('Ann'), athlete_number('Anna')}
    with pytest.raises(HistoryError, match='there is no athlete'):
        tables_for_people.find_athlete(engine, 'Ann')


@pytest.mark.parametrize('machines', [('press 1',), ('press 1', 'press 2')])
def test_a_database_of_the_version_before_is_migrated_without_loss(url, folder, machines):
    engine = connect(resolve(url, folder))
    config = Config()
    config.set_main_option(
        'script_location', str(Path(package.__file__).parent / 'migrations'))
    with writing(engine) as connection:
        config.attributes['connection'] = connection
        command.upgrade(config, '0002')
    with writing(engine) as connection:
        for number, name in enumerate(('Ann', 'Bob'), 1):
            connection.execute(text(
                'INSERT INTO athletes (number, name, created_at, cap, highest_share) '
                'VALUES (:number, :name, 1.0, 40.0, 0.9)'), {'number': number, 'name': name})
            for exercise in (PRESS, 'row'):
                connection.execute(text(
                    'INSERT INTO ranges (athlete, exercise, taken_at, bottom, top) '
                    'VALUES (:number, :exercise, 1.0, 0.1, 0.5)'),
                    {'number': number, 'exercise': exercise})
        for number, machine in enumerate(machines, 1):
            for taken, maximum in ((1.0, 90.0), (2.0, 100.0)):
                connection.execute(text(
                    'INSERT INTO strength_tests (number, athlete, exercise, machine, method, '
                    'maximum, trials, taken_at, accepted_at) VALUES (:key, :number, :exercise, '
                    ":machine, 1, :maximum, '[]', :taken, :taken)"), {
                        'key': 10 * number + int(taken), 'number': number, 'exercise': PRESS,
                        'machine': machine, 'maximum': maximum, 'taken': taken})
    migrate(engine)
    with engine.connect() as connection:
        def count(table: str) -> int:
            return int(connection.execute(text(f'SELECT count(*) FROM {table}')).scalar_one())
        assert (count('athletes'), count('ranges')) == (2, 4)
        assert count('strength_tests') == 2 * len(machines)
        rows = connection.execute(text('SELECT name, cap, highest_share FROM athletes')).all()
        assert {tuple(row) for row in rows} == {('Ann', 40.0, 0.9), ('Bob', 40.0, 0.9)}
        geometries = dict(connection.execute(text(
            "SELECT athlete, geometry FROM ranges WHERE exercise = 'row'")).all())
        own = connection.execute(text(
            "SELECT geometry FROM ranges WHERE athlete = 1 AND exercise = 'chest_press'")).scalar()
        values = connection.execute(text(
            'SELECT maximum FROM strength_tests WHERE athlete = 1 ORDER BY acceptance')).scalars()
        assert list(values) == [90.0, 100.0]
    assert own == 'press 1'
    assert set(geometries.values()) == ({'press 1'} if len(machines) == 1 else {None})


def test_the_first_athlete_of_a_gym_needs_no_session(tmp_path):
    make_history(folder=tmp_path / 'new')
    assert run('', tmp_path / 'new', 'athlete', 'add', 'Ann')[0] == 0
