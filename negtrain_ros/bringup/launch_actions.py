# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Launch actions that start the nodes of one machine."""
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import chain
import os
from types import MappingProxyType
from typing import Any

from launch import LaunchContext, LaunchDescriptionEntity
from launch.actions import (
    DeclareLaunchArgument,
    OpaqueFunction,
    RegisterEventHandler,
    SetEnvironmentVariable,
)
from launch.conditions import IfCondition, UnlessCondition
from launch.event_handlers import OnProcessExit, OnProcessIO, OnProcessStart
from launch.events.process import ProcessExited, ProcessIO, ProcessStarted
from launch.logging import get_logger
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from negtrain_ros.bringup import node_list, transport
from negtrain_ros.shell.names import refusal

LOG_LEVELS = ('debug', 'info', 'warn', 'error', 'fatal')


def arguments(
    *, use_sim_time: bool, priority: int,
) -> list[DeclareLaunchArgument | OpaqueFunction]:
    """
    Return the arguments that every launch file of a machine has, and the check of its names.

    :param use_sim_time: what holds when nobody says otherwise
    :param priority: the same, of real-time scheduling
    """
    return [
        DeclareLaunchArgument(
            'namespace', default_value='',
            description='of the machine; everything that it says and hears moves with it'),
        DeclareLaunchArgument(
            'params_file', default_value=str(node_list.parameters_file()),
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
        DeclareLaunchArgument(
            'realtime_priority', default_value=str(priority),
            description='SCHED_FIFO priority of the nodes between encoder and load, whose memory '
                        'is locked then, 0 to 90; 0: ordinary scheduling'),
        OpaqueFunction(function=_check_names),
    ]


def _check_names(context: LaunchContext) -> None:
    """Refuse, before any node is started, names that none of them could have."""
    refused = refusal(LaunchConfiguration('namespace').perform(context), os.environ)
    if refused:
        raise RuntimeError(refused)


def transport_actions() -> list[SetEnvironmentVariable]:
    """Return what sets how the nodes talk, where the environment does not say so."""
    return [SetEnvironmentVariable(name, value)
            for name, value in transport.environment_variables(os.environ).items()]


def node_actions(
    names: Iterable[str], parameters: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> list[LaunchDescriptionEntity]:
    """
    Return nodes that follow the arguments; the end of one is the end of the whole launch.

    :param names: their executables
    :param parameters: per node, names of parameters that are set to arguments, and of these
    """
    given = {name: list(parameters.get(name, {}).items()) for name in names}
    for name in given.keys() & node_list.PATH:
        given[name].append(('realtime.priority', 'realtime_priority'))
    composed = LaunchConfiguration('composed')
    processes = {
        **{name: _process(name, _words(pairs), condition=UnlessCondition(composed))
           for name, pairs in given.items()},
        node_list.COMPOSED: _process(
            node_list.COMPOSED,
            chain(*(_words(pairs, f'{name}:') for name, pairs in given.items())),
            arguments=list(given), condition=IfCondition(composed))}
    return [*_Endings(processes).handlers, *processes.values()]


class _Endings:
    """
    Ends everything when a process ends, and says why as the last line of all.

    :ivar handlers: what launch has to be told for it, before the processes
    """

    def __init__(self, processes: Mapping[str, Node]) -> None:
        self._running = 0
        self._last_words: dict[str, str] = {}
        self._reason = ''
        self.handlers = [RegisterEventHandler(handler) for name, process in processes.items()
                         for handler in (
            OnProcessStart(target_action=process, on_start=self._started),
            OnProcessIO(target_action=process, on_stderr=partial(self._said, name)),
            OnProcessExit(target_action=process, on_exit=partial(self._ended, name)))]

    def _started(self, event: ProcessStarted, context: LaunchContext) -> None:
        self._running += 1

    def _said(self, name: str, event: ProcessIO) -> None:
        lines = [line for line in event.text.decode(errors='replace').splitlines() if line.strip()]
        self._last_words[name] = lines[-1] if lines else self._last_words.get(name, '')

    def _ended(self, name: str, event: ProcessExited, context: LaunchContext) -> None:
        """Shut down, by an error: the launch action Shutdown would report success to the shell."""
        self._running -= 1
        if not self._reason and not context.is_shutdown:
            said = self._last_words.get(name, '').removeprefix(f'{name}: ')
            self._reason = f'{name} ended with status {event.returncode}'
            self._reason += f': {said}' if said else ''
            raise RuntimeError(self._reason)
        if self._reason and not self._running:
            get_logger('launch').error(self._reason)


def _words(parameters: Iterable[tuple[str, str]], prefix: str = '') -> list[Any]:
    return [word for name, argument in parameters
            for word in ('-p', [f'{prefix}{name}:=', LaunchConfiguration(argument)])]


def _process(executable: str, words: Iterable[Any], **options: Any) -> Node:
    return Node(
        package=node_list.PACKAGE, executable=executable, output='screen',
        namespace=LaunchConfiguration('namespace'), remappings=node_list.REMAPPINGS,
        # As words of the command line, because launch_ros lets a missing parameters file pass.
        ros_arguments=[
            '--log-level', LaunchConfiguration('log_level'),
            '--params-file', LaunchConfiguration('params_file'),
            '-p', ['use_sim_time:=', LaunchConfiguration('use_sim_time')], *words],
        **options)
