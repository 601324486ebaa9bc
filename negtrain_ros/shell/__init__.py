# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The only code that knows both the core and ROS."""
