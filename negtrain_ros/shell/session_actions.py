# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions of the session manager: from goals to activities, from outcomes to results."""
from collections.abc import Callable
from dataclasses import replace
import math
from typing import Any

from negtrain_interfaces.action import CalibrateRange, StrengthTest, Train
from negtrain_interfaces.srv import AcceptStrengthTest
from negtrain_ros.core.planning.exercise import Exercise
from negtrain_ros.core.planning.prescription import PrescriptionSettings
from negtrain_ros.core.planning.program import TrainingBlock
from negtrain_ros.core.planning.strength import StrengthMethod, StrengthSettings
from negtrain_ros.core.safety.load_limits import MACHINE_LIMIT
from negtrain_ros.core.session.activities import Activity, Calibration, Training
from negtrain_ros.core.session.range_calibration import CalibrationSettings
from negtrain_ros.core.session.strength_protocols import trials
from negtrain_ros.core.session.strength_test import StrengthTesting
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import (
    LoadState,
    Prescription,
    RangeOfMotion,
    SessionStage,
    SessionState,
)
from negtrain_ros.history import planning, queries
from negtrain_ros.history.outbox.entries import clean_name
from negtrain_ros.history.session_log import SessionLog
from negtrain_ros.history.store import History
from negtrain_ros.programs.exercises import shipped_exercises
from negtrain_ros.programs.programs import find_program
from negtrain_ros.shell import conversions
from negtrain_ros.shell.single_goal_server import ActionDefinition

MOST_SETS, LONGEST_REST = 100, 3600.0  # s
OUTCOMES = {
    SessionStage.FINISHED: Train.Result.FINISHED,
    SessionStage.STOPPED: Train.Result.STOPPED,
    None: Train.Result.REFUSED,
}


class SessionActions:
    """Makes activities of goals; what a goal leaves open comes from the history."""

    def __init__(
        self, begin: Callable[[Activity, queries.Interrupted | None], None],
        occupied: Callable[[], str], now: Callable[[], float], history: History,
        journal: SessionLog, *,
        calibration: CalibrationSettings, strength: StrengthSettings,
        load: Callable[[], LoadState | None],
    ) -> None:
        """
        Offer what the session can do.

        :param begin: starts an activity, or goes on with an interrupted one; raises Refusal
            with the reason why it cannot
        :param occupied: says why nothing can begin now, empty if it can; nothing is asked of the
            history before, because whoever is on the machine must not wait for a database
        :param now: the time [s]
        :param load: newest word of the load controller, which owns the limit of the machine
        """
        self._begin = begin
        self._occupied = occupied
        self._history = history
        self._journal = journal
        self._now = now
        self._settings = calibration
        self._strength = strength
        self._load = load
        self._calibration: Calibration | None = None
        self._testing: StrengthTesting | None = None

    def all(self) -> dict[str, ActionDefinition]:
        """Return every action by its name."""
        return {
            'calibrate_range': ActionDefinition(CalibrateRange, self._when_free(self._calibrate),
                                     self._so_far, self._calibrated),
            'strength_test': ActionDefinition(
                StrengthTest, self._when_free(self._test), self._trial, self._tested),
            'train': ActionDefinition(Train, self._when_free(self._train), self._training,
                                      self._trained),
        }

    def accept(
        self, request: AcceptStrengthTest.Request, response: AcceptStrengthTest.Response,
    ) -> AcceptStrengthTest.Response:
        """Let a strength test count from now on, or no more."""
        decide = self._history.revoke_test if request.revoke else self._history.accept_test
        try:
            self._when_free(lambda wanted: decide(
                wanted.athlete, wanted.exercise, wanted.test))(request)
        except Refusal as refusal:
            response.reason = str(refusal)
        response.accepted = not response.reason
        return response

    def _when_free(self, job: Callable[[Any], None]) -> Callable[[Any], None]:
        def do(wanted: Any) -> None:
            refusal = self._occupied()
            if refusal:
                raise Refusal(refusal)
            job(wanted)
        return do

    def _calibrate(self, goal: CalibrateRange.Goal) -> None:
        settings = self._settings
        if goal.repetitions:
            settings = replace(settings, repetitions=goal.repetitions)
        athlete, exercise = clean_name(goal.athlete), self._exercise(goal.exercise)
        activity = Calibration(
            athlete, goal.exercise, exercise.begins, settings, exercise.smallest_range)
        self._begin(activity, None)
        self._calibration = activity

    def _so_far(self, state: SessionState) -> CalibrateRange.Feedback:
        found = self._calibration.rom if self._calibration else None
        return CalibrateRange.Feedback(
            repetition=state.repetition, bottom=found.bottom if found else math.nan,
            top=found.top if found else math.nan)

    def _calibrated(self, stage: SessionStage | None, reason: str) -> CalibrateRange.Result:
        activity = self._calibration
        if stage is not SessionStage.FINISHED or activity is None or activity.rom is None:
            return CalibrateRange.Result(success=False, reason=reason or 'stopped')
        who, found = activity.prescription, activity.rom
        self._history.keep_range(who.athlete, who.exercise, found)
        return CalibrateRange.Result(success=True, bottom=found.bottom, top=found.top)

    def _train(self, goal: Train.Goal) -> None:
        if goal.resume:
            self._resume(goal)
            return
        plan = self._next_of_program if goal.program else self._prescribed
        self._begin(plan(goal), None)

    def _prescribed(self, goal: Train.Goal) -> Training:
        prescription = conversions.from_msg(Prescription, goal.prescription)
        if not goal.sets or not prescription.repetitions:
            raise Refusal('a training needs at least one set of one repetition')
        if goal.sets > MOST_SETS:
            raise Refusal(f'a training has {MOST_SETS} sets at most, not {goal.sets}')
        if not 0.0 <= goal.rest <= LONGEST_REST:
            raise Refusal(f'a rest lasts 0 to {LONGEST_REST:g} s, not {goal.rest:g}')
        prescription = replace(
            prescription, athlete=goal.athlete, exercise=goal.exercise,
            rom=self._rom(goal.athlete, goal.exercise))
        return Training((prescription,) * goal.sets, goal.rest)

    def _next_of_program(self, goal: Train.Goal) -> Training:
        program, exercise = find_program(goal.program), self._exercise(goal.exercise)
        now = self._now()
        plan = self._history.ask(
            lambda engine: planning.plan(engine, goal.athlete, program, exercise, now))
        step = plan.standing.next
        if plan.proposal is None or step is None or not isinstance(step.part, TrainingBlock):
            raise Refusal(plan.reason)
        prescription = planning.prescription_of(
            goal.athlete, exercise, step.part, plan.proposal,
            self._rom(goal.athlete, goal.exercise), consent=goal.consent)
        dose = step.part.dose
        return Training((prescription,) * dose.sets, dose.rest, program=program.name,
                        step=step.number)

    def _resume(self, goal: Train.Goal) -> None:
        left = self._history.interrupted(goal.athlete, goal.exercise)
        if left is None:
            raise Refusal(f'{goal.athlete} has no interrupted session at {goal.exercise}')
        prescription = self._history.ask(
            lambda engine: queries.last_prescription(engine, left.number))
        activity = Training(
            (prescription,) * left.sets, goal.rest, program=left.program, step=left.step,
            first=left.sets_done + 1)
        self._begin(activity, left)

    def _test(self, goal: StrengthTest.Goal) -> None:
        exercise = self._exercise(goal.exercise)
        method = conversions.enumeration(StrengthMethod, goal.method)
        machine = PrescriptionSettings(step=exercise.step, machine_limit=exercise.machine_limit)
        rom = self._rom(goal.athlete, goal.exercise)
        base = Prescription(
            athlete=goal.athlete, exercise=goal.exercise, order=exercise.begins, rom=rom,
            limit=exercise.machine_limit,
            hold_position=rom.bottom + exercise.hold_fraction * rom.length)
        course = trials(
            method, goal.expected, exercise.minimum_velocity, self._strength, machine)
        activity = StrengthTesting(method, course, base, self._strength)
        self._begin(activity, None)
        self._testing = activity

    def _trial(self, state: SessionState) -> StrengthTest.Feedback:
        trials_so_far = self._testing.record if self._testing else []
        last = trials_so_far[-1] if trials_so_far else {}
        load = self._testing.prescription.concentric if self._testing else math.nan
        return StrengthTest.Feedback(text=state.text, trial=state.set, load=load,
                                     velocity=last.get('velocity', math.nan))

    def _tested(self, stage: SessionStage | None, reason: str) -> StrengthTest.Result:
        activity = self._testing
        estimate = activity.estimate if activity else None
        if stage is not SessionStage.FINISHED or activity is None or estimate is None:
            return StrengthTest.Result(success=False, reason=reason or 'nobody at the handle')
        if not estimate.valid:
            return StrengthTest.Result(success=False, reason=estimate.reason)
        who = activity.prescription
        number = self._history.keep_test(
            who.athlete, who.exercise, estimate, activity.record, self._journal.number)
        return StrengthTest.Result(
            success=True, test=number, maximum=estimate.maximum, fit=estimate.fit,
            low=estimate.low, high=estimate.high, smallest_change=estimate.smallest_change)

    def _exercise(self, name: str) -> Exercise:
        known = shipped_exercises()
        if name not in known:
            raise Refusal(f'unknown exercise {name!r}: one of {", ".join(known)}')
        load = self._load()
        known[name].check(load.machine_limit if load else MACHINE_LIMIT)
        return known[name]

    def _training(self, state: SessionState) -> Train.Feedback:
        return Train.Feedback(state=conversions.to_msg(state))

    def _trained(self, stage: SessionStage | None, reason: str) -> Train.Result:
        refused = stage is None
        return Train.Result(
            outcome=OUTCOMES[stage], reason=reason, session=0 if refused else self._journal.number,
            sets=[] if refused else [conversions.to_msg(done) for done in self._journal.sets])

    def _rom(self, athlete: str, exercise: str) -> RangeOfMotion:
        known = self._history.rom(athlete, exercise)
        if known is None:
            raise Refusal(f'the range of {athlete} at {exercise} is not known: calibrate first')
        return known
