# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Records of athletes as a trainer keeps them: added, changed, renamed, merged."""
from collections.abc import Mapping
import time
from typing import Any

from negtrain_ros.core.session.service import name_question
from negtrain_ros.history import queries
from negtrain_ros.history.database import HistoryError, said, writing
from negtrain_ros.history.outbox.entries import athlete_number, clean_name, new_athlete
from negtrain_ros.history.tables import (
    ALIASES,
    ATHLETE_EXERCISES,
    ATHLETE_SETTINGS,
    ATHLETES,
    RANGES,
    SESSIONS,
    STRENGTH_TESTS,
)
from negtrain_ros.history.tables_for_people import find_athlete
from sqlalchemy import and_, delete, exists, insert, or_, select, Table, update
from sqlalchemy.engine import Connection, Engine

SMALLEST_CAP, LARGEST_CAP = 2.0, 500.0  # kg
SMALLEST_SHARE, LARGEST_SHARE = 0.2, 1.2


def add(engine: Engine, name: str) -> None:
    """
    Make a record of a new athlete.

    :raises HistoryError: if the name is taken, now, by a former name or by a token
    """
    name = clean_name(name)
    with said(engine.url), writing(engine) as connection:
        _free(connection, name)
        connection.execute(insert(ATHLETES).values(new_athlete(name, time.time())))


def question_before(engine: Engine, name: str) -> str:
    """Return what to ask before a new athlete of this name is made; empty: nothing."""
    known = queries.name_of(engine, name)
    return name_question(known, queries.names(engine))


def change(engine: Engine, name: str, values: Mapping[str, Any]) -> None:
    """
    Change what holds for an athlete at every exercise.

    :param values: of `cap` [kg], `highest_share`, `token` and `notes`; None: no such thing
    :raises HistoryError: for an unknown athlete, and a value that cannot be
    """
    number = find_athlete(engine, name)['number']
    _check_cap(values.get('cap'))
    share = values.get('highest_share')
    if share is not None and not SMALLEST_SHARE <= share <= LARGEST_SHARE:
        raise HistoryError(
            f'a share of {share:g} is not within {SMALLEST_SHARE:g} .. {LARGEST_SHARE:g}')
    with said(engine.url), writing(engine) as connection:
        if values.get('token') is not None:
            token = clean_name(values['token'])
            holder = connection.execute(select(ATHLETES.c.name).where(
                or_(ATHLETES.c.token == token, ATHLETES.c.name == token),
                ATHLETES.c.number != number)).scalar()
            if holder is not None:
                raise HistoryError(f'this token means {holder} already')
            values = {**values, 'token': token}
        connection.execute(
            update(ATHLETES).where(ATHLETES.c.number == number).values(**values))


def change_exercise(
    engine: Engine, name: str, exercise: str, values: Mapping[str, Any],
) -> None:
    """
    Change what holds for an athlete at one exercise.

    :param values: of `cap` [kg], `allowed`, `bottom` and `top` [m]; None: no such limit
    :raises HistoryError: for an unknown athlete, and a value that cannot be
    """
    number = find_athlete(engine, name)['number']
    _check_cap(values.get('cap'))
    table, own = ATHLETE_EXERCISES, and_(
        ATHLETE_EXERCISES.c.athlete == number, ATHLETE_EXERCISES.c.exercise == exercise)
    with said(engine.url), writing(engine) as connection:
        known = connection.execute(select(table).where(own)).mappings().first()
        row = {'cap': None, 'allowed': 1, 'bottom': None, 'top': None, **(known or {}), **values,
               'athlete': number, 'exercise': exercise}
        if row['bottom'] is not None and row['top'] is not None and row['top'] <= row['bottom']:
            raise HistoryError(f'a range from {row["bottom"]:g} to {row["top"]:g} m is none')
        connection.execute(delete(table).where(own))
        connection.execute(insert(table).values(**row))


def change_settings(
    engine: Engine, name: str, machine: str, values: Mapping[str, str],
) -> None:
    """Change how an athlete sets a machine up: values by name, such as seat; empty: forget it."""
    number = find_athlete(engine, name)['number']
    with said(engine.url), writing(engine) as connection:
        for setting, value in values.items():
            connection.execute(delete(ATHLETE_SETTINGS).where(
                ATHLETE_SETTINGS.c.athlete == number, ATHLETE_SETTINGS.c.machine == machine,
                ATHLETE_SETTINGS.c.name == setting))
            if value:
                connection.execute(insert(ATHLETE_SETTINGS).values(
                    athlete=number, machine=machine, name=setting, value=value))


def rename(engine: Engine, name: str, new: str) -> None:
    """
    Give an athlete another name; the former one goes on to mean the same person.

    :raises HistoryError: for an unknown athlete, and a name that somebody else has
    """
    number, new = find_athlete(engine, name)['number'], clean_name(new)
    with said(engine.url), writing(engine) as connection:
        _free(connection, new, number)
        connection.execute(
            update(ATHLETES).where(ATHLETES.c.number == number).values(name=new))
        _alias(connection, athlete_number(new), number)


def merge(engine: Engine, name: str, into: str) -> None:
    """
    Make one person of two records; limits and notes are those of the one that remains.

    :raises HistoryError: for an unknown athlete, or one and the same
    """
    gone, kept = find_athlete(engine, name)['number'], find_athlete(engine, into)['number']
    if gone == kept:
        raise HistoryError(f'{name} and {into} are one athlete already')
    with said(engine.url), writing(engine) as connection:
        for table, key in ((RANGES, ('exercise', 'taken_at')), (ATHLETE_EXERCISES, ('exercise',)),
                           (ATHLETE_SETTINGS, ('machine', 'name'))):
            _drop_doubles(connection, table, key, gone, kept)
        _renumber_acceptances(connection, gone, kept)
        for table in (RANGES, STRENGTH_TESTS, SESSIONS, ALIASES, ATHLETE_EXERCISES,
                      ATHLETE_SETTINGS):
            connection.execute(
                update(table).where(table.c.athlete == gone).values(athlete=kept))
        connection.execute(delete(ATHLETES).where(ATHLETES.c.number == gone))
        _alias(connection, gone, kept)


def _renumber_acceptances(connection: Connection, gone: int, kept: int) -> None:
    """Put the accepted tests of both into one order, by date within what each order says."""
    test = STRENGTH_TESTS.c
    rows = connection.execute(select(test.number, test.exercise).where(
        test.athlete.in_((gone, kept)), test.acceptance.is_not(None),
    ).order_by(test.accepted_at, test.acceptance)).all()
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.exercise] = counts.get(row.exercise, 0) + 1
        connection.execute(update(STRENGTH_TESTS).where(
            test.number == row.number).values(acceptance=counts[row.exercise]))


def _drop_doubles(
    connection: Connection, table: Table, key: tuple[str, ...], gone: int, kept: int,
) -> None:
    other = table.alias()
    connection.execute(delete(table).where(table.c.athlete == gone, exists(
        select(other.c.athlete).where(other.c.athlete == kept, *(
            other.c[name] == table.c[name] for name in key)))))


def _free(connection: Connection, name: str, number: int = 0) -> None:
    """Raise HistoryError if a name means somebody other than the athlete with a number."""
    own = athlete_number(name)
    taken = connection.execute(select(ATHLETES.c.name).where(
        ATHLETES.c.number != number, or_(
            ATHLETES.c.name == name, ATHLETES.c.token == name, ATHLETES.c.number == own,
            ATHLETES.c.number.in_(select(ALIASES.c.athlete).where(ALIASES.c.number == own)),
        ))).scalar()
    if taken is not None:
        raise HistoryError(f'{name} means {taken} already: choose another name')


def _alias(connection: Connection, alias: int, athlete: int) -> None:
    if alias != athlete:
        connection.execute(delete(ALIASES).where(ALIASES.c.number == alias))
        connection.execute(insert(ALIASES).values(number=alias, athlete=athlete))


def _check_cap(cap: float | None) -> None:
    if cap is not None and not SMALLEST_CAP <= cap <= LARGEST_CAP:
        raise HistoryError(f'a cap of {cap:g} kg is not within {SMALLEST_CAP:g} .. '
                           f'{LARGEST_CAP:g} kg')

