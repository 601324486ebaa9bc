# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Shell between the core and ROS: the only code that knows both."""
