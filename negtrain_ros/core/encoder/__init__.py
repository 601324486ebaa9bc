# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Encoder: from counts to the motion of the handle."""
