# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Strength tests of simulated athletes: never beyond the maximum, and close to it at the end."""
from dataclasses import dataclass
import math

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.core.planning.prescription import PrescriptionSettings
from negtrain_ros.core.planning.strength import StrengthMethod, StrengthSettings
from negtrain_ros.core.session.strength_protocols import trials
from negtrain_ros.core.session.strength_test import StrengthTesting, WARM_UP
from negtrain_ros.core.types import (
    GRAVITY,
    Instruction,
    Method,
    PhaseMeasure,
    Prescription,
    RangeOfMotion,
    Repetition,
    RepetitionStage,
    SetEnd,
    Verdict,
)
from negtrain_ros.programs.exercises import shipped_exercises
from negtrain_ros.sim.muscle import Muscle, MuscleSettings
import pytest

SETTINGS = StrengthSettings()
EXERCISES = shipped_exercises()
BASE = Prescription(limit=200.0, rom=RangeOfMotion(0.1, 0.5), hold_position=0.3)
LENGTH = 0.4  # m, of a lift
SPOTTED = 0.75  # share of the load that is left of a lift with help


@dataclass
class Straight:
    """An athlete whose velocity falls straight with the load, and who never tires."""

    maximum: float
    minimum_velocity: float
    fastest: float = 1.6

    def velocity(self, load):
        """Return the velocity of a lift as fast as possible [m/s]."""
        slope = (self.fastest - self.minimum_velocity) / self.maximum
        return self.fastest - slope * load

    def lift(self, load):
        """Lift once; return the velocity, or None if it needs help."""
        return self.velocity(load) if load <= self.maximum else None

    def rest(self, duration):
        """Need no rest."""


class Tiring:
    """The muscle of the simulation, which bends the line and tires as it works."""

    def __init__(self, maximum, minimum_velocity, endurance):
        self._muscle = Muscle(MuscleSettings(
            maximum=maximum, threshold_velocity=minimum_velocity, endurance=endurance))
        self.tried_with = maximum  # kg, what could be lifted once at the last lift

    @property
    def maximum(self):
        """What could be lifted once now [kg]."""
        threshold = self._muscle.share(self._muscle.settings.threshold_velocity)[0]
        return self._muscle.isometric * threshold / GRAVITY

    def velocity(self, load):
        """Return the steady velocity at which the muscle bears the load [m/s]."""
        low, high = 0.0, self._muscle.settings.fastest
        for _ in range(40):
            middle = (low + high) / 2
            stronger = self._muscle.share(middle)[0] * self._muscle.isometric > load * GRAVITY
            low, high = (middle, high) if stronger else (low, middle)
        return low

    def lift(self, load):
        """Lift once and lower in three seconds; return the velocity, None if it needs help."""
        self.tried_with = self.maximum
        able = load <= self.tried_with
        velocity = self.velocity(load) if able else None
        self._work(load * GRAVITY, LENGTH / (velocity or 0.1))
        self._work(load * GRAVITY * 0.7, 3.0)
        return velocity

    def rest(self, duration):
        """Recover."""
        self._work(0.0, duration)

    def _work(self, force, duration):
        for _ in range(20):
            self._muscle.tire(duration / 20, force)


class ToFailure(Straight):
    """An athlete who can do as many repetitions as a formula says, of what rest has left him."""

    def __init__(self, maximum, tiring):
        super().__init__(maximum, 0.17)
        self._tiring, self._done = tiring, 0
        self.left = 1.0

    def lift(self, load):
        """Lift once more of the set, if the formula of Brzycki allows it."""
        self._done += 1
        # Brzycki: the n-th repetition asks for a maximum of 36 / (37 - n) loads.
        able = load * 36.0 / (37.0 - self._done) <= self.maximum * self.left * (1.0 + 1e-9)
        return 0.3 if able else None

    def rest(self, duration):
        """Begin the next set with less left."""
        self.left -= self._tiring
        self._done = 0


def repetition(load, velocity, stage=RepetitionStage.COMPLETE):
    """Return a lift and its lowering with a mean load up [kg] and a velocity up [m/s]."""
    return Repetition(0.0, stage, 1, Verdict.COUNTED, PhaseMeasure(
        mean_load=load, mean_velocity=velocity, mean_propulsive_velocity=velocity),
        PhaseMeasure())


def run(activity, athlete):
    """Let an athlete go through a test; return each trial load over the maximum then [1]."""
    shares = []
    while True:
        prescription = activity.prescription
        load = prescription.concentric
        if activity.text != WARM_UP:
            shares.append(load / athlete.maximum)
        while activity.over is None:
            velocity = athlete.lift(load)
            activity.on_repetition(
                repetition(load, velocity) if velocity else repetition(SPOTTED * load, 0.1))
        if not activity.advance(activity.over):
            return shares
        athlete.rest(activity.rest)


def test_of(exercise, expected, method=StrengthMethod.LOAD_VELOCITY, settings=SETTINGS):
    """Return the test of an exercise."""
    machine = PrescriptionSettings(step=exercise.step, machine_limit=exercise.machine_limit)
    return StrengthTesting(method, trials(
        method, min(expected, exercise.machine_limit), exercise.minimum_velocity, settings,
        machine), BASE, settings)


test_of.__test__ = False
LEAST_STRONG, STRONGEST = 40.0, 200.0


@pytest.mark.parametrize('exercise', EXERCISES.values(), ids=EXERCISES)
@given(maximum=st.floats(LEAST_STRONG, STRONGEST), guess=st.floats(0.3, 5.0),
       fastest=st.floats(1.3, 2.5), person=st.floats(-0.05, 0.05))
def test_no_trial_of_a_load_velocity_test_is_beyond_the_maximum_whatever_was_expected(
        exercise, maximum, guess, fastest, person):
    athlete = Straight(maximum, exercise.minimum_velocity + person, fastest)
    activity = test_of(exercise, guess * maximum)
    assert max(run(activity, athlete)) <= 1.0
    estimate = activity.estimate
    if maximum <= exercise.machine_limit:
        assert estimate.valid, estimate.reason
        assert estimate.low <= maximum <= estimate.high
        unlike = person * maximum / (fastest - exercise.minimum_velocity - person)
        assert estimate.maximum == pytest.approx(maximum + unlike, rel=0.001)


@pytest.mark.parametrize('exercise', EXERCISES.values(), ids=EXERCISES)
@pytest.mark.parametrize('endurance', [1e4, 300.0, 60.0], ids=['fresh', 'usual', 'tired'])
@given(maximum=st.floats(LEAST_STRONG, STRONGEST), guess=st.floats(0.5, 2.2))
def test_a_muscle_that_tires_is_measured_within_five_percent_and_never_loaded_beyond(
        exercise, endurance, maximum, guess):
    athlete = Tiring(maximum, exercise.minimum_velocity, endurance)
    activity = test_of(exercise, guess * maximum)
    shares = run(activity, athlete)
    assert max(shares) <= 1.0
    if maximum <= exercise.machine_limit:
        assert activity.estimate.valid, activity.estimate.reason
        assert activity.estimate.maximum == pytest.approx(athlete.tried_with, rel=0.05)


@pytest.mark.parametrize('exercise', EXERCISES.values(), ids=EXERCISES)
@pytest.mark.parametrize('tiring', [0.0, 0.02], ids=['ideal', 'tired'])
@given(maximum=st.floats(LEAST_STRONG, STRONGEST), guess=st.floats(0.75, 1.3))
def test_a_repetition_maximum_is_found_within_eight_percent(exercise, tiring, maximum, guess):
    activity = test_of(exercise, guess * maximum, StrengthMethod.REPETITION_MAXIMUM)
    athlete = ToFailure(maximum, tiring)
    run(activity, athlete)
    assert all(trial['repetitions'] <= 10 for trial in activity.record)
    if maximum <= exercise.machine_limit:
        assert activity.estimate.valid, activity.estimate.reason
        assert activity.estimate.maximum == pytest.approx(maximum * athlete.left, rel=0.08)
        assert tiring or activity.estimate.low <= maximum <= activity.estimate.high


def test_a_repetition_that_the_spotter_carried_is_not_one():
    """Of 106 kg the spotter left 80 to an athlete of 101 kg: nothing was lifted."""
    activity = test_of(EXERCISES['chest_press'], 125.0, StrengthMethod.REPETITION_MAXIMUM)
    assert activity.advance(SetEnd.COUNT)  # the warm-up
    assert activity.prescription.concentric == 106.0
    assert activity.on_repetition(repetition(80.0, 0.1))
    assert (activity.over, activity.repetition) == (SetEnd.FAILED, 0)
    assert activity.advance(SetEnd.FAILED)
    assert activity.record == [{'load': 106.0, 'repetitions': 0.0, 'helped': 1.0}]
    assert activity.prescription.concentric < 80.0


@pytest.mark.parametrize('share, helped', [
    (1.02, False), (0.96, False), (0.94, True), (0.5, True), (math.nan, True)])
def test_a_repetition_counts_if_it_bore_its_load(share, helped):
    activity = test_of(EXERCISES['chest_press'], 100.0)
    activity.advance(SetEnd.COUNT)
    activity.on_repetition(repetition(share * activity.prescription.concentric, 0.8))
    assert (activity.over is SetEnd.FAILED) == helped


@pytest.mark.parametrize('method', StrengthMethod)
def test_a_test_begins_with_a_light_warm_up_at_ease(method):
    activity = test_of(EXERCISES['chest_press'], 100.0, method)
    warm_up = activity.prescription
    assert (warm_up.method, activity.instruction) == (Method.REGULAR, Instruction.TRAIN)
    assert warm_up.repetitions == SETTINGS.warm_up
    assert warm_up.concentric == warm_up.eccentric <= 50.0
    for _ in range(SETTINGS.warm_up):
        assert activity.over is None
        activity.on_repetition(repetition(warm_up.concentric, 0.3))
    assert activity.over is SetEnd.COUNT
    assert activity.advance(SetEnd.COUNT)
    assert activity.record == []
    assert activity.text != WARM_UP


def test_a_warm_up_that_fails_ends_the_test_with_what_to_do():
    activity = test_of(EXERCISES['chest_press'], 200.0, StrengthMethod.REPETITION_MAXIMUM)
    assert not activity.advance(SetEnd.FAILED)
    assert 'expect less' in activity.estimate.reason


@pytest.mark.parametrize('method, rests', [
    (StrengthMethod.ISOMETRIC, {60.0}), (StrengthMethod.REPETITION_MAXIMUM, {180.0})])
def test_the_rest_is_that_of_the_method(method, rests):
    activity = test_of(EXERCISES['chest_press'], 100.0, method)
    seen = set()
    while activity.advance(SetEnd.FAILED if activity.record else SetEnd.COUNT):
        seen.add(activity.rest)
    assert seen == rests


@given(maximum=st.floats(LEAST_STRONG, STRONGEST), guess=st.floats(0.3, 3.0))
def test_before_near_maximal_lifts_the_rest_is_long(maximum, guess):
    athlete = Straight(maximum, 0.17)
    activity = test_of(EXERCISES['chest_press'], guess * maximum)
    rests = []
    athlete.rest = rests.append
    shares = run(activity, athlete)
    assert rests[0] == 60.0
    for share, rest in list(zip(shares, rests, strict=True))[2:]:
        assert rest == (180.0 if share >= 0.8 else 60.0)


@pytest.mark.parametrize('seconds', [(0.0, 1.0, 2.0, 6.5)])
def test_a_push_ends_some_seconds_after_its_first_force(seconds):
    activity = test_of(EXERCISES['chest_press'], 100.0, StrengthMethod.ISOMETRIC)
    activity.advance(SetEnd.COUNT)
    assert activity.prescription.method is Method.ISOMETRIC
    for second in seconds:
        assert activity.over is None
        activity.on_load(second, 80.0)
    assert activity.over is SetEnd.COUNT
