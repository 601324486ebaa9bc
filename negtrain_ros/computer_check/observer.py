# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Observer of a graph of nodes: their names, parameters and diagnostics."""
from collections.abc import Callable, Sequence
import time
from types import TracebackType
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from negtrain_ros.bringup import node_list
from rcl_interfaces.srv import GetParameters
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

TURN = 0.05  # s, after which a caller is called while it waits
ANSWER = 30.0  # s, for a node that is starting to answer
ONE_SPEAKER = ('handle', 'phase', 'load_command', 'load_state', 'session', 'clock')
"""Topics on which only the nodes of a machine may speak."""


class Silent(RuntimeError):
    """A node did not answer."""


class Observer:
    """
    A node that hears and asks; a context manager.

    :ivar diagnostics: newest values of every node, by its full name
    """

    def __init__(self, namespace: str) -> None:
        """Join the graph, out of the way of others in a namespace."""
        self._context = rclpy.Context()
        rclpy.init(context=self._context, signal_handler_options=rclpy.SignalHandlerOptions.NO)
        self._node = Node('negtrain_check', namespace=namespace, context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._namespace = self._node.get_namespace()
        self.diagnostics: dict[str, dict[str, str]] = {}
        self._node.create_subscription(DiagnosticArray, '/diagnostics', self._on_report, 10)

    def __enter__(self) -> 'Observer':
        """Return the observer itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the graph."""
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def wait(self, seconds: float, idle: Callable[[], object]) -> None:
        """Listen for some time; call something about twenty times a second meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.listen()
            idle()

    def listen(self) -> None:
        """Take what comes in the next moment."""
        end = time.monotonic() + TURN
        while (left := end - time.monotonic()) > 0.0:
            self._executor.spin_once(timeout_sec=left)

    def neighbours(self, namespace: str) -> list[str]:
        """Return the nodes of a machine, and the topics of one, that a namespace has already."""
        where = f'/{namespace.strip("/")}'
        nodes = {name for name, place in self._node.get_node_names_and_namespaces()
                 if place == where and name in node_list.SIMULATION}
        topics = {topic for topic in ONE_SPEAKER
                  if self._node.count_publishers(f'{where.rstrip("/")}/{topic}')}
        return [*sorted(nodes), *(f'a publisher of {topic}' for topic in sorted(topics)
                                  if not nodes)]

    def parameters(
        self, node: str, names: Sequence[str], idle: Callable[[], object],
    ) -> dict[str, float]:
        """
        Return parameters of a node in the namespace of the observer.

        :raises Silent: if it does not answer
        """
        client = self._node.create_client(GetParameters, f'{node}/get_parameters')
        end, future = time.monotonic() + ANSWER, None
        while time.monotonic() < end:
            self.listen()
            idle()
            if future is None and client.service_is_ready():
                future = client.call_async(GetParameters.Request(names=list(names)))
            if future is not None and future.done():
                values = future.result().values
                return {name: value.double_value
                        for name, value in zip(names, values, strict=True)}
        raise Silent(f'{node} does not answer')

    def report_of(self, node: str) -> dict[str, str]:
        """Return the newest diagnostics of a node in the namespace of the observer; {}: none."""
        return self.diagnostics.get(f'{self._namespace}/{node}', {})

    def _on_report(self, message: Any) -> None:
        for status in message.status:
            self.diagnostics[status.name] = {each.key: each.value for each in status.values}
