# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Protocols of the strength tests: the next trial load and rest, until there is an estimate.

Each protocol says what to load (`load`, NaN: the handle is held still), with what to warm up
(`warm_up`) and how long to rest before the trial (`rest`). It takes the outcome of a trial in
`step`, and returns the estimate after the last one.
"""
from collections.abc import Sequence
import math

from negtrain_ros.core.planning.prescription import (
    PrescriptionSettings,
    round_down,
    round_to_step,
)
from negtrain_ros.core.planning.strength import (
    Estimate,
    fit_line,
    held_load,
    isometric,
    Line,
    load_velocity,
    repetition_maximum,
    StrengthMethod,
    StrengthSettings,
)
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import SetEnd

FIRST = 0.3  # of the expected maximum, with which a load–velocity test begins at most
MOST_RISE = 2.0  # times the heaviest load so far is never reached in a load–velocity test
LIGHTER = 0.7  # of the lightest load so far, when lighter ones are missing
SHARE_TO_FAILURE = 0.85  # of the expected maximum: six repetitions (Brzycki)
HEAVIER = 1.25  # times a load that was lifted ten times, which shows 1.33 times it (Brzycki)
SHARE_TO_WARM_UP = 0.5  # of the first load of a repetition-maximum test
ATTEMPTS = 4  # sets to failure before the test is given up


class IsometricTrials:
    """Some pushes against the held handle; the best counts."""

    load = math.nan

    def __init__(self, settings: StrengthSettings) -> None:
        self._settings = settings
        self._held: list[float] = []
        self.warm_up = settings.warm_up_load
        self.rest = settings.rest

    def step(self, samples: Sequence[tuple[float, float]]) -> Estimate | None:
        """Take time [s] and resisted load [kg] of one push; return the estimate after the last."""
        self._held.append(held_load(samples, self._settings))
        if len(self._held) < self._settings.trials:
            return None
        return isometric(self._held, self._settings)


class LoadVelocityTrials:
    """
    Heavier and heavier lifts, each as fast as possible, until they are slow.

    No load is heavier than what the heaviest lift alone has shown to be possible: velocity falls
    with load at most as steeply as from the fastest movement there is without a load.
    """

    def __init__(self, expected: float, minimum_velocity: float, settings: StrengthSettings,
                 machine: PrescriptionSettings) -> None:
        """
        Begin well below an expected maximum.

        :param expected: guess of the maximum [kg]; it only sets the first load
        :param minimum_velocity: velocity at the maximum, a property of the exercise [m/s]
        """
        _check_expected(expected, machine)
        self._minimum_velocity = minimum_velocity
        self._aim = minimum_velocity + settings.velocity_margin
        self._settings, self._machine = settings, machine
        self._lifted: dict[float, float] = {}
        self._failed = False
        self._tried: list[float] = []
        self.load = self.warm_up = _possible(
            min(FIRST * expected, settings.first_load), machine)
        self.rest = settings.rest

    def step(self, velocity: float) -> Estimate | None:
        """
        Take the mean propulsive velocity of the fastest lift with `load` [m/s].

        :param velocity: NaN, zero or less: it could not be lifted
        :return: None while `load` names a next trial
        """
        settings = self._settings
        self._tried.append(self.load)
        if velocity > 0.0:
            self._lifted[self.load] = max(velocity, self._lifted.get(self.load, 0.0))
        else:
            self._failed = True
        following = self._heavier()
        if following is None and len(self._lifted) < settings.least_loads:
            following = _possible(LIGHTER * min(self._tried), self._machine)
        if following is None or following in self._tried or (
                len(self._tried) >= settings.most_loads):
            return load_velocity(list(self._lifted), list(self._lifted.values()),
                                 self._minimum_velocity, settings)
        self.rest = settings.heavy_rest if self._is_heavy(following) else settings.rest
        self.load = following
        return None

    def _heavier(self) -> float | None:
        """Return the next heavier load [kg]; None: the last one was slow, failed, or the limit."""
        if self._failed or min(self._lifted.values()) <= self._aim:
            return None
        heaviest = max(self._lifted)
        shown = self._shown
        line = self._line or shown
        wanted = min(line.load_at(self._aim), shown.load_at(self._minimum_velocity),
                     self._machine.machine_limit)
        load = round_down(wanted, self._machine.step)
        if load > heaviest:
            return load
        # Coarse steps may be too large to rise by what a very light lift shows.
        least = _possible(heaviest + self._machine.step, self._machine)
        return least if heaviest < least <= self._settings.first_load else None

    def _is_heavy(self, load: float) -> bool:
        if not self._lifted:
            return True
        line = self._line
        return line is not None and (
            load >= self._settings.near_maximal * line.load_at(self._minimum_velocity))

    @property
    def _line(self) -> Line | None:
        line = fit_line(list(self._lifted), list(self._lifted.values()))
        return line if line is not None and line.slope < 0.0 else None

    @property
    def _shown(self) -> Line:
        """The steepest line that the heaviest lift allows."""
        heaviest = max(self._lifted)
        fastest = max(self._settings.fastest, MOST_RISE * self._lifted[heaviest])
        return Line(fastest, (self._lifted[heaviest] - fastest) / heaviest, math.nan)


class RepetitionTrials:
    """Sets to failure, heavier or lighter until one can be judged."""

    def __init__(self, expected: float, settings: StrengthSettings,
                 machine: PrescriptionSettings) -> None:
        """Begin at a share of an expected maximum [kg] that allows about six repetitions."""
        _check_expected(expected, machine)
        self._settings, self._machine = settings, machine
        self._tried: list[float] = []
        self.load = _possible(SHARE_TO_FAILURE * expected, machine)
        self.warm_up = _possible(SHARE_TO_WARM_UP * self.load, machine)
        self.rest = settings.heavy_rest

    def step(self, repetitions: int, ended_by: SetEnd) -> Estimate | None:
        """Take the complete repetitions of a set with `load` and why it ended."""
        self._tried.append(self.load)
        estimate = repetition_maximum(self.load, repetitions, ended_by, self._settings)
        if estimate.valid or len(self._tried) >= ATTEMPTS or (
                ended_by not in (SetEnd.FAILED, SetEnd.COUNT)):
            return estimate
        following = _possible(self.load * (HEAVIER if repetitions else LIGHTER), self._machine)
        if following in self._tried:
            return estimate
        self.load = following
        return None


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


def _check_expected(expected: float, machine: PrescriptionSettings) -> None:
    if not 0.0 < expected <= machine.machine_limit:
        raise Refusal(f'an expected maximum of {expected:g} kg is not within '
                      f'0 .. {machine.machine_limit:g} kg')


def _possible(load: float, machine: PrescriptionSettings) -> float:
    return min(max(round_to_step(load, machine.step), machine.lightest), machine.machine_limit)
