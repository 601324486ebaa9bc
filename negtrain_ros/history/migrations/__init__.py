# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Alembic's folder: how the tables came to be."""
