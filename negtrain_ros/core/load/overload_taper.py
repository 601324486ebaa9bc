# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Taper of the eccentric overload, which is gone before the next lift begins."""
from dataclasses import dataclass
import math

from negtrain_ros.core.load.lowering_speed import LoweringSpeed
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import Phase, Prescription

TREMOR = 2.0 * math.pi * 4.0  # rad/s; slow movement trembles at 4 .. 8 Hz
QUIET = 0.18  # share of the usual speed that may be left of the tremor
QUICKEST, SLOWEST = 0.008, 0.15  # s, time constants
TAKING_UP = 0.04  # s, time constant while the hand takes up the load
MEMORY = 0.4  # s, for which a tremor is remembered


@dataclass(frozen=True)
class OverloadTaperSettings(Settings):
    """Thresholds for the removal of the overload before the turning point."""

    begin: float = parameter(
        0.11, 'fraction of the range at which the way down begins to be unloaded', 0.05, 0.15)
    end: float = parameter(
        0.06, 'fraction of the range at which the overload is gone', 0.0, 0.1)
    delay: float = parameter(
        0.02, 'from the movement of the handle to the torque of the motor', 0.0, 0.2, unit='s')
    outlook: float = parameter(
        0.1, 'time before a turn at which the load begins to be taken back', 0.02, 0.3, unit='s')
    braking: float = parameter(
        0.4, 'share of the lowering speed below which a turn is expected', 0.2, 0.8)
    settling: float = parameter(
        0.3, 'time in which the hand takes up the eccentric load once it comes, besides a fifth '
        'of the time down; no turn is foreseen then', 0.0, 2.0, unit='s')
    further: float = parameter(
        0.05, 'fraction of the range to be lowered further before a load taken back comes again',
        0.0, 0.5)
    returning: float = parameter(
        0.75, 'share of the prescribed lowering speed below which a load taken back does not '
        'come again', 0.2, 1.0)
    let_down: float = parameter(
        0.05, 'share of the time down that taking back the overload lasts at least, and 0.1 s',
        0.0, 0.1)
    slowest: float = parameter(
        0.015, 'lowering speed that is no lowering', 0.005, 0.05, unit='m/s')
    beyond: float = parameter(
        0.02, 'travel above the range without eccentric load, or 5 % of it if that is more',
        0.0, 0.2, unit='m')
    reached: float = parameter(
        0.6, 'fraction of the range to be reached before there is an eccentric load', 0.0, 0.9)


class OverloadTaper:
    """
    Follows the lowering speed and tells which share of the eccentric overload may stay.

    The speed that counts is smoothed no more than the tremor seen just now demands, and looks
    ahead as far as it permits. Tremor of amplitude a and rate ω passes two low-passes of time
    constant τ and an outlook by L with the gain √(1 + ω²L²) / (1 + ω²τ²); that gain times a is
    kept below a share of the usual lowering speed. So a clean turn is seen before it happens,
    and a trembling one is not mistaken for every quiver of the hand.

    :param lowering: of the handle, brought up to date before each step
    """

    def __init__(self, settings: OverloadTaperSettings, lowering: LoweringSpeed) -> None:
        """Start at rest."""
        self.settings, self._lowering = settings, lowering
        self.reset()

    def reset(self) -> None:
        """Forget the movement."""
        self._speed = self._speed_half = self._ahead = 0.0
        self._above = self._below = 0.0
        self._typical = self._borne = 0.0
        self._highest = -math.inf
        self._before = (-math.inf, math.inf)
        self._begin = math.nan
        self._again = math.inf
        self._tapering = False
        self._phase = Phase.UNKNOWN
        self.share = 0.0

    def step(
        self, phase: Phase, fraction: float, velocity: float, prescription: Prescription,
        dt: float,
    ) -> float:
        """
        Return the permitted share of the overload, 0 .. 1.

        :param fraction: of the range, by the newest position
        :param velocity: newest [m/s], up positive
        :param dt: time since the last call [s]
        """
        rom = prescription.rom
        span = rom.length if rom is not None else math.inf
        expected = span / prescription.eccentric_time
        if self.share > 0.0:
            self._borne += dt
        settling = self._borne < self.settings.settling + 0.2 * prescription.eccentric_time
        self._smooth(-velocity, min(expected, self._typical) or expected, dt, settling)
        self._follow(phase, fraction)
        outside = (fraction - 1.0) * span
        if (phase is not Phase.ECCENTRIC or rom is None
                or self._highest < self.settings.reached
                or outside > max(self.settings.beyond, 0.05 * span)):
            self.share = 0.0
            return 0.0
        share = self._share_of_speed(expected)
        if share <= 0.0 and self._borne > 0.0 and self._typical >= self.settings.slowest:
            self._again = min(self._again, fraction - self.settings.further)
        elif fraction > self._again or (
                self._again < math.inf and self._speed < self.settings.returning * expected):
            # What comes again pushes a slow hand ahead of its course, and its halt seems a turn.
            share = 0.0
        else:
            self._again = math.inf
        # A load that goes at once lifts the handle in the hands that bore it, as a turn would.
        down = self.share - dt / max(0.1, self.settings.let_down * prescription.eccentric_time)
        left = self._share_of_range(fraction, span)
        # What has begun near the end goes on, or tremor would bring the overload back there.
        self._tapering = self._tapering or left < 1.0
        share = min(share, left, max(0.0, down)) if self._tapering else share
        self.share = max(share, down) if self._speed > self.settings.slowest else share
        return self.share

    def _smooth(self, lowering: float, usual: float, dt: float, settling: bool) -> None:
        """Smooth the speed and follow the tremor."""
        # A movement that begins or ends leaves its average to one side, tremor to both.
        aside = lowering - self._lowering.half
        fade = MEMORY / (MEMORY + dt)
        self._above *= fade
        self._below *= fade
        if aside > self._above:
            self._above = aside
        elif -aside > self._below:
            self._below = -aside
        loud = min(self._above, self._below) / (QUIET * max(usual, self.settings.slowest))
        smoothing = TAKING_UP if settling else QUICKEST
        outlook = 0.0
        if loud > 1.0:
            smoothing = min(SLOWEST, max(smoothing, math.sqrt(loud - 1.0) / TREMOR))
        elif not settling:
            outlook = min(self.settings.outlook,
                          math.sqrt(1.0 - loud * loud) / (max(loud, 1e-3) * TREMOR))
        weight = dt / (dt + smoothing)
        self._speed_half += (lowering - self._speed_half) * weight
        self._speed += (self._speed_half - self._speed) * weight
        self._ahead = self._speed + (self._speed_half - self._speed) * outlook / smoothing

    def _follow(self, phase: Phase, fraction: float) -> None:
        """Remember how far up the handle was since the lift began, and how fast it comes down."""
        if phase is not self._phase:
            self._typical = self._borne = 0.0
            self._tapering = False
            if phase is Phase.ECCENTRIC:
                # What the lift was like says nothing of the way down.
                self._speed_half = max(self._speed_half, 0.0)
                self._speed = self._ahead = max(self._speed, 0.0)
            if phase is Phase.CONCENTRIC:
                self._before, self._begin = (self._highest, self._again), fraction
                self._highest, self._again = fraction, math.inf
            elif (self._phase is Phase.CONCENTRIC
                    and self._highest - self._begin < self.settings.further):
                # A jolt, as of a load taken back, is no lift.
                highest, self._again = self._before
                self._highest = max(self._highest, highest)
            self._phase = phase
        if fraction > self._highest:
            self._highest = fraction
        if self._lowering.value > self._typical:
            self._typical = self._lowering.value

    def _share_of_range(self, fraction: float, span: float) -> float:
        settings = self.settings
        there = fraction - max(0.0, self._speed) * settings.delay / span
        share = (there - settings.end) / (settings.begin - settings.end)
        return min(1.0, max(0.0, share))

    def _share_of_speed(self, expected: float) -> float:
        settings = self.settings
        least = 0.5 * settings.braking * min(expected, self._typical)
        if self._typical < settings.slowest:
            # Until it has got going, a way down has to show part of its tempo: tremor shows none,
            # and a hand that sinks while it holds shows little.
            usual = 0.5 * settings.braking * expected
            least = max(0.5 * usual, min(settings.slowest, usual))
        return min(1.0, max(0.0, self._ahead / least - 1.0))
