# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Load: from the phase to the commanded load."""
