# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Injector of the faults of sim/fault_catalogue.py, wherever they act."""
from collections.abc import Callable, Iterable
from dataclasses import replace
import math
from typing import NamedTuple

from negtrain_ros.core.types import Fault, LoadCommand
from negtrain_ros.sim.fault_catalogue import FaultInjection
from negtrain_ros.sim.plant import Plant


class EncoderSample(NamedTuple):
    """Sample of the encoder."""

    stamp: float
    counts: int


class FaultInjector:
    """Changes samples and commands; without injections both pass unchanged."""

    CUT_PERIOD = 0.2  # s, of a commanded load that is cut off again and again
    WAVER_PERIOD = 2.0  # s

    def __init__(self, injections: Iterable[FaultInjection] = ()) -> None:
        self._waiting = list(injections)
        self._acting: list[FaultInjection] = []
        self._last: EncoderSample | None = None
        self._odd = False

    def inject(self, injection: FaultInjection) -> None:
        """Add a fault; one that plays already, or waits, gives way to it."""
        self._waiting = [each for each in self._waiting if each.fault is not injection.fault]
        self._waiting.append(injection)

    def step(self, now: float, station: Plant) -> None:
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
        """Return the injection of an active fault."""
        return next((each for each in self._acting if each.fault is fault), None)

    def sample(self, now: float, counts: int, resolution: float) -> EncoderSample | None:
        """
        Return the changed sample of the encoder, None: nothing is sent.

        :param now: time of measurement [s]
        :param counts: of the encoder
        :param resolution: travel per count [m]
        """
        sample = EncoderSample(now, counts)
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
        """Return the changed command, None: it is lost."""
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
        self, injection: FaultInjection, sample: EncoderSample, resolution: float,
    ) -> EncoderSample | None:
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


def _emergency_stop(station: Plant, value: float | None, age: float) -> None:
    station.machine.disturbance.button = value is not None


def _over_speed(station: Plant, value: float | None, age: float) -> None:
    station.athlete.condition.strength = 1.0 if value is None else value


def _runaway(station: Plant, value: float | None, age: float) -> None:
    station.machine.disturbance.force = 0.0 if value is None else -value
    station.athlete.condition.gone = True


def _stall(station: Plant, value: float | None, age: float) -> None:
    station.athlete.condition.pace = 1.0 if value is None else 0.0


def _phase_too_long(station: Plant, value: float | None, age: float) -> None:
    station.athlete.condition.pace = 1.0 if value is None else value


def _over_travel(station: Plant, value: float | None, age: float) -> None:
    station.athlete.condition.overreach = 0.0 if value is None else value


def _restarted(station: Plant, value: float | None, age: float) -> None:
    if value is not None:
        station.machine.restart()


def _load_mismatch(station: Plant, value: float | None, age: float) -> None:
    station.machine.disturbance.gain = 1.0 if value is None else value


def _chatter(station: Plant, value: float | None, age: float) -> None:
    station.athlete.condition.tremor = 0.0 if value is None else value


def _phase_unknown(station: Plant, value: float | None, age: float) -> None:
    waver = math.cos(math.tau * age / FaultInjector.WAVER_PERIOD)
    station.athlete.condition.pace = 1.0 if value is None else value * waver


def _drive(station: Plant, value: float | None, age: float) -> None:
    station.machine.disturbance.drive_fault = value is not None


def _athlete_gone(station: Plant, value: float | None, age: float) -> None:
    station.athlete.condition.leaving = value is not None


_ACTS: dict[Fault, Callable[[Plant, float | None, float], None]] = {
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
