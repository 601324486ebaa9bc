# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Phase: phases of the movement, repetitions and their metrics."""
