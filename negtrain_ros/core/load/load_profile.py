# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Profile of the load over time: ramps, lowering speed and the limits of a command."""
from dataclasses import dataclass

from negtrain_ros.core.load.rate_limiter import gentle_rise, SCurve
from negtrain_ros.core.safety.load_limits import LoadLimiter, LoadLimits, LoweringSpeedLimits
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import LimitReason, Method, Prescription

FOLLOWS_EFFORT = (Method.ISOMETRIC, Method.ISOKINETIC)


@dataclass(frozen=True)
class LoadProfileSettings(Settings):
    """Rates and durations of changes of the load."""

    curve: float = parameter(
        40000.0, 'how sharply a rise of the load begins and ends at most', 200.0, 50000.0,
        unit='kg/s²')
    rise_share: float = parameter(
        0.09, 'duration of the rise to the eccentric load, as a share of the time down',
        0.02, 0.15)
    rise_longest: float = parameter(
        0.6, 'longest duration of the rise to the eccentric load', 0.1, 2.0, unit='s')
    engage: float = parameter(
        50.0, 'rise of the load after arming', 10.0, 200.0, unit='kg/s')
    release: float = parameter(
        150.0, 'fall of the load at the end of a set without fault', 50.0, 1000.0, unit='kg/s')
    cancel: float = parameter(
        400.0, 'fall of the load when a set is ended in the middle of a movement', 50.0, 1000.0,
        unit='kg/s')


class LoadProfile:
    """Leads the load to its target; `load` is the last command [kg]."""

    def __init__(
        self, settings: LoadProfileSettings, limits: LoadLimits | None = None,
        lowering: LoweringSpeedLimits | None = None,
    ) -> None:
        """Start unloaded."""
        self.settings, self._limits = settings, limits or LoadLimits()
        self._lowering = lowering or LoweringSpeedLimits()
        self._s_curve = SCurve()
        self._limiter = LoadLimiter(self._limits)
        self.begin(Prescription())

    @property
    def load(self) -> float:
        """Load of the last command [kg]."""
        return self._limiter.load

    def begin(self, prescription: Prescription) -> None:
        """Begin a set, unloaded."""
        self._s_curve.reset()
        self._limiter.reset()
        # A hold answers a push as fast as it comes: there is nothing before it to be taken up.
        self._engaged = prescription.method is Method.ISOMETRIC
        self.prescribe(prescription)

    def prescribe(self, prescription: Prescription) -> None:
        """Go by other loads from now on."""
        settings, limits = self.settings, self._limits
        self._concentric, self._cap = prescription.concentric, prescription.limit
        # A hand that is loaded more slowly is pushed off its course less; a resistance that only
        # follows the effort pushes nobody.
        follows = prescription.method in FOLLOWS_EFFORT
        self._rise = (limits.rise, settings.curve) if follows else gentle_rise(
            abs(prescription.eccentric - prescription.concentric),
            min(settings.rise_longest, settings.rise_share * prescription.eccentric_time),
            slowest=settings.engage, steepest=limits.rise, curve=settings.curve)

    def step(
        self, target: float, lowering: float, dt: float, *, at_once: bool, release: float,
    ) -> tuple[float, float, LimitReason]:
        """
        Return load [kg] and damping [N s/m] to command, and what limits them.

        :param target: wanted load [kg]
        :param lowering: speed of the handle downwards [m/s]; above the limit load goes with speed
        :param dt: time since the last call [s]
        :param at_once: no load, now
        :param release: how fast the load goes where it holds the handle up [kg/s], if the set has
            ended without fault; infinite else
        """
        settings, limit = self.settings, LimitReason.NOTHING
        rise, curve = self._rise if self._engaged else (settings.engage, settings.curve)
        # A handle that is held up goes up when its load goes at once.
        held_up = release < self._limits.fall and self._s_curve.load <= self._concentric
        fall = release if held_up else self._limits.fall
        wanted = self._s_curve.step(target, dt, rise=rise, fall=fall, curve=curve)
        if wanted < target:
            limit = LimitReason.RAMP
        else:
            self._engaged = True
        if at_once:
            wanted = 0.0
        left, damping = 1.0, 0.0
        if lowering > self._lowering.over_speed:
            left = self._lowering.share_left(lowering)
            damping, limit = self._lowering.brake * (1.0 - left), LimitReason.SPEED
        # A share of what is left, again and again: a handle that stays too fast loses all load.
        load = self._limiter.step(left * wanted, self._cap, dt, at_once=at_once or left < 1.0)
        if load != wanted:
            self._s_curve.reset(load)
        return load, damping, limit
