# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The nodes of one machine as actions of launch; what runs and with what stands in bringup."""
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import chain
import os
from types import MappingProxyType
from typing import Any

from launch import LaunchContext
from launch.actions import DeclareLaunchArgument, OpaqueFunction, SetEnvironmentVariable
from launch.conditions import IfCondition, UnlessCondition
from launch.events.process import ProcessExited
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from negtrain_ros import bringup
from negtrain_ros.names import refusal

LOG_LEVELS = ('debug', 'info', 'warn', 'error', 'fatal')


def arguments(*, use_sim_time: bool) -> list[DeclareLaunchArgument | OpaqueFunction]:
    """
    Return the arguments that every launch file of a machine has, and the check of its names.

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
        DeclareLaunchArgument(
            'composed', default_value='false', choices=['true', 'false'],
            description='whether all nodes run in one process: cheaper, but all end with one'),
        OpaqueFunction(function=_check_names),
    ]


def _check_names(context: LaunchContext) -> None:
    """Refuse, before any node is started, names that none of them could have."""
    refused = refusal(LaunchConfiguration('namespace').perform(context), os.environ)
    if refused:
        raise RuntimeError(refused)


def transport() -> list[SetEnvironmentVariable]:
    """Return what sets how the nodes talk, where the environment does not say so."""
    return [SetEnvironmentVariable(name, value)
            for name, value in bringup.transport(os.environ).items()]


def nodes(
    names: Iterable[str], parameters: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> list[Node]:
    """
    Return nodes that follow the arguments; the end of one is the end of the whole launch.

    :param names: their executables
    :param parameters: per node, names of parameters that are set to arguments, and of these
    """
    given = {name: list(parameters.get(name, {}).items()) for name in names}
    composed = LaunchConfiguration('composed')
    return [
        *(_process(name, _words(pairs), condition=UnlessCondition(composed))
          for name, pairs in given.items()),
        _process(
            bringup.COMPOSED,
            chain(*(_words(pairs, f'{name}:') for name, pairs in given.items())),
            arguments=list(given), condition=IfCondition(composed)),
    ]


def _words(parameters: Iterable[tuple[str, str]], prefix: str = '') -> list[Any]:
    return [word for name, argument in parameters
            for word in ('-p', [f'{prefix}{name}:=', LaunchConfiguration(argument)])]


def _process(executable: str, words: Iterable[Any], **options: Any) -> Node:
    return Node(
        package=bringup.PACKAGE, executable=executable, output='screen',
        namespace=LaunchConfiguration('namespace'), remappings=bringup.REMAPPINGS,
        # As words of the command line, because launch_ros lets a missing parameters file pass.
        ros_arguments=[
            '--log-level', LaunchConfiguration('log_level'),
            '--params-file', LaunchConfiguration('params_file'),
            '-p', ['use_sim_time:=', LaunchConfiguration('use_sim_time')], *words],
        on_exit=partial(_ended, executable), **options)


def _ended(name: str, event: ProcessExited, context: LaunchContext) -> None:
    """Shut down, by an error: the launch action Shutdown would report success to the shell."""
    if not context.is_shutdown:
        raise RuntimeError(f'{name} ended with status {event.returncode}')
