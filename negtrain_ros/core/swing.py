# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Small swings: how far and how fast the handle goes back and forth without going anywhere.

Tremor, sway, hesitation and the noise that the estimate lets through all look alike: a way there
and a way back, each shorter than a leg. The largest of late is what a turn must stand out from.
"""
from dataclasses import dataclass
from math import exp

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import Handle


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
        self.size = 0.0
        self.speed = 0.0
        self._direction = 0
        self._from = self._to = 0.0
        self._fastest = self._fastest_back = 0.0
        self._stamp: float | None = None

    def step(self, handle: Handle, longest: float) -> None:
        """
        Follow the handle.

        :param handle: a good one
        :param longest: longer ways are legs, not swings [m]
        """
        position, speed = handle.position, abs(handle.velocity)
        if self._stamp is None:
            self._from = self._to = position
            self._stamp = handle.stamp
            return
        fade = 1.0 - min(1.0, (handle.stamp - self._stamp) / self.settings.memory)
        self._stamp = handle.stamp
        self.size *= fade
        self.speed *= fade
        direction = self._direction or (1 if position > self._to else -1)
        ahead = direction * (position - self._to)
        if ahead >= 0.0:
            self._to, self._direction = position, direction
            self._fastest = max(self._fastest, self._fastest_back, speed)
            self._fastest_back = 0.0
            return
        self._fastest_back = max(self._fastest_back, speed)
        if -ahead > self.settings.noise * handle.position_deviation:
            size = abs(self._to - self._from)
            if size < longest:
                self.size = max(self.size, size)
                self.speed = max(self.speed, self._fastest)
            self._direction, self._from, self._to = -direction, self._to, position
            self._fastest, self._fastest_back = self._fastest_back, 0.0
