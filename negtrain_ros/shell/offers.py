# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""What the actions of the session manager do: goals to activities, outcomes to results."""
from collections.abc import Callable
from dataclasses import replace
import math

from negtrain_interfaces.action import CalibrateRange, Train
from negtrain_ros.core.activity import Activity, Calibration, Training
from negtrain_ros.core.calibration import CalibrationSettings
from negtrain_ros.core.types import Order, Prescription, Range, SessionStage, SessionState
from negtrain_ros.history.history import History
from negtrain_ros.history.journal import Journal
from negtrain_ros.shell import conversions
from negtrain_ros.shell.actions import Offer

OUTCOMES = {
    SessionStage.FINISHED: Train.Result.FINISHED,
    SessionStage.STOPPED: Train.Result.STOPPED,
    None: Train.Result.REFUSED,
}


class Offers:
    """Makes activities of goals; what a goal leaves open comes from the history."""

    def __init__(
        self, begin: Callable[[Activity], None], history: History, journal: Journal,
        calibration: CalibrationSettings,
    ) -> None:
        """
        Offer what the session can do.

        :param begin: starts an activity, raises ValueError with the reason why it cannot
        """
        self._begin = begin
        self._history = history
        self._journal = journal
        self._settings = calibration
        self._calibration: Calibration | None = None

    def all(self) -> dict[str, Offer]:
        """Return every action by its name."""
        return {
            'calibrate_range': Offer(
                CalibrateRange, self._calibrate, self._so_far, self._calibrated),
            'train': Offer(Train, self._train, self._training, self._trained),
        }

    def _calibrate(self, goal: CalibrateRange.Goal) -> None:
        settings = self._settings
        if goal.repetitions:
            settings = replace(settings, repetitions=goal.repetitions)
        activity = Calibration(goal.athlete, goal.exercise, Order.CONCENTRIC_FIRST, settings)
        self._begin(activity)
        self._calibration = activity

    def _so_far(self, state: SessionState) -> CalibrateRange.Feedback:
        found = self._calibration.range if self._calibration else None
        return CalibrateRange.Feedback(
            repetition=state.repetition, bottom=found.bottom if found else math.nan,
            top=found.top if found else math.nan)

    def _calibrated(self, stage: SessionStage | None, reason: str) -> CalibrateRange.Result:
        activity = self._calibration
        if stage is not SessionStage.FINISHED or activity is None or activity.range is None:
            return CalibrateRange.Result(success=False, reason=reason or 'stopped')
        who, found = activity.prescription, activity.range
        self._history.keep_range(who.athlete, who.exercise, found)
        return CalibrateRange.Result(success=True, bottom=found.bottom, top=found.top)

    def _train(self, goal: Train.Goal) -> None:
        prescription = conversions.from_msg(Prescription, goal.prescription)
        if not goal.sets or not prescription.repetitions:
            raise ValueError('a training needs at least one set of one repetition')
        prescription = replace(
            prescription, athlete=goal.athlete, exercise=goal.exercise,
            range=self._range(goal.athlete, goal.exercise))
        self._begin(Training((prescription,) * goal.sets, goal.rest))

    def _training(self, state: SessionState) -> Train.Feedback:
        return Train.Feedback(state=conversions.to_msg(state))

    def _trained(self, stage: SessionStage | None, reason: str) -> Train.Result:
        refused = stage is None
        return Train.Result(
            outcome=OUTCOMES[stage], reason=reason, session=0 if refused else self._journal.number,
            sets=[] if refused else [conversions.to_msg(done) for done in self._journal.sets])

    def _range(self, athlete: str, exercise: str) -> Range:
        known = self._history.range(athlete, exercise)
        if known is None:
            raise ValueError(f'the range of {athlete} at {exercise} is not known: calibrate first')
        return known
