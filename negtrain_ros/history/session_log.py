# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Log of a session: writes its events into the history and sums up its sets."""
from typing import Protocol

from negtrain_ros.core.session.activities import Training
from negtrain_ros.core.session.session import RepetitionDone, SessionEvent, SetBegun, SetEnded
from negtrain_ros.core.session.strength_test import StrengthTesting
from negtrain_ros.core.types import Fault, LoadState, Repetition, SessionStage, SetSummary
from negtrain_ros.history.outbox.entries import Status
from negtrain_ros.history.queries import Interrupted
from negtrain_ros.history.session_writer import SessionWriter
from negtrain_ros.history.store import History, TEST_SETS
from negtrain_ros.history.trace import Sample

STATUSES = {SessionStage.FINISHED: Status.FINISHED, SessionStage.STOPPED: Status.STOPPED}


class SampleRecorder(Protocol):
    """Keeps everything that is published while a session lasts."""

    def begin(self, session: int) -> None:
        """Begin the recording of a session, or its next part after an interruption."""

    def end(self) -> str:
        """End the recording; return its folder, empty if there was none."""

    def trace(self) -> list[Sample]:
        """Return time [s], position [m] and load [kg] since this was last asked for."""


class SessionLog:
    """
    The session under way, as it is kept: trainings and strength tests repetition by repetition.

    :ivar number: of the session in the history, also after its end; 0: it is not kept
    :ivar sets: the finished sets
    """

    def __init__(self, history: History, recorder: SampleRecorder | None = None) -> None:
        """Write into a history, and have sessions recorded if there is somebody who does."""
        self._history = history
        self._recorder = recorder
        self._record: SessionWriter | None = None
        self._left = history.left
        self._repetitions: list[Repetition] = []
        self._begun: SetBegun | None = None
        self._faults: tuple[Fault, ...] = ()
        self.number = 0
        self.sets: list[SetSummary] = []

    def open(self, activity: object, left: Interrupted | None, now: float) -> None:
        """Begin a session at `now` [s], or go on with one that was interrupted."""
        self.sets, self._begun = [], None
        if self._left:
            self._left.end(now)
        self._record = self._history.resume(left) if left else None
        if isinstance(activity, Training) and left is None:
            first = activity.prescription
            self._record = self._history.begin(
                first.athlete, first.exercise, first.method, activity.sets,
                program=activity.program, step=activity.step)
        elif isinstance(activity, StrengthTesting):
            first = activity.prescription
            self._record = self._history.begin(
                first.athlete, first.exercise, activity.method, TEST_SETS)
        self.number = self._record.number if self._record else 0
        if self.number and self._recorder:
            self._recorder.begin(self.number)

    def on_repetition(self, repetition: Repetition) -> None:
        """Keep a repetition of the set in which the process before this one died."""
        if self._left:
            self._left.on_repetition(repetition)

    def on_event(self, happening: SessionEvent) -> None:
        """Keep what happened; it is durable when this returns."""
        record = self._record
        if isinstance(happening, SetBegun):
            if self._begun is None or self._begun.number != happening.number:
                self._repetitions = []
            self._begun = happening
            if record:
                record.begin_set(happening.number, happening.prescription)
            if self._recorder:
                self._recorder.trace()
        elif isinstance(happening, RepetitionDone):
            self._repetitions.append(happening.repetition)
            if record:
                record.repetition(
                    happening.repetition, self._recorder.trace() if self._recorder else ())
        elif isinstance(happening, SetEnded):
            self._sum_up(happening)
            if record:
                record.end_set(happening.end)
        elif record:
            recording = self._recorder.end() if self._recorder else ''
            record.end(STATUSES[happening.stage], happening.reason, recording)
            self._record = None

    def close(self) -> None:
        """End the recording and deliver what is owed; a session under way stays interrupted."""
        if self._recorder:
            self._recorder.end()
        self._history.close()

    def on_load_state(self, load: LoadState) -> None:
        """Keep the faults that a load state shows for the first time."""
        if self._record:
            for fault in load.faults:
                if fault not in self._faults:
                    self._record.fault(fault, load.explanation)
        self._faults = load.faults

    def _sum_up(self, ended: SetEnded) -> None:
        assert self._begun is not None
        self.sets = [done for done in self.sets if done.number != ended.number]
        self.sets.append(SetSummary(
            ended.number, ended.end, self._begun.prescription, tuple(self._repetitions)))
