# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Queries that a session needs; each is given the engine."""
from dataclasses import dataclass
import math
from typing import Any

from negtrain_ros.core.planning.gate import AthleteLimits, Evidence
from negtrain_ros.core.planning.prescription import Loads
from negtrain_ros.core.planning.program import Program, Standing, standing, Trained
from negtrain_ros.core.planning.strength import Maximum, StrengthMethod
from negtrain_ros.core.types import Method, Order, Prescription, RangeOfMotion, SetEnd, Verdict
from negtrain_ros.history.database import HistoryError
from negtrain_ros.history.outbox.entries import athlete_number, clean_name, Status
from negtrain_ros.history.tables import (
    ALIASES,
    ATHLETE_EXERCISES,
    ATHLETES,
    RANGES,
    REPETITIONS,
    SESSIONS,
    SETS,
    STRENGTH_TESTS,
)
from sqlalchemy import case, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.sql import Select

RESUMABLE = (Status.INTERRUPTED, Status.STOPPED)
"""How a session ended that somebody may go on with."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A session that was not ended by anybody."""

    number: int
    athlete: int
    program: str
    step: int
    method: Method
    sets: int
    sets_done: int
    started_at: float


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """
    The set in which a machine was when its session manager died.

    :ivar ordinal: number of its repetitions
    :ivar counted: number of those that count
    :ivar last: stamp of the newest of them, or when the set began [s]
    """

    session: int
    athlete: int
    set: int
    prescription: Prescription
    ordinal: int
    counted: int
    last: float


def number_of(engine: Engine, name: str) -> int:
    """Return the number of an athlete by the present name, a former one or a token."""
    name = clean_name(name)
    own = athlete_number(name)
    with engine.connect() as connection:
        named = connection.execute(select(ATHLETES.c.number).where(
            (ATHLETES.c.name == name) | (ATHLETES.c.token == name),
        ).order_by(ATHLETES.c.name != name)).scalar()
        if named is not None:
            return int(named)
        alias = connection.execute(select(ALIASES.c.athlete).where(
            ALIASES.c.number == own)).scalar()
    return own if alias is None else int(alias)


def numbers_of(name: str) -> Select[Any]:
    """Return the selection of the athletes whom a name, a former name or a token means."""
    name = clean_name(name)
    return select(ATHLETES.c.number).where(
        (ATHLETES.c.name == name) | (ATHLETES.c.token == name)
        | (ATHLETES.c.number == athlete_number(name))
        | ATHLETES.c.number.in_(
            select(ALIASES.c.athlete).where(ALIASES.c.number == athlete_number(name))))


def name_of(engine: Engine, name: str) -> str:
    """Return the present name of an athlete; of somebody unknown, the name as it is kept."""
    with engine.connect() as connection:
        known = connection.execute(select(ATHLETES.c.name).where(
            ATHLETES.c.number == number_of(engine, name))).scalar()
    return known or clean_name(name)


def names(engine: Engine) -> list[str]:
    """Return the names of all athletes."""
    with engine.connect() as connection:
        return list(connection.execute(select(ATHLETES.c.name).order_by(
            ATHLETES.c.name)).scalars())


def limits(engine: Engine, athlete: str, exercise: str) -> AthleteLimits:
    """Return what is allowed; an unknown athlete is allowed what everybody is."""
    person = number_of(engine, athlete)
    with engine.connect() as connection:
        overall = connection.execute(select(ATHLETES.c.cap, ATHLETES.c.highest_share).where(
            ATHLETES.c.number == person)).first()
        own = connection.execute(select(ATHLETE_EXERCISES).where(
            ATHLETE_EXERCISES.c.athlete == person,
            ATHLETE_EXERCISES.c.exercise == exercise)).first()
    return AthleteLimits(
        cap=_or(overall.cap if overall else None, math.inf),
        share=_or(overall.highest_share if overall else None, 1.0),
        exercise_cap=_or(own.cap if own else None, math.inf),
        allowed=own is None or bool(own.allowed),
        bottom=_or(own.bottom if own else None, -math.inf),
        top=_or(own.top if own else None, math.inf))


def evidence(
    engine: Engine, athlete: str, exercise: str, geometry: str, method: Method | None = None,
) -> Evidence:
    """
    Return what is known of an athlete at one exercise of one machine geometry.

    The maximum is the last one accepted; an isometric one counts only where there is no other,
    because more is held than lifted.

    :param method: with which the last loads were trained; None: they do not matter
    """
    known = maxima(engine, athlete, exercise, geometry)
    lifted = [one for one in known if one.method is not StrengthMethod.ISOMETRIC] or known
    return Evidence(
        limits(engine, athlete, exercise), lifted[-1] if lifted else None,
        lifted[-2] if lifted[1:] else None,
        None if method is None else last_loads(engine, athlete, exercise, method),
        personal_range(engine, athlete, exercise, geometry))


def newest_geometry(engine: Engine, athlete: str) -> str:
    """Return the machine geometry of the test that an athlete accepted last; empty: none."""
    with engine.connect() as connection:
        return connection.execute(select(STRENGTH_TESTS.c.geometry).where(
            STRENGTH_TESTS.c.athlete == number_of(engine, athlete),
            STRENGTH_TESTS.c.acceptance.is_not(None),
        ).order_by(STRENGTH_TESTS.c.accepted_at.desc()).limit(1)).scalar() or ''


def personal_range(
    engine: Engine, athlete: str, exercise: str, geometry: str,
) -> RangeOfMotion | None:
    """Return the newest range of motion on one machine geometry; None: never calibrated."""
    with engine.connect() as connection:
        row = connection.execute(select(RANGES.c.bottom, RANGES.c.top).where(
            RANGES.c.athlete == number_of(engine, athlete),
            RANGES.c.exercise == exercise, RANGES.c.geometry == geometry,
        ).order_by(RANGES.c.taken_at.desc()).limit(1)).first()
    return RangeOfMotion(row.bottom, row.top) if row else None


def last_loads(engine: Engine, athlete: str, exercise: str, method: Method) -> Loads | None:
    """Return the loads of the last set of this kind; None: never trained."""
    with engine.connect() as connection:
        row = connection.execute(select(
            SETS.c.concentric, SETS.c.eccentric, SETS.c.limit,
        ).join(SESSIONS, SESSIONS.c.number == SETS.c.session).where(
            SESSIONS.c.athlete == number_of(engine, athlete),
            SESSIONS.c.exercise == exercise, SETS.c.method == int(method),
            SESSIONS.c.sets > 0,  # the loads of a test are nobody's training
        ).order_by(SETS.c.started_at.desc()).limit(1)).first()
    return Loads(row.concentric, row.eccentric, row.limit) if row else None


def interrupted(engine: Engine, athlete: str, exercise: str) -> Interrupted | None:
    """Return the newest session if it was interrupted or stopped and has sets left."""
    begun = select(func.coalesce(func.max(SETS.c.number), 0)).where(
        SETS.c.session == SESSIONS.c.number).scalar_subquery()
    with engine.connect() as connection:
        row = connection.execute(select(
            SESSIONS.c.number, SESSIONS.c.athlete, SESSIONS.c.program, SESSIONS.c.step,
            SESSIONS.c.method, SESSIONS.c.sets, begun.label('sets_done'), SESSIONS.c.status,
            SESSIONS.c.started_at,
        ).where(
            SESSIONS.c.athlete == number_of(engine, athlete),
            SESSIONS.c.exercise == exercise,
        ).order_by(SESSIONS.c.started_at.desc()).limit(1)).first()
    if row is None or row.status not in RESUMABLE or row.sets_done >= row.sets:
        return None
    return Interrupted(row.number, row.athlete, row.program, row.step, Method(row.method),
                       row.sets, row.sets_done, row.started_at)


def left_open(engine: Engine, machine: str) -> LeftOpen | None:
    """Return the set that runs on a machine by the history; None: no session does."""
    with engine.connect() as connection:
        row = connection.execute(select(
            SETS.c.session, SESSIONS.c.athlete, SETS.c.number, SETS.c.started_at,
        ).join(SESSIONS, SESSIONS.c.number == SETS.c.session).where(
            SESSIONS.c.machine == machine, SESSIONS.c.status == Status.RUNNING,
            SETS.c.ended_by.is_(None),
        ).order_by(SETS.c.started_at.desc()).limit(1)).first()
        if row is None:
            return None
        done = connection.execute(select(
            func.coalesce(func.max(REPETITIONS.c.ordinal), 0),
            func.count().filter(REPETITIONS.c.verdict == Verdict.COUNTED),
            func.coalesce(func.max(REPETITIONS.c.stamp), row.started_at),
        ).where(REPETITIONS.c.session == row.session, REPETITIONS.c.set == row.number)).one()
    return LeftOpen(row.session, row.athlete, row.number,
                    last_prescription(engine, row.session), *done)


def check_test(engine: Engine, number: int, athlete: int, exercise: str) -> None:
    """
    Look for a strength test.

    :raises HistoryError: if there is no such test of this athlete and exercise, with those there
        are
    """
    with engine.connect() as connection:
        known = connection.execute(select(
            STRENGTH_TESTS.c.number, STRENGTH_TESTS.c.maximum,
        ).where(STRENGTH_TESTS.c.athlete == athlete, STRENGTH_TESTS.c.exercise == exercise,
                ).order_by(STRENGTH_TESTS.c.taken_at.desc())).all()
    if number not in {row.number for row in known}:
        there = ', '.join(f'{row.number} ({row.maximum:.1f} kg)' for row in known) or 'none'
        raise HistoryError(f'there is no strength test {number} of this athlete and exercise; '
                           f'there is {there}')


def next_acceptance(engine: Engine, athlete: int, exercise: str) -> int:
    """Return the acceptance, counted from 1, that the next accepted strength test is."""
    with engine.connect() as connection:
        return 1 + (connection.execute(select(func.max(STRENGTH_TESTS.c.acceptance)).where(
            STRENGTH_TESTS.c.athlete == athlete,
            STRENGTH_TESTS.c.exercise == exercise)).scalar() or 0)


def maxima(engine: Engine, athlete: str, exercise: str, geometry: str) -> list[Maximum]:
    """Return the maxima of one machine geometry in the order in which they were accepted."""
    with engine.connect() as connection:
        rows = connection.execute(select(
            STRENGTH_TESTS.c.maximum, STRENGTH_TESTS.c.method, STRENGTH_TESTS.c.taken_at,
            STRENGTH_TESTS.c.fit,
        ).where(
            STRENGTH_TESTS.c.athlete == number_of(engine, athlete),
            STRENGTH_TESTS.c.exercise == exercise, STRENGTH_TESTS.c.acceptance.is_not(None),
            STRENGTH_TESTS.c.geometry == geometry,
        ).order_by(STRENGTH_TESTS.c.acceptance)).all()
    return [_maximum(row) for row in rows]


def trained(engine: Engine, athlete: str, program: str, exercise: str) -> list[Trained]:
    """Return the ended sessions of a programme with one exercise, oldest first."""
    counted = select(func.count()).where(
        REPETITIONS.c.session == SETS.c.session, REPETITIONS.c.set == SETS.c.number,
        REPETITIONS.c.verdict == Verdict.COUNTED).correlate(SETS).scalar_subquery()
    done = select(func.coalesce(func.sum(case(
        (SETS.c.ended_by == int(SetEnd.VELOCITY_LOSS), SETS.c.repetitions), else_=counted)), 0),
    ).where(SETS.c.session == SESSIONS.c.number).correlate(SESSIONS).scalar_subquery()
    with engine.connect() as connection:
        rows = connection.execute(select(
            SESSIONS.c.started_at, SESSIONS.c.step, done.label('repetitions'),
        ).where(
            SESSIONS.c.athlete == number_of(engine, athlete),
            SESSIONS.c.program == program, SESSIONS.c.exercise == exercise,
            SESSIONS.c.status.in_((int(Status.FINISHED), int(Status.STOPPED))),
        ).order_by(SESSIONS.c.started_at)).all()
    return [Trained(row.started_at, row.step, row.repetitions) for row in rows]


def stands(
    engine: Engine, athlete: str, program: Program, exercise: str, now: float, geometry: str,
) -> Standing:
    """Return how far an athlete has come with one exercise of a programme at `now` [s]."""
    return standing(program, trained(engine, athlete, program.name, exercise),
                    maxima(engine, athlete, exercise, geometry), now=now)


def _maximum(row: Any) -> Maximum:
    return Maximum(row.maximum, StrengthMethod(row.method), row.taken_at,
                   math.nan if row.fit is None else row.fit)


def last_prescription(engine: Engine, session: int) -> Prescription:
    """
    Return what the newest set of a session asked for.

    :raises HistoryError: if no set of it was begun
    """
    with engine.connect() as connection:
        row = connection.execute(select(SETS, SESSIONS.c.exercise, ATHLETES.c.name).join(
            SESSIONS, SESSIONS.c.number == SETS.c.session).join(
            ATHLETES, ATHLETES.c.number == SESSIONS.c.athlete).where(
            SETS.c.session == session).order_by(SETS.c.number.desc()).limit(1)).first()
    if row is None:
        raise HistoryError(f'session {session} had not begun a set: begin a new one')
    return Prescription(
        athlete=row.name,
        exercise=row.exercise,
        method=Method(row.method),
        concentric=row.concentric,
        eccentric=row.eccentric,
        limit=row.limit,
        order=Order(row.order),
        rom=None if row.bottom is None else RangeOfMotion(row.bottom, row.top),
        concentric_time=row.concentric_time,
        eccentric_time=row.eccentric_time,
        bottom_pause=row.bottom_pause or 0.0,
        top_pause=row.top_pause or 0.0,
        hold_position=_or_nan(row.hold_position),
        repetitions=row.repetitions,
        velocity_loss=_or_nan(row.velocity_loss),
    )


def _or_nan(value: float | None) -> float:
    return _or(value, math.nan)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
