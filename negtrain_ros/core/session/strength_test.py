# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Strength test as an activity of a session: each trial is a set."""
from dataclasses import replace
import math

from negtrain_ros.core.planning.strength import Estimate, StrengthMethod
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
OPEN_END = 30  # repetitions, more than anybody does with a load that can be judged
PUSH = 6.0  # s, from the first force to the end of an isometric trial
PUSHES = 5.0  # kg, above which somebody pushes

Trials = IsometricTrials | LoadVelocityTrials | RepetitionTrials

COURSE = {
    StrengthMethod.ISOMETRIC: (
        Instruction.PUSH, 0, 'lift until the handle holds, then push as hard as you can'),
    StrengthMethod.LOAD_VELOCITY: (Instruction.LIFT_FAST, LIFTS, 'lift as fast as you can'),
    StrengthMethod.REPETITION_MAXIMUM: (
        Instruction.TRAIN, OPEN_END, 'lift until you cannot any more'),
}


class StrengthTesting:
    """
    Trials with rests between, until there is an estimate.

    :ivar estimate: what came of it; None before the end, or when the athlete left
    :ivar record: what every trial was, as plain values
    """

    stage = SessionStage.TESTING
    program = ''
    _fastest: float

    def __init__(
        self, method: StrengthMethod, trials: Trials, base: Prescription, rest: float, most: int,
    ) -> None:
        """
        Prepare a test.

        :param base: athlete, exercise, range and limits; loads and method are those of the trials
        :param rest: between trials [s]
        :param most: trials after which it is over at the latest
        """
        self.instruction, self._repetitions, self.text = COURSE[method]
        self.rest = rest
        self.sets = most
        self.set = 1
        self.estimate: Estimate | None = None
        self.record: list[dict[str, float]] = []
        self._trials = trials
        self._base = base
        self._begin()

    @property
    def prescription(self) -> Prescription:
        """The load of the present trial both ways, or the hold."""
        if isinstance(self._trials, IsometricTrials):
            return replace(self._base, method=Method.ISOMETRIC, concentric=self._base.limit,
                           eccentric=self._base.limit)
        return replace(self._base, method=Method.REGULAR, concentric=self._trials.load,
                       eccentric=self._trials.load, repetitions=self._repetitions)

    @property
    def over(self) -> SetEnd | None:
        """Why the present trial has come to its end, or None while it has not."""
        if isinstance(self._trials, IsometricTrials):
            long = self._pushed and self._pushed[-1][0] - self._pushed[0][0] >= PUSH
            return SetEnd.COUNT if long else None
        return SetEnd.COUNT if self._complete >= self._repetitions else None

    def on_repetition(self, repetition: Repetition) -> bool:
        """Take the speed of a lift; return whether the repetition is complete."""
        if repetition.verdict is Verdict.COUNTED:
            velocity = repetition.concentric.mean_propulsive_velocity
            if repetition.stage is RepetitionStage.COMPLETE:
                self._complete += 1
                if velocity > self._fastest:
                    self._fastest = velocity
            self.repetition = self._complete + (repetition.stage is RepetitionStage.HALFWAY)
        return repetition.stage is RepetitionStage.COMPLETE

    def on_load(self, stamp: float, load: float) -> None:
        """Take the load [kg] that the athlete resists at a time [s]."""
        if self._pushed or load > PUSHES:
            self._pushed.append((stamp, load))

    def advance(self, end: SetEnd) -> bool:
        """Judge the trial that ended so; return False when there is an estimate."""
        trial = {'load': self._trials.load, 'repetitions': float(self._complete)}
        if isinstance(self._trials, IsometricTrials):
            self.estimate = self._trials.step(self._pushed)
            trial['load'] = max((load for _, load in self._pushed), default=math.nan)
        elif isinstance(self._trials, LoadVelocityTrials):
            trial['velocity'] = self._fastest
            self.estimate = self._trials.step(self._fastest)
        else:
            self.estimate = self._trials.step(self._complete, end)
        self.record.append(trial)
        if self.estimate is not None or self.set == self.sets:
            return False
        self.set += 1
        self._begin()
        return True

    def scale_loads(self, share: float) -> str | None:
        """Refuse: a trial is worth nothing if its load is changed meanwhile."""
        return 'the loads of a test come from its trials: negtrain stop ends it'

    def _begin(self) -> None:
        self.repetition = 0
        self._complete: int = 0
        self._fastest = 0.0
        self._pushed: list[tuple[float, float]] = []
