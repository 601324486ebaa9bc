# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The nodes of one machine as actions of launch; what runs and with what stands in bringup."""
from collections.abc import Iterable, Mapping
from functools import partial
from types import MappingProxyType

from launch import LaunchContext
from launch.actions import DeclareLaunchArgument
from launch.events.process import ProcessExited
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from negtrain_ros import bringup

LOG_LEVELS = ('debug', 'info', 'warn', 'error', 'fatal')


def arguments(*, use_sim_time: bool) -> list[DeclareLaunchArgument]:
    """
    Return the arguments that every launch file of a machine has.

    :param use_sim_time: what holds when nobody says otherwise
    """
    return [
        DeclareLaunchArgument(
            'namespace', default_value='',
            description='of the machine; everything that it says and hears moves with it'),
        DeclareLaunchArgument(
            'params_file', default_value=str(bringup.parameters_file()),
            description='parameters of the nodes, see docs/parameters.md'),
        DeclareLaunchArgument(
            'use_sim_time', default_value=str(use_sim_time).lower(), choices=['true', 'false'],
            description='whether the nodes follow the topic `clock` of their namespace'),
        DeclareLaunchArgument(
            'log_level', default_value='info', choices=LOG_LEVELS,
            description='least severity of what the nodes log'),
    ]


def nodes(
    names: Iterable[str], parameters: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> list[Node]:
    """
    Return nodes that follow the arguments; the end of one is the end of the whole launch.

    :param names: their executables
    :param parameters: per node, names of parameters that are set to arguments, and of these
    """
    return [_node(name, {'use_sim_time': 'use_sim_time', **parameters.get(name, {})})
            for name in names]


def _node(name: str, parameters: Mapping[str, str]) -> Node:
    return Node(
        package=bringup.PACKAGE, executable=name, output='screen',
        namespace=LaunchConfiguration('namespace'), remappings=bringup.REMAPPINGS,
        # As words of the command line, because launch_ros lets a missing parameters file pass.
        ros_arguments=[
            '--log-level', LaunchConfiguration('log_level'),
            '--params-file', LaunchConfiguration('params_file'),
            *(word for parameter, argument in parameters.items()
              for word in ('-p', [f'{parameter}:=', LaunchConfiguration(argument)]))],
        on_exit=partial(_ended, name))


def _ended(name: str, event: ProcessExited, context: LaunchContext) -> None:
    """Shut down, by an error: the launch action Shutdown would report success to the shell."""
    if not context.is_shutdown:
        raise RuntimeError(f'{name} ended with status {event.returncode}')
