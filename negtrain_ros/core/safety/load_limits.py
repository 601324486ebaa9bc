# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Limits of every load, and the last check of a load before it is commanded.

The machine looks again, by itself (see guard): neither trusts the other. Everything that fails
here fails towards a light handle.
"""
from dataclasses import dataclass
import math

from negtrain_ros.core.settings import parameter, Settings

MACHINE_LIMIT = 200.0  # kg, largest load of the machine, unless its parameters say otherwise


@dataclass(frozen=True)
class LoadLimits(Settings):
    """Limits that no load exceeds."""

    machine_limit: float = parameter(
        MACHINE_LIMIT, 'largest load of the machine; exercises only lower it', 5.0, 500.0,
        unit='kg')
    ratio: float = parameter(
        2.5, 'largest eccentric load as a multiple of the concentric one', 1.0, 5.0)
    light: float = parameter(
        10.0, 'largest load without a known range of motion', 1.0, 20.0, unit='kg')
    rise: float = parameter(200.0, 'fastest rise of the load', 10.0, 200.0, unit='kg/s')
    fall: float = parameter(
        1000.0, 'fastest fall of the load in normal use', 100.0, 1000.0, unit='kg/s')


@dataclass(frozen=True)
class LoweringSpeedLimits(Settings):
    """Reduction of the load and damping for a handle that falls."""

    over_speed: float = parameter(
        0.6, 'lowering speed above which the load falls with speed; three times that of the '
        'quickest tempo', 0.3, 1.0, unit='m/s')
    over_speed_band: float = parameter(
        0.15, 'lowering speed beyond over_speed over which the load falls to nothing',
        0.05, 1.0, unit='m/s')
    brake: float = parameter(
        600.0, 'damping against a handle that falls, when all load is gone', 0.0, 2000.0,
        unit='N s/m')
    runaway: float = parameter(
        1.6, 'lowering speed that no athlete has', 1.0, 5.0, unit='m/s')

    def share_left(self, lowering: float) -> float:
        """Return the remaining share of the load at a lowering speed [m/s]."""
        if lowering <= self.over_speed:
            return 1.0
        return max(0.0, 1.0 - (lowering - self.over_speed) / self.over_speed_band)


class LoadLimiter:
    """Limits any number to a finite load within the absolute and the rate limits."""

    def __init__(self, limits: LoadLimits) -> None:
        """Start at no load."""
        self._limits = limits
        self.load = 0.0

    def reset(self) -> None:
        """Restart at no load."""
        self.load = 0.0

    def step(self, load: float, cap: float, dt: float, *, at_once: bool = False) -> float:
        """
        Return the load [kg] that may be commanded.

        :param load: wanted load [kg]; not finite counts as none, at once
        :param cap: limit of this athlete [kg]; it holds even against the slew limit
        :param dt: time since the last call [s]; negative or not finite counts as none
        :param at_once: let a fall happen without slew limit
        """
        limits, last = self._limits, self.load
        if not 0.0 < dt < math.inf:
            dt = 0.0
        if not -math.inf < load < math.inf:
            load, at_once = 0.0, True
        if load > last:
            load = min(load, last + limits.rise * dt)
        elif load < last and not at_once:
            load = max(load, last - limits.fall * dt)
        if load > limits.machine_limit:
            load = limits.machine_limit
        if not load <= cap:  # a cap that is no number is a cap of nothing
            load = cap
        self.load = load = load if load > 0.0 else 0.0
        return load
