# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Strength of an athlete: three ways to estimate a maximum, which are never mixed.

Isometric force correlates weakly with what can be lifted (r 0.16 to 0.33), a load–velocity line
and a repetition maximum are estimates of different quality: so a maximum carries the method that
it came by, and is compared with its own kind only.
"""
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
import math
import statistics

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import SetEnd

DAY = 86400.0  # s


class StrengthMethod(IntEnum):
    """How a maximum is measured; the numbers are those of StrengthTest.action."""

    ISOMETRIC = 0
    LOAD_VELOCITY = 1
    REPETITION_MAXIMUM = 2


@dataclass(frozen=True)
class StrengthSettings(Settings):
    """What makes a test good enough to be believed."""

    rise: float = parameter(1.0, 'time to build up force, not counted', 0.2, 3.0, unit='s')
    hold: float = parameter(4.0, 'time over which force is held', 3.0, 6.0, unit='s')
    unsteadiness: float = parameter(
        0.1, 'largest standard deviation of a held force, as a share of it', 0.02, 0.5)
    trials: int = parameter(3, 'isometric trials, the best of which counts', 1, 5)
    stop_velocity: float = parameter(
        0.3, 'lifts at this velocity or slower are the last ones', 0.1, 0.6, unit='m/s')
    least_loads: int = parameter(4, 'loads that a line needs', 3, 10)
    most_loads: int = parameter(8, 'loads after which the test ends anyway', 4, 15)
    least_fit: float = parameter(0.95, 'smallest coefficient of determination', 0.5, 1.0)
    farthest: float = parameter(
        0.25, 'how far beyond the heaviest lift the line is believed, as a share of it', 0.0, 1.0)
    formula: str = parameter(
        'brzycki', 'from repetitions to a maximum', choices=('brzycki', 'epley'))
    most_repetitions: int = parameter(
        10, 'repetitions above which the load was too light to tell', 5, 20)
    expires_after: float = parameter(
        90.0 * DAY, 'age at which a maximum is not used any more', DAY, 730.0 * DAY, unit='s')


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a test came to; without a maximum, `reason` says why not."""

    method: StrengthMethod
    maximum: float = math.nan
    fit: float = math.nan
    reason: str = ''

    @property
    def valid(self) -> bool:
        """Whether there is a maximum that can be accepted."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class Maximum:
    """A maximum [kg] that the athlete has accepted, and how and when [s] it was measured."""

    value: float
    method: StrengthMethod
    taken_at: float
    fit: float = math.nan

    def expired(self, now: float, settings: StrengthSettings | None = None) -> bool:
        """Tell whether it is too old to be trained with at `now` [s]."""
        return now - self.taken_at > (settings or StrengthSettings()).expires_after


@dataclass(frozen=True, slots=True)
class Line:
    """Velocity over load, velocity = intercept + slope × load, and how well it fits."""

    intercept: float
    slope: float
    fit: float

    def load_at(self, velocity: float) -> float:
        """Return the load [kg] that is lifted at a velocity [m/s]."""
        return (velocity - self.intercept) / self.slope


def held_load(samples: Sequence[tuple[float, float]], settings: StrengthSettings) -> float:
    """
    Return the load [kg] held in one isometric trial, or NaN if it was not held.

    The mean over the hold that follows the rise (5 s trials with 1 s of rise: Haff et al. 2015,
    10.1519/JSC.0000000000000645).

    :param samples: time [s] and resisted load [kg], from the first push on
    """
    if not samples:
        return math.nan
    begin = samples[0][0] + settings.rise
    held = [load for stamp, load in samples if begin <= stamp <= begin + settings.hold]
    if len(held) < 2 or samples[-1][0] < begin + settings.hold:
        return math.nan
    mean = statistics.fmean(held)
    steady = mean > 0.0 and statistics.pstdev(held, mean) <= settings.unsteadiness * mean
    return mean if steady else math.nan


def isometric(held: Sequence[float], settings: StrengthSettings) -> Estimate:
    """Return the best of the loads [kg] held in the trials, NaN for those that failed."""
    good = [load for load in held if math.isfinite(load)]
    if not good:
        return Estimate(StrengthMethod.ISOMETRIC, reason=(
            f'no push was held steadily for {settings.rise + settings.hold:g} s'))
    return Estimate(StrengthMethod.ISOMETRIC, max(good))


def fit_line(loads: Sequence[float], velocities: Sequence[float]) -> Line | None:
    """Return the least-squares line of velocity [m/s] over load [kg]; None: loads are all one."""
    if len(set(loads)) < 2:
        return None
    slope, intercept = statistics.linear_regression(loads, velocities)
    fit = statistics.correlation(loads, velocities) ** 2 if len(set(velocities)) > 1 else 0.0
    return Line(intercept, slope, fit)


def load_velocity(
    loads: Sequence[float], velocities: Sequence[float], minimum_velocity: float,
    settings: StrengthSettings,
) -> Estimate:
    """
    Return the maximum to which the load–velocity line leads.

    The line is followed to the velocity at which the exercise is just possible (González-Badillo
    and Sánchez-Medina 2010, 10.1055/s-0030-1248333).

    :param velocities: mean propulsive velocity of the fastest lift with each load [m/s]
    :param minimum_velocity: velocity at the maximum, a property of the exercise [m/s]
    """
    def refuse(reason: str) -> Estimate:
        return Estimate(StrengthMethod.LOAD_VELOCITY, fit=line.fit if line else math.nan,
                        reason=reason)

    line = fit_line(loads, velocities)
    if line is None or len(set(loads)) < settings.least_loads:
        return refuse(f'{len(set(loads))} different loads lifted, {settings.least_loads} needed')
    if line.slope >= 0.0:
        return refuse('heavier loads were not lifted slower')
    if line.fit < settings.least_fit:
        return refuse(f'the lifts scatter: fit {line.fit:.2f}, {settings.least_fit:g} needed')
    maximum = line.load_at(minimum_velocity)
    if maximum > max(loads) * (1.0 + settings.farthest):
        return refuse(f'the heaviest lift, {max(loads):g} kg, is too far below the maximum')
    if maximum <= 0.0:
        return refuse('the line leads to no load')
    return Estimate(StrengthMethod.LOAD_VELOCITY, maximum, line.fit)


def epley(load: float, repetitions: int) -> float:
    """Return the maximum [kg] from repetitions to failure (Epley 1985)."""
    return load if repetitions == 1 else load * (1.0 + repetitions / 30.0)


def brzycki(load: float, repetitions: int) -> float:
    """Return the maximum [kg] from repetitions to failure (Brzycki 1993)."""
    return load * 36.0 / (37.0 - repetitions)


def repetition_maximum(
    load: float, repetitions: int, ended_by: SetEnd, settings: StrengthSettings,
) -> Estimate:
    """
    Return the maximum from one set that went on until no repetition was possible any more.

    :param repetitions: complete ones
    """
    method = StrengthMethod.REPETITION_MAXIMUM
    if ended_by is not SetEnd.FAILED:
        return Estimate(method, reason='the set did not end in failure')
    if repetitions < 1:
        return Estimate(method, reason=f'{load:g} kg could not be lifted once')
    if repetitions > settings.most_repetitions:
        return Estimate(method, reason=(
            f'{repetitions} repetitions: {load:g} kg is too light to tell, at most '
            f'{settings.most_repetitions} can be judged'))
    return Estimate(method, {'epley': epley, 'brzycki': brzycki}[settings.formula](
        load, repetitions))
