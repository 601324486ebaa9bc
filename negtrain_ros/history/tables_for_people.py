# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows for people and for export, with words where the tables have numbers."""
from collections.abc import Iterator
from dataclasses import dataclass
import math
from typing import Any

from negtrain_ros.core.planning.strength import StrengthMethod
from negtrain_ros.core.session.service import similar_names
from negtrain_ros.core.types import Fault as FaultKind
from negtrain_ros.core.types import Method, Order, SetEnd, Verdict
from negtrain_ros.history.database import HistoryError
from negtrain_ros.history.outbox.entries import clean_name, Status
from negtrain_ros.history.queries import names, numbers_of
from negtrain_ros.history.tables import (
    ATHLETE_EXERCISES,
    ATHLETE_SETTINGS,
    ATHLETES,
    FAULTS,
    MEASURES,
    PHASES,
    RANGES,
    REPETITIONS,
    SESSIONS,
    SETS,
    STRENGTH_TESTS,
)
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.sql import ColumnElement, Select

WORDS: dict[str, Any] = {
    'method': Method, 'order': Order, 'ended_by': SetEnd, 'verdict': Verdict, 'status': Status,
    'fault': FaultKind}
FETCHED = 500  # rows at a time


@dataclass(frozen=True, slots=True)
class Choice:
    """Which sessions are meant; empty: all of them. Times in seconds since 1970."""

    athlete: str = ''
    exercise: str = ''
    since: float = -math.inf
    until: float = math.inf

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Give what a session has to fulfil."""
        if self.athlete:
            yield SESSIONS.c.athlete .in_(numbers_of(self.athlete))
        if self.exercise:
            yield SESSIONS.c.exercise == self.exercise
        if math.isfinite(self.since):
            yield SESSIONS.c.started_at >= self.since
        if math.isfinite(self.until):
            yield SESSIONS.c.started_at < self.until


def sessions(engine: Engine, choice: Choice, most: int | None = None) -> list[dict[str, Any]]:
    """Return the newest sessions of a choice, newest first, each with sums over its sets."""
    wanted = select(SESSIONS).where(*choice.conditions()).order_by(
        SESSIONS.c.started_at.desc()).limit(most).cte('wanted')
    kept, numbers = REPETITIONS.c, select(wanted.c.number)
    sets = select(SETS.c.session, func.count().label('sets')).where(
        SETS.c.session.in_(numbers)).group_by(SETS.c.session).subquery()
    sums = select(
        kept.session, func.count().label('repetitions'),
        func.avg(kept.concentric_mean_load).label('concentric_mean_load'),
        func.avg(kept.eccentric_plateau_load).label('eccentric_plateau_load'),
        func.sum(kept.concentric_work).label('concentric_work'),
        func.sum(kept.eccentric_work).label('eccentric_work'),
    ).where(kept.session.in_(numbers), kept.verdict == int(Verdict.COUNTED)).group_by(
        kept.session).subquery()
    return _rows(engine, select(
        wanted.c.number, wanted.c.started_at, wanted.c.ended_at, ATHLETES.c.name.label('athlete'),
        wanted.c.exercise, wanted.c.program, wanted.c.step, wanted.c.method, wanted.c.status,
        wanted.c.reason, wanted.c.machine, wanted.c.sets.label('sets_planned'),
        func.coalesce(sets.c.sets, 0).label('sets'),
        func.coalesce(sums.c.repetitions, 0).label('repetitions'), sums.c.concentric_mean_load,
        sums.c.eccentric_plateau_load, sums.c.concentric_work, sums.c.eccentric_work,
    ).join(ATHLETES, ATHLETES.c.number == wanted.c.athlete)
        .outerjoin(sets, sets.c.session == wanted.c.number)
        .outerjoin(sums, sums.c.session == wanted.c.number)
        .order_by(wanted.c.started_at.desc()))


def repetitions(engine: Engine, choice: Choice) -> Iterator[dict[str, Any]]:
    """Give every repetition of a choice, oldest first, with its set and its session."""
    return _stream(engine, _repetitions().where(*choice.conditions()))


def repetition_columns() -> list[str]:
    """Return the names of the columns that every repetition has."""
    return [column.name for column in _repetitions().selected_columns]


def _repetitions() -> Select[Any]:
    session, training_set, repetition = SESSIONS.c, SETS.c, REPETITIONS.c
    return select(
        session.number.label('session'), session.started_at, ATHLETES.c.name.label('athlete'),
        session.exercise, session.program, session.step, session.machine, session.status,
        training_set.number.label('set'), training_set.method, training_set.ended_by,
        training_set.limit, training_set.bottom, training_set.top,
        repetition.ordinal, repetition.number, repetition.verdict, repetition.stamp,
        repetition.concentric_prescribed, repetition.eccentric_prescribed,
        repetition.bottom_pause, repetition.top_pause,
        *(repetition[f'{phase}_{measure}'] for phase in PHASES for measure in MEASURES),
    ).join_from(REPETITIONS, SETS).join(
        SESSIONS, session.number == training_set.session).join(
        ATHLETES, ATHLETES.c.number == session.athlete).order_by(
        session.started_at, session.number, repetition.set, repetition.ordinal)


def find_session(engine: Engine, number: int | None) -> dict[str, Any]:
    """
    Return one session.

    :param number: None: the newest
    :raises HistoryError: if there is none
    """
    statement = select(
        SESSIONS, ATHLETES.c.name.label('name')).join(
        ATHLETES, ATHLETES.c.number == SESSIONS.c.athlete).order_by(
            SESSIONS.c.started_at.desc()).limit(1)
    if number is not None:
        statement = statement.where(SESSIONS.c.number == number)
    with engine.connect() as connection:
        row = connection.execute(statement).mappings().first()
    if row is None:
        raise HistoryError('there is no session yet' if number is None
                           else f'there is no session {number}')
    return _worded({**row, 'athlete': row['name']})


def sets_of(engine: Engine, session: int) -> list[dict[str, Any]]:
    """Return the sets of a session in their order."""
    return _rows(engine, select(SETS).where(
        SETS.c.session == session).order_by(SETS.c.number))


def repetitions_of(engine: Engine, session: int) -> list[dict[str, Any]]:
    """Return the repetitions of a session in their order, traces included."""
    return _rows(engine, select(REPETITIONS).where(
        REPETITIONS.c.session == session).order_by(REPETITIONS.c.set, REPETITIONS.c.ordinal))


def faults_of(engine: Engine, session: int) -> list[dict[str, Any]]:
    """Return the faults met in a session in their order."""
    return _rows(engine, select(FAULTS).where(
        FAULTS.c.session == session).order_by(FAULTS.c.happened_at))


def tests_of(engine: Engine, athlete: str, exercise: str = '') -> list[dict[str, Any]]:
    """Return the strength tests of an athlete, oldest first."""
    statement = select(STRENGTH_TESTS).where(
        STRENGTH_TESTS.c.athlete .in_(numbers_of(athlete)))
    if exercise:
        statement = statement.where(STRENGTH_TESTS.c.exercise == exercise)
    tests = _rows(engine, statement.order_by(STRENGTH_TESTS.c.taken_at), words={})
    return [{**test, 'method': StrengthMethod(test['method']).name.lower()} for test in tests]


def ranges_of(engine: Engine, athlete: str) -> list[dict[str, Any]]:
    """Return the ranges of motion of an athlete, oldest first."""
    return _rows(engine, select(RANGES).where(
        RANGES.c.athlete .in_(numbers_of(athlete)),
    ).order_by(RANGES.c.taken_at))


def find_athlete(engine: Engine, name: str) -> dict[str, Any]:
    """
    Return an athlete by the present name, a former one or a token.

    :raises HistoryError: if there is none, with the names that are alike
    """
    name = clean_name(name)
    rows = _rows(engine, select(ATHLETES).where(ATHLETES.c.number.in_(numbers_of(name))))
    if not rows:
        alike = ', '.join(similar_names(name, names(engine)))
        raise HistoryError(f'there is no athlete {name!r}'
                           + (f': did you mean {alike}?' if alike else ''))
    return next((row for row in rows if row['name'] == name), rows[0])


def athletes(engine: Engine) -> list[dict[str, Any]]:
    """Return all athletes by name, each with the number of sessions and the newest one."""
    counts = select(
        SESSIONS.c.athlete, func.count().label('sessions'),
        func.max(SESSIONS.c.started_at).label('last')).group_by(SESSIONS.c.athlete).subquery()
    return _rows(engine, select(
        ATHLETES, func.coalesce(counts.c.sessions, 0).label('sessions'), counts.c.last,
    ).outerjoin(counts, counts.c.athlete == ATHLETES.c.number).order_by(ATHLETES.c.name))


def exercise_limits_of(engine: Engine, athlete: str) -> list[dict[str, Any]]:
    """Return what is allowed to an athlete at single exercises."""
    return _rows(engine, select(ATHLETE_EXERCISES).where(
        ATHLETE_EXERCISES.c.athlete.in_(numbers_of(athlete)),
    ).order_by(ATHLETE_EXERCISES.c.exercise))


def settings_of(engine: Engine, athlete: str) -> list[dict[str, Any]]:
    """Return how an athlete sets up each machine."""
    return _rows(engine, select(ATHLETE_SETTINGS).where(
        ATHLETE_SETTINGS.c.athlete.in_(numbers_of(athlete)),
    ).order_by(ATHLETE_SETTINGS.c.machine, ATHLETE_SETTINGS.c.name))


def _rows(engine: Engine, statement: Any, words: dict[str, Any] | None = None,
          ) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [_worded(dict(row), WORDS if words is None else words)
                for row in connection.execute(statement).mappings()]


def _stream(engine: Engine, statement: Any) -> Iterator[dict[str, Any]]:
    """Give rows without ever holding all of them."""
    with engine.connect() as connection:
        result = connection.execution_options(stream_results=True).execute(statement)
        for row in result.yield_per(FETCHED).mappings():
            yield _worded(dict(row), WORDS)


def _worded(row: dict[str, Any], words: dict[str, Any] | None = None) -> dict[str, Any]:
    for name, kind in (WORDS if words is None else words).items():
        if row.get(name) is not None:
            row[name] = kind(row[name]).name.lower()
    return row
