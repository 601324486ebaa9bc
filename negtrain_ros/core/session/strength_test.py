# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Strength test as an activity of a session: the warm-up and each trial is a set."""
from dataclasses import replace
import math

from negtrain_ros.core.planning.strength import Estimate, StrengthMethod, StrengthSettings
from negtrain_ros.core.session.strength_protocols import (
    IsometricTrials,
    LoadVelocityTrials,
    RepetitionTrials,
)
from negtrain_ros.core.types import (
    Instruction,
    Method,
    Prescription,
    Repetition,
    RepetitionStage,
    SessionStage,
    SetEnd,
    Verdict,
)

LIFTS = 2  # of which the faster one counts, with each load of a load–velocity test
PUSH_LASTS = 6.0  # s, from the first force to the end of an isometric trial
PUSHES = 5.0  # kg, above which somebody pushes
WARM_UP = 'warm up: lift and lower, lightly and in your own time'

Trials = IsometricTrials | LoadVelocityTrials | RepetitionTrials

COURSE = {
    StrengthMethod.ISOMETRIC: (
        Instruction.PUSH, 'lift until the handle holds, then push as hard as you can'),
    StrengthMethod.LOAD_VELOCITY: (Instruction.LIFT_FAST, 'lift as fast as you can'),
    StrengthMethod.REPETITION_MAXIMUM: (Instruction.TRAIN, 'lift until you cannot any more'),
}


class StrengthTesting:
    """
    A warm-up and trials with rests between, until there is an estimate.

    A repetition in which the spotter took load away is helped: it ends the trial as failed and
    does not count for it.

    :ivar estimate: what came of it; None before the end
    :ivar record: what every trial was, as plain values
    """

    stage = SessionStage.TESTING
    program = ''
    _fastest: float

    def __init__(
        self, method: StrengthMethod, trials: Trials, base: Prescription,
        settings: StrengthSettings,
    ) -> None:
        """
        Prepare a test.

        :param base: athlete, exercise, range and limits; loads and method are those of the trials
        """
        self._method = method
        self._course = COURSE[method]
        self._repetitions = {
            StrengthMethod.ISOMETRIC: 0, StrengthMethod.LOAD_VELOCITY: LIFTS,
            StrengthMethod.REPETITION_MAXIMUM: settings.most_repetitions}[method]
        self._settings = settings
        self._warming_up = settings.warm_up > 0
        self.sets = settings.most_loads + self._warming_up
        self.set = 1
        self.estimate: Estimate | None = None
        self.record: list[dict[str, float]] = []
        self._trials = trials
        self._base = base
        self._begin()

    @property
    def instruction(self) -> Instruction:
        """What the athlete is to do in this trial."""
        return Instruction.TRAIN if self._warming_up else self._course[0]

    @property
    def text(self) -> str:
        """What the display says in this trial."""
        return WARM_UP if self._warming_up else self._course[1]

    @property
    def rest(self) -> float:
        """Rest before the present trial [s]."""
        return self._trials.rest

    @property
    def method(self) -> Method:
        """How the load of the trials follows the movement."""
        isometric = isinstance(self._trials, IsometricTrials)
        return Method.ISOMETRIC if isometric else Method.REGULAR

    @property
    def _holds(self) -> bool:
        """Whether the present trial is a push against the held handle."""
        return isinstance(self._trials, IsometricTrials) and not self._warming_up

    @property
    def prescription(self) -> Prescription:
        """The load of the present trial both ways, or the hold."""
        if self._holds:
            return replace(self._base, method=Method.ISOMETRIC, concentric=self._base.limit,
                           eccentric=self._base.limit)
        load, repetitions = (
            (min(self._trials.warm_up, self._base.limit), self._settings.warm_up)
            if self._warming_up else (self._trials.load, self._repetitions))
        return replace(self._base, method=Method.REGULAR, concentric=load, eccentric=load,
                       repetitions=repetitions)

    @property
    def over(self) -> SetEnd | None:
        """Why the present trial has come to its end, or None while it has not."""
        if self._holds:
            long = self._pushed and self._pushed[-1][0] - self._pushed[0][0] >= PUSH_LASTS
            return SetEnd.COUNT if long else None
        if self._helped:
            return SetEnd.FAILED
        return SetEnd.COUNT if self._complete >= self.prescription.repetitions else None

    def on_repetition(self, repetition: Repetition) -> bool:
        """Take the speed of a lift; return whether the repetition is complete."""
        complete = repetition.stage is RepetitionStage.COMPLETE
        if repetition.verdict is Verdict.COUNTED and complete:
            if self._is_helped(repetition):
                self._helped = True
            else:
                self._complete += 1
                self._fastest = max(
                    self._fastest, repetition.concentric.mean_propulsive_velocity)
        if repetition.verdict is Verdict.COUNTED:
            self.repetition = self._complete + (not complete)
        return complete

    def on_load(self, stamp: float, load: float) -> None:
        """Take the load [kg] that the athlete resists at a time [s]."""
        if self._pushed or load > PUSHES:
            self._pushed.append((stamp, load))

    def advance(self, end: SetEnd) -> bool:
        """Judge the trial that ended so; return False when there is an estimate."""
        if self._warming_up:
            self._warming_up = False
            if end is SetEnd.FAILED:
                self.estimate = Estimate(self._method, reason=(
                    f'the warm-up with {self._trials.warm_up:g} kg could not be done: test again '
                    'and expect less'))
        else:
            self.estimate = self._judge(end)
        if self.estimate is not None or self.set == self.sets:
            return False
        self.set += 1
        self._begin()
        return True

    def scale_loads(self, share: float) -> str | None:
        """Refuse: a trial is worth nothing if its load is changed meanwhile."""
        return 'the loads of a test come from its trials: negtrain stop ends it'

    def _judge(self, end: SetEnd) -> Estimate | None:
        """Put the trial on record, and return the estimate after the last one."""
        trial = {'load': self._trials.load, 'repetitions': float(self._complete)}
        if self._helped:
            trial['helped'] = 1.0
        self.record.append(trial)
        if isinstance(self._trials, IsometricTrials):
            trial['load'] = max((load for _, load in self._pushed), default=math.nan)
            return self._trials.step(self._pushed)
        if isinstance(self._trials, LoadVelocityTrials):
            trial['velocity'] = self._fastest
            return self._trials.step(self._fastest)
        return self._trials.step(self._complete, end)

    def _is_helped(self, repetition: Repetition) -> bool:
        least = self._settings.least_realised * self.prescription.concentric
        return not repetition.concentric.mean_load >= least

    def _begin(self) -> None:
        self.repetition = 0
        self._complete: int = 0
        self._helped = False
        self._fastest = 0.0
        self._pushed: list[tuple[float, float]] = []
