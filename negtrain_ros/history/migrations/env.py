# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Run migrations on the connection that history/database.py hands over."""
from alembic import context
from negtrain_ros.history.tables import METADATA

context.configure(
    connection=context.config.attributes['connection'], target_metadata=METADATA,
    transactional_ddl=True, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
