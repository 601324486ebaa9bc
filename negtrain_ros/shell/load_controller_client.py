# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Client that brings the load controller to the desired state, one request after the other."""
from negtrain_interfaces.srv import Prescribe
from negtrain_ros.core.session.reconcile import DesiredState, LoadRequest, reconcile
from negtrain_ros.core.types import LoadState
from negtrain_ros.shell import conversions
from rclpy.node import Node
from rclpy.task import Future
from std_srvs.srv import Trigger

PATIENCE = 0.5  # s, after which an answer is given up, and between two tries


class LoadControllerClient:
    """
    Asks, hears the answer, asks again.

    :ivar refusal: why the last request was not granted; empty: it was
    """

    def __init__(self, node: Node) -> None:
        """Prepare to ask on behalf of a node."""
        self._node = node
        self._prescribe = node.create_client(Prescribe, 'prescribe')
        self._arm = node.create_client(Trigger, 'arm')
        self._disarm = node.create_client(Trigger, 'disarm')
        self._asked = -PATIENCE
        self._open: Future | None = None
        self._last: LoadRequest | None = None
        self.refusal = ''

    def step(self, desired: DesiredState | None, load: LoadState | None) -> None:
        """Ask for what is next, if anything is and no answer is awaited."""
        request = reconcile(desired, load)
        if request is None:
            self.refusal = ''
            self._last = None
            return
        now = conversions.now(self._node)
        if request is self._last and abs(now - self._asked) < PATIENCE:
            return
        if self._open is not None and not self._open.done():
            self._open.cancel()
        self._last, self._asked = request, now
        self._open = self._ask(request, desired)
        if self._open is None:
            self.refusal = 'the load controller is not there'
        else:
            self._open.add_done_callback(self._on_answer)

    def _ask(self, request: LoadRequest, desired: DesiredState | None) -> Future | None:
        if request is LoadRequest.PRESCRIBE and desired is not None:
            client, message = self._prescribe, Prescribe.Request(
                prescription=conversions.to_msg(desired.prescription))
        else:
            client = self._arm if request is LoadRequest.ARM else self._disarm
            message = Trigger.Request()
        return client.call_async(message) if client.service_is_ready() else None

    def _on_answer(self, future: Future) -> None:
        if future.cancelled():
            return
        answer = future.result()
        granted, reason = (answer.accepted, answer.reason) if isinstance(
            answer, Prescribe.Response) else (answer.success, answer.message)
        self.refusal = '' if granted else reason
