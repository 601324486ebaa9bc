# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Negative training: a strength machine that loads the way back more than the way up."""
