# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Session: its course, its activities and what it asks for."""
