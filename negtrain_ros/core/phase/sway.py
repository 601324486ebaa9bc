# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Sway: small movements of the handle back and forth, their size and speed.

Tremor, sway, hesitation and the noise that the estimate lets through all look alike: a way there
and a way back within a longer way (counted as in rainflow counting, ASTM E1049). The largest of
late is what a turn must stand out from.
"""
from dataclasses import dataclass
from math import pi

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import HandleState

DEEPEST = 12  # ways within ways that are followed


@dataclass(frozen=True)
class SwaySettings(Settings):
    """What is a swing and how long it is remembered."""

    memory: float = parameter(
        10.0, 'time over which a swing is forgotten', 0.5, 60.0, unit='s')
    noise: float = parameter(
        1.0, 'standard deviations of the position that end a swing', 0.5, 10.0)


class SwayDetector:
    """Remember the largest recent swing that was no leg."""

    def __init__(self, settings: SwaySettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget all swings."""
        self.size = [0.0, 0.0, 0.0]
        self.speed = [0.0, 0.0, 0.0]
        self.duration = [0.0, 0.0, 0.0]
        self._ways: list[list[float]] = []
        self._direction = 1
        self._to = 0.0
        self._stamp: float | None = None

    def begin(self, end: int) -> None:
        """Begin the first leg at an end: what was seen there is kept, wandering there is not."""
        for seen in (self.size, self.speed, self.duration):
            seen[end] = seen[0]
        del self._ways[:-1]

    def lasted(self, stamp: float) -> float:
        """Return for how long the present way has gone on [s]."""
        return stamp - self._ways[-1][1]

    def step(self, handle: HandleState, end: int, longest: float) -> None:
        """
        Follow the handle.

        :param handle: a good one
        :param end: to which it goes: 1 top, -1 bottom, 0 not known yet
        :param longest: longer ways are legs, not swings [m]
        """
        position = handle.position
        if self._stamp is None:
            self._to, self._stamp = position, handle.stamp
            self._ways.append([0.0, handle.stamp])
            return
        interval, memory = handle.stamp - self._stamp, self.settings.memory
        fade = 1.0 - interval / memory if interval < memory else 0.0
        self._stamp = handle.stamp
        self.size[end] *= fade
        self.speed[end] *= fade
        way = self._ways[-1]
        ahead = self._direction * (position - self._to)
        if ahead >= 0.0:
            self._to = position
            way[0] += ahead
            if len(self._ways) > 2 and way[0] >= 0.8 * self._ways[-2][0]:
                self._close(end, longest)
            return
        if -ahead > self.settings.noise * handle.position_deviation:
            self._ways.append([-ahead, handle.stamp])
            if len(self._ways) > DEEPEST:
                del self._ways[0]
            self._direction, self._to = -self._direction, position

    def _close(self, end: int, longest: float) -> None:
        """Take out the way before the present one, which has come back over all of it."""
        before, swing, after = self._ways[-3:]
        (size, begin), stop = swing, after[1]
        if 0.8 * size <= before[0]:
            self._ways[-3:] = [[before[0] - size + after[0], before[1]]]
        else:
            (size, begin), stop = before, swing[1]
        if size < longest:
            self.size[end] = max(self.size[end], size)
            # that of a sine which goes as far in the same time
            self.speed[end] = max(self.speed[end], 0.5 * pi * size / (stop - begin))
            self.duration[end] = max(self.duration[end], stop - begin)


def inside(size: float, fastest: float, back: float, speed: float) -> bool:
    """
    Whether a way back can be part of a swing.

    A swing runs through an ellipse in the plane of displacement and speed.

    :param size: from one end of the swing to the other [m]
    :param fastest: speed in its middle [m/s]
    :param back: displacement from the furthest point [m]
    :param speed: of the way back [m/s]
    """
    if back >= size:
        return False
    across = 2.0 * back / size - 1.0
    return across < 0.0 or across * across + (speed / fastest) ** 2 < 1.0
