# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The nodes of a real machine; its drive brings `encoder_counts` and `machine_state`."""
from launch import LaunchDescription
from negtrain_ros.bringup import launch_actions, node_list


def generate_launch_description():
    """Describe what runs at a machine."""
    return LaunchDescription([
        *launch_actions.arguments(use_sim_time=False, priority=node_list.PRIORITY),
        *launch_actions.transport_actions(),
        *launch_actions.node_actions(node_list.MACHINE),
    ])
