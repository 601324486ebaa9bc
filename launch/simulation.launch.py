# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The nodes of a machine with mock_machine in the place of drive, encoder and athlete."""
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from negtrain_ros.bringup import launch_actions, node_list

PARAMETERS = {'mock_machine': {
    'simulation.real_time_factor': 'real_time_factor',
    'simulation.seed': 'seed',
}}


def generate_launch_description():
    """Describe what runs in a simulation."""
    return LaunchDescription([
        *launch_actions.arguments(use_sim_time=True, priority=0),
        DeclareLaunchArgument(
            'real_time_factor', default_value='1.0',
            description='simulated over real time, 0 to 100; 0: as fast as samples are answered'),
        DeclareLaunchArgument(
            'seed', default_value='1', description='of everything random in machine and athlete'),
        *launch_actions.transport_actions(),
        *launch_actions.node_actions(node_list.SIMULATION, PARAMETERS),
    ])
