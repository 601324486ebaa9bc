# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Spotter: helps in steps, then takes the load away, and says so.

A slow negative is no stall: what counts is progress over seconds, not speed.
"""
from dataclasses import dataclass
import math

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import DIRECTIONS, Method, Order, Phase, Prescription

MOVING = (Phase.CONCENTRIC, Phase.ECCENTRIC)  # by the order: which movement begins a repetition
HOME = (Phase.BOTTOM_HOLD, Phase.TOP_HOLD)  # by the order: where the athlete rests in between
UP = 0.85  # fraction of the range above which a lift may end unnoticed for a moment
NEAR = 0.3  # share of the range around the place where repetitions begin and end


@dataclass(frozen=True)
class SpotterSettings(Settings):
    """Conditions and steps of the help."""

    stall_time: float = parameter(
        3.0, 'time without progress in the middle of the range before help', 1.0, 10.0, unit='s')
    stall_progress: float = parameter(
        0.005, 'movement that counts as progress', 0.001, 0.05, unit='m')
    recovery: float = parameter(
        0.04, 'movement that counts backwards, or once help was needed: a lightened handle gives '
        'way by itself', 0.005, 0.2, unit='m')
    sinking: float = parameter(
        0.05, 'lowering speed in the middle of a lift that is a failure', 0.02, 0.3, unit='m/s')
    falling: float = parameter(
        2.5, 'lowering speed as a multiple of the tempo that is a failure', 1.5, 10.0)
    falling_least: float = parameter(
        0.25, 'lowering speed that is no failure at any tempo', 0.1, 1.0, unit='m/s')
    given_up: float = parameter(
        0.6, 'share of the lowering speed that is a failure, once the lift before was '
        'not finished', 0.2, 1.0)
    falling_time: float = parameter(
        0.4, 'time of falling before help', 0.05, 2.0, unit='s')
    patience: float = parameter(
        3.0, 'duration of a repetition as a multiple of its tempo before help', 1.5, 10.0)
    help_step: float = parameter(0.25, 'share of the load taken off at once', 0.05, 1.0)
    help_interval: float = parameter(0.5, 'time between two helps', 0.1, 2.0, unit='s')


class Spotter:
    """
    Watches one set.

    `share` is what of the load is left, `reason` why (empty: no help needed), `failed` whether
    the set is over.
    """

    def __init__(self, settings: SpotterSettings) -> None:
        """Start with nothing to do."""
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Begin a new set."""
        self.share = 1.0
        self.reason = ''
        self.failed = False
        self._phase, self._direction = Phase.UNKNOWN, 1
        self._anchor = (math.nan, 0.0)
        self._fall_begin = math.nan
        self._given_up = False
        self._repetition_begin = math.nan
        self._helped = -math.inf

    def step(
        self, phase: Phase, fraction: float, position: float, velocity: float,
        prescription: Prescription, now: float,
    ) -> float:
        """
        Return the remaining share of the load, 0 .. 1.

        :param fraction: of the range, NaN when that is not known: then nobody is helped
        :param position: of the handle [m]
        :param velocity: of the handle without tremor [m/s]
        :param now: time [s]
        """
        if self.failed or prescription.method is Method.ISOMETRIC or prescription.rom is None:
            return self.share
        self._follow(phase, prescription.order, fraction, now)
        self._progress(position, now)
        reason = (self._stalled(fraction, now)
                  or self._falling(fraction, velocity, prescription, now)
                  or self._too_long(prescription, now))
        if reason:
            self._help(reason, now)
        elif self.reason and self._is_over(phase, fraction):
            self.failed = True
        return self.share

    def _follow(self, phase: Phase, order: Order, fraction: float, now: float) -> None:
        """Keep the time at which the repetition began; wavering on the way does not begin one."""
        if phase is self._phase:
            return
        if phase in DIRECTIONS:
            lifted = self._direction > 0 and phase is Phase.ECCENTRIC
            self._given_up = (lifted and NEAR < fraction < UP) or (
                self._given_up and phase is Phase.ECCENTRIC)
        self._phase = phase
        self._direction = DIRECTIONS.get(phase, self._direction)
        self._fall_begin = math.nan
        near = (fraction if order is Order.CONCENTRIC_FIRST else 1.0 - fraction) < NEAR
        if phase is HOME[order] and near:
            self._repetition_begin = math.nan
        elif phase is MOVING[order] and (near or math.isnan(self._repetition_begin)):
            self._repetition_begin = now

    def _progress(self, position: float, now: float) -> None:
        """Keep the place and the time at which the handle has last gone on, or far back."""
        anchor, since = self._anchor
        recovery = self.settings.recovery
        least = recovery if self.reason else self.settings.stall_progress
        ahead = self._direction * (position - anchor)
        if not -recovery <= ahead <= least or now < since:
            self._anchor = (position, now)

    def _stalled(self, fraction: float, now: float) -> str:
        if not 0.1 < fraction < 0.9 or now - self._anchor[1] < self.settings.stall_time:
            return ''
        return 'no progress'

    def _falling(
        self, fraction: float, velocity: float, prescription: Prescription, now: float,
    ) -> str:
        rom = prescription.rom
        tempo = rom.length / prescription.eccentric_time if rom is not None else math.inf
        if self._phase is Phase.CONCENTRIC:
            fast = -velocity > self.settings.sinking and fraction < UP
        else:
            allowed = max(self.settings.falling_least, self.settings.falling * tempo)
            fast = -velocity > (self.settings.given_up if self._given_up else 1.0) * allowed
        if not fast:
            self._fall_begin = math.nan
            return ''
        if math.isnan(self._fall_begin):
            self._fall_begin = now
        return 'handle sinks' if now - self._fall_begin >= self.settings.falling_time else ''

    def _too_long(self, prescription: Prescription, now: float) -> str:
        tempo = (prescription.concentric_time + prescription.eccentric_time
                 + prescription.bottom_pause + prescription.top_pause)
        lasted = now - self._repetition_begin
        too_long = lasted > 10.0 and lasted > self.settings.patience * tempo
        return 'repetition too long' if too_long else ''

    def _help(self, reason: str, now: float) -> None:
        self.reason = reason
        if now - self._helped < self.settings.help_interval:
            return
        self._helped = now
        self.share = max(0.0, self.share - self.settings.help_step)
        self.failed = self.share <= 0.0

    def _is_over(self, phase: Phase, fraction: float) -> bool:
        """Tell whether the helped repetition has come to its end: the set ends with it."""
        return fraction < 0.0 or (
            fraction < 0.2 and phase in (Phase.BOTTOM_HOLD, Phase.CONCENTRIC))


def between_repetitions(before: Phase, phase: Phase, fraction: float, order: Order) -> bool:
    """
    Tell whether one repetition has ended and the next one has not gone far.

    :param before: phase of the sample before
    :param fraction: of the range, NaN when that is not known
    """
    near = (fraction if order is Order.CONCENTRIC_FIRST else 1.0 - fraction) < NEAR
    begins = phase is MOVING[order] and before is not phase
    return near and (begins or phase is HOME[order])
