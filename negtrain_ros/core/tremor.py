# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Tremor: how far and how fast the handle trembles, on whatever way it goes.

Physiological tremor is 8-12 Hz when held and 4-8 Hz, several times larger, in slow movement. It
shows in the velocity as half cycles much shorter than any way up or down, one after the other; the
smallest of three in a row leaves out a single jerk and the acceleration of the way itself.
"""
from collections import deque
from dataclasses import dataclass
from math import pi

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import Handle


@dataclass(frozen=True)
class TremorSettings(Settings):
    """What is tremor and how long it is remembered."""

    slowest: float = parameter(
        0.17, 'half a cycle that takes longer is movement', 0.05, 0.5, unit='s')
    fastest: float = parameter(0.03, 'x', 0.0, 0.5)
    halves: int = parameter(5, 'x', 2, 20)
    noise: float = parameter(
        3.0, 'standard deviations of the velocity that end half a cycle', 1.0, 10.0)
    memory: float = parameter(
        20.0, 'time over which tremor is forgotten', 0.5, 60.0, unit='s')


class Tremor:
    """Follow the largest tremor of late."""

    def __init__(self, settings: TremorSettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget it."""
        self.size = 0.0   # m, from one end of the trembling to the other
        self.speed = 0.0  # m/s, at most
        self._rising = True
        self._extreme = self._extreme_before = 0.0
        self._extreme_stamp = self._extreme_stamp_before = 0.0
        self._halves: deque[tuple[float, float]] = deque(maxlen=self.settings.halves)
        self._stamp: float | None = None

    def step(self, handle: Handle) -> None:
        """Follow the velocity of a good handle."""
        stamp, velocity = handle.stamp, handle.velocity
        if self._stamp is None:
            self._stamp = self._extreme_stamp = self._extreme_stamp_before = stamp
            return
        fade = 1.0 - min(1.0, (stamp - self._stamp) / self.settings.memory)
        self._stamp = stamp
        self.size *= fade
        self.speed *= fade
        if (velocity > self._extreme) == self._rising:
            self._extreme, self._extreme_stamp = velocity, stamp
        elif abs(velocity - self._extreme) > self.settings.noise * handle.velocity_deviation:
            self._turn(velocity, stamp)

    def _turn(self, velocity: float, stamp: float) -> None:
        """End half a cycle of the velocity at its extreme."""
        self._halves.append((abs(self._extreme - self._extreme_before),
                             self._extreme_stamp - self._extreme_stamp_before))
        self._extreme_before, self._extreme_stamp_before = self._extreme, self._extreme_stamp
        self._rising = not self._rising
        self._extreme, self._extreme_stamp = velocity, stamp
        halves = self._halves
        if (len(halves) == self.settings.halves
                and max(half[1] for half in halves) < self.settings.slowest
                and min(half[1] for half in halves) > self.settings.fastest):
            speed = 0.5 * min(half[0] for half in halves)
            duration = sum(half[1] for half in halves) / len(halves)
            self.speed = max(self.speed, speed)
            self.size = max(self.size, 2.0 * speed * duration / pi)
