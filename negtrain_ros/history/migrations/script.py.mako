# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""${message}."""
from alembic import op
import sqlalchemy as sa

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade():
    """${message}."""
    ${upgrades if upgrades else 'pass'}


def downgrade():
    """Undo it."""
    ${downgrades if downgrades else 'pass'}
