# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Decisions of the machine: pure, no ROS, no clock, no input or output; time is an argument."""
