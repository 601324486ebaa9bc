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
from negtrain_ros.core.planning.gate import Gate
from negtrain_ros.core.planning.program import Program, TrainingBlock
from negtrain_ros.core.planning.strength import StrengthMethod, StrengthSettings
from negtrain_ros.core.safety.load_limits import LoadLimits, MACHINE_LIMIT
from negtrain_ros.core.session import service
from negtrain_ros.core.session.activities import Activity, Calibration, Training
from negtrain_ros.core.session.range_calibration import CalibrationSettings
from negtrain_ros.core.session.strength_test import StrengthTesting
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import (
    LoadState,
    Prescription,
    SessionStage,
    SessionState,
)
from negtrain_ros.history import planning, queries
from negtrain_ros.history.session_log import SessionLog
from negtrain_ros.history.store import History
from negtrain_ros.programs.exercises import find_exercise
from negtrain_ros.programs.programs import find_program
from negtrain_ros.shell import conversions
from negtrain_ros.shell.single_goal_server import ActionDefinition

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
            'calibrate_range': ActionDefinition(
                CalibrateRange, self._when_free(self._calibrate), self._so_far, self._calibrated,
                lambda question: CalibrateRange.Result(reason=question, question=question)),
            'strength_test': ActionDefinition(
                StrengthTest, self._when_free(self._test), self._trial, self._tested,
                lambda question: StrengthTest.Result(reason=question, question=question)),
            'train': ActionDefinition(
                Train, self._when_free(self._train), self._training, self._trained,
                lambda question: Train.Result(
                    outcome=Train.Result.ASKED, reason=question, question=question)),
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
        athlete, exercise = self._athlete(goal), self._exercise(goal.exercise)
        activity = service.calibration(
            athlete, exercise, self._history.evidence(athlete, goal.exercise), settings,
        ).agreed(goal.consent)
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
        goal.athlete = self._known(goal.athlete)
        if goal.resume:
            self._resume(goal)
            return
        plan = self._next_of_program if goal.program else self._free
        self._begin(plan(goal).agreed(goal.consent), None)

    def _free(self, goal: Train.Goal) -> service.Decision[Training]:
        exercise = self._exercise(goal.exercise)
        wish = replace(conversions.from_msg(Prescription, goal.prescription),
                       athlete=goal.athlete, exercise=goal.exercise)
        return service.free_training(
            wish, goal.sets, goal.rest,
            self._history.evidence(goal.athlete, goal.exercise, wish.method),
            self._gate(exercise), self._now())

    def _next_of_program(self, goal: Train.Goal) -> service.Decision[Training]:
        program, exercise = self._find_program(goal.program), self._exercise(goal.exercise)
        now, limits = self._now(), self._limits()
        return service.program_training(self._history.ask(lambda engine: planning.plan(
            engine, goal.athlete, program, exercise, now, self._history.geometry, limits,
            self._strength)))

    def _resume(self, goal: Train.Goal) -> None:
        gate = self._gate(self._exercise(goal.exercise))
        left = self._history.interrupted(goal.athlete, goal.exercise)
        evidence = self._history.evidence(
            goal.athlete, goal.exercise, left.method if left else None)
        decision = service.resumed_training(
            self._left(left, goal.rest) if left else None, goal.athlete, goal.exercise, evidence,
            gate, self._now())
        self._begin(decision.agreed(goal.consent), left)

    def _left(self, left: queries.Interrupted, rest: float) -> service.InterruptedSession:
        """Return what an interrupted session has left; a programme says the rest itself."""
        if left.program:
            step = self._find_program(left.program).steps[left.step - 1]
            rest = step.part.dose.rest if isinstance(step.part, TrainingBlock) else rest
        return service.InterruptedSession(
            self._history.ask(lambda engine: queries.last_prescription(engine, left.number)),
            left.sets, left.sets_done, rest, left.started_at, left.program, left.step)

    def _test(self, goal: StrengthTest.Goal) -> None:
        athlete, exercise = self._athlete(goal), self._exercise(goal.exercise)
        method = conversions.enumeration(StrengthMethod, goal.method)
        activity = service.strength_test(
            athlete, method, goal.expected, self._history.evidence(athlete, goal.exercise),
            self._gate(exercise), self._strength).agreed(goal.consent)
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

    def _athlete(self, goal: Any) -> str:
        """Return whom a goal means; one who may be a known athlete is asked about."""
        name = self._known(goal.athlete)
        question = service.name_question(name, self._history.ask(queries.names))
        if question and not goal.consent:
            raise service.Asked(question)
        return name

    def _known(self, name: str) -> str:
        return self._history.ask(lambda engine: queries.name_of(engine, name))

    def _find_program(self, name: str) -> Program:
        return find_program(name, self._history.folder / 'programs')

    def _gate(self, exercise: Exercise) -> Gate:
        return Gate(exercise, self._limits(), self._strength)

    def _limits(self) -> LoadLimits:
        load = self._load()
        return LoadLimits(machine_limit=load.machine_limit if load else MACHINE_LIMIT)

    def _exercise(self, name: str) -> Exercise:
        exercise = find_exercise(name)
        exercise.check(self._limits().machine_limit)
        return exercise

    def _training(self, state: SessionState) -> Train.Feedback:
        return Train.Feedback(state=conversions.to_msg(state))

    def _trained(self, stage: SessionStage | None, reason: str) -> Train.Result:
        refused = stage is None
        return Train.Result(
            outcome=OUTCOMES[stage], reason=reason, session=0 if refused else self._journal.number,
            sets=[] if refused else [conversions.to_msg(done) for done in self._journal.sets])
