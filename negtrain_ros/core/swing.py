# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Small swings: how far and how fast the handle goes back and forth without going anywhere.

Tremor, sway, hesitation and the noise that the estimate lets through all look alike: a way there
and a way back within a longer way (counted as in rainflow counting, ASTM E1049). The largest of late
is what a turn must stand out from.
"""
from dataclasses import dataclass

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import Handle

DEEPEST = 12  # ways within ways that are followed


@dataclass(frozen=True)
class SwingSettings(Settings):
    """What is a swing and how long it is remembered."""

    memory: float = parameter(
        5.0, 'time over which a swing is forgotten', 0.5, 60.0, unit='s')
    noise: float = parameter(
        3.0, 'standard deviations of the position that end a swing', 1.0, 10.0)


class Swings:
    """Remember the largest recent swing that was no leg."""

    def __init__(self, settings: SwingSettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget all swings."""
        self.size = [0.0, 0.0, 0.0]
        self.speed = [0.0, 0.0, 0.0]
        self._ways: list[list[float]] = []
        self._direction = 1
        self._to = 0.0
        self._fastest_back = 0.0
        self._stamp: float | None = None

    def begin(self, end: int) -> None:
        """Begin the first leg at an end: what was seen there is kept, wandering there is not."""
        self.size[end], self.speed[end] = self.size[0], self.speed[0]
        del self._ways[:-1]

    def step(self, handle: Handle, end: int, longest: float) -> None:
        """
        Follow the handle.

        :param handle: a good one
        :param end: to which it goes: 1 top, -1 bottom, 0 not known yet
        :param longest: longer ways are legs, not swings [m]
        """
        position, speed = handle.position, self._direction * handle.velocity
        if self._stamp is None:
            self._to, self._stamp = position, handle.stamp
            self._ways.append([0.0, 0.0])
            return
        fade = 1.0 - min(1.0, (handle.stamp - self._stamp) / self.settings.memory)
        self._stamp = handle.stamp
        self.size[end] *= fade
        self.speed[end] *= fade
        way = self._ways[-1]
        ahead = self._direction * (position - self._to)
        if ahead >= 0.0:
            self._to = position
            way[0] += ahead
            way[1] = max(way[1], speed)
            self._fastest_back = 0.0
            if len(self._ways) > 2 and way[0] >= self._ways[-2][0]:
                self._close(end, longest)
            return
        self._fastest_back = max(self._fastest_back, -speed)
        if -ahead > self.settings.noise * handle.position_deviation:
            self._ways.append([-ahead, self._fastest_back])
            if len(self._ways) > DEEPEST:
                del self._ways[0]
            self._direction, self._to, self._fastest_back = -self._direction, position, 0.0

    def _close(self, end: int, longest: float) -> None:
        """Take out the way before the present one, which has come back over all of it."""
        before, swing, after = self._ways[-3:]
        if swing[0] <= before[0]:
            self._ways[-3:] = [[before[0] - swing[0] + after[0], max(before[1], after[1])]]
        else:
            swing = before
        if swing[0] < longest:
            self.size[end] = max(self.size[end], swing[0])
            self.speed[end] = max(self.speed[end], swing[1])
