# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""What is decided: pure, no ROS, no clock, no input or output; time is an argument."""
