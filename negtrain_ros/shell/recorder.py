# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Keep everything that is published while a session lasts."""
from collections.abc import Callable
from functools import partial
import math
from pathlib import Path

from negtrain_interfaces.msg import HandleState, LoadState
from negtrain_ros.history.recording import Recording
from negtrain_ros.history.trace import Sample
from negtrain_ros.shell import topics
from rclpy.node import Node
from rclpy.serialization import deserialize_message
from rclpy.subscription import Subscription

TRACE_PERIOD = 0.05  # s, enough for a picture


class Recorder:
    """Writes one MCAP file for each session; messages are kept as they came."""

    def __init__(self, node: Node, folder: Path, warn: Callable[[str], object]) -> None:
        """
        Record into a folder on behalf of a node.

        :param warn: told in one line when a session cannot be recorded; it goes on all the same
        """
        self._node = node
        self._folder = folder
        self._warn = warn
        self._recording: Recording | None = None
        self._load = math.nan
        self._trace: list[Sample] = []
        self._subscriptions: list[Subscription] = []

    def begin(self, session: int) -> None:
        """Begin the recording of a session, or its next part after an interruption."""
        self.end()
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = len(list(self._folder.glob(f'{session}*.mcap')))
            name = f'{session}.mcap' if not part else f'{session}-{part + 1}.mcap'
            self._recording = Recording(self._folder / name)
        except (OSError, ValueError) as error:
            self._warn(f'not recorded: {error}')
            return
        self._subscriptions = [
            self._node.create_subscription(
                kind, topic, partial(self._write, self._node.resolve_topic_name(topic), kind),
                profile, raw=True)
            for topic, (kind, profile) in topics.MACHINE.items()]

    def end(self) -> str:
        """End the recording; return its file, empty if there was none."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self._subscriptions = []
        recording, self._recording = self._recording, None
        if recording is None:
            return ''
        recording.close()
        return str(recording.path)

    def trace(self) -> list[Sample]:
        """Return time [s], position [m] and load [kg] since this was last asked for."""
        trace, self._trace = self._trace, []
        return trace

    def _write(self, topic: str, kind: type, data: bytes) -> None:
        if self._recording is None:
            return
        now = self._node.get_clock().now().nanoseconds
        self._recording.write(topic, f'negtrain_interfaces/msg/{kind.__name__}', data, now)
        if kind is LoadState:
            self._load = deserialize_message(data, kind).commanded
        elif kind is HandleState and (
                not self._trace or now * 1e-9 - self._trace[-1][0] >= TRACE_PERIOD):
            self._trace.append((now * 1e-9, deserialize_message(data, kind).position, self._load))
