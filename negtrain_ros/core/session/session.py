# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Session: countdown, sets and rests, with pauses, stops and faults at any time.

The session never touches the load. It says what it wishes for, a prescription in force and armed
or not, and waits until the load controller shows it; so a controller that refuses, restarts or
falls into a fault needs no path of its own.
"""
from dataclasses import dataclass, replace

from negtrain_ros.core.session.activities import Activity
from negtrain_ros.core.session.reconcile import DesiredState
from negtrain_ros.core.session.state_machine import (
    BEFORE_LOAD,
    CLOSED,
    INSTRUCTIONS,
    OPEN,
    SessionTrigger,
    TOWARDS_LOAD,
    TRANSITIONS,
    WAYS_ON,
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
    waiting: float = parameter(
        600.0, 'how long a session waits for somebody who is ready before it stops',
        10.0, 7200.0, unit='s')
    lighter: float = parameter(
        0.1, 'share of both loads by which the sets after a failed one are lighter', 0.0, 0.5)
    load_step: float = parameter(
        2.5, 'by which the requests less and more change the higher of both loads; the lower '
        'one changes in proportion', 0.5, 20.0, unit='kg')


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
    """
    One activity at a time, step by step.

    Two times come in: `now` is the date of what happens, like the stamps of what is heard, and
    `steady` is what durations are measured with. A date may be put right at any time, so
    countdown, rest and patience may not depend on it; without `steady` both are the same clock,
    as in a simulation.
    """

    def __init__(self, settings: SessionSettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget everything: no activity, nothing wished for."""
        self.stage = SessionStage.IDLE
        self.activity: Activity | None = None
        self._entered = self._since = 0.0
        self._ready, self._armed = True, False
        self._fault = False
        self._reason = ''
        self._happenings: list[SessionEvent] = []

    @property
    def occupied(self) -> str:
        """Say who is on the machine; empty: nobody, and an activity can begin."""
        if self.stage not in OPEN or self.activity is None:
            return ''
        who = self.activity.prescription.athlete or 'somebody'
        return f'{who} is on the machine: negtrain stop ends it'

    @property
    def desired_state(self) -> DesiredState | None:
        """What the load controller is to be brought to; None: disarmed, whatever is prescribed."""
        if self.activity is None or self.stage not in (SessionStage.COUNTDOWN, *WORKING):
            return None
        return DesiredState(self.activity.prescription)

    def start(self, activity: Activity, now: float, steady: float | None = None) -> str | None:
        """Begin an activity at `now` [s]; return why not, if another one is open."""
        if self.occupied:
            return self.occupied
        self.activity, self._ready = activity, True
        return self.request(SessionTrigger.START, now, steady=steady)

    def request(
        self, event: SessionTrigger, now: float, reason: str = '', steady: float | None = None,
    ) -> str | None:
        """
        Let an event happen at `now` [s].

        Who has failed or let go is not loaded again because a rest or a pause is over: then
        somebody has to say that the athlete is ready. While a fault has to be reset, nothing
        leads to a load: what is said before the reset does not count after it.

        :param reason: one line for people, kept until the next event
        :return: None, or why the event is not possible in this stage, and what is
        """
        if self._fault and event in TOWARDS_LOAD and (self.stage, event) in TRANSITIONS:
            return f'a fault is latched: negtrain reset clears it, then {WAYS_ON[self.stage]}'
        if event in (SessionTrigger.RESTED, SessionTrigger.RESUME) and not self._ready and (
                (self.stage, event) in TRANSITIONS):
            event = SessionTrigger.UNREADY
        stage = TRANSITIONS.get((self.stage, event))
        if stage is None:
            return self._refuse()
        assert self.activity is not None
        if event in (SessionTrigger.PAUSE, SessionTrigger.STOP) and self.stage in WORKING:
            self._happen(SetEnded(self.activity.set, SetEnd.STOPPED))
        self._ready = self._ready or event is SessionTrigger.READY
        self.stage = self.activity.stage if event is SessionTrigger.BEGIN else stage
        self._entered, self._since = now, now if steady is None else steady
        self._armed = False
        self._reason = reason
        if event is SessionTrigger.BEGIN:
            self._happen(SetBegun(self.activity.set, self.activity.prescription))
        if self.stage in CLOSED:
            self._happen(SessionEnded(self.stage, reason))
        return None

    def lighten(self) -> str | None:
        """Take one step of load off, from the next repetition on; return why not."""
        return self._change_load(-self.settings.load_step)

    def add_load(self) -> str | None:
        """Add one step of load, from the next repetition on; return why not."""
        return self._change_load(self.settings.load_step)

    def _change_load(self, difference: float) -> str | None:
        if self.activity is None or self.stage not in OPEN:
            return self._refuse()
        heavier = max(self.activity.prescription.concentric, self.activity.prescription.eccentric)
        return self.activity.scale_loads((heavier + difference) / heavier)

    def _refuse(self) -> str:
        return f'not possible while {self.stage.name.lower()}: {WAYS_ON[self.stage]}'

    def on_repetition(self, repetition: Repetition) -> None:
        """
        Take note of a repetition, halfway or complete; outside the work it is nobody's.

        When it was counts, not when it is heard of: a session that was held up hears of the last
        ones only after it has paused, and a new one of those before its time.
        """
        before = repetition.stamp <= self._entered
        in_time = self.stage is SessionStage.PAUSED if before else self.stage in WORKING
        if self.activity is None or not in_time:
            return
        if not (before or repetition.belongs(self._entered)):
            return
        if self.activity.on_repetition(repetition):
            # What the detector counts goes on through calibrations, pauses and sets.
            self._happen(RepetitionDone(replace(repetition, number=self.activity.repetition)))

    def step(
        self, load: LoadState | None, now: float, refusal: str = '', steady: float | None = None,
    ) -> tuple[SessionState, tuple[SessionEvent, ...]]:
        """
        Go on to `now` [s].

        :param load: newest word of the load controller, None while it was never heard
        :param refusal: why the load controller did not grant the wish, if it did not
        :return: where the session is, and what happened since the last step
        """
        steady = now if steady is None else steady
        self._fault = load is not None and load.mode is LoadMode.FAULT
        event, reason = self._event(load, steady - self._since, refusal)
        if event is not None:
            self.request(event, now, reason, steady)
        elif self.stage is SessionStage.COUNTDOWN and load is not None:
            self._armed = self._granted(load)
            self._reason = refusal
        if self.stage in WORKING and load is not None:
            self._activity.on_load(load.stamp, load.commanded)
        happenings, self._happenings = tuple(self._happenings), []
        return self._state(now, steady), happenings

    def _event(
        self, load: LoadState | None, elapsed: float, refusal: str,
    ) -> tuple[SessionTrigger | None, str]:
        explanation = load.explanation if load else 'the load controller is silent'
        if self._fault and self.stage in BEFORE_LOAD:
            return SessionTrigger.PAUSE, explanation
        if self.stage is SessionStage.COUNTDOWN:
            if self._granted(load) and elapsed >= self.settings.countdown:
                return SessionTrigger.BEGIN, ''
            if self._armed and self._broken_off(load) in ENDS.values():
                self._ready = False
                return SessionTrigger.LEFT, explanation
            if elapsed > self.settings.patience:
                return SessionTrigger.STOP, refusal or explanation
        elif self.stage is SessionStage.RESTING and elapsed >= self._activity.rest:
            return SessionTrigger.RESTED, ''
        elif self.stage is SessionStage.WAITING and elapsed > self.settings.waiting:
            return SessionTrigger.STOP, f'nobody was ready: {self._reason}'
        elif self.stage in WORKING:
            end = self._activity.over
            if end is None:
                end = self._broken_off(load)
            if end is SetEnd.STOPPED:
                return SessionTrigger.PAUSE, explanation
            if end is not None:
                return self._end_set(end, explanation)
        return None, ''

    def _end_set(self, end: SetEnd, explanation: str) -> tuple[SessionTrigger, str]:
        self._happen(SetEnded(self._activity.set, end))
        self._ready = end not in ENDS.values()
        if end is SetEnd.LEFT:
            return SessionTrigger.LEFT, explanation
        if not self._activity.advance(end):
            return SessionTrigger.LAST_OVER, ''
        if end is SetEnd.FAILED:
            self._activity.scale_loads(1.0 - self.settings.lighter)
        return SessionTrigger.SET_OVER, '' if self._ready else explanation

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

    def _state(self, now: float, steady: float) -> SessionState:
        activity = self.activity
        if activity is None:
            return SessionState(stamp=now, text=INSTRUCTIONS[self.stage][1])
        instruction, text = INSTRUCTIONS.get(self.stage, (activity.instruction, activity.text))
        lasts = {SessionStage.RESTING: activity.rest,
                 SessionStage.COUNTDOWN: self.settings.countdown}.get(self.stage, 0.0)
        prescription = activity.prescription
        return SessionState(
            stamp=now, stage=self.stage, instruction=instruction,
            text='; '.join(filter(None, (
                f'{text}: {self._reason}' if self._reason else text, self._way_on()))),
            athlete=prescription.athlete, exercise=prescription.exercise, program=activity.program,
            method=prescription.method, set=activity.set, sets=activity.sets,
            repetition=activity.repetition, repetitions=prescription.repetitions,
            rest_left=max(0.0, lasts - (steady - self._since)),
            limit=prescription.limit if self.stage in OPEN else 0.0)

    def _way_on(self) -> str:
        """Return what somebody has to do before the session can go on; empty: nothing."""
        if self.stage is SessionStage.PAUSED:
            reset = 'negtrain reset, then ' if self._fault else ''
            return f'{reset}{WAYS_ON[self.stage]}'
        if self.stage is SessionStage.RESTING and not self._ready:
            return 'negtrain ready goes on'
        return ''
