# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Activities of the session as actions, one at a time."""
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from negtrain_ros.core.session.service import Asked
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import SessionStage, SessionState
from rclpy.action import ActionServer, CancelResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node


@dataclass(frozen=True)
class ActionDefinition:
    """
    What an action does.

    :ivar begin: takes a goal, raises Refusal with the reason if it is refused
    :ivar feedback: makes the feedback from the state of the session
    :ivar result: makes the result from the stage at the end and the reason
    :ivar asked: makes the result of a goal that has to be agreed to first, from the question
    """

    kind: type
    begin: Callable[[Any], None]
    feedback: Callable[[SessionState], Any]
    result: Callable[[SessionStage | None, str], Any]
    asked: Callable[[str], Any]


class SingleGoalServer:
    """
    Offers actions of which one is under way at most.

    A goal is executed, in the sense of rclpy, only when its activity has ended: an execute
    callback that waits would keep the executor spinning without rest.
    """

    def __init__(self, node: Node, cancel: Callable[[], None], **offers: ActionDefinition) -> None:
        """
        Offer actions by their names.

        :param cancel: called as soon as somebody cancels
        """
        self._cancel = cancel
        self._under_way: tuple[ServerGoalHandle, ActionDefinition] | None = None
        self._servers = [
            ActionServer(node, offer.kind, name, self._no_execution,
                         handle_accepted_callback=self._accepter(offer),
                         cancel_callback=self._on_cancel)
            for name, offer in offers.items()]

    def report(self, state: SessionState) -> None:
        """Give feedback to whoever started what is under way."""
        if self._under_way is not None:
            goal, offer = self._under_way
            goal.publish_feedback(offer.feedback(state))

    def finish(self, stage: SessionStage, reason: str) -> None:
        """Give the result to whoever started what was under way."""
        if self._under_way is not None:
            (goal, offer), self._under_way = self._under_way, None
            self._answer(goal, offer, stage, reason)

    def _accepter(self, offer: ActionDefinition) -> Callable[[ServerGoalHandle], None]:
        def accept(goal: ServerGoalHandle) -> None:
            try:
                offer.begin(goal.request)
            except Asked as question:
                goal.execute(partial(_aborted, result=offer.asked(str(question))))
            except Refusal as refusal:
                self._answer(goal, offer, None, str(refusal))
            else:
                self._under_way = goal, offer
        return accept

    def _answer(
        self,
        goal: ServerGoalHandle,
        offer: ActionDefinition,
        stage: SessionStage | None,
        reason: str,
    ) -> None:
        def execute(handle: ServerGoalHandle) -> Any:
            if stage is SessionStage.FINISHED:
                handle.succeed()
            elif handle.is_cancel_requested:
                handle.canceled()
            else:
                handle.abort()
            return offer.result(stage, reason)
        goal.execute(execute)

    def _on_cancel(self, goal: ServerGoalHandle) -> CancelResponse:
        if self._under_way is None or self._under_way[0].goal_id != goal.goal_id:
            return CancelResponse.REJECT
        self._cancel()
        return CancelResponse.ACCEPT

    @staticmethod
    def _no_execution(goal: ServerGoalHandle) -> Any:
        raise AssertionError('a goal is executed with a callback of its own')


def _aborted(handle: ServerGoalHandle, result: Any) -> Any:
    handle.abort()
    return result
