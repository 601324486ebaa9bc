# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The course of a session, as timelines of what the load controller and the athlete do."""
from dataclasses import replace
from itertools import product
import math

from hypothesis import given, strategies
from negtrain_ros.core.session.activities import Calibration, Training
from negtrain_ros.core.session.range_calibration import CalibrationSettings
from negtrain_ros.core.session.reconcile import DesiredState, LoadRequest, reconcile
from negtrain_ros.core.session.session import (
    RepetitionDone,
    Session,
    SessionEnded,
    SessionSettings,
    SetEnded,
)
from negtrain_ros.core.session.state_machine import (
    CLOSED,
    OPEN,
    SessionTrigger,
    TRANSITIONS,
    WORKING,
)
from negtrain_ros.core.types import (
    EndCause,
    Fault,
    Instruction,
    LimitReason,
    LoadMode,
    LoadState,
    Order,
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

PRESCRIPTION = Prescription(
    athlete='Ada', exercise='chest_press', concentric=51.0, eccentric=85.0, limit=101.0,
    rom=RangeOfMotion(0.1, 0.5), repetitions=2)
IGNORED = {
    *product(CLOSED, set(SessionTrigger) - {SessionTrigger.START}),
    *((stage, SessionTrigger.START) for stage in OPEN),
    *product((SessionStage.COUNTDOWN,),
             (SessionTrigger.SET_OVER, SessionTrigger.LAST_OVER, SessionTrigger.RESTED,
              SessionTrigger.RESUME)),
    *product(WORKING, (SessionTrigger.READY, SessionTrigger.RESTED, SessionTrigger.RESUME)),
    *product((SessionStage.RESTING,),
             (SessionTrigger.READY, SessionTrigger.SET_OVER, SessionTrigger.LAST_OVER,
              SessionTrigger.RESUME)),
    *product((SessionStage.PAUSED,),
             (SessionTrigger.READY, SessionTrigger.SET_OVER, SessionTrigger.LAST_OVER,
              SessionTrigger.RESTED, SessionTrigger.PAUSE)),
}


def load(mode=LoadMode.ARMED, prescription=PRESCRIPTION, faults=(), ended_by=EndCause.NOT_ENDED,
         limit=LimitReason.NOTHING):
    return LoadState(
        0.0, mode, 0.0, 0.0, limit, faults, mode.name.lower(), prescription, ended_by)


def repetition(
    number, stage=RepetitionStage.COMPLETE, verdict=Verdict.COUNTED, velocity=0.3, stamp=1000.0
):
    phase = PhaseMeasure(start=1.0, start_position=0.1, mean_velocity=velocity, peak_load=10.0)
    return Repetition(stamp, stage, number, verdict, phase, replace(phase, start_position=0.5))


class Timeline:
    """A session that is stepped as its node would do it."""

    def __init__(self, sets=2, prescription=PRESCRIPTION, rest=60.0):
        self.session = Session(SessionSettings())
        self.now = 100.0
        self.happenings = []
        assert self.session.start(Training((prescription,) * sets, rest), self.now) is None

    def at(self, seconds, heard=None, refusal=''):
        """Go on by some seconds and return the state of the session then."""
        self.now += seconds
        state, happenings = self.session.step(heard, self.now, refusal)
        self.happenings += happenings
        return state

    def lift(self, *repetitions):
        for one in repetitions:
            self.session.on_repetition(one)
        return self.at(0.0, load())

    def begin_set(self):
        return self.at(3.5, load())


def test_getting_into_position_is_no_repetition_of_the_set():
    timeline = Timeline()
    timeline.begin_set()
    entered = timeline.now
    wrong = repetition(1, verdict=Verdict.WRONG_DIRECTION)
    for begun, kept in ((entered - 110.0, False), (entered + 0.5, True)):
        late = replace(wrong, concentric=PhaseMeasure(),
                       eccentric=replace(wrong.eccentric, start=begun))
        timeline.lift(late)
        assert any(isinstance(each, RepetitionDone) for each in timeline.happenings) is kept


def test_every_event_is_decided_in_every_stage():
    assert set(product(SessionStage, SessionTrigger)) == set(TRANSITIONS) | IGNORED
    assert not set(TRANSITIONS) & IGNORED


@pytest.mark.parametrize('stage', OPEN)
def test_stop_ends_every_open_stage_and_nothing_is_wished_for_then(stage):
    assert TRANSITIONS[stage, SessionTrigger.STOP] is SessionStage.STOPPED
    timeline = Timeline()
    timeline.session.stage = stage
    assert timeline.session.request(SessionTrigger.STOP, timeline.now, 'cancelled') is None
    assert timeline.session.desired_state is None


def test_two_sets_with_a_rest_between_end_finished():
    timeline = Timeline()
    assert timeline.at(0.0).instruction is Instruction.TAKE_POSITION
    assert timeline.at(1.0, load()).stage is SessionStage.COUNTDOWN
    assert timeline.begin_set().instruction is Instruction.TRAIN
    assert timeline.lift(repetition(1, RepetitionStage.HALFWAY)).repetition == 1
    assert timeline.lift(repetition(1)).repetition == 1
    resting = timeline.lift(repetition(2))
    assert (resting.stage, resting.rest_left) == (SessionStage.RESTING, 60.0)
    assert timeline.session.desired_state is None
    assert timeline.at(59.0, load(LoadMode.DISARMED)).rest_left == pytest.approx(1.0)
    assert timeline.at(1.5, load(LoadMode.DISARMED)).stage is SessionStage.COUNTDOWN
    assert timeline.begin_set().set == 2
    assert timeline.lift(repetition(1), repetition(2)).stage is SessionStage.FINISHED
    assert [one.end for one in timeline.happenings if isinstance(one, SetEnded)] == [
        SetEnd.COUNT, SetEnd.COUNT]


def test_training_does_not_begin_before_the_prescription_is_in_force():
    timeline = Timeline()
    other = replace(PRESCRIPTION, eccentric=70.0)
    assert timeline.at(10.0, load(prescription=other)).stage is SessionStage.COUNTDOWN
    assert timeline.at(0.0, load()).stage is SessionStage.TRAINING


def test_a_machine_that_never_gets_ready_stops_the_session_with_its_reason():
    timeline = Timeline()
    timeline.at(30.0, load(LoadMode.DISARMED), 'encoder is silent')
    state = timeline.at(31.0, load(LoadMode.DISARMED), 'encoder is silent')
    assert state.stage is SessionStage.STOPPED
    assert timeline.happenings[-1] == SessionEnded(SessionStage.STOPPED, 'encoder is silent')


@pytest.mark.parametrize(('heard', 'end', 'stage'), [
    (load(LoadMode.UNLOADING, ended_by=EndCause.FAILED), SetEnd.FAILED, SessionStage.RESTING),
    (load(LoadMode.UNLOADING, ended_by=EndCause.LEFT), SetEnd.LEFT, SessionStage.FINISHED),
    (load(LoadMode.FAULT, ended_by=EndCause.BROKEN_OFF), SetEnd.STOPPED, SessionStage.PAUSED),
    (load(LoadMode.UNLOADING, ended_by=EndCause.REQUESTED), SetEnd.STOPPED, SessionStage.PAUSED),
    # What limits the load is for people.
    (load(LoadMode.UNLOADING, limit=LimitReason.SPOTTER), SetEnd.STOPPED, SessionStage.PAUSED),
    (load(LoadMode.DISARMED), SetEnd.STOPPED, SessionStage.PAUSED),
])
def test_a_set_that_the_load_controller_ends(heard, end, stage):
    timeline = Timeline()
    timeline.begin_set()
    assert timeline.at(0.1, heard).stage is stage
    ended = [one for one in timeline.happenings if isinstance(one, SetEnded)]
    assert [one.end for one in ended] == [end]


def test_a_completed_repetition_survives_a_pause():
    timeline = Timeline()
    timeline.begin_set()
    timeline.lift(repetition(1))
    timeline.at(0.1, load(LoadMode.FAULT, faults=(Fault.DRIVE,)))
    assert timeline.session.request(SessionTrigger.RESUME, timeline.now) is None
    timeline.begin_set()
    assert timeline.lift(repetition(1)).stage is SessionStage.RESTING
    assert sum(isinstance(one, RepetitionDone) for one in timeline.happenings) == 2


@pytest.mark.parametrize(('age', 'kept'), [(0.05, 1), (-0.05, 0)], ids=['before', 'after'])
def test_a_repetition_heard_in_a_pause_counts_if_it_was_complete_before(age, kept):
    timeline = Timeline()
    timeline.begin_set()
    timeline.at(0.1, load(LoadMode.FAULT, faults=(Fault.SESSION_LOST,)))
    late = repetition(1, stamp=timeline.now - age)
    assert timeline.lift(late).stage is SessionStage.PAUSED
    assert sum(isinstance(one, RepetitionDone) for one in timeline.happenings) == kept


def test_repetitions_outside_the_work_are_nobodys_also_when_they_are_heard_of_later():
    timeline = Timeline()
    timeline.session.on_repetition(repetition(1))
    timeline.begin_set()
    timeline.session.on_repetition(repetition(1, stamp=timeline.now - 0.1))
    assert timeline.at(0.0, load()).repetition == 0


@pytest.mark.parametrize('before', [0.25, 0.39])
def test_the_loss_of_velocity_is_that_from_the_fastest_lift_of_the_set(before):
    timeline = Timeline(prescription=replace(PRESCRIPTION, repetitions=12, velocity_loss=0.2))
    timeline.at(4.0, load(prescription=replace(PRESCRIPTION, repetitions=12, velocity_loss=0.2)))
    for velocity, over in ((before, None), (0.40, None), (0.31, SetEnd.VELOCITY_LOSS)):
        timeline.session.on_repetition(repetition(1, velocity=velocity))
        assert timeline.session.activity.over is over


def test_a_set_ends_when_the_lifts_have_become_too_slow():
    timeline = Timeline(prescription=replace(PRESCRIPTION, repetitions=12, velocity_loss=0.2))
    timeline.at(4.0, load(prescription=replace(PRESCRIPTION, repetitions=12, velocity_loss=0.2)))
    for velocity, over in ((0.40, None), (0.33, None), (0.31, SetEnd.VELOCITY_LOSS)):
        timeline.session.on_repetition(repetition(1, velocity=velocity))
        assert timeline.session.activity.over is over


def test_a_second_activity_is_refused_with_who_is_training():
    timeline = Timeline()
    refusal = timeline.session.start(Training((PRESCRIPTION,), 0.0), timeline.now)
    assert refusal == 'Ada is on the machine'


def test_three_light_repetitions_give_the_range():
    session = Session(SessionSettings())
    calibration = Calibration(
        'Ada', 'chest_press', Order.CONCENTRIC_FIRST, CalibrationSettings())
    session.start(calibration, 0.0)
    granted = load(prescription=calibration.prescription)
    session.step(granted, 4.0)
    for number in (1, 2, 3):
        session.on_repetition(repetition(number))
    state, _ = session.step(granted, 5.0)
    assert state.stage is SessionStage.FINISHED
    assert calibration.rom == RangeOfMotion(pytest.approx(0.1), pytest.approx(0.5))


@pytest.mark.parametrize(
    ('wish', 'state', 'request_'),
    [
        (None, None, None),
        (None, load(LoadMode.ARMED), LoadRequest.DISARM),
        (None, load(LoadMode.DISARMED), None),
        (
            DesiredState(PRESCRIPTION),
            load(LoadMode.DISARMED, prescription=Prescription()),
            LoadRequest.PRESCRIBE,
        ),
        (
            DesiredState(PRESCRIPTION),
            load(LoadMode.ARMED, prescription=Prescription()),
            LoadRequest.DISARM,
        ),
        (DesiredState(PRESCRIPTION), load(LoadMode.UNLOADING, prescription=Prescription()), None),
        (DesiredState(PRESCRIPTION), load(LoadMode.DISARMED), LoadRequest.ARM),
        (DesiredState(PRESCRIPTION), load(LoadMode.ARMED), None),
        (DesiredState(PRESCRIPTION), load(LoadMode.FAULT), None),
    ],
)
def test_the_next_request_leads_to_the_wish(wish, state, request_):
    assert reconcile(wish, state) is request_


@given(strategies.lists(strategies.one_of(
    strategies.sampled_from(list(SessionTrigger)),
    strategies.sampled_from([load(mode) for mode in LoadMode]),
    strategies.just(repetition(1))), max_size=60))
def test_whatever_happens_a_wish_means_work_and_ended_sets_were_begun(course):
    session = Session(SessionSettings(countdown=0.0))
    session.start(Training((PRESCRIPTION,) * 3, 1.0), 0.0)
    for now, one in enumerate(course):
        if isinstance(one, SessionTrigger):
            session.request(one, float(now))
        elif isinstance(one, Repetition):
            session.on_repetition(one)
        state, _ = session.step(one if isinstance(one, LoadState) else None, float(now))
        assert (session.desired_state is not None) == (
            state.stage in (SessionStage.COUNTDOWN, *WORKING))
        assert 1 <= state.set <= state.sets
        assert 0 <= state.rest_left < math.inf
