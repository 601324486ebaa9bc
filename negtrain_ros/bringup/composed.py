# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Process that runs several nodes of a machine: `composed NODE… [--ros-args …]`."""
from functools import partial
import sys

from negtrain_ros.nodes.encoder_publisher import EncoderPublisherNode
from negtrain_ros.nodes.load_controller import LoadControllerNode
from negtrain_ros.nodes.machine import MachineNode
from negtrain_ros.nodes.mock_machine import MockMachineNode
from negtrain_ros.nodes.phase_detector import PhaseDetectorNode
from negtrain_ros.nodes.session_manager import SessionManagerNode
from negtrain_ros.shell import spin
from rclpy.utilities import remove_ros_args

NODES = {
    'mock_machine': MockMachineNode,
    'encoder_publisher': EncoderPublisherNode,
    'phase_detector': PhaseDetectorNode,
    'load_controller': LoadControllerNode,
    'session_manager': SessionManagerNode,
    'machine': MachineNode.prepared,
}
SIMULATION = tuple(name for name in NODES if name != 'machine')


def main(args: list[str] | None = None) -> None:
    """Run the nodes that the command line names; none: those of a simulation."""
    words, own = divided(sys.argv if args is None else args)
    names = remove_ros_args(words)[1:] or list(SIMULATION)
    unknown = [name for name in names if name not in NODES]
    if unknown:
        sys.exit(f'{unknown[0]!r} is none of {", ".join(NODES)}')
    makers = {name: partial(NODES[name], cli_args=['--ros-args', *own[name]]) for name in names}
    # The session manager reads and writes files, for which no load command may wait.
    loop = [name for name in names if name != 'session_manager'] or names
    spin.spin_together([makers[name] for name in loop], words,
                      aside=[makers[name] for name in names if name not in loop])


def divided(words: list[str]) -> tuple[list[str], dict[str, list[str]]]:
    """
    Return the words for all nodes, and those that give a parameter to one of them.

    What rcl makes of `-p node:name:=value` does not reach a node in a namespace.
    """
    common: list[str] = []
    own: dict[str, list[str]] = {name: [] for name in NODES}
    rest = iter(words)
    for word in rest:
        rule = next(rest, '') if word == '-p' else ''
        node, _, parameter = rule.partition(':')
        if node in NODES:
            own[node] += [word, parameter]
        else:
            common += [word, rule] if word == '-p' else [word]
    return common, own
