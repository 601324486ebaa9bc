# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The first tables."""
from alembic import op
import sqlalchemy as sa

revision = '0001'
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
PHASES = ('concentric', 'eccentric')
MEASURES = (
    'start', 'start_position', 'duration', 'range', 'mean_velocity', 'peak_velocity',
    'mean_propulsive_velocity', 'time_under_tension', 'mean_load', 'plateau_load', 'peak_load',
    'work', 'peak_power', 'smoothness')


def upgrade():
    """Make athletes and what is known about them, sessions, sets, repetitions, faults."""
    op.create_table(
        'athletes', _key('number'), _text('name'), _double('created_at'),
        _double('cap', nullable=True), _double('highest_share'), sa.UniqueConstraint('name'))
    op.create_table('erasures', _key('athlete'), _double('erased_at'))
    op.create_table(
        'ranges', _key('athlete'), _text('exercise', primary_key=True),
        _double('taken_at', primary_key=True), _double('bottom'), _double('top'),
        _belongs_to('athletes', 'athlete'))
    op.create_table(
        'strength_tests', _key('number'), _number('athlete'), _text('exercise'), _text('machine'),
        _small('method'), _double('maximum'), _double('fit', nullable=True), _text('trials'),
        _double('taken_at'), _double('accepted_at', nullable=True),
        _belongs_to('athletes', 'athlete'))
    op.create_index(
        'strength_tests_of', 'strength_tests', ['athlete', 'exercise', 'taken_at'])
    _make_training()
    op.create_table(
        'faults', _key('number'), _number('session', nullable=True), _text('machine'),
        _small('fault'), _text('explanation'), _double('happened_at'),
        _belongs_to('sessions', 'session'))
    op.create_index('ix_faults_session', 'faults', ['session'])


def _make_training():
    op.create_table(
        'sessions', _key('number'), _number('athlete'), _text('exercise'), _text('machine'),
        _text('program'), _integer('step'), _small('method'), _integer('sets'), _small('status'),
        _text('reason'), _text('recording'), _double('started_at'),
        _double('ended_at', nullable=True), _belongs_to('athletes', 'athlete'))
    op.create_index('sessions_of', 'sessions', ['athlete', 'exercise', 'started_at'])
    op.create_index('sessions_by_date', 'sessions', ['started_at'])
    op.create_index('sessions_on', 'sessions', ['machine', 'status'])
    op.create_table(
        'sets', _key('session'), _integer('number', primary_key=True), _double('started_at'),
        _double('ended_at', nullable=True), _small('ended_by', nullable=True), _small('method'),
        _double('concentric'), _double('eccentric'), _double('limit'), _small('order'),
        _double('bottom', nullable=True), _double('top', nullable=True),
        _double('concentric_time'), _double('eccentric_time'),
        _double('hold_position', nullable=True), _integer('repetitions'),
        _double('velocity_loss', nullable=True), _belongs_to('sessions', 'session'))
    op.create_table(
        'repetitions', _key('session'), _integer('set', primary_key=True),
        _integer('ordinal', primary_key=True), _integer('number'), _small('verdict'),
        _double('stamp'), _double('concentric_prescribed'), _double('eccentric_prescribed'),
        sa.Column('trace', sa.LargeBinary(), nullable=True),
        *(_double(f'{phase}_{measure}', nullable=True)
          for phase in PHASES for measure in MEASURES),
        sa.ForeignKeyConstraint(
            ['session', 'set'], ['sets.session', 'sets.number'], ondelete='CASCADE'))


def downgrade():
    """Remove all."""
    for table in ('faults', 'repetitions', 'sets', 'sessions', 'strength_tests', 'ranges',
                  'erasures', 'athletes'):
        op.drop_table(table)


def _key(name):
    return sa.Column(name, NUMBER, primary_key=True, autoincrement=False)


def _number(name, nullable=False):
    return sa.Column(name, NUMBER, nullable=nullable)


def _text(name, primary_key=False):
    return sa.Column(name, sa.Text(), primary_key=primary_key, nullable=False)


def _double(name, nullable=False, primary_key=False):
    return sa.Column(name, sa.Float(53), nullable=nullable, primary_key=primary_key)


def _integer(name, primary_key=False):
    return sa.Column(name, sa.Integer(), primary_key=primary_key, nullable=False)


def _small(name, nullable=False):
    return sa.Column(name, sa.SmallInteger(), nullable=nullable)


def _belongs_to(table, column):
    return sa.ForeignKeyConstraint([column], [f'{table}.number'], ondelete='CASCADE')
