# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Services of a node; an answer is a reason for a refusal, or none."""
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from negtrain_interfaces.msg import Prescription
from negtrain_interfaces.srv import Prescribe
from negtrain_ros.core import types
from negtrain_ros.core.session.session import Session
from negtrain_ros.core.session.state_machine import REQUESTS, SessionTrigger
from negtrain_ros.core.settings import Refusal
from negtrain_ros.shell import conversions, qos
from rclpy.node import Node
from std_srvs.srv import Trigger

REASONS = {SessionTrigger.PAUSE: 'requested', SessionTrigger.STOP: 'requested'}


def serve(
    node: Node, requests: Mapping[str, Callable[[float], str | None]], then: Callable[[], None],
) -> None:
    """
    Let a node take requests.

    :param requests: by the name of the service; each takes the time [s]
    :param then: called when a request has been answered
    """
    for name, request in requests.items():
        node.create_service(Trigger, name, partial(_answer, node, request, then))


def session_requests(
    session: Session, steady: Callable[[], float],
) -> dict[str, Callable[[float], str | None]]:
    """
    Return what people may ask of a session, by the name of the service.

    :param steady: the time of a clock that nobody puts right [s]
    """
    def ask(event: SessionTrigger, now: float) -> str | None:
        return session.request(event, now, REASONS.get(event, ''), steady())

    return {**{name: partial(ask, event) for name, event in REQUESTS.items()},
            'less': lambda now: session.lighten(), 'more': lambda now: session.add_load()}


def serve_prescriptions(
    node: Node, prescribe: Callable[[types.Prescription, float], str | None],
) -> None:
    """
    Let a node take prescriptions; what it accepts is published.

    :param prescribe: takes a prescription and the time [s]
    """
    accepted = node.create_publisher(Prescription, 'prescription', qos.STATE)

    def answer(request: Any, response: Any) -> Any:
        try:
            prescription = conversions.from_msg(types.Prescription, request.prescription)
        except Refusal as refusal:
            response.reason = str(refusal)
        else:
            response.reason = prescribe(prescription, conversions.now(node)) or ''
        response.accepted = not response.reason
        if response.accepted:
            accepted.publish(request.prescription)
        return response

    node.create_service(Prescribe, 'prescribe', answer)


def _answer(
    node: Node, request: Callable[[float], str | None], then: Callable[[], None], _: Any,
    response: Any,
) -> Any:
    reason = request(conversions.now(node))
    response.success, response.message = reason is None, reason or ''
    then()
    return response
