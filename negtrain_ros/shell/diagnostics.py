# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""What every node says about itself on /diagnostics, once a second."""
from collections.abc import Callable, Iterable

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from negtrain_ros.core.types import Fault
from rclpy.node import Node
from rclpy.time import Time
from std_msgs.msg import Header

PERIOD = 1.0  # s


class Diagnostics:
    """Rate and age of what a node hears, and the faults it sees."""

    def __init__(self, node: Node, faults: Callable[[], Iterable[Fault]] = tuple) -> None:
        """
        Report about a node for as long as it lives.

        :param faults: asked once a second for the faults in force
        """
        self._node = node
        self._faults = faults
        self._heard: dict[str, int] = {}
        self._newest: dict[str, float] = {}
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        node.create_timer(PERIOD, self._report)

    def heard(self, topic: str, stamp: float) -> None:
        """Note that a message of a topic came, measured at `stamp` [s]."""
        self._heard[topic] = self._heard.get(topic, 0) + 1
        self._newest[topic] = stamp

    def _report(self) -> None:
        now: Time = self._node.get_clock().now()
        faults = [fault.name.lower().replace('_', ' ') for fault in self._faults()]
        values = {}
        for topic, count in self._heard.items():
            values[f'{topic} rate [Hz]'] = f'{count / PERIOD:.1f}'
            values[f'{topic} age [s]'] = f'{now.nanoseconds * 1e-9 - self._newest[topic]:.4f}'
            self._heard[topic] = 0
        self._publisher.publish(DiagnosticArray(
            header=Header(stamp=now.to_msg()),
            status=[DiagnosticStatus(
                level=(DiagnosticStatus.ERROR if faults else
                       DiagnosticStatus.OK if values else DiagnosticStatus.WARN),
                name=self._node.get_fully_qualified_name(),
                message=', '.join(faults) or ('ok' if values else 'hears nothing'),
                hardware_id=self._node.get_namespace(),
                values=[KeyValue(key=key, value=value) for key, value in values.items()])]))

