# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""List of the nodes of a machine, with the arguments that each is started with."""
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_prefix, get_package_share_directory

PACKAGE = 'negtrain_ros'

# What runs at a real machine, whose drive takes the place of mock_machine.
MACHINE = ('encoder_publisher', 'phase_detector', 'load_controller', 'session_manager')
SIMULATION = ('mock_machine', *MACHINE)

# The way from encoder to load, for which the kernel may be asked for real-time scheduling.
PATH = ('mock_machine', 'encoder_publisher', 'phase_detector', 'load_controller')
PRIORITY = 50  # SCHED_FIFO, of these at a real machine; above all ordinary processes

# Runs several of them in one process.
COMPOSED = 'composed'

# The clock of a simulation belongs to its namespace, as everything else does.
REMAPPINGS = (('/clock', 'clock'),)


def share() -> Path:
    """Return the folder with the launch files and the configuration."""
    return Path(get_package_share_directory(PACKAGE))


def executable(name: str) -> str:
    """Return where an executable is installed."""
    return str(Path(get_package_prefix(PACKAGE)) / 'lib' / PACKAGE / name)


def parameters_file() -> Path:
    """Return the parameters that hold when nobody names others."""
    return share() / 'config' / 'parameters.yaml'


@dataclass(frozen=True)
class Start:
    """
    How the nodes are started.

    :ivar parameters: of each node, besides those of the file
    :ivar composed: all in one process, which is cheaper; the death of one is the death of all then
    """

    namespace: str = ''
    params_file: Path = field(default_factory=parameters_file)
    use_sim_time: bool = False
    log_level: str = 'info'
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    composed: bool = False

    def processes(self, nodes: tuple[str, ...]) -> dict[str, list[str]]:
        """Return the command lines of the processes that run nodes, by name, without launch."""
        if self.composed:
            return {COMPOSED: [executable(COMPOSED), *nodes, *self._ros_arguments(), *(
                word for node in nodes for word in self._parameters(node, f'{node}:'))]}
        return {node: self.command(node) for node in nodes}

    def command(self, node: str) -> list[str]:
        """Return the command line of a node that has a process of its own."""
        return [executable(node), *self._ros_arguments(), *self._parameters(node)]

    def _parameters(self, node: str, prefix: str = '') -> list[str]:
        return [word for name, value in self.parameters.get(node, {}).items()
                for word in ('-p', f'{prefix}{name}:={_yaml(value)}')]

    def _ros_arguments(self) -> list[str]:
        words = ['--ros-args', '--log-level', self.log_level,
                 '--params-file', str(self.params_file),
                 '-p', f'use_sim_time:={_yaml(self.use_sim_time)}']
        if self.namespace:
            words += ['-r', f'__ns:=/{self.namespace.strip("/")}']
        for origin, target in REMAPPINGS:
            words += ['-r', f'{origin}:={target}']
        return words


def _yaml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace('\\', '\\\\').replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)
