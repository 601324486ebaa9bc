# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Every fault of the fault table as something that can be made to happen.

A fault acts in one place: on a sample of the encoder, on a command to the machine, on machine or
athlete themselves, or on the graph of nodes, which only whoever runs the nodes can break. The
reactions are not known here: whoever watches decides whether they came in time.
"""
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import Enum
import math
from typing import NamedTuple

from negtrain_ros.core.types import Fault, LoadCommand
from negtrain_ros.sim.station import Station


class Place(Enum):
    """Where a fault acts."""

    SAMPLE = 'sample of the encoder'
    COMMAND = 'command to the machine'
    STATION = 'machine or athlete'
    GRAPH = 'graph of nodes'


@dataclass(frozen=True, slots=True)
class Play:
    """
    How a fault is played.

    :param place: where it acts
    :param meaning: what happens, for people
    :param duration: how long it lasts [s] when nobody says otherwise
    :param value: how much, when nobody says otherwise
    :param unit: of the value
    """

    place: Place
    meaning: str
    duration: float
    value: float = math.nan
    unit: str = ''


_SAMPLE, _COMMAND, _STATION, _GRAPH = Place.SAMPLE, Place.COMMAND, Place.STATION, Place.GRAPH
PLAYS: dict[Fault, Play] = {
    Fault.EMERGENCY_STOP: Play(_STATION, 'the button at the machine is pressed', 2.0),
    Fault.ENCODER_SILENT: Play(_SAMPLE, 'no samples come', 2.0),
    Fault.ENCODER_FROZEN: Play(_SAMPLE, 'the counts stand still while the handle moves', 2.0),
    Fault.ENCODER_JUMP: Play(_SAMPLE, 'every second sample is far off', 0.5, 0.1, 'm'),
    Fault.ENCODER_INVALID: Play(_SAMPLE, 'the counts are those of a place beyond the stops', 0.5,
                                1.5, 'm'),
    Fault.TIME_INVALID: Play(_SAMPLE, 'stamps lie in the past', 0.5, 1.0, 's'),
    Fault.OVER_SPEED: Play(_STATION, 'the athlete has only a share of his strength', 3.0, 0.3),
    Fault.RUNAWAY: Play(_STATION, 'a force tears the handle down, the athlete lets go', 0.5,
                        2000.0, 'N'),
    Fault.STALL: Play(_STATION, 'the athlete stands still', 12.0),
    Fault.PHASE_TOO_LONG: Play(_STATION, 'the athlete goes on at a share of his tempo', 30.0, 0.1),
    Fault.OVER_TRAVEL: Play(_STATION, 'the athlete goes beyond his range', 10.0, 0.08, 'm'),
    Fault.COMMAND_LOST: Play(_COMMAND, 'commands do not arrive', 2.0),
    Fault.SESSION_LOST: Play(_GRAPH, 'the session manager falls silent', 10.0),
    Fault.RESTARTED: Play(_STATION, 'the drive restarts', 0.0),
    Fault.COMMAND_INVALID: Play(_COMMAND, 'the commanded load is not a possible one', 1.0,
                                math.nan, 'kg'),
    Fault.LOAD_MISMATCH: Play(_STATION, 'the motor pulls so many times as much as it is told to',
                              2.0, 1.2),
    Fault.SLEW_EXCEEDED: Play(_COMMAND, 'the commanded load is cut off 5 times a second', 2.0),
    Fault.CHATTER: Play(_STATION, 'the hand trembles', 4.0, 0.012, 'm'),
    Fault.PHASE_UNKNOWN: Play(_STATION, 'the athlete wavers to and fro', 30.0, 1.0),
    Fault.PROFILE_INVALID: Play(_GRAPH, 'an impossible prescription is sent', 0.0),
    Fault.DRIVE: Play(_STATION, 'the drive reports a fault', 2.0),
    Fault.ATHLETE_GONE: Play(_STATION, 'the athlete leaves at the end of the repetition', 15.0),
    Fault.GRAPH_INVALID: Play(_GRAPH, 'a second node publishes the same topic', 2.0),
}
"""Every fault and how it is played."""


@dataclass(frozen=True, slots=True)
class FaultInjection:
    """
    One fault to be played; duration and value are those of PLAYS unless they are given.

    :param fault: which
    :param onset: when it begins [s]
    :param duration: how long it lasts [s]
    :param value: how much, in the unit of the play
    """

    fault: Fault
    onset: float
    duration: float = math.nan
    value: float = math.nan

    @property
    def amount(self) -> float:
        """Return how much, given or by default."""
        return PLAYS[self.fault].value if math.isnan(self.value) else self.value

    def active(self, now: float) -> bool:
        """Tell whether the fault is there at `now` [s]."""
        duration = PLAYS[self.fault].duration if math.isnan(self.duration) else self.duration
        return self.onset <= now < self.onset + duration


class Sample(NamedTuple):
    """What the encoder sends."""

    stamp: float
    counts: int


class FaultInjector:
    """Transforms what passes by; without injections everything passes unchanged."""

    CUT_PERIOD = 0.2  # s, of a commanded load that is cut off again and again
    WAVER_PERIOD = 2.0  # s

    def __init__(self, injections: Iterable[FaultInjection] = ()) -> None:
        self._waiting = list(injections)
        self._acting: list[FaultInjection] = []
        self._last: Sample | None = None
        self._odd = False

    def inject(self, injection: FaultInjection) -> None:
        """Add a fault; one that plays already, or waits, gives way to it."""
        self._waiting = [each for each in self._waiting if each.fault is not injection.fault]
        self._waiting.append(injection)

    def step(self, now: float, station: Station) -> None:
        """Begin and end what is due at `now` [s], and act on machine and athlete."""
        if not self._waiting and not self._acting:
            return
        begun = [injection for injection in self._waiting if injection.onset <= now]
        self._waiting = [injection for injection in self._waiting if injection.onset > now]
        anew = {injection.fault for injection in begun}
        self._acting = [each for each in self._acting if each.fault not in anew] + begun
        for injection in list(self._acting):
            lasts = injection in begun or injection.active(now)
            act = _ACTS.get(injection.fault)
            if act is not None:
                act(station, injection.amount if lasts else None, now - injection.onset)
            if not lasts:
                self._acting.remove(injection)

    def acting(self, fault: Fault) -> FaultInjection | None:
        """Return the injection of a fault that is being played."""
        return next((each for each in self._acting if each.fault is fault), None)

    def sample(self, now: float, counts: int, resolution: float) -> Sample | None:
        """
        Return what becomes of a sample of the encoder, None: nothing is sent.

        :param now: time of measurement [s]
        :param counts: of the encoder
        :param resolution: travel per count [m]
        """
        sample = Sample(now, counts)
        if self._acting:
            self._odd = not self._odd
            for injection in self._acting:
                changed = self._spoil(injection, sample, resolution)
                if changed is None:
                    return None
                sample = changed
        self._last = sample
        return sample

    def command(self, now: float, command: LoadCommand) -> LoadCommand | None:
        """Return what becomes of a command on its way to the machine, None: it is lost."""
        for injection in self._acting:
            if injection.fault is Fault.COMMAND_LOST:
                return None
            if injection.fault is Fault.COMMAND_INVALID:
                command = replace(command, load=injection.amount)
            elif injection.fault is Fault.SLEW_EXCEEDED:
                cut = (now - injection.onset) % self.CUT_PERIOD < self.CUT_PERIOD / 2
                command = replace(command, load=0.0) if cut else command
        return command

    def _spoil(
        self, injection: FaultInjection, sample: Sample, resolution: float,
    ) -> Sample | None:
        """Return a sample as one fault leaves it."""
        fault, amount = injection.fault, injection.amount
        if fault is Fault.ENCODER_SILENT:
            return None
        if fault is Fault.ENCODER_FROZEN:
            return sample._replace(counts=self._last.counts) if self._last else sample
        if fault is Fault.ENCODER_JUMP and self._odd:
            return sample._replace(counts=sample.counts + round(amount / resolution))
        if fault is Fault.ENCODER_INVALID:
            return sample._replace(counts=round(amount / resolution))
        if fault is Fault.TIME_INVALID:
            return sample._replace(stamp=sample.stamp - amount)
        return sample


def _emergency_stop(station: Station, value: float | None, age: float) -> None:
    station.machine.disturbance.button = value is not None


def _over_speed(station: Station, value: float | None, age: float) -> None:
    station.athlete.condition.strength = 1.0 if value is None else value


def _runaway(station: Station, value: float | None, age: float) -> None:
    station.machine.disturbance.force = 0.0 if value is None else -value
    station.athlete.condition.gone = True


def _stall(station: Station, value: float | None, age: float) -> None:
    station.athlete.condition.pace = 1.0 if value is None else 0.0


def _phase_too_long(station: Station, value: float | None, age: float) -> None:
    station.athlete.condition.pace = 1.0 if value is None else value


def _over_travel(station: Station, value: float | None, age: float) -> None:
    station.athlete.condition.overreach = 0.0 if value is None else value


def _restarted(station: Station, value: float | None, age: float) -> None:
    if value is not None:
        station.machine.restart()


def _load_mismatch(station: Station, value: float | None, age: float) -> None:
    station.machine.disturbance.gain = 1.0 if value is None else value


def _chatter(station: Station, value: float | None, age: float) -> None:
    station.athlete.condition.tremor = 0.0 if value is None else value


def _phase_unknown(station: Station, value: float | None, age: float) -> None:
    waver = math.cos(math.tau * age / FaultInjector.WAVER_PERIOD)
    station.athlete.condition.pace = 1.0 if value is None else value * waver


def _drive(station: Station, value: float | None, age: float) -> None:
    station.machine.disturbance.drive_fault = value is not None


def _athlete_gone(station: Station, value: float | None, age: float) -> None:
    station.athlete.condition.leaving = value is not None


_ACTS: dict[Fault, Callable[[Station, float | None, float], None]] = {
    Fault.EMERGENCY_STOP: _emergency_stop,
    Fault.OVER_SPEED: _over_speed,
    Fault.RUNAWAY: _runaway,
    Fault.STALL: _stall,
    Fault.PHASE_TOO_LONG: _phase_too_long,
    Fault.OVER_TRAVEL: _over_travel,
    Fault.RESTARTED: _restarted,
    Fault.LOAD_MISMATCH: _load_mismatch,
    Fault.CHATTER: _chatter,
    Fault.PHASE_UNKNOWN: _phase_unknown,
    Fault.DRIVE: _drive,
    Fault.ATHLETE_GONE: _athlete_gone,
}
"""What a fault does to machine and athlete; the value is None once, when it is over."""
