# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Outbox of the history: entries wait in a file until the database has them."""
