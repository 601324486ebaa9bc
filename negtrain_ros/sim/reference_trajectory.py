# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Reference trajectory: smooth start, steady motion, smooth end; it waits for a late handle."""
import math

SLACK = 0.03  # m, lag that does not slow the plan down
LEASH = 0.03  # m, further lag over which the plan comes to a halt, or runs along


class ReferenceTrajectory:
    """
    From one position to another in a given time.

    :param origin: where it begins [m]
    :param goal: where it ends [m]
    :param duration: how long it takes [s] if nothing holds it up
    :param turn: time to reach the even speed, and again to come to rest [s]
    """

    def __init__(self, origin: float, goal: float, duration: float, turn: float) -> None:
        self.origin = origin
        self.goal = goal
        self.duration = max(duration, 0.02)
        self._turn = min(turn, self.duration / 2)
        self._rate = 1.0 / (self.duration - self._turn)
        self._span = goal - origin
        self._direction = math.copysign(1.0, self._span)
        self.clock = 0.0
        self.position = origin
        self.velocity = 0.0

    @property
    def finished(self) -> bool:
        """Tell whether the plan has arrived."""
        return self.clock >= self.duration

    def step(self, dt: float, position: float, pace: float = 1.0) -> None:
        """Move the plan on by `dt` [s], with the handle at a position [m]."""
        lag = (self.position - position) * self._direction
        if lag > SLACK:
            pace *= max(0.0, 1.0 - (lag - SLACK) / LEASH)
        elif lag < -SLACK:
            pace *= 1.0 + 10.0 * (-lag - SLACK) / LEASH
        clock = self.clock + dt * pace
        if clock < 0.0:
            clock = 0.0
        elif clock > self.duration:
            clock = self.duration
        self.clock = clock
        fraction, rate = self._course(clock)
        self.position = self.origin + fraction * self._span
        self.velocity = rate * self._span * pace

    def _course(self, clock: float) -> tuple[float, float]:
        """Return the travelled share and its rate [1/s]."""
        if clock < self._turn:
            return self._start(clock)
        left = self.duration - clock
        if left < self._turn:
            share, rate = self._start(left)
            return 1.0 - share, rate
        return self._rate * (clock - self._turn / 2), self._rate

    def _start(self, clock: float) -> tuple[float, float]:
        """Return share and rate while getting up to speed: a raised cosine of the velocity."""
        angle = math.pi * clock / self._turn
        return (
            self._rate * (clock - self._turn / math.pi * math.sin(angle)) / 2,
            self._rate * (1.0 - math.cos(angle)) / 2)
