# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Recorder of everything that is published during a session."""
from collections.abc import Callable, Iterator
from heapq import merge
import math
from operator import itemgetter
from pathlib import Path
import time

from negtrain_interfaces.msg import HandleState, LoadState
from negtrain_ros.history.bag import Bag
from negtrain_ros.history.trace import Sample
from negtrain_ros.shell import topics
from negtrain_ros.shell.conversions import seconds
from negtrain_ros.shell.polled_subscription import PolledSubscription, PollingNode
from negtrain_ros.shell.rosbag import begin_bag
from rclpy.clock import Clock, ClockType
from rclpy.qos import QoSProfile
from rclpy.serialization import deserialize_message
from rclpy.subscription import Subscription
from rclpy.timer import Timer

PERIOD = 0.05  # s between two times that messages are fetched
DEPTH = 1000   # messages of a topic that wait to be fetched
TRACE_PERIOD = 0.05  # s, enough for a picture

Message = tuple[int, Subscription, bytes]
"""When it was received [ns since 1970], by whom, serialised."""


class TopicRecorder:
    """Writes one rosbag2 folder for each session; messages are kept as they came."""

    def __init__(self, node: PollingNode, folder: Path, warn: Callable[[str], object]) -> None:
        """
        Record into a folder on behalf of a node.

        :param warn: told in one line when a session cannot be recorded; it goes on all the same
        """
        self._node = node
        self._folder = folder
        self._warn = warn
        self._recording: Bag | None = None
        self._load = math.nan
        self._trace: list[Sample] = []
        self._inboxes: list[PolledSubscription] = []
        self._timer: Timer | None = None
        self._written = (0, 0)  # ns, clocks of computer and node when messages were last written

    def begin(self, session: int) -> None:
        """Begin the recording of a session, or its next part after an interruption."""
        self.end()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = len(list(self._folder.glob(f'{session}*')))
            name = f'{session}' if not part else f'{session}-{part + 1}'
            self._recording = begin_bag(self._folder / name)
        except (OSError, ValueError) as error:
            self._warn(f'not recorded: {error}')
            return
        self._written = self._clocks()
        self._inboxes = [
            self._node.create_inbox(kind, topic, QoSProfile(
                depth=DEPTH, reliability=profile.reliability, durability=profile.durability),
                raw=True)
            for topic, (kind, profile) in topics.MACHINE.items()]
        self._timer = self._node.create_timer(
            PERIOD, self._write, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def end(self) -> str:
        """End the recording; return its folder, empty if there was none."""
        recording = self._recording
        if recording is None:
            return ''
        self._write()
        self._recording = None
        assert self._timer is not None
        self._node.destroy_timer(self._timer)
        for inbox in self._inboxes:
            self._node.destroy_subscription(inbox.subscription)
        self._inboxes = []
        recording.close()
        return str(recording.path)

    def trace(self) -> list[Sample]:
        """Return time [s], position [m] and load [kg] since this was last asked for."""
        self._write()
        trace, self._trace = self._trace, []
        return trace

    def _write(self) -> None:
        """Write what has come, in the order in which it did, at the time of the node."""
        recording, (before, begin) = self._recording, self._written
        if recording is None:
            return
        after, end = self._written = self._clocks()
        for received, subscription, data in merge(
                *map(_messages, self._inboxes), key=itemgetter(0)):
            kind = subscription.msg_type
            # The clock of the computer may be set, and simulated time goes at its own pace.
            age = min(1.0, max(0.0, (after - received) / (after - before or 1)))
            recording.write(subscription.topic_name, f'negtrain_interfaces/msg/{kind.__name__}',
                            data, end - round(age * (end - begin)))
            if kind is LoadState:
                self._load = deserialize_message(data, kind).commanded
            elif kind is HandleState:
                self._draw(deserialize_message(data, kind))

    def _draw(self, handle: HandleState) -> None:
        now = seconds(handle.header.stamp)
        if not self._trace or now - self._trace[-1][0] >= TRACE_PERIOD:
            self._trace.append((now, handle.position, self._load))

    def _clocks(self) -> tuple[int, int]:
        return time.time_ns(), self._node.get_clock().now().nanoseconds


def _messages(inbox: PolledSubscription) -> Iterator[Message]:
    for data, received in inbox.take():
        yield received, inbox.subscription, data
