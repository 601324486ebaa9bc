# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Check of a computer before it drives a machine."""
