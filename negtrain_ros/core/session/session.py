# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Session: countdown, sets and rests, with pauses, stops and faults at any time.

The session never touches the load. It says what it wishes for, a prescription in force and armed
or not, and waits until the load controller shows it; so a controller that refuses, restarts or
falls into a fault needs no path of its own.
"""
from dataclasses import dataclass, replace
import math

from negtrain_ros.core.session.activities import Activity
from negtrain_ros.core.session.reconcile import DesiredState
from negtrain_ros.core.session.state_machine import (
    CLOSED,
    INSTRUCTIONS,
    OPEN,
    SessionTrigger,
    TRANSITIONS,
    WORKING,
)
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import (
    EndCause,
    LoadMode,
    LoadState,
    Prescription,
    Repetition,
    SessionStage,
    SessionState,
    SetEnd,
    Verdict,
)

ENDS = {EndCause.FAILED: SetEnd.FAILED, EndCause.LEFT: SetEnd.LEFT}  # others interrupt a set
HEARTBEAT = 0.25  # s, between states in which nothing but the time has changed


@dataclass(frozen=True)
class SessionSettings(Settings):
    """How a session runs."""

    countdown: float = parameter(3.0, 'from the call into position to the first repetition',
                                 0.0, 60.0, unit='s')
    patience: float = parameter(60.0, 'how long the machine may refuse to arm before it stops',
                                1.0, 600.0, unit='s')


@dataclass(frozen=True)
class SetBegun:
    """A set can be worked on."""

    number: int
    prescription: Prescription


@dataclass(frozen=True)
class RepetitionDone:
    """A repetition is complete, counted or not."""

    repetition: Repetition


@dataclass(frozen=True)
class SetEnded:
    """A set is over; with the same number it may begin again after a pause."""

    number: int
    end: SetEnd


@dataclass(frozen=True)
class SessionEnded:
    """The activity is over."""

    stage: SessionStage
    reason: str


SessionEvent = SetBegun | RepetitionDone | SetEnded | SessionEnded


class Session:
    """One activity at a time, step by step."""

    def __init__(self, settings: SessionSettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget everything: no activity, nothing wished for."""
        self.stage = SessionStage.IDLE
        self.activity: Activity | None = None
        self._entered = 0.0
        self._reason = ''
        self._happenings: list[SessionEvent] = []

    @property
    def occupied(self) -> str:
        """Say who is on the machine; empty: nobody, and an activity can begin."""
        if self.stage not in OPEN or self.activity is None:
            return ''
        return f'{self.activity.prescription.athlete or "somebody"} is on the machine'

    @property
    def desired_state(self) -> DesiredState | None:
        """What the load controller is to be brought to; None: disarmed, whatever is prescribed."""
        if self.activity is None or self.stage not in (SessionStage.COUNTDOWN, *WORKING):
            return None
        return DesiredState(self.activity.prescription)

    def start(self, activity: Activity, now: float) -> str | None:
        """Begin an activity at `now` [s]; return why not, if another one is open."""
        if self.occupied:
            return self.occupied
        self.activity = activity
        return self.request(SessionTrigger.START, now)

    def request(self, event: SessionTrigger, now: float, reason: str = '') -> str | None:
        """
        Let an event happen at `now` [s].

        :param reason: one line for people, kept until the next event
        :return: None, or why the event is not possible in this stage
        """
        stage = TRANSITIONS.get((self.stage, event))
        if stage is None:
            return f'not possible while {self.stage.name.lower()}'
        assert self.activity is not None
        if event in (SessionTrigger.PAUSE, SessionTrigger.STOP) and self.stage in WORKING:
            self._happen(SetEnded(self.activity.set, SetEnd.STOPPED))
        self.stage = self.activity.stage if event is SessionTrigger.READY else stage
        self._entered = now
        self._reason = reason
        if event is SessionTrigger.READY:
            self._happen(SetBegun(self.activity.set, self.activity.prescription))
        if self.stage in CLOSED:
            self._happen(SessionEnded(self.stage, reason))
        return None

    def on_repetition(self, repetition: Repetition) -> None:
        """
        Take note of a repetition, halfway or complete; outside the work it is nobody's.

        When it was counts, not when it is heard of: a session that was held up hears of the last
        ones only after it has paused, and a new one of those before its time. What began before
        the work, and does not count, was getting into position.
        """
        before = repetition.stamp <= self._entered
        in_time = self.stage is SessionStage.PAUSED if before else self.stage in WORKING
        if self.activity is None or not in_time:
            return
        if (not before and repetition.verdict is not Verdict.COUNTED
                and _begin(repetition) < self._entered):
            return
        if self.activity.on_repetition(repetition):
            # What the detector counts goes on through calibrations, pauses and sets.
            self._happen(RepetitionDone(replace(repetition, number=self.activity.repetition)))

    def step(
        self, load: LoadState | None, now: float, refusal: str = '',
    ) -> tuple[SessionState, tuple[SessionEvent, ...]]:
        """
        Go on to `now` [s].

        :param load: newest word of the load controller, None while it was never heard
        :param refusal: why the load controller did not grant the wish, if it did not
        :return: where the session is, and what happened since the last step
        """
        event, reason = self._event(load, now, refusal)
        if event is not None:
            self.request(event, now, reason)
        elif self.stage is SessionStage.COUNTDOWN and load is not None:
            self._reason = load.explanation if load.mode is LoadMode.FAULT else refusal
        if self.stage in WORKING and load is not None:
            self._activity.on_load(load.stamp, load.commanded)
        happenings, self._happenings = tuple(self._happenings), []
        return self._state(now), happenings

    def _event(
        self, load: LoadState | None, now: float, refusal: str,
    ) -> tuple[SessionTrigger | None, str]:
        elapsed = now - self._entered
        if self.stage is SessionStage.COUNTDOWN:
            if self._granted(load) and elapsed >= self.settings.countdown:
                return SessionTrigger.READY, ''
            if elapsed > self.settings.patience:
                silent = 'the load controller is silent'
                return SessionTrigger.STOP, refusal or (load.explanation if load else silent)
        elif self.stage is SessionStage.RESTING and elapsed >= self._activity.rest:
            return SessionTrigger.RESTED, ''
        elif self.stage in WORKING:
            end = self._activity.over
            if end is None:
                end = self._broken_off(load)
            if end is SetEnd.STOPPED:
                return (
                    SessionTrigger.PAUSE,
                    load.explanation if load else 'the load controller is silent',
                )
            if end is not None:
                return self._end_set(end)
        return None, ''

    def _end_set(self, end: SetEnd) -> tuple[SessionTrigger, str]:
        self._happen(SetEnded(self._activity.set, end))
        more = self._activity.advance(end)
        return (SessionTrigger.SET_OVER if more else SessionTrigger.LAST_OVER), ''

    def _granted(self, load: LoadState | None) -> bool:
        return (load is not None and load.mode is LoadMode.ARMED
                and load.prescription == self._activity.prescription)

    def _broken_off(self, load: LoadState | None) -> SetEnd | None:
        if load is None or load.mode is LoadMode.ARMED:
            return None
        return ENDS.get(load.ended_by, SetEnd.STOPPED)

    @property
    def _activity(self) -> Activity:
        assert self.activity is not None
        return self.activity

    def _happen(self, happening: SessionEvent) -> None:
        self._happenings.append(happening)

    def _state(self, now: float) -> SessionState:
        activity = self.activity
        if activity is None:
            return SessionState(stamp=now, text=INSTRUCTIONS[self.stage][1])
        instruction, text = INSTRUCTIONS.get(self.stage, (activity.instruction, activity.text))
        lasts = {SessionStage.RESTING: activity.rest,
                 SessionStage.COUNTDOWN: self.settings.countdown}.get(self.stage, 0.0)
        prescription = activity.prescription
        return SessionState(
            stamp=now, stage=self.stage, instruction=instruction,
            text=f'{text}: {self._reason}' if self._reason else text,
            athlete=prescription.athlete, exercise=prescription.exercise, program=activity.program,
            method=prescription.method, set=activity.set, sets=activity.sets,
            repetition=activity.repetition, repetitions=prescription.repetitions,
            rest_left=max(0.0, lasts - (now - self._entered)))


def _begin(repetition: Repetition) -> float:
    """Return when the first phase of a repetition began [s]; infinite if that is not known."""
    starts = (repetition.concentric.start, repetition.eccentric.start)
    return min((start for start in starts if not math.isnan(start)), default=math.inf)
