# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
The way of a sample, with the real nodes or with bare relays: `python -m bench.hops NODE…`.

`drive` stands for the machine: it sends counts and reports when their load commands arrived.
"""
import sys

from negtrain_interfaces.msg import EncoderCounts, HandleState, LoadCommand, PhaseState
from negtrain_ros.bringup.composed import NODES
from negtrain_ros.computer_check.drive import StandInDrive
from negtrain_ros.shell import qos, spin
from rclpy.node import Node
from rclpy.utilities import remove_ros_args


class Relay(Node):
    """Answer each message by one of another kind with the same stamp, and do nothing else."""

    def __init__(self, name, heard, topic, said, answer, profile) -> None:
        super().__init__(name)
        self._message = said()
        self._answers = self.create_publisher(said, answer, profile)
        self.create_subscription(heard, topic, self._on_message, qos.SAMPLES)

    def _on_message(self, message) -> None:
        self._message.header = message.header
        self._answers.publish(self._message)


RELAYS = {
    'relay_handle': (EncoderCounts, 'encoder_counts', HandleState, 'handle', qos.SAMPLES),
    'relay_phase': (HandleState, 'handle', PhaseState, 'phase', qos.SAMPLES),
    'relay_command': (PhaseState, 'phase', LoadCommand, 'load_command', qos.COMMANDS),
}
REAL = ('encoder_publisher', 'phase_detector', 'load_controller')


def maker(name: str):
    """Return what makes the node of a name."""
    if name in RELAYS:
        return lambda: Relay(name, *RELAYS[name])
    return StandInDrive if name == 'drive' else NODES[name]


if __name__ == '__main__':
    spin.spin_together([maker(name) for name in remove_ros_args(sys.argv)[1:]], sys.argv)
