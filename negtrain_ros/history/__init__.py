# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""What is kept: athletes, ranges, strength tests, sessions, sets, repetitions, faults."""
