# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The nodes of a real machine; its drive brings `encoder_counts` and `machine_state`."""
from launch import LaunchDescription
from negtrain_ros import bringup, launching


def generate_launch_description():
    """Describe what runs at a machine."""
    return LaunchDescription([
        *launching.arguments(use_sim_time=False, priority=bringup.PRIORITY),
        *launching.transport(),
        *launching.nodes(bringup.MACHINE),
    ])
