# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a lowering is about to end, so that the overload is gone before the next lift."""
from dataclasses import dataclass
import math

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import Phase, Prescription


@dataclass(frozen=True)
class TurnSettings(Settings):
    """When the eccentric load is taken back before the turning point."""

    taper_begin: float = parameter(
        0.13, 'fraction of the range at which the way down begins to be unloaded', 0.05, 0.15)
    taper_end: float = parameter(
        0.05, 'fraction of the range at which this is done', 0.0, 0.1)
    delay: float = parameter(
        0.03, 'from the movement of the handle to the torque of the motor', 0.0, 0.2, unit='s')
    outlook: float = parameter(
        0.1, 'time before a turn at which the load begins to be taken back', 0.02, 0.3, unit='s')
    braking: float = parameter(
        0.5, 'share of the lowering speed below which a turn is expected', 0.2, 0.8)
    slowest: float = parameter(
        0.015, 'lowering speed that is no lowering', 0.005, 0.05, unit='m/s')
    beyond: float = parameter(
        0.02, 'travel above the range without eccentric load, or 5 % of it if that is more',
        0.0, 0.2, unit='m')
    reached: float = parameter(
        0.6, 'fraction of the range to be reached before there is an eccentric load', 0.0, 0.9)


class Turn:
    """
    Follows the lowering speed and tells which share of the eccentric overload may stay.

    Three low-passes of the speed: two quick ones whose difference looks ahead, and a slow one
    that no tremor (4 .. 12 Hz) gets through. What scatters about the slow one is tremor, and the
    outlook has to fall short by more than that before it is believed; so a clean turn is seen
    before it happens and a trembling one is judged by the slow speed.
    """

    QUICK, MIDDLE, SLOW, MEMORY = 0.01, 0.05, 0.08, 0.5  # s, time constants

    def __init__(self, settings: TurnSettings) -> None:
        """Start at rest."""
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget the movement."""
        self.slow = 0.0
        self._quick = self._middle = self._half = 0.0
        self._scatter = 0.0
        self._typical = 0.0
        self._highest = -math.inf
        self._phase = Phase.UNKNOWN

    def step(
        self, phase: Phase, fraction: float, velocity: float, prescription: Prescription,
        dt: float,
    ) -> float:
        """
        Return the share of the overload that may stay, 0 .. 1.

        :param fraction: of the range, by the newest position
        :param velocity: newest [m/s], up positive
        :param dt: time since the last call [s]
        """
        lowering = -velocity
        self._quick += (lowering - self._quick) * dt / (dt + self.QUICK)
        self._middle += (lowering - self._middle) * dt / (dt + self.MIDDLE)
        weight = dt / (dt + self.SLOW)
        self._half += (lowering - self._half) * weight
        self.slow += (self._half - self.slow) * weight
        settings = self.settings
        ahead = self._quick + (self._quick - self._middle) * (
            settings.outlook / (self.MIDDLE - self.QUICK))
        missing = ahead - self.slow
        self._scatter += (missing * missing - self._scatter) * dt / (dt + self.MEMORY)
        self._follow(phase, fraction)
        if phase is not Phase.ECCENTRIC or prescription.range is None:
            return 0.0
        outside = (fraction - 1.0) * prescription.range.span
        if self._highest < settings.reached or outside > max(
                settings.beyond, 0.05 * prescription.range.span):
            return 0.0
        return min(self._share_of_range(fraction, prescription.range.span),
                   self._share_of_speed(ahead, prescription))

    def _follow(self, phase: Phase, fraction: float) -> None:
        """Remember how far up the handle was since the lift began, and how fast it comes down."""
        if phase is not self._phase:
            self._typical = 0.0
            if phase is Phase.CONCENTRIC:
                self._highest = fraction
            self._phase = phase
        if fraction > self._highest:
            self._highest = fraction
        if self.slow > self._typical:
            self._typical = self.slow

    def _share_of_range(self, fraction: float, span: float) -> float:
        settings = self.settings
        there = fraction - max(0.0, self._quick) * settings.delay / span
        share = (there - settings.taper_end) / (settings.taper_begin - settings.taper_end)
        return min(1.0, max(0.0, share))

    def _share_of_speed(self, ahead: float, prescription: Prescription) -> float:
        settings = self.settings
        extent = prescription.range
        expected = extent.span / prescription.eccentric_time if extent is not None else 0.0
        usual = min(expected, self._typical)
        if usual < settings.slowest:
            return 1.0
        full = settings.braking * usual
        nothing = 0.5 * full
        speed = min(self.slow, ahead + 2.0 * math.sqrt(self._scatter))
        if self._typical < 0.8 * expected:
            speed = max(speed, self._typical)
        return min(1.0, max(0.0, (speed - nothing) / (full - nothing)))
