# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Subscription whose messages wait until they are polled.

To be called back for each of a thousand messages a second costs more than to take them by the
dozen: every time a thread wakes up, and the executor after it. See decision 0010.
"""
from collections.abc import Iterator
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.subscription import Subscription


class PolledSubscription:
    """What has come on one topic and was not taken yet."""

    def __init__(self, subscription: Subscription) -> None:
        """Wait at a subscription for which no executor calls back."""
        self.subscription = subscription

    def take(self) -> Iterator[tuple[Any, int]]:
        """Yield the messages that wait, each with the time of its receipt [ns since 1970]."""
        subscription = self.subscription
        while (taken := subscription.handle.take_message(
                subscription.msg_type, subscription.raw)) is not None:
            message, about = taken
            yield message, about['received_timestamp']


class PollingNode(Node):
    """A node that can also let messages wait."""

    @property
    def subscriptions(self) -> Iterator[Subscription]:
        """Those for whose messages an executor has to call back."""
        return (each for each in super().subscriptions if each.callback is not _wait)

    def create_inbox(
        self, kind: type, topic: str, profile: QoSProfile, *, raw: bool = False,
    ) -> PolledSubscription:
        """
        Subscribe a topic whose messages are to wait.

        :param profile: its depth is how many can wait; the oldest give way
        :param raw: whether they stay serialised
        """
        return PolledSubscription(self.create_subscription(kind, topic, _wait, profile, raw=raw))


def _wait(message: Any) -> None:
    """Mark a subscription that nobody is to call back for."""
