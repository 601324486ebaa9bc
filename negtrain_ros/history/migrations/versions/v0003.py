# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Record of an athlete, and the machine geometry of ranges and maxima."""
from alembic import op
import sqlalchemy as sa

revision = '0003'
down_revision = '0002'

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')

# The only machine on which an athlete did an exercise, else the only machine of the database:
# where there are several, nobody can tell any more on which one a range was calibrated.
KNOWN_MACHINE = """
    UPDATE ranges SET geometry = coalesce(
        (SELECT min(used.machine) FROM (
            SELECT athlete, exercise, machine FROM sessions
            UNION SELECT athlete, exercise, machine FROM strength_tests) AS used
         WHERE used.athlete = ranges.athlete AND used.exercise = ranges.exercise
         HAVING count(DISTINCT used.machine) = 1),
        (SELECT min(known.machine) FROM (
            SELECT machine FROM sessions UNION SELECT machine FROM strength_tests) AS known
         HAVING count(DISTINCT known.machine) = 1))"""
ACCEPTANCES = """
    UPDATE strength_tests SET acceptance = (
        SELECT count(*) FROM strength_tests AS other
        WHERE other.athlete = strength_tests.athlete
        AND other.exercise = strength_tests.exercise AND other.accepted_at IS NOT NULL
        AND (other.accepted_at < strength_tests.accepted_at
             OR (other.accepted_at = strength_tests.accepted_at
                 AND other.number <= strength_tests.number)))
    WHERE accepted_at IS NOT NULL"""


def upgrade():
    """Add them; what is known of older ranges and maxima is kept."""
    op.add_column('athletes', sa.Column('token', sa.Text(), nullable=True))
    op.add_column('athletes', sa.Column('notes', sa.Text(), nullable=True))
    op.create_index('athletes_by_token', 'athletes', ['token'], unique=True)
    op.create_table(
        'athlete_aliases', _key('number', NUMBER), sa.Column('athlete', NUMBER, nullable=False),
        _of_athlete())
    op.create_table(
        'athlete_exercises', _key('athlete', NUMBER), _key('exercise', sa.Text()),
        sa.Column('cap', sa.Float(53), nullable=True),
        sa.Column('allowed', sa.SmallInteger(), nullable=False),
        sa.Column('bottom', sa.Float(53), nullable=True),
        sa.Column('top', sa.Float(53), nullable=True), _of_athlete())
    op.create_table(
        'athlete_settings', _key('athlete', NUMBER), _key('machine', sa.Text()),
        _key('name', sa.Text()), sa.Column('value', sa.Text(), nullable=False), _of_athlete())
    op.add_column('ranges', sa.Column('geometry', sa.Text(), nullable=True))
    op.add_column('strength_tests', sa.Column('geometry', sa.Text(), nullable=True))
    op.add_column('strength_tests', sa.Column('acceptance', sa.Integer(), nullable=True))
    op.execute('UPDATE strength_tests SET geometry = machine')
    op.execute(KNOWN_MACHINE)
    op.execute(ACCEPTANCES)


def _key(name, kind):
    return sa.Column(name, kind, primary_key=True, autoincrement=False, nullable=False)


def _of_athlete():
    return sa.ForeignKeyConstraint(['athlete'], ['athletes.number'], ondelete='CASCADE')
