# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Protocols of the strength tests: the next load to try, and finally the estimate.

Each kind of test says what to load (`load`, NaN: the handle is held still), takes what came of it
in `step`, and returns the estimate after the last trial.
"""
from collections.abc import Sequence
import math

from negtrain_ros.core.planning.prescription import PrescriptionSettings, round_to_step
from negtrain_ros.core.planning.strength import (
    Estimate,
    fit_line,
    held_load,
    isometric,
    load_velocity,
    repetition_maximum,
    StrengthMethod,
    StrengthSettings,
)
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import SetEnd

FIRST = 0.45     # of the expected maximum, with which a load–velocity test begins
RISE = 0.15      # of the expected maximum, from one load to the next while no line is known
STEEPEST = 0.25  # of the expected maximum, the most by which a load is raised
SLOWER = 0.2     # m/s, by how much the next lift is meant to be slower
LIGHTER = 0.7    # of the lightest load so far, when lighter ones are missing
SHARE_TO_FAILURE = 0.85  # of the expected maximum: six repetitions (Brzycki)
ATTEMPTS = 3     # sets to failure before the test is given up


class IsometricTrials:
    """Some pushes against the held handle; the best counts."""

    load = math.nan

    def __init__(self, settings: StrengthSettings) -> None:
        self._settings = settings
        self._held: list[float] = []

    def step(self, samples: Sequence[tuple[float, float]]) -> Estimate | None:
        """Take time [s] and resisted load [kg] of one push; return the estimate after the last."""
        self._held.append(held_load(samples, self._settings))
        if len(self._held) < self._settings.trials:
            return None
        return isometric(self._held, self._settings)


class LoadVelocityTrials:
    """Heavier and heavier lifts, each as fast as possible, until they are slow."""

    def __init__(self, expected: float, minimum_velocity: float, settings: StrengthSettings,
                 machine: PrescriptionSettings) -> None:
        """
        Begin well below an expected maximum.

        :param expected: guess of the maximum [kg]; it only sets the first loads
        :param minimum_velocity: velocity at the maximum, a property of the exercise [m/s]
        """
        if not 0.0 < expected <= machine.machine_limit:
            raise Refusal(f'an expected maximum of {expected:g} kg is not within '
                             f'0 .. {machine.machine_limit:g} kg')
        self._expected, self._minimum_velocity = expected, minimum_velocity
        self._settings, self._machine = settings, machine
        self._lifted: dict[float, float] = {}
        self._failed = math.inf
        self._tried = 0
        self.load = self._possible(FIRST * expected)

    def step(self, velocity: float) -> Estimate | None:
        """
        Take the mean propulsive velocity of the fastest lift with `load` [m/s].

        :param velocity: NaN, zero or less: it could not be lifted
        :return: None while `load` names a next trial
        """
        self._tried += 1
        if velocity > 0.0:
            self._lifted[self.load] = max(velocity, self._lifted.get(self.load, 0.0))
        else:
            self._failed = min(self._failed, self.load)
        following = self._next()
        if self._tried >= self._settings.most_loads or following == self.load:
            return self._estimate()
        if self._slow and len(self._lifted) >= self._settings.least_loads:
            return self._estimate()
        self.load = following
        return None

    @property
    def _slow(self) -> bool:
        return self._failed < math.inf or (
            bool(self._lifted) and min(self._lifted.values()) <= self._settings.stop_velocity)

    def _next(self) -> float:
        if self._slow:
            return self._possible(LIGHTER * min([*self._lifted, self._failed]))
        heaviest = max(self._lifted)
        line = fit_line(list(self._lifted), list(self._lifted.values()))
        wanted = heaviest + RISE * self._expected
        if line is not None and line.slope < 0.0:
            aim = max(self._lifted[heaviest] - SLOWER, 0.5 * (
                self._settings.stop_velocity + self._minimum_velocity))
            wanted = min(line.load_at(aim), heaviest + STEEPEST * self._expected)
        return self._possible(max(wanted, heaviest + self._machine.step))

    def _possible(self, load: float) -> float:
        return min(max(round_to_step(load, self._machine.step), self._machine.lightest),
                   self._machine.machine_limit)

    def _estimate(self) -> Estimate:
        return load_velocity(list(self._lifted), list(self._lifted.values()),
                             self._minimum_velocity, self._settings)


class RepetitionTrials:
    """Sets to failure, heavier or lighter until one can be judged."""

    def __init__(self, expected: float, settings: StrengthSettings,
                 machine: PrescriptionSettings) -> None:
        """Begin at a share of an expected maximum [kg] that allows about six repetitions."""
        if not 0.0 < expected <= machine.machine_limit:
            raise Refusal(f'an expected maximum of {expected:g} kg is not within '
                             f'0 .. {machine.machine_limit:g} kg')
        self._settings, self._machine = settings, machine
        self._tried = 0
        self.load = self._possible(SHARE_TO_FAILURE * expected)

    def step(self, repetitions: int, ended_by: SetEnd) -> Estimate | None:
        """Take the complete repetitions of a set with `load` and why it ended."""
        self._tried += 1
        estimate = repetition_maximum(self.load, repetitions, ended_by, self._settings)
        if estimate.valid or self._tried >= ATTEMPTS or (
                ended_by not in (SetEnd.FAILED, SetEnd.COUNT)):
            return estimate
        heavier = repetitions > 0
        following = self._possible(self.load * (1.25 if heavier else LIGHTER))
        if following == self.load:
            return estimate
        self.load = following
        return None

    def _possible(self, load: float) -> float:
        return min(max(round_to_step(load, self._machine.step), self._machine.lightest),
                   self._machine.machine_limit)


def trials(
    method: StrengthMethod, expected: float, minimum_velocity: float,
    settings: StrengthSettings, machine: PrescriptionSettings,
) -> IsometricTrials | LoadVelocityTrials | RepetitionTrials:
    """Return the course of a test; :raises Refusal: for an impossible expected maximum."""
    if method is StrengthMethod.ISOMETRIC:
        return IsometricTrials(settings)
    if method is StrengthMethod.REPETITION_MAXIMUM:
        return RepetitionTrials(expected, settings, machine)
    return LoadVelocityTrials(expected, minimum_velocity, settings, machine)
