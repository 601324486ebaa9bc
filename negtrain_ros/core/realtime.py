# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Real-time scheduling of a node, and the gaps between its turns on the processor."""
from dataclasses import dataclass

from negtrain_ros.core.settings import parameter, Settings


@dataclass(frozen=True)
class RealTimeSettings(Settings):
    """How a node on the way from encoder to load is scheduled."""

    priority: int = parameter(
        0, 'SCHED_FIFO priority that the node asks the kernel for, with its memory locked; 0: '
        'ordinary scheduling', 0, 90)
    deadline: float = parameter(
        0.025, 'time between two turns of the node, which are due every 10 ms, above which a '
        'deadline counts as missed in the diagnostics', 0.015, 1.0, unit='s')


class Gaps:
    """
    Statistics of the times between turns.

    :ivar longest: longest gap so far [s]
    :ivar missed: gaps longer than the deadline
    """

    def __init__(self, deadline: float) -> None:
        """Begin without a turn; a gap longer than `deadline` [s] counts as missed."""
        self.deadline = deadline
        self.longest = 0.0
        self.missed = 0
        self._last: float | None = None

    def turn(self, now: float) -> None:
        """Take note of a turn at `now` [s], by a clock that is never set."""
        if self._last is not None:
            gap = now - self._last
            self.longest = max(self.longest, gap)
            self.missed += gap > self.deadline
        self._last = now
