# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Estimates of an athlete's maximum by three methods, which are never mixed.

Isometric force correlates weakly with what can be lifted (r 0.16 to 0.33), a load–velocity line
and a repetition maximum are estimates of different quality: so a maximum carries the method that
it came by, and is compared with its own kind only.

Every estimate has an interval of 90 %, from the scatter of its own trials, what the method takes
for granted of all people, and what the same test gives on another day. The smallest change that
means something leaves out what stays the same in one person: 1.645 √2 times the error of
repeating the test.
"""
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
import math
import statistics

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import SetEnd

DAY = 86400.0  # s
NORMAL = 1.645  # standard errors on both sides of an estimate that hold 90 % of a normal law
STUDENT = (6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812)
"""The same for the residuals of a line with 1, 2, 3, … degrees of freedom (Student 1908)."""


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
    velocity_margin: float = parameter(
        0.10, 'above the velocity at the maximum: the lift at which a load–velocity test stops',
        0.06, 0.3, unit='m/s')
    fastest: float = parameter(
        2.5, 'velocity that nobody exceeds without a load; from it follows how much one lift '
        'shows to be possible', 1.5, 5.0, unit='m/s')
    first_load: float = parameter(
        20.0, 'heaviest first load of a load–velocity test, whatever maximum is expected',
        2.0, 60.0, unit='kg')
    between_people: float = parameter(
        0.055, 'standard deviation between people of the velocity at the maximum', 0.0, 0.2,
        unit='m/s')
    least_loads: int = parameter(4, 'loads that a load–velocity line needs', 3, 10)
    most_loads: int = parameter(10, 'loads after which a load–velocity test ends anyway', 4, 15)
    lightest_fitted: float = parameter(
        0.4, 'lightest load that a load–velocity line is fitted to, as a share of the heaviest; '
        'of lighter ones it takes what it needs', 0.0, 0.9)
    least_fit: float = parameter(
        0.95, 'smallest coefficient of determination of a load–velocity line', 0.5, 1.0)
    farthest: float = parameter(
        0.25, 'how far beyond the heaviest lift a load–velocity line is believed, as a share of '
        'that lift', 0.0, 1.0)
    warm_up: int = parameter(
        5, 'light repetitions before the first trial of a test; 0: no warm-up', 0, 20)
    warm_up_load: float = parameter(
        10.0, 'load of the warm-up before isometric trials', 1.0, 30.0, unit='kg')
    rest: float = parameter(
        60.0, 'rest before an isometric or a light trial', 0.0, 600.0, unit='s')
    heavy_rest: float = parameter(
        180.0, 'rest before a near-maximal trial or a set to failure', 0.0, 900.0, unit='s')
    near_maximal: float = parameter(
        0.8, 'share of the maximum shown so far from which a trial is near-maximal', 0.5, 1.0)
    least_realised: float = parameter(
        0.95, 'share of its trial load that a repetition has to bear on the way up; below it the '
        'spotter helped, and it is not counted', 0.8, 1.0)
    formula: str = parameter(
        'brzycki', 'from repetitions to a maximum', choices=('brzycki', 'epley'))
    most_repetitions: int = parameter(
        10, 'repetitions of a set to failure, after which the load was too light to tell', 5, 10)
    repeatability: float = parameter(
        0.042, 'standard error of the same test on another day, as a share of the maximum',
        0.01, 0.2)
    expires_after: float = parameter(
        90.0 * DAY, 'age at which a maximum is not used any more', DAY, 730.0 * DAY, unit='s')


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    The maximum that a test came to [kg]; without one, `reason` says why not.

    :param low: lower end of the interval that holds the maximum in nine of ten athletes [kg]
    :param high: upper end of it [kg]
    :param smallest_change: by how much another test of this athlete has to differ before it
        shows anything but chance, in nine of ten cases [kg]
    """

    method: StrengthMethod
    maximum: float = math.nan
    fit: float = math.nan
    reason: str = ''
    low: float = math.nan
    high: float = math.nan
    smallest_change: float = math.nan

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


def _estimate(
    method: StrengthMethod, maximum: float, settings: StrengthSettings, *, fit: float = math.nan,
    scatter: float = 0.0, assumption: float = 0.0,
) -> Estimate:
    """
    Return an estimate with its interval.

    :param scatter: half an interval of 90 % from the trials of this test alone [kg]
    :param assumption: standard error of what is taken for granted of all people [kg]
    """
    again = math.hypot(scatter, NORMAL * settings.repeatability * maximum)
    half = math.hypot(again, NORMAL * assumption)
    return Estimate(method, maximum, fit, low=max(0.0, maximum - half), high=maximum + half,
                    smallest_change=math.sqrt(2.0) * again)


def held_load(samples: Sequence[tuple[float, float]], settings: StrengthSettings) -> float:
    """
    Return the load [kg] held in one isometric trial, or NaN if it was not held.

    The mean over the hold that follows the rise (5 s trials with 1 s of rise: Haff et al. 2015,
    10.1519/JSC.0000000000000705).

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
    return _estimate(StrengthMethod.ISOMETRIC, max(good), settings)


def fit_line(loads: Sequence[float], velocities: Sequence[float]) -> Line | None:
    """Return the least-squares line of velocity [m/s] over load [kg]; None: loads are all one."""
    if len(set(loads)) < 2:
        return None
    slope, intercept = statistics.linear_regression(loads, velocities)
    fit = statistics.correlation(loads, velocities) ** 2 if len(set(velocities)) > 1 else 0.0
    return Line(intercept, slope, fit)


def fitted(loads: Sequence[float], settings: StrengthSettings) -> list[float]:
    """
    Return the different loads [kg] that a line is fitted to, the heaviest first.

    Very light lifts bend the line: they are left out where enough heavier ones are there.
    """
    heaviest = sorted(set(loads), reverse=True)
    return [load for place, load in enumerate(heaviest)
            if place < settings.least_loads
            or load >= settings.lightest_fitted * heaviest[0]]


def load_velocity(
    loads: Sequence[float], velocities: Sequence[float], minimum_velocity: float,
    settings: StrengthSettings,
) -> Estimate:
    """
    Return the maximum to which the load–velocity line leads.

    The line is followed to the velocity at which the exercise is just possible (González-Badillo
    and Sánchez-Medina 2010, 10.1055/s-0030-1248333). The interval is that of inverse prediction
    from a line, and of that velocity between people.

    :param velocities: mean propulsive velocity of the fastest lift with each load [m/s]
    :param minimum_velocity: velocity at the maximum, a property of the exercise [m/s]
    """
    def refuse(reason: str) -> Estimate:
        return Estimate(StrengthMethod.LOAD_VELOCITY, fit=line.fit if line else math.nan,
                        reason=reason)

    different = fitted(loads, settings)
    points = [(load, velocity) for load, velocity in zip(loads, velocities, strict=True)
              if load in different]
    line = fit_line([load for load, _ in points], [velocity for _, velocity in points])
    if line is None or len(different) < settings.least_loads:
        return refuse(f'{len(different)} different loads lifted, {settings.least_loads} needed')
    if line.slope >= 0.0:
        return refuse('heavier loads were not lifted slower')
    if line.fit < settings.least_fit:
        return refuse(f'the lifts scatter: fit {line.fit:.2f}, {settings.least_fit:g} needed')
    maximum = line.load_at(minimum_velocity)
    if maximum > different[0] * (1.0 + settings.farthest):
        return refuse(f'the heaviest lift, {different[0]:g} kg, is too far below the maximum')
    if maximum <= 0.0:
        return refuse('the line leads to no load')
    return _estimate(
        StrengthMethod.LOAD_VELOCITY, maximum, settings, fit=line.fit,
        scatter=_scatter(line, points, maximum),
        assumption=settings.between_people / -line.slope)


def _scatter(line: Line, points: Sequence[tuple[float, float]], maximum: float) -> float:
    """Return half the interval of 90 % of a load that a line leads to [kg]."""
    loads = [load for load, _ in points]
    mean = statistics.fmean(loads)
    spread = math.fsum((load - mean) ** 2 for load in loads)
    residual = math.sqrt(math.fsum(
        (velocity - line.intercept - line.slope * load) ** 2 for load, velocity in points)
        / (len(points) - 2))
    student = STUDENT[min(len(points) - 2, len(STUDENT)) - 1]
    return student * residual / -line.slope * math.sqrt(
        1.0 / len(points) + (maximum - mean) ** 2 / spread)


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
    if repetitions >= settings.most_repetitions:
        return Estimate(method, reason=(
            f'{repetitions} repetitions: {load:g} kg is too light to tell, fewer than '
            f'{settings.most_repetitions} can be judged'))
    if ended_by is not SetEnd.FAILED:
        return Estimate(method, reason='the set did not end in failure')
    if repetitions < 1:
        return Estimate(method, reason=f'{load:g} kg could not be lifted once')
    formulas = {'epley': epley, 'brzycki': brzycki}
    formula = formulas[settings.formula]
    maximum = formula(load, repetitions)
    both = [each(load, repetitions) for each in formulas.values()]
    return _estimate(
        method, maximum, settings, scatter=(formula(load, repetitions + 1) - maximum) / 2.0,
        assumption=(max(both) - min(both)) / 2.0)
