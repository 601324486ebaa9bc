# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Tremor: amplitude and speed of the trembling of the handle, during any movement.

Physiological tremor is 8-12 Hz when held and 4-8 Hz, several times larger, in slow movement. What
is left of the position when its slow part is taken away shows it as half cycles much shorter than
any way up or down, one after the other, even in size and duration, which a single jerk is not.
What a much faster movement shows of that are its own jerks: their size follows its speed (Harris
and Wolpert 1998, Nature 394:780), and at the turn they are gone.
"""
from collections import deque
from dataclasses import dataclass
from math import pi

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import HandleState


@dataclass(frozen=True)
class TremorSettings(Settings):
    """What is tremor and how long it is remembered."""

    slowest: float = parameter(
        0.17, 'half a cycle that takes longer is movement', 0.05, 0.5, unit='s')
    fastest: float = parameter(
        0.025, 'half a cycle that takes less is noise', 0.005, 0.1, unit='s')
    halves: int = parameter(4, 'half cycles in a row that make a tremor', 2, 20)
    evenness: float = parameter(
        0.6, 'least size and duration of the half cycles of a tremor, by the largest', 0.0, 0.9)
    smoothing: float = parameter(
        0.08, 'time constant of the slow part of the position', 0.02, 0.5, unit='s')
    hysteresis: float = parameter(
        0.4, 'way back that ends half a cycle, as a share of it', 0.0, 0.9)
    noise: float = parameter(
        1.0, 'way back that ends half a cycle, in standard deviations of the position', 0.5, 10.0)
    outrun: float = parameter(
        3.0, 'factor above which a movement is so much faster than a tremor that it shows jerks',
        1.0, 20.0)
    memory: float = parameter(
        180.0, 'time over which tremor is forgotten', 0.5, 600.0, unit='s')


class TremorEstimator:
    """Follow the largest tremor of late."""

    def __init__(self, settings: TremorSettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget it."""
        self.size = 0.0   # m, from one end of the trembling to the other
        self.speed = 0.0  # m/s, at most
        self._slow = self._drift = 0.0
        self._rising = True
        self._extreme = self._extreme_before = 0.0
        self._extreme_stamp = self._extreme_stamp_before = 0.0
        self._halves: deque[tuple[float, float]] = deque(maxlen=self.settings.halves)
        self._stamp: float | None = None

    def step(self, handle: HandleState) -> None:
        """Follow a good handle."""
        settings, stamp, position = self.settings, handle.stamp, handle.position
        if self._stamp is None:
            self._stamp = self._extreme_stamp = self._extreme_stamp_before = stamp
            self._slow = position
            return
        interval = stamp - self._stamp
        self._stamp = stamp
        fade = 1.0 - interval / settings.memory if interval < settings.memory else 0.0
        self.size *= fade
        self.speed *= fade
        share = interval / (interval + settings.smoothing)
        self._slow += share * (position - self._slow)
        quick = position - self._slow
        self._drift += share * (quick - self._drift)
        quick -= self._drift
        if (quick > self._extreme) == self._rising:
            self._extreme, self._extreme_stamp = quick, stamp
        elif abs(quick - self._extreme) > (
                settings.noise * handle.position_deviation
                + settings.hysteresis * abs(self._extreme - self._extreme_before)):
            self._turn(quick, stamp)

    def _turn(self, quick: float, stamp: float) -> None:
        """End half a cycle at its extreme."""
        halves = self._halves
        halves.append((abs(self._extreme - self._extreme_before),
                       self._extreme_stamp - self._extreme_stamp_before))
        self._extreme_before, self._extreme_stamp_before = self._extreme, self._extreme_stamp
        self._rising = not self._rising
        self._extreme, self._extreme_stamp = quick, stamp
        if len(halves) < self.settings.halves:
            return
        durations = [half[1] for half in halves]
        if self.settings.fastest < min(durations) and max(durations) < self.settings.slowest:
            sizes = [half[0] for half in halves]
            turned = pi * len(halves) / sum(durations) * self.settings.smoothing
            # what two first-order filters have taken away at this frequency
            size = sum(sizes) / len(sizes) * (1.0 + 1.0 / (turned * turned))
            even = (min(sizes) > self.settings.evenness * max(sizes)
                    and min(durations) > self.settings.evenness * max(durations))
            speed = 0.5 * pi * size * len(halves) / sum(durations)
            way = abs(self._drift) / self.settings.smoothing
            if even and size > self.size and way < self.settings.outrun * speed:
                self.size, self.speed = size, max(self.speed, speed)
