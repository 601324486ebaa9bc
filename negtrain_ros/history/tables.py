# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
The tables of the history; docs/history.md says what each column means.

Every row has a key that its writer makes (docs/history.md, Keys): writing it twice leaves one.
Dates are seconds since 1970 UTC, loads kg, lengths m; NULL is not measured.
"""
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()
DOUBLE = Float(53)  # bits of mantissa; SQLAlchemy 1.4 has no Double
PHASES = ('concentric', 'eccentric')
MEASURES = (
    'start', 'start_position', 'duration', 'range', 'mean_velocity', 'peak_velocity',
    'mean_propulsive_velocity', 'time_under_tension', 'mean_load', 'plateau_load', 'peak_load',
    'work', 'peak_power', 'smoothness')
"""The fields of PhaseMeasure; a new one needs a new version of the tables."""


def _key(name: str, kind: Any = None) -> Column[Any]:
    number = BigInteger().with_variant(Integer(), 'sqlite')
    return Column(name, kind or number, primary_key=True, autoincrement=False)


def _column(name: str, kind: Any = DOUBLE, *, nullable: bool = False) -> Column[Any]:
    return Column(name, kind, nullable=nullable)


def _measured(name: str) -> Column[Any]:
    return Column(name, DOUBLE, nullable=True)


def _number(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, BigInteger().with_variant(Integer(), 'sqlite'), nullable=nullable)


def _part_of(table: str, *columns: str, to: tuple[str, ...] = ('number',)) -> ForeignKeyConstraint:
    """Say that a row belongs to one of another table, and goes with it."""
    return ForeignKeyConstraint(columns, [f'{table}.{name}' for name in to], ondelete='CASCADE')


ATHLETES = Table(
    'athletes', METADATA, _key('number'), _column('name', Text), _column('created_at'),
    _measured('cap'), _column('highest_share'), _column('token', Text, nullable=True),
    _column('notes', Text, nullable=True), UniqueConstraint('name'),
    Index('athletes_by_token', 'token', unique=True))
"""A person: number and name, a token that a reader types, and what a trainer allows."""

ALIASES = Table(
    'athlete_aliases', METADATA, _key('number'), _number('athlete'),
    _part_of('athletes', 'athlete'))
"""Numbers of names that an athlete had before, or has had since a merge."""

ATHLETE_EXERCISES = Table(
    'athlete_exercises', METADATA, _key('athlete'), _key('exercise', Text), _measured('cap'),
    _column('allowed', SmallInteger), _measured('bottom'), _measured('top'),
    _part_of('athletes', 'athlete'))
"""What a trainer allows an athlete at one exercise."""

ATHLETE_SETTINGS = Table(
    'athlete_settings', METADATA, _key('athlete'), _key('machine', Text), _key('name', Text),
    _column('value', Text), _part_of('athletes', 'athlete'))
"""How an athlete sets a machine up: seat, lever and the like."""

ERASURES = Table('erasures', METADATA, _key('athlete'), _column('erased_at'))
"""Who was erased: entries from before the erasure are refused."""

RANGES = Table(
    'ranges', METADATA, _key('athlete'), _key('exercise', Text), _key('taken_at', DOUBLE),
    _column('bottom'), _column('top'), _column('geometry', Text, nullable=True),
    _part_of('athletes', 'athlete'))
"""Calibrated ranges of motion; the newest of a machine geometry counts."""

STRENGTH_TESTS = Table(
    'strength_tests', METADATA, _key('number'), _number('athlete'), _column('exercise', Text),
    _column('machine', Text), _column('method', SmallInteger), _column('maximum'),
    _measured('fit'), _column('trials', Text), _column('taken_at'), _measured('accepted_at'),
    _column('geometry', Text, nullable=True), _column('acceptance', Integer, nullable=True),
    _part_of('athletes', 'athlete'),
    Index('strength_tests_of', 'athlete', 'exercise', 'taken_at'))
"""Measured maxima; the last one of a machine geometry that was accepted counts."""

SESSIONS = Table(
    'sessions', METADATA, _key('number'), _number('athlete'), _column('exercise', Text),
    _column('machine', Text), _column('program', Text), _column('step', Integer),
    _column('method', SmallInteger), _column('sets', Integer), _column('status', SmallInteger),
    _column('reason', Text), _column('recording', Text), _column('started_at'),
    _measured('ended_at'), _part_of('athletes', 'athlete'),
    Index('sessions_of', 'athlete', 'exercise', 'started_at'),
    Index('sessions_by_date', 'started_at'), Index('sessions_on', 'machine', 'status'))
"""One exercise trained by one athlete on one day."""

SETS = Table(
    'sets', METADATA, _key('session'), _key('number', Integer), _column('started_at'),
    _measured('ended_at'), _column('ended_by', SmallInteger, nullable=True),
    _column('method', SmallInteger), _column('concentric'), _column('eccentric'),
    _column('limit'), _column('order', SmallInteger), _measured('bottom'), _measured('top'),
    _column('concentric_time'), _column('eccentric_time'), _measured('hold_position'),
    _column('repetitions', Integer), _measured('velocity_loss'), _measured('bottom_pause'),
    _measured('top_pause'), _part_of('sessions', 'session'))
"""Sets, each with the prescription in force when it began."""

REPETITIONS = Table(
    'repetitions', METADATA, _key('session'), _key('set', Integer), _key('ordinal', Integer),
    _column('number', Integer), _column('verdict', SmallInteger), _column('stamp'),
    _column('concentric_prescribed'), _column('eccentric_prescribed'),
    _column('trace', LargeBinary, nullable=True),
    *(_measured(f'{phase}_{measure}') for phase in PHASES for measure in MEASURES),
    _measured('bottom_pause'), _measured('top_pause'),
    _part_of('sets', 'session', 'set', to=('session', 'number')))
"""Complete repetitions, counted or not: what was prescribed and what was measured."""

FAULTS = Table(
    'faults', METADATA, _key('number'), _number('session', nullable=True),
    _column('machine', Text), _column('fault', SmallInteger), _column('explanation', Text),
    _column('happened_at'), _part_of('sessions', 'session'), Index('ix_faults_session', 'session'))
"""Faults that the machine met."""
