# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The rests between the ways, prescribed and measured."""
from alembic import op
import sqlalchemy as sa

revision = '0002'
down_revision = '0001'


def upgrade():
    """Add them to sets and repetitions; of older ones they are not known."""
    for table in ('sets', 'repetitions'):
        for name in ('bottom_pause', 'top_pause'):
            op.add_column(table, sa.Column(name, sa.Float(53), nullable=True))
