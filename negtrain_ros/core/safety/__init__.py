# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Safety: limits, faults and the reactions to them."""
