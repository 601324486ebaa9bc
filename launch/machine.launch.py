# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The nodes of a real machine and, if it is one of those that are known here, its drive."""
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from negtrain_ros.bringup import launch_actions, node_list


def generate_launch_description():
    """Describe what runs at a machine."""
    return LaunchDescription([
        *launch_actions.arguments(use_sim_time=False, priority=node_list.PRIORITY),
        DeclareLaunchArgument(
            'drive', default_value='none', choices=['none', 'cia402'],
            description='of the motor, commanded by the node `machine`; none: another node brings '
                        '`encoder_counts` and `machine_state`'),
        *launch_actions.transport_actions(),
        OpaqueFunction(function=_nodes),
    ])


def _nodes(context):
    driven = LaunchConfiguration('drive').perform(context) != 'none'
    return launch_actions.node_actions(node_list.DRIVEN if driven else node_list.MACHINE)
