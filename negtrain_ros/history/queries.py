# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Queries that a session needs; each is given the engine."""
from dataclasses import dataclass
import math
from typing import Any

from negtrain_ros.core.planning.prescription import Loads
from negtrain_ros.core.planning.program import Program, Standing, standing, Trained
from negtrain_ros.core.planning.strength import Maximum, StrengthMethod
from negtrain_ros.core.types import Method, Order, Prescription, RangeOfMotion, SetEnd, Verdict
from negtrain_ros.history.database import HistoryError
from negtrain_ros.history.outbox.entries import athlete_number, clean_name, Status
from negtrain_ros.history.tables import (
    ATHLETES,
    RANGES,
    REPETITIONS,
    SESSIONS,
    SETS,
    STRENGTH_TESTS,
)
from sqlalchemy import case, func, select
from sqlalchemy.engine import Engine

RESUMABLE = (Status.INTERRUPTED, Status.STOPPED)
"""How a session ended that somebody may go on with."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a trainer has allowed an athlete: heaviest load [kg] and share of the maximum."""

    name: str
    cap: float
    highest_share: float


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


def profile(engine: Engine, athlete: str) -> Profile:
    """Return what is allowed; an unknown athlete is allowed what everybody is."""
    name = clean_name(athlete)
    with engine.connect() as connection:
        row = connection.execute(select(ATHLETES.c.cap, ATHLETES.c.highest_share).where(
            ATHLETES.c.number == athlete_number(name))).first()
    if row is None:
        return Profile(name, math.inf, 1.0)
    return Profile(name, math.inf if row.cap is None else row.cap, row.highest_share)


def personal_range(engine: Engine, athlete: str, exercise: str) -> RangeOfMotion | None:
    """Return the newest range of motion; None: never calibrated."""
    with engine.connect() as connection:
        row = connection.execute(select(RANGES.c.bottom, RANGES.c.top).where(
            RANGES.c.athlete == athlete_number(clean_name(athlete)),
            RANGES.c.exercise == exercise,
        ).order_by(RANGES.c.taken_at.desc()).limit(1)).first()
    return RangeOfMotion(row.bottom, row.top) if row else None


def maximum(engine: Engine, athlete: str, exercise: str) -> Maximum | None:
    """Return the newest accepted maximum, be it expired or not; None: never tested."""
    return next(reversed(maxima(engine, athlete, exercise)), None)


def last_loads(engine: Engine, athlete: str, exercise: str, method: Method) -> Loads | None:
    """Return the loads of the last set of this kind; None: never trained."""
    with engine.connect() as connection:
        row = connection.execute(select(
            SETS.c.concentric, SETS.c.eccentric, SETS.c.limit,
        ).join(SESSIONS, SESSIONS.c.number == SETS.c.session).where(
            SESSIONS.c.athlete == athlete_number(clean_name(athlete)),
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
        ).where(
            SESSIONS.c.athlete == athlete_number(clean_name(athlete)),
            SESSIONS.c.exercise == exercise,
        ).order_by(SESSIONS.c.started_at.desc()).limit(1)).first()
    if row is None or row.status not in RESUMABLE or row.sets_done >= row.sets:
        return None
    return Interrupted(row.number, row.athlete, row.program, row.step, Method(row.method),
                       row.sets, row.sets_done)


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
    """Raise HistoryError, which names those there are, if there is no such test of an athlete."""
    with engine.connect() as connection:
        known = connection.execute(select(
            STRENGTH_TESTS.c.number, STRENGTH_TESTS.c.maximum,
        ).where(STRENGTH_TESTS.c.athlete == athlete, STRENGTH_TESTS.c.exercise == exercise,
                ).order_by(STRENGTH_TESTS.c.taken_at.desc())).all()
    if number not in {row.number for row in known}:
        there = ', '.join(f'{row.number} ({row.maximum:.1f} kg)' for row in known) or 'none'
        raise HistoryError(f'there is no strength test {number} of this athlete and exercise; '
                           f'there is {there}')


def maxima(engine: Engine, athlete: str, exercise: str) -> list[Maximum]:
    """Return all accepted maxima, oldest first."""
    with engine.connect() as connection:
        rows = connection.execute(select(
            STRENGTH_TESTS.c.maximum, STRENGTH_TESTS.c.method, STRENGTH_TESTS.c.taken_at,
            STRENGTH_TESTS.c.fit,
        ).where(
            STRENGTH_TESTS.c.athlete == athlete_number(clean_name(athlete)),
            STRENGTH_TESTS.c.exercise == exercise, STRENGTH_TESTS.c.accepted_at.is_not(None),
        ).order_by(STRENGTH_TESTS.c.taken_at)).all()
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
            SESSIONS.c.athlete == athlete_number(clean_name(athlete)),
            SESSIONS.c.program == program, SESSIONS.c.exercise == exercise,
            SESSIONS.c.status.in_((int(Status.FINISHED), int(Status.STOPPED))),
        ).order_by(SESSIONS.c.started_at)).all()
    return [Trained(row.started_at, row.step, row.repetitions) for row in rows]


def stands(
    engine: Engine, athlete: str, program: Program, exercise: str, now: float,
) -> Standing:
    """Return how far an athlete has come with one exercise of a programme at `now` [s]."""
    return standing(program, trained(engine, athlete, program.name, exercise),
                    maxima(engine, athlete, exercise), now=now)


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
    return math.nan if value is None else value
