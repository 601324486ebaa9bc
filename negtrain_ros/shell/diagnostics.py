# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Diagnostics of a node, published on /diagnostics once a second."""
from collections.abc import Callable, Iterable

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from negtrain_ros.core.types import Fault
from negtrain_ros.shell.realtime import RealTimeSettings, TurnWatch
from rclpy.node import Node
from rclpy.time import Time
from std_msgs.msg import Header

PERIOD = 1.0       # s
OTHER_CLOCK = 5.0  # s; what has just come and is older or younger has another time


class Diagnostics:
    """Rate and age of what a node hears, the faults it sees, and how it is scheduled."""

    def __init__(
        self, node: Node, faults: Callable[[], Iterable[Fault]] = tuple,
        realtime: RealTimeSettings | None = None, explanation: Callable[[], str] = str,
    ) -> None:
        """
        Report about a node for as long as it lives.

        :param faults: asked once a second for the faults in force
        :param realtime: of a node on the way from encoder to load; None: it is none
        :param explanation: asked for what led to the faults, in a few words
        """
        self._node = node
        self._faults = faults
        self._explanation = explanation
        self._turns = TurnWatch(node, realtime) if realtime else None
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
        explanation = self._explanation() if faults else ''
        if explanation:
            faults[-1] += f' ({explanation})'
        values = {}
        for topic, count in self._heard.items():
            newest = self._newest[topic]
            age = now.nanoseconds * 1e-9 - newest
            values[f'{topic} rate [Hz]'] = f'{count / PERIOD:.1f}'
            values[f'{topic} age [s]'] = f'{age:.4f}'
            if count and newest == 0.0:
                faults.append(f'{topic} has the time zero')
            elif count and abs(age) > OTHER_CLOCK:
                faults.append(f'{topic} has the time of another clock, {age:.4g} s before now')
            self._heard[topic] = 0
        if self._turns is not None:
            values.update(self._turns.report())
        self._publisher.publish(DiagnosticArray(
            header=Header(stamp=now.to_msg()),
            status=[DiagnosticStatus(
                level=(DiagnosticStatus.ERROR if faults else
                       DiagnosticStatus.OK if self._heard else DiagnosticStatus.WARN),
                name=self._node.get_fully_qualified_name(),
                message=', '.join(faults) or ('ok' if self._heard else 'hears nothing'),
                hardware_id=self._node.get_namespace(),
                values=[KeyValue(key=key, value=value) for key, value in values.items()])]))
