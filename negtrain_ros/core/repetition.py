# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Count repetitions, say why one does not count, and measure both of its phases."""
from collections import deque
from dataclasses import dataclass

from negtrain_ros.core.measure import Leg, NOTHING, PENDING, Sample
from negtrain_ros.core.phase import OPENINGS, ORDERS
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import (
    DIRECTIONS,
    Handle,
    Phase,
    PhaseEstimate,
    PhaseMeasure,
    Prescription,
    Quality,
    Range,
    Repetition,
    Stage,
    Verdict,
)

HOLDS = (Phase.BOTTOM_HOLD, Phase.TOP_HOLD)


@dataclass(frozen=True)
class RepetitionSettings(Settings):
    """What counts."""

    min_range: float = parameter(
        0.05, 'shortest travel that can be half a repetition', 0.01, 1.0, unit='m')
    share: float = parameter(
        0.6, 'the same, as a share of the personal range when it is known', 0.1, 0.95)
    attempt: float = parameter(
        0.2, 'share of the shortest travel below which nothing was attempted', 0.02, 0.9)
    order: str = parameter(
        'con-ecc', 'which phase begins a repetition', choices=('con-ecc', 'ecc-con'))
    returned: float = parameter(
        0.8, 'share of the first way after which the way back may end', 0.5, 1.0)
    slow: float = parameter(
        0.05, 'speed at which a way back may end, as a share of its fastest', 0.01, 0.5)
    park_speed: float = parameter(
        0.010, 'a slower handle is parked', 0.001, 0.05, unit='m/s')
    park_time: float = parameter(
        0.2, 'a shorter rest belongs to the movement', 0.05, 2.0, unit='s')
    abandon_time: float = parameter(
        5.0, 'rest in the middle after which a repetition is abandoned', 1.0, 60.0, unit='s')
    moving_mass: float = parameter(
        20.0, 'what moves with the handle besides the load', 0.0, 200.0, unit='kg')


class RepetitionCounter:
    """Join legs into repetitions."""

    def __init__(self, settings: RepetitionSettings) -> None:
        self.settings = settings
        self._opening = OPENINGS[ORDERS[settings.order]]
        self._min_range = settings.min_range
        self._range: Range | None = None
        self.reset()

    def expect(self, prescription: Prescription) -> None:
        """Use the personal range and the order of a prescription from now on."""
        self._opening = OPENINGS[prescription.order]
        self._min_range = self.settings.min_range
        self._range = prescription.range
        if prescription.range is not None:
            self._min_range = max(0.01, self.settings.share * prescription.range.span)

    def reset(self) -> None:
        """Count from zero."""
        self.count = 0
        self._begin()

    def _begin(self) -> None:
        self._leg: Leg | None = None
        self._early: deque[Sample] = deque(maxlen=PENDING)
        self._before: Leg | None = None
        self._open = False
        self._first: Leg | None = None
        self._left: tuple[Leg, float] | None = None  # a first way, and what of it is left
        self._announced = False
        self._done = False
        self._held_since: float | None = None
        self._fast_at = 0.0

    def step(
        self, handle: Handle, estimate: PhaseEstimate, load: float = float('nan'),
    ) -> Repetition | None:
        """
        Take one sample.

        :param handle: the motion that the phase was decided from
        :param estimate: its phase
        :param load: applied to the handle [kg]; NaN: not known
        :return: a repetition when its first phase has ended, and again when it is complete
        """
        if handle.quality is not Quality.GOOD:
            return self._break_off(handle.stamp) if handle.quality is Quality.FAULTY else None
        direction = DIRECTIONS.get(estimate.phase, 0)
        result = None
        leg = self._leg
        sample = (handle.stamp, handle.position, handle.velocity, load)
        if leg is None:
            if not direction:
                self._early.append(sample)
                return None
            leg = self._leg = Leg(direction, self._slowest, self.settings.park_time)
            for early in self._early:
                if early[0] >= estimate.start:
                    leg.step(early)
            self._early.clear()
        elif direction and direction != leg.direction:
            result = self._turned(leg, estimate.start, handle.stamp)
            leg = self._leg
            assert leg is not None
        leg.step(sample)
        if result is None:
            result = self._confirmed(leg, handle.stamp)
        if result is None:
            result = self._rested(leg, handle, estimate)
        return result

    @property
    def _slowest(self) -> float:
        return min(self.settings.park_speed, 0.1 * self._min_range)

    @property
    def _least(self) -> float:
        return self.settings.attempt * self._min_range

    def _turned(self, leg: Leg, turn: float, stamp: float) -> Repetition | None:
        """Take a turn; after a way that was none, the way before goes on."""
        self._held_since = None
        before, self._before = self._before, None
        if leg.travel < self._least:
            self._leg = before or leg.turn(turn)
            # A way back that has completed a repetition will not end a second one.
            self._done = self._done or (before is not None and not self._open)
            return None
        self._leg, self._before = leg.turn(turn), leg
        self._open = leg.travel < self._min_range
        return None if self._open else self._ended(leg, stamp)

    def _confirmed(self, leg: Leg, stamp: float) -> Repetition | None:
        """Let the way before end for good, once the present one is a way."""
        before = self._before
        if before is None or leg.travel < self._least:
            return None
        self._before = None
        return self._ended(before, stamp) if self._open else None

    def _ended(self, leg: Leg, stamp: float) -> Repetition | None:
        """One way has ended in a turn."""
        if leg.direction == self._opening:
            if leg.travel >= self._min_range:
                self._first = leg
                return self._halfway(stamp)
            return self._gone_on(leg, stamp)
        if self._first is None:
            if self._done or leg.travel < self._min_range:
                self._done = False
                return None
            return self._report(stamp, Stage.COMPLETE, Verdict.WRONG_DIRECTION, leg)
        return self._complete(leg, stamp)

    def _gone_on(self, leg: Leg, stamp: float) -> Repetition | None:
        """End a way too short for a first one, unless it goes on with one that was left off."""
        if self._left is not None:
            first, left = self._left
            if left + leg.travel >= self._min_range:
                self._first = first
                return self._halfway(stamp)
        return self._complete(leg, stamp)

    def _rested(self, leg: Leg, handle: Handle, estimate: PhaseEstimate) -> Repetition | None:
        """Notice the end of a leg that ends in a rest."""
        held = estimate.phase in HOLDS
        if leg.direction == self._opening:
            if held and not self._announced and leg.travel >= self._min_range:
                self._first = leg
                return self._halfway(handle.stamp)
        elif self._first is not None:
            back = leg.travel >= self.settings.returned * self._first.travel
            speed = leg.direction * handle.velocity
            if speed > self.settings.slow * leg.peak:
                self._fast_at = handle.stamp
            stopped = (speed <= 0.0
                       or handle.stamp - self._fast_at >= self.settings.park_time)
            if leg.travel >= self._min_range and (held or (back and stopped)):
                return self._complete(leg, handle.stamp)
        if not held:
            self._held_since = None
        elif self._held_since is None:
            self._held_since = handle.stamp
        elif (handle.stamp - self._held_since >= self.settings.abandon_time
                and self._unfinished(leg)):
            result = self._report(handle.stamp, Stage.COMPLETE, Verdict.ABANDONED, leg)
            self._begin()
            return result
        return None

    def _unfinished(self, leg: Leg) -> bool:
        if leg.direction == self._opening:
            return 0.0 < leg.travel < self._min_range
        return self._first is not None

    def _halfway(self, stamp: float) -> Repetition | None:
        if self._announced:
            return None
        self._announced = True
        return self._report(stamp, Stage.HALFWAY, Verdict.COUNTED, None)

    def _complete(self, leg: Leg, stamp: float) -> Repetition:
        first = self._first
        counts = first is not None and leg.travel >= self._min_range
        self._left = (first, first.travel - leg.travel) if first and not counts else None
        result = self._report(
            stamp, Stage.COMPLETE, Verdict.COUNTED if counts else Verdict.TOO_SHORT, leg)
        self._first, self._announced, self._done = None, False, True
        return result

    def _break_off(self, stamp: float) -> Repetition | None:
        """Give up a repetition that the encoder did not measure to its end."""
        result = None
        leg = self._leg
        lifting = leg is not None and leg.direction == self._opening and leg.travel > 0.0
        if lifting or self._first is not None:
            result = self._report(stamp, Stage.COMPLETE, Verdict.MEASUREMENT, leg)
        self._begin()
        return result

    def _report(
        self, stamp: float, stage: Stage, verdict: Verdict, leg: Leg | None,
    ) -> Repetition:
        measures: dict[int, PhaseMeasure] = {1: NOTHING, -1: NOTHING}
        for part in (self._first, leg):
            if part is not None:
                measures[part.direction] = part.measure(
                    self.settings.moving_mass, self._range)
        number = self.count
        if verdict is Verdict.COUNTED:
            number += 1
            if stage is Stage.COMPLETE:
                self.count = number
        return Repetition(stamp, stage, number, verdict, measures[1], measures[-1])
