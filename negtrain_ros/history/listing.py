# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows for people and for export, with words where the tables have numbers."""
from collections.abc import Iterator
from dataclasses import dataclass
import math
from typing import Any

from negtrain_ros.core.strength import StrengthMethod
from negtrain_ros.core.types import Fault as FaultKind
from negtrain_ros.core.types import Method, Order, SetEnd, Verdict
from negtrain_ros.history.database import HistoryError
from negtrain_ros.history.entry import athlete_number, clean_name, Status
from negtrain_ros.history.models import (
    Athlete,
    Fault,
    MEASURES,
    PersonalRange,
    Repetition,
    Session,
    Set,
    StrengthTest,
)
from sqlalchemy import ColumnElement, Engine, func, select

WORDS: dict[str, Any] = {
    'method': Method, 'order': Order, 'ended_by': SetEnd, 'verdict': Verdict, 'status': Status,
    'fault': FaultKind}
PHASES = ('concentric', 'eccentric')


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
            yield Session.athlete == athlete_number(clean_name(self.athlete))
        if self.exercise:
            yield Session.exercise == self.exercise
        if math.isfinite(self.since):
            yield Session.started_at >= self.since
        if math.isfinite(self.until):
            yield Session.started_at < self.until


def sessions(engine: Engine, choice: Choice, most: int | None = None) -> list[dict[str, Any]]:
    """Return the newest sessions of a choice, newest first, each with sums over its sets."""
    wanted = select(Session).where(*choice.conditions()).order_by(
        Session.started_at.desc()).limit(most).subquery()
    kept = Repetition.__table__.c
    counted = (Repetition.session == wanted.c.number) & (
        Repetition.verdict == int(Verdict.COUNTED))
    sets = select(func.count()).where(Set.session == wanted.c.number)
    repetitions = select(
        func.count(), func.avg(kept.concentric_mean_load),
        func.avg(kept.eccentric_plateau_load),
        func.sum(kept.concentric_work), func.sum(kept.eccentric_work),
    ).where(counted)
    return _rows(engine, select(
        wanted.c.number, wanted.c.started_at, wanted.c.ended_at, Athlete.name.label('athlete'),
        wanted.c.exercise, wanted.c.program, wanted.c.step, wanted.c.method, wanted.c.status,
        wanted.c.reason, wanted.c.machine, wanted.c.sets.label('sets_planned'),
        sets.scalar_subquery().label('sets'),
        *(repetitions.with_only_columns(column).scalar_subquery().label(name)
          for name, column in zip(
              ('repetitions', 'concentric_mean_load', 'eccentric_plateau_load',
               'concentric_work', 'eccentric_work'),
              repetitions.selected_columns, strict=True)),
    ).join(Athlete, Athlete.number == wanted.c.athlete).order_by(wanted.c.started_at.desc()))


def repetitions(engine: Engine, choice: Choice) -> list[dict[str, Any]]:
    """Return every repetition of a choice, oldest first, with its set and its session."""
    return _rows(engine, select(
        Session.number.label('session'), Session.started_at, Athlete.name.label('athlete'),
        Session.exercise, Session.program, Session.step, Session.machine, Session.status,
        Set.number.label('set'), Set.method, Set.ended_by, Set.limit, Set.bottom, Set.top,
        Repetition.ordinal, Repetition.number, Repetition.verdict, Repetition.stamp,
        Repetition.concentric_prescribed, Repetition.eccentric_prescribed,
        *(getattr(Repetition, f'{phase}_{measure}') for phase in PHASES for measure in MEASURES),
    ).join(Set, (Set.session == Repetition.session) & (Set.number == Repetition.set))
        .join(Session, Session.number == Repetition.session)
        .join(Athlete, Athlete.number == Session.athlete)
        .where(*choice.conditions())
        .order_by(Session.started_at, Session.number, Repetition.set, Repetition.ordinal))


def find_session(engine: Engine, number: int | None) -> dict[str, Any]:
    """
    Return one session.

    :param number: None: the newest
    :raises HistoryError: if there is none
    """
    statement = select(
        Session.__table__, Athlete.name.label('name')).join(
        Athlete, Athlete.number == Session.athlete).order_by(Session.started_at.desc()).limit(1)
    if number is not None:
        statement = statement.where(Session.number == number)
    with engine.connect() as connection:
        row = connection.execute(statement).mappings().first()
    if row is None:
        raise HistoryError('there is no session yet' if number is None
                           else f'there is no session {number}')
    return _worded({**row, 'athlete': row['name']})


def sets_of(engine: Engine, session: int) -> list[dict[str, Any]]:
    """Return the sets of a session in their order."""
    return _rows(engine, select(Set.__table__).where(
        Set.session == session).order_by(Set.number))


def repetitions_of(engine: Engine, session: int) -> list[dict[str, Any]]:
    """Return the repetitions of a session in their order, traces included."""
    return _rows(engine, select(Repetition.__table__).where(
        Repetition.session == session).order_by(Repetition.set, Repetition.ordinal))


def faults_of(engine: Engine, session: int) -> list[dict[str, Any]]:
    """Return the faults met in a session in their order."""
    return _rows(engine, select(Fault.__table__).where(
        Fault.session == session).order_by(Fault.happened_at))


def tests_of(engine: Engine, athlete: str, exercise: str = '') -> list[dict[str, Any]]:
    """Return the strength tests of an athlete, oldest first."""
    statement = select(StrengthTest.__table__).where(
        StrengthTest.athlete == athlete_number(clean_name(athlete)))
    if exercise:
        statement = statement.where(StrengthTest.exercise == exercise)
    tests = _rows(engine, statement.order_by(StrengthTest.taken_at), words={})
    return [{**test, 'method': StrengthMethod(test['method']).name.lower()} for test in tests]


def ranges_of(engine: Engine, athlete: str) -> list[dict[str, Any]]:
    """Return the ranges of motion of an athlete, oldest first."""
    return _rows(engine, select(PersonalRange.__table__).where(
        PersonalRange.athlete == athlete_number(clean_name(athlete)),
    ).order_by(PersonalRange.taken_at))


def find_athlete(engine: Engine, name: str) -> dict[str, Any]:
    """Return an athlete; :raises HistoryError: if there is none of this name."""
    name = clean_name(name)
    rows = _rows(engine, select(Athlete.__table__).where(Athlete.name == name))
    if not rows:
        raise HistoryError(f'there is no athlete {name!r}')
    return rows[0]


def _rows(engine: Engine, statement: Any, words: dict[str, Any] | None = None,
          ) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [_worded(dict(row), WORDS if words is None else words)
                for row in connection.execute(statement).mappings()]


def _worded(row: dict[str, Any], words: dict[str, Any] | None = None) -> dict[str, Any]:
    for name, kind in (WORDS if words is None else words).items():
        if row.get(name) is not None:
            row[name] = kind(row[name]).name.lower()
    return row
