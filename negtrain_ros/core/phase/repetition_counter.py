# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Repetition counter: counts, measures both phases and explains what does not count.

A repetition is a first way in the direction that begins it, and a way back. A way ends where the
next one begins: less than that against it is a shift, and however long the handle rests at an end
that a whole way has reached, that is no rest in the middle. So a way back may pause anywhere; it
ends where it turns, where the first way began, or where it is left.
"""
from collections import deque
from dataclasses import dataclass
from enum import auto, Enum
from math import nan

from negtrain_ros.core.encoder.gap import bridged, is_gap
from negtrain_ros.core.phase.phase_detector import OPENINGS, PhaseSettings
from negtrain_ros.core.phase.phase_metrics import HalfRepetition, NOTHING, PENDING, Sample
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import (
    DIRECTIONS,
    HandleState,
    ORDERS,
    Phase,
    PhaseMeasure,
    PhaseState,
    Prescription,
    Quality,
    RangeOfMotion,
    Repetition,
    RepetitionStage,
    Verdict,
)

HOLDS = (Phase.BOTTOM_HOLD, Phase.TOP_HOLD)
SHIFT = 0.12   # share of a first way; less is a shift at one of its ends
SHORTEST_SHIFT = 0.030  # m; the same where no way is known yet,
LARGEST_SHIFT = 0.8     # and at most this share of half a repetition


class State(Enum):
    """Where in a repetition the handle is."""

    WAITING = auto()    # no way has begun
    FIRST_WAY = auto()  # in the direction that begins a repetition, not yet long enough
    HALF_DONE = auto()  # the first way is long enough and has been told; it may go on
    WAY_BACK = auto()   # not yet long enough, or still under way
    COUNTED = auto()    # the way back is long enough and counts, whether it goes on or not
    DONE = auto()       # the repetition has been told; its way back may go on
    WRONG_WAY = auto()  # a way back before any first way


class Trigger(Enum):
    """What the movement of the handle can mean; *short* is not long enough to count."""

    FORTH = auto()         # the first of all ways has the direction that begins a repetition
    BACK = auto()          # the first of all ways has the other direction
    REACHED = auto()       # a way is long enough, and rests or seems to turn
    RETURNED = auto()      # the handle rests or turns where the first way began
    TURNED = auto()        # the next way has begun
    TURNED_SHORT = auto()
    RESTED = auto()        # the handle has been left where it is
    RESTED_SHORT = auto()
    ENDED = auto()         # no more samples will come
    ENDED_SHORT = auto()
    MISSED = auto()        # samples are missing that may hide a way
    LOST = auto()          # the encoder cannot be trusted


@dataclass(frozen=True)
class Step:
    """What follows from a trigger: the next state, and what is told."""

    state: State
    stage: RepetitionStage | None = None
    verdict: Verdict = Verdict.COUNTED


def _complete(state: State, verdict: Verdict) -> Step:
    return Step(state, RepetitionStage.COMPLETE, verdict)


TRANSITIONS: dict[tuple[State, Trigger], Step] = {
    (State.WAITING, Trigger.FORTH): Step(State.FIRST_WAY),
    (State.WAITING, Trigger.BACK): Step(State.WRONG_WAY),
    (State.FIRST_WAY, Trigger.REACHED): Step(State.HALF_DONE, RepetitionStage.HALFWAY),
    (State.FIRST_WAY, Trigger.TURNED): Step(State.WAY_BACK, RepetitionStage.HALFWAY),
    (State.FIRST_WAY, Trigger.TURNED_SHORT): _complete(State.DONE, Verdict.TOO_SHORT),
    (State.FIRST_WAY, Trigger.RESTED_SHORT): _complete(State.WAITING, Verdict.ABANDONED),
    (State.HALF_DONE, Trigger.TURNED): Step(State.WAY_BACK),
    (State.HALF_DONE, Trigger.TURNED_SHORT): Step(State.WAY_BACK),
    (State.WAY_BACK, Trigger.REACHED): Step(State.COUNTED),
    (State.WAY_BACK, Trigger.TURNED): _complete(State.FIRST_WAY, Verdict.COUNTED),
    (State.WAY_BACK, Trigger.TURNED_SHORT): _complete(State.FIRST_WAY, Verdict.TOO_SHORT),
    (State.WAY_BACK, Trigger.RESTED_SHORT): _complete(State.DONE, Verdict.ABANDONED),
    (State.WAY_BACK, Trigger.ENDED): _complete(State.WAITING, Verdict.COUNTED),
    **{(State.COUNTED, trigger): _complete(state, Verdict.COUNTED) for trigger, state in (
        (Trigger.RETURNED, State.DONE), (Trigger.RESTED, State.DONE),
        (Trigger.RESTED_SHORT, State.DONE), (Trigger.TURNED, State.FIRST_WAY),
        (Trigger.TURNED_SHORT, State.FIRST_WAY), (Trigger.ENDED, State.WAITING),
        (Trigger.ENDED_SHORT, State.WAITING), (Trigger.MISSED, State.WAITING),
        (Trigger.LOST, State.WAITING))},
    (State.DONE, Trigger.TURNED): Step(State.FIRST_WAY),
    (State.DONE, Trigger.TURNED_SHORT): Step(State.FIRST_WAY),
    (State.WRONG_WAY, Trigger.TURNED): _complete(State.FIRST_WAY, Verdict.WRONG_DIRECTION),
    (State.WRONG_WAY, Trigger.TURNED_SHORT): Step(State.FIRST_WAY),
    (State.FIRST_WAY, Trigger.ENDED): _complete(State.WAITING, Verdict.NOT_FINISHED),
    **{(state, Trigger.ENDED_SHORT): _complete(State.WAITING, Verdict.NOT_FINISHED)
       for state in (State.FIRST_WAY, State.WAY_BACK)},
    **{(State.HALF_DONE, trigger): _complete(State.WAITING, Verdict.NOT_FINISHED)
       for trigger in (Trigger.ENDED, Trigger.ENDED_SHORT)},
    **{(state, trigger): Step(State.WAITING)
       for state in (State.WAITING, State.DONE, State.WRONG_WAY)
       for trigger in (Trigger.ENDED, Trigger.ENDED_SHORT, Trigger.MISSED, Trigger.LOST)},
    **{(state, trigger): _complete(State.WAITING, verdict)
       for state in (State.FIRST_WAY, State.HALF_DONE, State.WAY_BACK)
       for trigger, verdict in ((Trigger.MISSED, Verdict.SAMPLES_MISSING),
                                (Trigger.LOST, Verdict.MEASUREMENT))},
}
"""What each trigger leads to."""

IGNORED = frozenset({
    *((State.WAITING, trigger) for trigger in (
        Trigger.REACHED, Trigger.RETURNED, Trigger.TURNED, Trigger.TURNED_SHORT,
        Trigger.RESTED, Trigger.RESTED_SHORT)),
    *((state, trigger) for state in State if state is not State.WAITING
      for trigger in (Trigger.FORTH, Trigger.BACK)),
    (State.FIRST_WAY, Trigger.RETURNED), (State.FIRST_WAY, Trigger.RESTED),
    *((State.HALF_DONE, trigger) for trigger in (
        Trigger.REACHED, Trigger.RETURNED, Trigger.RESTED, Trigger.RESTED_SHORT)),
    (State.WAY_BACK, Trigger.RETURNED), (State.WAY_BACK, Trigger.RESTED),
    (State.COUNTED, Trigger.REACHED),
    *((state, trigger) for state in (State.DONE, State.WRONG_WAY) for trigger in (
        Trigger.REACHED, Trigger.RETURNED, Trigger.RESTED, Trigger.RESTED_SHORT)),
})
"""Triggers that mean nothing in a state."""


@dataclass(frozen=True)
class RepetitionSettings(Settings):
    """What counts."""

    attempt: float = parameter(
        0.2, 'share of the shortest travel below which nothing was attempted', 0.02, 0.9)
    returned: float = parameter(
        0.8, 'share of the first way after which a way back counts where it stops', 0.5, 1.0)
    home: float = parameter(
        0.05, 'share of the first way; a way back that stops nearer to its beginning has ended',
        0.0, 0.5)
    slow: float = parameter(
        0.05, 'speed at which a way back may end, as a share of its fastest', 0.01, 0.5)
    park_speed: float = parameter(
        0.010, 'a slower handle is parked', 0.001, 0.05, unit='m/s')
    park_time: float = parameter(
        0.2, 'time after which a slow way back has stopped', 0.05, 2.0, unit='s')
    home_time: float = parameter(
        0.05, 'time without gain after which a way back near its beginning has ended', 0.02, 2.0,
        unit='s')
    abandon_time: float = parameter(
        5.0, 'rest in the middle after which nobody goes on with a way', 1.0, 60.0, unit='s')
    moving_mass: float = parameter(
        20.0, 'what moves with the handle besides the load', 0.0, 200.0, unit='kg')


class RepetitionCounter:
    """
    Join legs into repetitions.

    :param phase: settings of the detector whose phases are counted
    """

    def __init__(
        self, settings: RepetitionSettings | None = None, phase: PhaseSettings | None = None,
    ) -> None:
        self.settings, self._phase = settings or RepetitionSettings(), phase or PhaseSettings()
        self._opening = OPENINGS[ORDERS[self._phase.order]]
        self._min_range = self._phase.min_range
        self._rom: RangeOfMotion | None = None
        self.reset()

    def expect(self, prescription: Prescription) -> None:
        """Use the personal range and the order of a prescription from now on."""
        self._opening = OPENINGS[prescription.order]
        self._rom = prescription.rom
        self._min_range = self._phase.half_repetition(prescription.rom)

    def reset(self) -> None:
        """Count from zero."""
        self.count = 0
        self._usual = 0.0  # m, travel of the last first way
        self._begin()

    def _begin(self) -> None:
        self._state = State.WAITING
        self._leg: HalfRepetition | None = None
        self._shift: HalfRepetition | None = None  # against the way, which has not turned for sure
        self._early: deque[Sample] = deque(maxlen=PENDING)
        self._first: HalfRepetition | None = None
        # a first way, and what of it is left [m]
        self._left: tuple[HalfRepetition, float] | None = None
        self._previous: HalfRepetition | None = None  # way, before the first one
        self._held_since = nan
        self._fast_at = 0.0
        self._seen: HandleState | None = None  # last good one
        self._gap: HandleState | None = None  # the last sample of a gap

    def step(
        self, handle: HandleState, estimate: PhaseState, load: float = float('nan'),
    ) -> Repetition | None:
        """
        Take one sample.

        :param handle: the motion that the phase was decided from
        :param estimate: its phase
        :param load: applied to the handle [kg]; NaN: not known
        :return: a repetition when its first phase has ended, and again when it is complete
        """
        if handle.quality is not Quality.GOOD:
            if is_gap(handle):
                self._gap = handle
            elif handle.quality is Quality.FAULTY:
                return self._trigger(Trigger.LOST, handle.stamp)
            return None
        seen, self._seen = self._seen, handle
        gap, self._gap = self._gap, None
        if gap is not None and not bridged(seen, gap, handle, self._min_range):
            return self._trigger(Trigger.MISSED, handle.stamp)
        direction = DIRECTIONS.get(estimate.phase, 0)
        self._follow((handle.stamp, handle.position, handle.velocity, load), direction,
                     estimate.start)
        way = self._leg
        if way is None:
            return None
        held = estimate.phase in HOLDS
        if not held:
            self._held_since = nan
        elif self._held_since != self._held_since:
            self._held_since = handle.stamp
        if way.direction * handle.velocity > self.settings.slow * way.peak:
            self._fast_at = handle.stamp
        trigger = self._event(way, handle, held)
        return None if trigger is None else self._trigger(trigger, handle.stamp)

    def finish(self, stamp: float) -> Repetition | None:
        """
        Take note that no more samples will come.

        :param stamp: of the last one [s]
        :return: the repetition that was under way, counted if its way back was long enough
        """
        way = self._leg
        if way is None:
            return None
        return self._trigger(
            Trigger.ENDED if self._whole(way) else Trigger.ENDED_SHORT, stamp)

    def _follow(self, sample: Sample, direction: int, start: float) -> None:
        """Take a sample into the way, or into what may be a shift against it."""
        way, shift = self._leg, self._shift
        if way is None:
            if not direction:
                self._early.append(sample)
                return
            way = self._leg = self._new_leg(direction)
            for early in self._early:
                if early[0] >= start:
                    way.step(early)
            self._early.clear()
        elif shift is None:
            if direction == -way.direction:
                shift = self._shift = way.turn(start)
        elif direction == way.direction:
            way.resume(shift)
            shift = self._shift = None
        (shift or way).step(sample)
        if shift is not None and self._state is State.WAITING and shift.travel >= self._least:
            self._leg, self._shift = shift, None

    def _event(self, way: HalfRepetition, handle: HandleState, held: bool) -> Trigger | None:
        """Return what has just become sure about the way, if anything."""
        shift = self._shift
        if self._state is State.WAITING and way.travel >= self._least:
            return Trigger.FORTH if way.direction == self._opening else Trigger.BACK
        halts = held or shift is not None
        if self._reached(way, handle, halts):
            return Trigger.REACHED
        if self._state is State.COUNTED and self._home(way, handle):
            return Trigger.RETURNED
        if shift is not None and shift.travel >= self._least:
            return (Trigger.TURNED if way.travel >= self._min_range
                    else Trigger.TURNED_SHORT)
        if handle.stamp - self._held_since >= self.settings.abandon_time:
            return Trigger.RESTED if self._whole(way) else Trigger.RESTED_SHORT
        return None

    def _trigger(self, trigger: Trigger, stamp: float) -> Repetition | None:
        """Go to the next state, and tell what there is to tell."""
        step = TRANSITIONS.get((self._state, trigger))
        if step is None:
            return None
        way, result = self._leg, None
        if step.state is State.COUNTED or (
                step.verdict is Verdict.COUNTED and step.stage is RepetitionStage.COMPLETE
                and self._state is not State.COUNTED):
            self.count += 1
        if step.stage is RepetitionStage.HALFWAY:
            assert way is not None
            short = way.travel < self._min_range and self._left is not None
            self._first = self._left[0] if short and self._left else way
            self._left = None
        if step.stage is not None:
            result = self._report(stamp, step.stage, step.verdict, way)
        if step.stage is RepetitionStage.COMPLETE:
            self._leave(step.verdict)
        self._state = step.state
        if step.state is State.WAITING:
            self._begin()
        elif trigger in (Trigger.TURNED, Trigger.TURNED_SHORT):
            if step.state is State.FIRST_WAY:
                self._previous = way
            self._leg, self._shift = self._shift, None
        return result

    def _leave(self, verdict: Verdict) -> None:
        """Leave a repetition behind that has been told."""
        first, way = self._first, self._leg
        self._left = None
        if first is not None:
            self._usual = first.travel
            if verdict is Verdict.TOO_SHORT and way is not None:
                self._left = first, first.travel - way.travel
        self._first = None

    def _new_leg(self, direction: int) -> HalfRepetition:
        return HalfRepetition(direction, min(self.settings.park_speed, 0.1 * self._min_range))

    @property
    def _least(self) -> float:
        """Travel below which nothing was attempted, and a way is only a shift [m]."""
        usual = self._first.travel if self._first is not None else self._usual
        return min(LARGEST_SHIFT * self._min_range, max(
            self.settings.attempt * self._min_range, SHORTEST_SHIFT, SHIFT * usual))

    def _whole(self, way: HalfRepetition) -> bool:
        """Tell whether a way that is left where it is has been half a repetition."""
        first = self._first.travel if self._first is not None else 0.0
        return way.travel >= max(self._min_range, self._phase.share * first)

    def _reached(self, way: HalfRepetition, handle: HandleState, halts: bool) -> bool:
        """Tell whether a way is long enough to be half a repetition, whatever comes."""
        if self._state is State.FIRST_WAY:
            left = self._left[1] if self._left is not None else 0.0
            return halts and way.travel + left >= self._min_range
        first = self._first
        if self._state is not State.WAY_BACK or first is None or not self._whole(way):
            return False
        return halts or (way.travel >= self.settings.returned * first.travel
                         and self._stopped(way, handle))

    def _home(self, way: HalfRepetition, handle: HandleState) -> bool:
        """
        Tell whether a way back that counts has ended where the first way began.

        It has if it gains nothing: a tremor turns several times before the way does.
        """
        first = self._first
        assert first is not None
        missing = way.direction * first.origin - way.furthest
        return (missing <= self.settings.home * first.travel
                and handle.stamp - way.moved >= self.settings.home_time)

    def _stopped(self, way: HalfRepetition, handle: HandleState) -> bool:
        return (way.direction * handle.velocity <= 0.0
                or handle.stamp - self._fast_at >= self.settings.park_time)

    def _report(
        self, stamp: float, stage: RepetitionStage, verdict: Verdict, way: HalfRepetition | None,
    ) -> Repetition:
        ways = (self._first,) if stage is RepetitionStage.HALFWAY else (self._first, way)
        measures: dict[int, PhaseMeasure] = {1: NOTHING, -1: NOTHING}
        for each in ways:
            if each is not None:
                measures[each.direction] = self._measured(each)
        pauses = {self._opening: self._pause(self._first, way if stage else None),
                  -self._opening: self._pause(self._previous, self._first or way)}
        number = self.count + (stage is RepetitionStage.HALFWAY)
        return Repetition(stamp, stage, number, verdict, measures[1], measures[-1],
                          top_pause=pauses[1], bottom_pause=pauses[-1])

    def _measured(self, way: HalfRepetition) -> PhaseMeasure:
        return way.measure(self.settings.moving_mass, self._rom)

    def _pause(self, before: HalfRepetition | None, after: HalfRepetition | None) -> float:
        """Return the rest between two ways [s]; NaN: there were not two."""
        if before is None or after is None or before is after:
            return nan
        ended = self._measured(before)
        return max(0.0, self._measured(after).start - ended.start - ended.duration)
