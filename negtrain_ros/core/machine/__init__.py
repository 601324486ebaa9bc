# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Machine: from the load on the handle to the torque of a motor."""
