# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Gate that every load passes on its way from a wish to the machine.

It takes what is known of the athlete, the machine and the last loads, and answers a wish with a
prescription, with a question that somebody at the machine has to agree to, or with a refusal.
Nothing else in the program makes a prescription that a session trains.
"""
from dataclasses import dataclass, replace
import math

from negtrain_ros.core.planning.exercise import Exercise
from negtrain_ros.core.planning.prescription import Loads, PrescriptionSettings, round_down
from negtrain_ros.core.planning.strength import Maximum, StrengthSettings
from negtrain_ros.core.safety.load_limits import LoadLimits
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import Method, Prescription, RangeOfMotion

POUND = 0.45359237  # kg
PLAUSIBLE_GUESS = 1.25  # times the accepted maximum: a higher guess is asked about
PLAUSIBLE_GAIN = 1.2  # times the maximum accepted before: a higher one is named
PLAUSIBLE_POUNDS = 0.4  # of what is allowed: less than this in pounds is another mistake


@dataclass(frozen=True, slots=True)
class AthleteLimits:
    """
    What a trainer or therapist allows an athlete at one exercise.

    :ivar cap: heaviest load over all exercises [kg]
    :ivar exercise_cap: heaviest load with this exercise [kg]
    :ivar share: unlocked share of the accepted maximum on the way down
    :ivar allowed: whether the athlete may do this exercise
    :ivar bottom: lowest position that may be trained [m]
    :ivar top: highest position that may be trained [m]
    """

    cap: float = math.inf
    exercise_cap: float = math.inf
    share: float = 1.0
    allowed: bool = True
    bottom: float = -math.inf
    top: float = math.inf

    @property
    def heaviest(self) -> float:
        """The load [kg] that no cap forbids."""
        return min(self.cap, self.exercise_cap)


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    What the history knows of an athlete at one exercise of one machine geometry.

    :ivar limits: what is allowed
    :ivar maximum: the maximum that counts; None: none was accepted
    :ivar previous: the one that counted before it
    :ivar last: loads of the last set with the method that is wished for; None: never trained
    :ivar rom: calibrated range of motion; None: never calibrated
    """

    limits: AthleteLimits = AthleteLimits()
    maximum: Maximum | None = None
    previous: Maximum | None = None
    last: Loads | None = None
    rom: RangeOfMotion | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A prescription that may be trained, once the question, if there is one, is agreed to."""

    prescription: Prescription
    question: str = ''


@dataclass(frozen=True, slots=True)
class TestAnswer:
    """Heaviest trial [kg] and first guess [kg] of a strength test, and the question before it."""

    __test__ = False  # not one of pytest's

    ceiling: float
    expected: float
    question: str = ''


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Heaviest loads on the way up and on the way down [kg], and what sets the latter."""

    concentric: float
    eccentric: float
    reason: str


class Gate:
    """Judge of every wish for a load, for one machine and exercise."""

    def __init__(
        self, exercise: Exercise, limits: LoadLimits, strength: StrengthSettings | None = None,
    ) -> None:
        """
        Judge for an exercise.

        :param limits: of the machine; its `light` is what may be trained without a maximum
        """
        self.exercise = exercise
        self._limits = limits
        self._strength = strength or StrengthSettings()
        self.machine_limit = min(exercise.machine_limit, limits.machine_limit)

    def settings(self, evidence: Evidence) -> PrescriptionSettings:
        """Return what loads are derived with from a maximum of this athlete."""
        return PrescriptionSettings(
            step=self.exercise.step, machine_limit=self.machine_limit,
            highest_share=evidence.limits.share)

    def ceiling(self, evidence: Evidence, now: float) -> Ceiling:
        """
        Return the heaviest loads of an athlete at `now` [s].

        :raises Refusal: if the athlete may not do the exercise at all
        """
        athlete = self._allowed(evidence)
        maximum = evidence.maximum
        bounds = [
            (self.machine_limit, f'the machine goes up to {self.machine_limit:g} kg'),
            (athlete.cap, f'the cap of the athlete is {athlete.cap:g} kg'),
            (athlete.exercise_cap,
             f'the cap of the athlete at {self.exercise.name} is {athlete.exercise_cap:g} kg')]
        up = math.inf
        if maximum is None or maximum.expired(now, self._strength):
            missing = 'no maximum has been accepted' if maximum is None else 'the maximum expired'
            bounds.append((self._limits.light, f'{missing}: only tests, and training with at most '
                                               f'{self._limits.light:g} kg'))
        else:
            up = maximum.value
            bounds.append((athlete.share * maximum.value, (
                f'{athlete.share:g} of the accepted maximum is '
                f'{athlete.share * maximum.value:.1f} kg')))
        down, reason = min(bounds)
        return Ceiling(min(up, down), down, reason)

    def training(self, wish: Prescription, evidence: Evidence, now: float) -> Answer:
        """
        Answer a wish for training.

        :param wish: loads, method, tempo and repetitions; range, order, hold and limit are those
            of the exercise and the athlete
        :raises Refusal: in one line, with the way out
        """
        ceiling = self.ceiling(evidence, now)
        rom = self.rom(wish.athlete, evidence)
        self._check(wish, ceiling)
        hold = wish.hold_position
        if wish.method is Method.ISOMETRIC and not math.isfinite(hold):
            hold = self.hold_position(rom)
        prescription = replace(
            wish, order=self.exercise.begins, rom=rom, hold_position=hold,
            limit=min(ceiling.eccentric, wish.limit if wish.limit > 0.0 else math.inf))
        return Answer(prescription, self._question(prescription, evidence))

    def test(self, expected: float, evidence: Evidence, *, isometric: bool) -> TestAnswer:
        """
        Answer a wish for a strength test.

        A trial goes no further than caps, machine and what the accepted maximum unlocks, so a
        guess changes only where the test begins. In an isometric test the athlete alone makes the
        force; there only caps and machine bind.

        :param expected: guess of the maximum [kg]
        :raises Refusal: in one line
        """
        athlete, maximum = self._allowed(evidence), evidence.maximum
        highest = min(self.machine_limit, athlete.heaviest)
        if not isometric and not 0.0 < expected < math.inf:
            raise Refusal(f'an expected maximum of {expected:g} kg is no weight')
        question = ''
        if maximum is not None and not isometric:
            highest = min(highest, athlete.share * maximum.value)
            if expected > PLAUSIBLE_GUESS * maximum.value:
                question = (f'the accepted maximum is {maximum.value:.1f} kg and {expected:g} kg '
                            f'is expected{_pounds(expected, highest)}; no trial goes beyond '
                            f'{highest:g} kg: do you agree?')
        elif expected > self.machine_limit and not isometric:
            raise Refusal(f'an expected maximum of {expected:g} kg is not within 0 .. '
                          f'{self.machine_limit:g} kg{_pounds(expected, self.machine_limit)}')
        highest = round_down(highest, self.exercise.step)
        if highest < self._limits.light:
            raise Refusal(f'{highest:g} kg is too little for a test, which needs '
                          f'{self._limits.light:g} kg')
        return TestAnswer(highest, min(expected, highest), question)

    def rom(self, athlete: str, evidence: Evidence) -> RangeOfMotion:
        """
        Return the range that is trained: the calibrated one within what is allowed.

        :raises Refusal: if it is not known, or too little of it is allowed
        """
        known, limits = evidence.rom, evidence.limits
        if known is None:
            raise Refusal(f'the range of {athlete} at {self.exercise.name} is not known on this '
                          'machine: calibrate first')
        rom = RangeOfMotion(max(known.bottom, limits.bottom), min(known.top, limits.top))
        if rom.length < self.exercise.smallest_range:
            raise Refusal(
                f'{rom.bottom:g} .. {rom.top:g} m is less than the smallest range of '
                f'{self.exercise.name}, {self.exercise.smallest_range:g} m: calibrate again, or '
                'change the range limits of the athlete')
        return rom

    def hold_position(self, rom: RangeOfMotion) -> float:
        """Return where the handle is held [m]."""
        return rom.bottom + self.exercise.hold_fraction * rom.length

    def _allowed(self, evidence: Evidence) -> AthleteLimits:
        """Return the limits of an athlete who may do the exercise."""
        if not evidence.limits.allowed:
            raise Refusal(f'{self.exercise.name} is not allowed for this athlete: change it with '
                          'negtrain athlete set')
        return evidence.limits

    def _check(self, wish: Prescription, ceiling: Ceiling) -> None:
        for load in (wish.concentric, wish.eccentric):
            if not math.isfinite(load) or load <= 0.0:
                raise Refusal(f'a load of {load:g} kg is no weight')
        heaviest = max(wish.concentric, wish.eccentric)
        if heaviest > ceiling.eccentric:
            raise Refusal(f'{heaviest:g} kg is too heavy: {ceiling.reason}'
                          f'{_pounds(heaviest, ceiling.eccentric)}')
        if 0.0 < wish.limit < heaviest:
            raise Refusal(f'{heaviest:g} kg is above the limit that was asked for, '
                          f'{wish.limit:g} kg')
        if wish.concentric > ceiling.concentric:
            raise Refusal(f'{wish.concentric:g} kg up is more than the accepted maximum, '
                          f'{ceiling.concentric:.1f} kg')

    def _question(self, prescription: Prescription, evidence: Evidence) -> str:
        """Return what somebody has to agree to before these loads are trained; empty: nothing."""
        last, heaviest = evidence.last, max(prescription.concentric, prescription.eccentric)
        if last is None:
            if heaviest <= self._limits.light:
                return ''
            what = (f'first time with {prescription.method.name.lower().replace("_", " ")}, '
                    f'up {prescription.concentric:g} kg, down {prescription.eccentric:g} kg')
        else:
            steps = [f'{way} {before:g} → {load:g} kg' for way, before, load in (
                ('up', last.concentric, prescription.concentric),
                ('down', last.eccentric, prescription.eccentric)) if load > before]
            if not steps:
                return ''
            what = ', '.join(steps)
        now, before = evidence.maximum, evidence.previous
        if now is not None and before is not None and now.value > PLAUSIBLE_GAIN * before.value:
            what += (f' (the accepted maximum rose from {before.value:.1f} to {now.value:.1f} kg; '
                     'was it the same athlete?)')
        return f'{what}: do you agree?'


def _pounds(load: float, allowed: float) -> str:
    """Return the suspicion that pounds were typed for kilograms; empty: it would not fit."""
    kilograms = POUND * load
    if not PLAUSIBLE_POUNDS * allowed <= kilograms <= allowed:
        return ''
    return f'; {load:g} lb would be {kilograms:.0f} kg'
