# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""History: athletes, their ranges and maxima, programmes, sessions, sets, repetitions."""
