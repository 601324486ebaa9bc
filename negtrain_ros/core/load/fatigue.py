# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Fatigue of the athlete, from the mean speeds of the lifts of a set."""
from negtrain_ros.core.load.training_methods import Fatigue, FRESH
from negtrain_ros.core.types import Phase

LIGHTEST_SHARE = 0.6  # adaptive training goes no lower, it ends
GRINDING = 0.5        # share of the first lift's speed below which the load gives way at once
GIVING_WAY = 0.2      # 1/s, how fast it does
TOLERANCE = 0.9       # share of the first lift's speed that counts as fresh
SHORTEST = 0.5        # fraction of the range that a lift has to cover


class VelocityLoss:
    """
    Measures the mean speed of each lift of a set, in fractions of the range per second.

    `effort` is what adaptive training goes by: its share only ever falls within a set. Whether
    the lifts have become too slow to go on is the session's to decide.
    """

    def __init__(self) -> None:
        """Start before the first lift."""
        self.reset()

    def reset(self) -> None:
        """Begin a new set."""
        self.fatigue: Fatigue = FRESH
        self.lifts = 0
        self._first = 0.0
        self._begin = (0.0, 0.0)
        self._phase = Phase.UNKNOWN

    def step(self, phase: Phase, fraction: float, dt: float, now: float) -> None:
        """Process the position of the handle: fraction of the range, times [s]."""
        if phase is not self._phase:
            if self._phase is Phase.CONCENTRIC:
                self._end(fraction, now)
            self._phase, self._begin = phase, (fraction, now)
        elif phase is Phase.CONCENTRIC and self._first > 0.0:
            self._within(fraction, dt, now)

    def _end(self, fraction: float, now: float) -> None:
        begin, since = self._begin
        if fraction - begin < SHORTEST or now <= since:
            return
        speed = (fraction - begin) / (now - since)
        self.lifts += 1
        if self.lifts == 1:
            self._first = speed
            return
        self._ease(speed / (TOLERANCE * self._first))

    def _within(self, fraction: float, dt: float, now: float) -> None:
        begin, since = self._begin
        elapsed = now - since
        slow = fraction - begin < GRINDING * self._first * elapsed
        if slow and elapsed > 0.5 and fraction < 0.9:
            self._ease(self.fatigue.share - GIVING_WAY * dt)

    def _ease(self, share: float) -> None:
        share = max(LIGHTEST_SHARE, share)
        if share < self.fatigue.share:
            self.fatigue = Fatigue(share)
