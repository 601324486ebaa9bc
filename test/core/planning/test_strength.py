# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Tests of strength give the maximum back, or say why they do not."""
import math

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.core.planning.prescription import PrescriptionSettings
from negtrain_ros.core.planning.strength import (
    brzycki,
    DAY,
    epley,
    held_load,
    isometric,
    load_velocity,
    Maximum,
    repetition_maximum,
    StrengthMethod,
    StrengthSettings,
)
from negtrain_ros.core.session.strength_protocols import (
    IsometricTrials,
    LoadVelocityTrials,
    RepetitionTrials,
    trials,
)
from negtrain_ros.core.types import SetEnd
from negtrain_ros.sim.muscle import Muscle, MuscleSettings
import pytest

SETTINGS, MACHINE = StrengthSettings(), PrescriptionSettings()
THRESHOLD = 0.17


def straight(maximum: float, fastest: float = 1.6):
    """Return the velocity over load of an athlete whose line is straight."""
    return lambda load: fastest - (fastest - THRESHOLD) * load / maximum


def run(test: LoadVelocityTrials, velocity):
    """Let an athlete go through a load–velocity test; return the estimate and the loads."""
    tried = []
    for _ in range(30):
        tried.append(test.load)
        estimate = test.step(velocity(test.load))
        if estimate is not None:
            return estimate, tried
    raise AssertionError('the test never ended')


@given(st.floats(20.0, 180.0), st.floats(1.2, 2.5))
def test_a_straight_line_gives_its_maximum_back(maximum, fastest):
    loads = [maximum * share for share in (0.3, 0.5, 0.7, 0.85)]
    estimate = load_velocity(
        loads, [straight(maximum, fastest)(load) for load in loads], THRESHOLD, SETTINGS)
    assert estimate.valid and estimate.maximum == pytest.approx(maximum, rel=0.01)
    assert estimate.fit == pytest.approx(1.0)


@pytest.mark.parametrize('loads, velocities, word', [
    ([30, 50, 70, 85], [0.3, 0.4, 0.5, 0.6], 'not lifted slower'),
    ([30, 50, 70, 85], [0.5, 0.5, 0.5, 0.5], 'not lifted slower'),
    ([30, 50, 70, 85], [1.0, 0.4, 0.9, 0.3], 'scatter'),
    ([30, 50, 70], [1.0, 0.7, 0.4], '4 needed'),
    ([30, 30, 30, 30], [1.0, 0.9, 0.8, 0.7], '4 needed'),
    ([], [], '4 needed'),
    ([10, 12, 14, 16], [1.5, 1.48, 1.46, 1.44], 'too far below'),
])
def test_a_bad_line_gives_no_maximum(loads, velocities, word):
    estimate = load_velocity(loads, velocities, THRESHOLD, SETTINGS)
    assert not estimate.valid and math.isnan(estimate.maximum)
    assert word in estimate.reason


@given(st.floats(15.0, 180.0), st.floats(0.5, 1.6), st.floats(1.0, 2.2))
def test_the_course_of_a_test_finds_the_maximum_from_a_bad_guess(maximum, guess, fastest):
    expected = min(guess * maximum, MACHINE.machine_limit)
    athlete = straight(maximum, fastest)
    estimate, tried = run(
        LoadVelocityTrials(expected, THRESHOLD, SETTINGS, MACHINE),
        lambda load: athlete(load) if athlete(load) > 0.05 else math.nan)
    assert len(tried) <= SETTINGS.most_loads
    assert all(MACHINE.lightest <= load <= MACHINE.machine_limit for load in tried)
    if estimate.valid:
        assert estimate.maximum == pytest.approx(maximum, rel=0.01)
    else:
        assert guess < 0.6 or maximum < 25.0, estimate


@pytest.mark.parametrize('maximum', [40.0, 70.0, 101.0, 150.0])
@pytest.mark.parametrize('guess', [0.7, 1.0, 1.3])
def test_a_muscle_is_measured_within_five_percent(maximum, guess):
    """The muscle of the simulation bends the line, as real ones do."""
    muscle = Muscle(MuscleSettings(maximum=maximum))

    def velocity(load):
        low, high = 0.0, muscle.settings.fastest
        for _ in range(50):
            middle = (low + high) / 2
            stronger = muscle.share(middle)[0] * muscle.isometric > load * 9.80665
            low, high = (middle, high) if stronger else (low, middle)
        return low

    estimate, _ = run(
        LoadVelocityTrials(guess * maximum, THRESHOLD, SETTINGS, MACHINE), velocity)
    assert estimate.maximum == pytest.approx(maximum, rel=0.05)


def test_loads_rise_until_a_lift_is_slow():
    _, tried = run(LoadVelocityTrials(100.0, THRESHOLD, SETTINGS, MACHINE), straight(100.0))
    assert tried == sorted(tried)
    stop = THRESHOLD + SETTINGS.velocity_margin
    assert straight(100.0)(tried[-1]) < stop + 0.02 and stop < straight(100.0)(tried[-2])
    assert tried[-1] < 100.0


def test_one_lift_shows_no_more_than_the_fastest_movement_allows():
    """A first lift at half a metre per second may be 85 % of the maximum: little is added."""
    test = LoadVelocityTrials(60.0, THRESHOLD, SETTINGS, MACHINE)
    assert test.load == 18.0
    assert test.step(0.5) is None
    assert 18.0 < test.load <= 18.0 * (2.5 - THRESHOLD) / (2.5 - 0.5)


def test_lifts_without_effort_lead_no_further_than_the_heaviest_one_shows():
    test = LoadVelocityTrials(200.0, THRESHOLD, SETTINGS, MACHINE)
    for velocity in (0.50, 0.49, 0.48):
        heaviest = test.load
        assert test.step(velocity) is None
        assert test.load <= heaviest * (2.5 - THRESHOLD) / (2.5 - velocity)


@given(st.floats(20.0, 180.0), st.floats(0.0, 0.02))
def test_the_interval_holds_the_maximum_and_grows_with_scatter(maximum, scatter):
    loads = [maximum * share for share in (0.3, 0.5, 0.7, 0.85)]
    velocities = [straight(maximum)(load) + scatter * sign
                  for load, sign in zip(loads, (1, -1, -1, 1), strict=True)]
    rough = load_velocity(loads, velocities, THRESHOLD, SETTINGS)
    smooth = load_velocity(loads, [straight(maximum)(load) for load in loads], THRESHOLD, SETTINGS)
    assert rough.low <= maximum <= rough.high
    assert rough.high - rough.low >= smooth.high - smooth.low - 1e-4 * maximum
    assert rough.smallest_change >= smooth.smallest_change - 1e-4 * maximum


def test_the_interval_of_a_clean_line_is_that_of_people_and_days():
    """0.055 m/s between people are 3.8 % of the maximum here; another day 4.2 %."""
    loads = [30.0, 50.0, 70.0, 85.0]
    estimate = load_velocity(
        loads, [straight(100.0)(load) for load in loads], THRESHOLD, SETTINGS)
    people, day = 100.0 * 0.055 / 1.43, 4.2
    assert estimate.high - 100.0 == pytest.approx(1.645 * math.hypot(people, day), rel=1e-6)
    assert estimate.smallest_change == pytest.approx(1.645 * math.sqrt(2.0) * day, rel=1e-6)


@pytest.mark.parametrize('estimate', [
    isometric([70.0, 82.0, math.nan], SETTINGS),
    repetition_maximum(80.0, 5, SetEnd.FAILED, SETTINGS)])
def test_every_maximum_has_its_interval_and_its_smallest_change(estimate):
    assert 0.0 < estimate.low < estimate.maximum < estimate.high
    assert 0.05 < estimate.smallest_change / estimate.maximum < 0.15


def test_after_a_failed_lift_only_lighter_loads_follow():
    test = LoadVelocityTrials(150.0, THRESHOLD, SETTINGS, MACHINE)
    first = test.load
    assert test.step(math.nan) is None
    assert test.load < first


@pytest.mark.parametrize('expected', [0.0, -1.0, math.nan, math.inf, 201.0])
@pytest.mark.parametrize('method', [
    StrengthMethod.LOAD_VELOCITY, StrengthMethod.REPETITION_MAXIMUM])
def test_an_impossible_guess_is_refused(method, expected):
    with pytest.raises(ValueError, match='expected maximum'):
        trials(method, expected, THRESHOLD, SETTINGS, MACHINE)


def push(load: float, seconds: float = 5.5, shake: float = 0.0):
    """Return the samples of a push that rises within a second."""
    return [(index / 100, min(1.0, index / 90) * load + shake * (-1) ** index)
            for index in range(int(seconds * 100))]


@pytest.mark.parametrize('samples, held', [
    (push(80.0), 80.0),
    (push(80.0, seconds=4.0), math.nan),
    (push(80.0, shake=20.0), math.nan),
    (push(80.0, shake=4.0), 80.0),
    (push(0.0), math.nan),
    ([], math.nan),
])
def test_what_was_held_steadily_long_enough_counts(samples, held):
    assert held_load(samples, SETTINGS) == pytest.approx(held, rel=0.01, nan_ok=True)


def test_the_best_of_three_pushes_counts():
    test = IsometricTrials(SETTINGS)
    assert test.step(push(70.0)) is None
    assert test.step(push(95.0, seconds=3.0)) is None
    estimate = test.step(push(82.0))
    assert estimate.maximum == pytest.approx(82.0)
    assert estimate.method is StrengthMethod.ISOMETRIC
    assert 'steadily' in isometric([math.nan] * 3, SETTINGS).reason


@pytest.mark.parametrize('load, repetitions, by_epley, by_brzycki', [
    (80.0, 1, 80.0, 80.0), (80.0, 5, 93.33, 90.0), (80.0, 10, 106.67, 106.67)])
def test_repetitions_to_a_maximum(load, repetitions, by_epley, by_brzycki):
    assert epley(load, repetitions) == pytest.approx(by_epley, abs=0.01)
    assert brzycki(load, repetitions) == pytest.approx(by_brzycki, abs=0.01)


@pytest.mark.parametrize('repetitions, ended_by, word', [
    (5, SetEnd.COUNT, 'failure'), (5, SetEnd.STOPPED, 'failure'), (0, SetEnd.FAILED, 'once'),
    (10, SetEnd.FAILED, 'too light'), (10, SetEnd.COUNT, 'too light'),
])
def test_a_light_or_unfinished_set_gives_no_maximum(repetitions, ended_by, word):
    assert word in repetition_maximum(60.0, repetitions, ended_by, SETTINGS).reason


def test_a_set_that_was_too_light_is_followed_by_a_heavier_one():
    test = RepetitionTrials(60.0, SETTINGS, MACHINE)
    first = test.load
    assert test.step(10, SetEnd.COUNT) is None
    assert test.load > first
    assert test.step(6, SetEnd.FAILED).maximum == pytest.approx(brzycki(test.load, 6))


def test_a_maximum_expires():
    maximum = Maximum(101.0, StrengthMethod.LOAD_VELOCITY, taken_at=0.0)
    assert not maximum.expired(89 * DAY)
    assert maximum.expired(91 * DAY)
