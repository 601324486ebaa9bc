# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Goals become an activity, a question or a refusal, without database or ROS."""
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, RuleBasedStateMachine
from negtrain_ros.core.planning.exercise import Exercise
from negtrain_ros.core.planning.gate import AthleteLimits, Evidence, Gate
from negtrain_ros.core.planning.next_session import next_session, NextSession
from negtrain_ros.core.planning.prescription import INTENSITIES, Loads, loads
from negtrain_ros.core.planning.program import Dose, Program, Standing, TrainingBlock
from negtrain_ros.core.planning.strength import Maximum, StrengthMethod, StrengthSettings
from negtrain_ros.core.safety.load_limits import LoadLimits
from negtrain_ros.core.session import service
from negtrain_ros.core.session.range_calibration import CalibrationSettings
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import (
    Method,
    PhaseMeasure,
    Prescription,
    RangeOfMotion,
    Repetition,
    RepetitionStage,
    SessionStage,
    SetEnd,
    Verdict,
)
import pytest

NOW, DAY = 1.7e9, 86400.0
PRESS = Exercise(name='chest_press')
GATE = Gate(PRESS, LoadLimits())
STRONG = Evidence(
    maximum=Maximum(100.0, StrengthMethod.LOAD_VELOCITY, NOW), last=Loads(51.0, 84.0, 100.0),
    rom=RangeOfMotion(0.1, 0.5))
WISH = Prescription(athlete='Ann', exercise='chest_press', method=Method.NEGATIVE,
                    concentric=51.0, eccentric=84.0, limit=100.0, repetitions=4)
LEFT = service.InterruptedSession(WISH, 3, 1, 120.0, NOW - 600.0, 'short', 2)


def block(method: Method) -> Program:
    return Program('short', 'Short', '', ('chest_press',), (
        TrainingBlock('block', method, INTENSITIES[method], Dose(rest=75.0)),))


def planned(evidence: Evidence, method: Method = Method.NEGATIVE) -> NextSession:
    maxima = [evidence.maximum] if evidence.maximum else []
    return next_session('Ann', Standing(block(method), 0), maxima, evidence, GATE, NOW)


def test_a_programme_does_not_train_old_loads_in_silence():
    decision = service.program_training(planned(replace(STRONG, last=Loads(40.0, 60.0, 100.0))))
    with pytest.raises(service.Asked, match='up 40 → 51 kg, down 60 → 84 kg'):
        decision.agreed(consent=False)
    training = decision.agreed(consent=True)
    assert (training.prescription.concentric, training.prescription.eccentric) == (51.0, 84.0)
    assert training.rest == 75.0


def test_a_programme_stays_below_a_cap():
    capped = replace(STRONG, limits=AthleteLimits(cap=70.0))
    training = service.program_training(planned(capped)).agreed(consent=False)
    assert training.prescription.eccentric == 70.0


def test_what_is_left_of_a_session_keeps_the_rest_and_the_place():
    training = service.resumed_training(
        LEFT, 'Ann', 'chest_press', STRONG, GATE, NOW).agreed(consent=False)
    assert (training.rest, training.set, training.sets) == (120.0, 2, 3)
    assert (training.program, training.step) == ('short', 2)


@pytest.mark.parametrize(('left', 'evidence', 'words'), [
    (None, STRONG, 'no interrupted session'),
    (LEFT, replace(STRONG, limits=AthleteLimits(cap=60.0)), 'the cap of the athlete is 60 kg'),
    (replace(LEFT, begun=NOW - 60.0 * DAY), STRONG, '60 days ago: begin a new one'),
], ids=['none', 'a cap since', 'too old'])
def test_what_is_not_gone_on_with(left, evidence, words):
    with pytest.raises(Refusal, match=words):
        service.resumed_training(left, 'Ann', 'chest_press', evidence, GATE, NOW)


def test_a_calibration_obeys_a_cap_and_the_smallest_range():
    capped = replace(STRONG, limits=AthleteLimits(cap=3.0))
    calibration = service.calibration('Ann', PRESS, capped, CalibrationSettings()).activity
    assert calibration.prescription.concentric == calibration.prescription.limit == 3.0
    with pytest.raises(Refusal, match='not allowed'):
        service.calibration('Ann', PRESS, Evidence(AthleteLimits(allowed=False)),
                            CalibrationSettings())


@pytest.mark.parametrize(('name', 'alike'), [
    ('ann miller', ['Ann Miller']), ('ANN  MILLER', ['Ann Miller']), ('Zoe', ['Zoë']),
    ('Ann Miler', ['Ann Miller']), ('Bob', []), ('Ann', []),
])
def test_a_name_that_is_close_to_a_known_one_is_asked_about(name, alike):
    known = ['Ann Miller', 'Zoë', 'Someone Else']
    assert service.similar_names(name, known) == alike
    assert bool(service.name_question(name, known)) is bool(alike)


def test_a_known_name_is_not_asked_about_though_another_is_close():
    assert service.name_question('Ann', ['Ann', 'ann']) == ''


weights = st.floats(2.0, 300.0)


def lift(velocity: float) -> Repetition:
    measured = PhaseMeasure(mean_velocity=velocity, mean_propulsive_velocity=velocity)
    return Repetition(NOW, RepetitionStage.COMPLETE, 1, Verdict.COUNTED, measured, PhaseMeasure())


class AnySequence(RuleBasedStateMachine):
    """Goals, acceptances, caps and steps of the clock in any order."""

    def __init__(self) -> None:
        """Begin with an athlete of whom only the range is known."""
        super().__init__()
        self.now = NOW
        self.evidence = Evidence(rom=RangeOfMotion(0.1, 0.5))
        self.trained: Prescription | None = None
        self.begun: list[tuple[Prescription, float]] = []

    @rule(step=st.floats(-400.0 * DAY, 400.0 * DAY))
    def step_the_clock(self, step):
        self.now += step

    @rule(value=st.floats(2.0, 200.0), method=st.sampled_from(StrengthMethod))
    def accept(self, value, method):
        self.evidence = replace(
            self.evidence, previous=self.evidence.maximum,
            maximum=Maximum(value, method, self.now))

    @rule(cap=weights, exercise_cap=weights, share=st.floats(0.2, 1.2), allowed=st.booleans())
    def limit(self, cap, exercise_cap, share, allowed):
        self.evidence = replace(
            self.evidence, limits=AthleteLimits(cap, exercise_cap, share, allowed))

    @rule(of=weights, method=st.sampled_from(Method), share=st.floats(0.1, 2.0))
    def train_freely(self, of, method, share):
        def decide():
            load = loads(min(of, 200.0), method)
            wish = replace(WISH, method=method, concentric=load.concentric * share,
                           eccentric=load.eccentric * share, limit=load.limit * share)
            return service.free_training(wish, 2, 60.0, self.evidence, GATE, self.now)
        self._begin(decide)

    @rule(method=st.sampled_from(Method))
    def train_a_programme(self, method):
        self._begin(lambda: service.program_training(next_session(
            'Ann', Standing(block(method), 0),
            [self.evidence.maximum] if self.evidence.maximum else [], self.evidence, GATE,
            self.now)))

    @rule(age=st.floats(-DAY, 10.0 * DAY))
    def resume(self, age):
        self._begin(lambda: service.resumed_training(
            replace(LEFT, prescription=self.trained or WISH, begun=self.now - age), 'Ann',
            'chest_press', self.evidence, GATE, self.now))

    @rule(expected=weights, method=st.sampled_from(
        (StrengthMethod.LOAD_VELOCITY, StrengthMethod.REPETITION_MAXIMUM)),
        velocities=st.lists(st.floats(0.0, 1.5), max_size=8))
    def test_strength(self, expected, method, velocities):
        def decide():
            return service.strength_test(
                'Ann', method, expected, self.evidence, GATE, StrengthSettings())
        activity = self._begin(decide)
        for velocity in velocities if activity else ():
            activity.on_repetition(lift(velocity))
            if not activity.advance(SetEnd.COUNT if velocity > 0.1 else SetEnd.FAILED):
                break
            self._check(activity.prescription, tested=True)

    @rule()
    def calibrate(self):
        self._begin(lambda: service.calibration(
            'Ann', PRESS, self.evidence, CalibrationSettings()))

    def _begin(self, decide):
        try:
            decision = decide()
        except service.Asked:
            raise AssertionError('a question is asked where consent is given') from None
        except Refusal:
            return None
        activity = decision.agreed(consent=True)
        prescription = activity.prescription
        trains = activity.stage is SessionStage.TRAINING
        self._check(prescription, tested=not trains)
        if trains:
            self.trained = prescription
            self.evidence = replace(self.evidence, last=Loads(
                prescription.concentric, prescription.eccentric, prescription.limit))
        return activity

    def _check(self, prescription, *, tested):
        limits, maximum = self.evidence.limits, self.evidence.maximum
        assert limits.allowed
        light = LoadLimits().light
        highest = min(limits.cap, limits.exercise_cap, PRESS.machine_limit)
        if maximum is not None:  # a range is shown with a light load, whatever the maximum
            highest = min(highest, max(light, limits.share * maximum.value))
        if not tested and (maximum is None or maximum.expired(self.now)):
            highest = min(highest, light)
        assert max(prescription.concentric, prescription.eccentric,
                   prescription.limit) <= highest + 1e-9

    @invariant()
    def what_was_trained_was_prescribed_for_the_athlete(self):
        assert self.trained is None or self.trained.athlete == 'Ann'


TestAnySequence = AnySequence.TestCase


@given(st.sampled_from(Method))
def test_a_first_session_of_a_method_is_asked_about(method):
    first = planned(replace(STRONG, last=None), method)
    assert first.answer is not None and first.answer.question
