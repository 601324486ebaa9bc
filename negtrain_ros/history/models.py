# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
The tables of the history; docs/history.md says what each column means.

Every row has a key that its writer makes (docs/history.md, Keys): writing it twice leaves one.
Dates are seconds since 1970 UTC, loads kg, lengths m; NULL is not measured.
"""
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Number = BigInteger().with_variant(Integer, 'sqlite')
MEASURES = (
    'start', 'start_position', 'duration', 'range', 'mean_velocity', 'peak_velocity',
    'mean_propulsive_velocity', 'time_under_tension', 'mean_load', 'plateau_load', 'peak_load',
    'work', 'peak_power', 'smoothness')
"""The fields of PhaseMeasure; a new one needs a new version of the tables."""


class Base(DeclarativeBase):
    """What all tables share."""

    type_annotation_map: ClassVar = {str: Text, float: Double, int: Integer, bytes: LargeBinary}


class Athlete(Base):
    """A person, known by name."""

    __tablename__ = 'athletes'

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[float]
    cap: Mapped[float | None]
    highest_share: Mapped[float]


class Erasure(Base):
    """An athlete who was erased: what was written before is not taken in any more."""

    __tablename__ = 'erasures'

    athlete: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    erased_at: Mapped[float]


class PersonalRange(Base):
    """A calibrated range of motion; the newest counts."""

    __tablename__ = 'ranges'

    athlete: Mapped[int] = mapped_column(
        Number, ForeignKey('athletes.number', ondelete='CASCADE'), primary_key=True)
    exercise: Mapped[str] = mapped_column(primary_key=True)
    taken_at: Mapped[float] = mapped_column(primary_key=True)
    bottom: Mapped[float]
    top: Mapped[float]


class StrengthTest(Base):
    """A measured maximum; it counts once the athlete has accepted it."""

    __tablename__ = 'strength_tests'

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    athlete: Mapped[int] = mapped_column(Number, ForeignKey('athletes.number', ondelete='CASCADE'))
    exercise: Mapped[str]
    machine: Mapped[str]
    method: Mapped[int] = mapped_column(SmallInteger)
    maximum: Mapped[float]
    fit: Mapped[float | None]
    trials: Mapped[str]
    taken_at: Mapped[float]
    accepted_at: Mapped[float | None]

    __table_args__ = (Index('strength_tests_of', 'athlete', 'exercise', 'taken_at'),)


class Session(Base):
    """One exercise trained by one athlete on one day."""

    __tablename__ = 'sessions'

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    athlete: Mapped[int] = mapped_column(Number, ForeignKey('athletes.number', ondelete='CASCADE'))
    exercise: Mapped[str]
    machine: Mapped[str]
    program: Mapped[str]
    step: Mapped[int]
    method: Mapped[int] = mapped_column(SmallInteger)
    sets: Mapped[int]
    status: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str]
    recording: Mapped[str]
    started_at: Mapped[float]
    ended_at: Mapped[float | None]

    __table_args__ = (
        Index('sessions_of', 'athlete', 'exercise', 'started_at'),
        Index('sessions_by_date', 'started_at'),
        Index('sessions_on', 'machine', 'status'),
    )


class Set(Base):
    """A set, with the prescription in force when it began."""

    __tablename__ = 'sets'

    session: Mapped[int] = mapped_column(
        Number, ForeignKey('sessions.number', ondelete='CASCADE'), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[float]
    ended_at: Mapped[float | None]
    ended_by: Mapped[int | None] = mapped_column(SmallInteger)
    method: Mapped[int] = mapped_column(SmallInteger)
    concentric: Mapped[float]
    eccentric: Mapped[float]
    limit: Mapped[float]
    order: Mapped[int] = mapped_column(SmallInteger)
    bottom: Mapped[float | None]
    top: Mapped[float | None]
    concentric_time: Mapped[float]
    eccentric_time: Mapped[float]
    hold_position: Mapped[float | None]
    repetitions: Mapped[int]
    velocity_loss: Mapped[float | None]


class Repetition(Base):
    """A complete repetition, counted or not, with what was prescribed and what was measured."""

    __tablename__ = 'repetitions'

    session: Mapped[int] = mapped_column(Number, primary_key=True)
    set: Mapped[int] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    verdict: Mapped[int] = mapped_column(SmallInteger)
    stamp: Mapped[float]
    concentric_prescribed: Mapped[float]
    eccentric_prescribed: Mapped[float]
    trace: Mapped[bytes | None]

    __table_args__ = (ForeignKeyConstraint(
        ['session', 'set'], ['sets.session', 'sets.number'], ondelete='CASCADE'),)


for _phase in ('concentric', 'eccentric'):
    for _measure in MEASURES:
        setattr(Repetition, f'{_phase}_{_measure}', mapped_column(
            f'{_phase}_{_measure}', Double, nullable=True))


class Fault(Base):
    """A fault that the machine met."""

    __tablename__ = 'faults'

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    session: Mapped[int | None] = mapped_column(
        Number, ForeignKey('sessions.number', ondelete='CASCADE'), index=True)
    machine: Mapped[str]
    fault: Mapped[int] = mapped_column(SmallInteger)
    explanation: Mapped[str]
    happened_at: Mapped[float]
