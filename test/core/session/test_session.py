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
    WAYS_ON,
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
T = SessionTrigger
IGNORED = {
    *product(CLOSED, set(T) - {T.START}),
    *((stage, T.START) for stage in OPEN),
    *product((SessionStage.COUNTDOWN,),
             (T.SET_OVER, T.LAST_OVER, T.RESTED, T.UNREADY, T.READY, T.RESUME)),
    *product(WORKING, (T.BEGIN, T.RESTED, T.UNREADY, T.READY, T.RESUME)),
    *product((SessionStage.RESTING,), (T.BEGIN, T.SET_OVER, T.LAST_OVER, T.LEFT, T.RESUME)),
    *product((SessionStage.PAUSED,),
             (T.BEGIN, T.SET_OVER, T.LAST_OVER, T.LEFT, T.RESTED, T.READY, T.PAUSE)),
    *product((SessionStage.WAITING,),
             (T.BEGIN, T.SET_OVER, T.LAST_OVER, T.LEFT, T.RESTED, T.UNREADY, T.RESUME)),
}
FAILED = {'mode': LoadMode.UNLOADING, 'ended_by': EndCause.FAILED}
LEFT = {'mode': LoadMode.UNLOADING, 'ended_by': EndCause.LEFT}
DISARMED = LoadMode.DISARMED


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
        return self.at(3.5, load(prescription=self.session.activity.prescription))

    def ask(self, trigger):
        return self.session.request(trigger, self.now)


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
    (load(LoadMode.UNLOADING, ended_by=EndCause.LEFT), SetEnd.LEFT, SessionStage.WAITING),
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
    timeline.at(0.1, load(DISARMED))
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
    assert refusal == 'Ada is on the machine: negtrain stop ends it'


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
            load(LoadMode.ARMED, prescription=Prescription(athlete='Bob')),
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


def test_who_has_failed_is_not_loaded_again_before_somebody_says_ready():
    timeline = Timeline(sets=3)
    timeline.begin_set()
    resting = timeline.at(1.0, load(**FAILED))
    assert (resting.stage, resting.set) == (SessionStage.RESTING, 2)
    waiting = timeline.at(60.5, load(DISARMED))
    assert waiting.stage is SessionStage.WAITING
    assert 'negtrain ready' in waiting.text
    assert timeline.at(300.0, load(DISARMED)).stage is SessionStage.WAITING
    assert timeline.session.desired_state is None
    assert timeline.ask(SessionTrigger.READY) is None
    assert timeline.session.desired_state is not None
    assert timeline.begin_set().stage is SessionStage.TRAINING


def test_the_set_after_a_failed_one_is_lighter_in_both_directions():
    timeline = Timeline(sets=2)
    timeline.begin_set()
    timeline.at(1.0, load(**FAILED))
    lighter = timeline.session.activity.prescription
    assert (lighter.concentric, lighter.eccentric) == (45.5, 76.5)


@pytest.mark.parametrize('asked', [SessionTrigger.RESTED, SessionTrigger.PAUSE])
def test_neither_a_skipped_rest_nor_a_pause_replaces_the_word_of_who_has_failed(asked):
    timeline = Timeline()
    timeline.begin_set()
    timeline.at(1.0, load(**FAILED))
    assert timeline.ask(asked) is None
    if asked is SessionTrigger.PAUSE:
        assert timeline.ask(SessionTrigger.RESUME) is None
    assert timeline.session.stage is SessionStage.WAITING
    assert timeline.session.desired_state is None


def test_ready_ends_a_rest_also_after_a_failed_set():
    timeline = Timeline()
    timeline.begin_set()
    timeline.at(1.0, load(**FAILED))
    assert timeline.ask(SessionTrigger.READY) is None
    assert timeline.session.stage is SessionStage.COUNTDOWN


def test_who_has_left_finds_the_same_set_again_and_nothing_is_finished():
    timeline = Timeline()
    timeline.begin_set()
    timeline.lift(repetition(1))
    assert timeline.at(1.0, load(**LEFT)).stage is SessionStage.WAITING
    assert not any(isinstance(one, SessionEnded) for one in timeline.happenings)
    timeline.ask(SessionTrigger.READY)
    state = timeline.begin_set()
    assert (state.set, state.repetition) == (1, 1)


@pytest.mark.parametrize('heard', [FAILED, LEFT])
def test_who_is_not_there_when_the_handle_is_loaded_is_not_loaded_again(heard):
    timeline = Timeline()
    timeline.at(1.0, load())
    assert timeline.at(1.0, load(**heard)).stage is SessionStage.WAITING
    assert timeline.at(10.0, load(DISARMED)).stage is SessionStage.WAITING


def test_what_ended_the_set_before_does_not_hold_the_countdown_of_the_next_one():
    timeline = Timeline()
    state = timeline.at(1.0, load(DISARMED, ended_by=EndCause.FAILED))
    assert state.stage is SessionStage.COUNTDOWN


def test_a_session_for_which_nobody_is_ready_stops_in_the_end():
    timeline = Timeline()
    timeline.begin_set()
    timeline.at(1.0, load(**LEFT))
    state = timeline.at(601.0, load(DISARMED))
    assert state.stage is SessionStage.STOPPED
    assert 'nobody was ready' in state.text


@pytest.mark.parametrize('pair', sorted(IGNORED, key=str), ids=lambda pair: pair.name.lower()
                         if isinstance(pair, (SessionStage, SessionTrigger)) else None)
def test_every_refusal_names_what_is_possible(pair):
    stage, trigger = pair
    timeline = Timeline()
    timeline.session.stage = stage
    assert 'not possible while' in timeline.ask(trigger)
    assert timeline.ask(trigger).endswith(WAYS_ON[stage])
    assert timeline.session.stage is stage


def test_a_fault_says_that_it_has_to_be_reset_before_the_session_goes_on():
    timeline = Timeline()
    timeline.begin_set()
    state = timeline.at(0.1, load(LoadMode.FAULT, ended_by=EndCause.BROKEN_OFF))
    assert state.stage is SessionStage.PAUSED
    assert 'negtrain reset, then negtrain resume' in state.text
    timeline.ask(SessionTrigger.RESUME)
    assert 'negtrain reset' in timeline.at(0.1, load(LoadMode.FAULT)).text
    assert 'negtrain reset' not in timeline.at(0.1, load(DISARMED)).text


@pytest.mark.parametrize('jump', [-3600.0, 3600.0])
@pytest.mark.parametrize('stage', [
    SessionStage.COUNTDOWN, SessionStage.RESTING, SessionStage.WAITING])
def test_a_clock_that_is_put_right_moves_no_duration(stage, jump):
    session = Session(SessionSettings())
    session.start(Training((PRESCRIPTION,) * 2, 60.0), 1000.0, 0.0)
    steady = 0.0
    if stage is not SessionStage.COUNTDOWN:
        steady = 4.0
        session.step(load(), 1004.0, '', steady)
        ended = FAILED if stage is SessionStage.RESTING else LEFT
        session.step(load(**ended), 1004.0, '', steady)
    idle = load(DISARMED)
    before, _ = session.step(idle, 1001.0 + steady, '', steady + 1.0)
    after, _ = session.step(idle, 1001.0 + steady + jump, '', steady + 1.0)
    assert (before.stage, after.stage) == (stage, stage)
    assert after.rest_left == before.rest_left
    assert after.stamp == before.stamp + jump


@pytest.mark.parametrize(('change', 'loads'), [
    ('lighten', (49.5, 82.5)), ('add_load', (52.5, 87.5))])
def test_less_and_more_change_both_loads_in_proportion_for_the_sets_to_come_too(change, loads):
    timeline = Timeline()
    timeline.begin_set()
    assert getattr(timeline.session, change)() is None
    for _ in range(2):
        wish = timeline.session.desired_state.prescription
        assert (wish.concentric, wish.eccentric) == loads
        timeline.session.activity.advance(SetEnd.COUNT)


def test_no_load_goes_above_the_limit_of_the_athlete_or_down_to_nothing():
    timeline = Timeline()
    changes = [timeline.session.add_load() for _ in range(20)]
    assert timeline.session.activity.prescription.eccentric <= PRESCRIPTION.limit
    assert 'above the limit of the athlete' in changes[-1]
    changes = [timeline.session.lighten() for _ in range(60)]
    assert timeline.session.activity.prescription.concentric > 0.0
    assert 'lighter' in changes[-1]


@given(strategies.lists(strategies.sampled_from(['lighten', 'add_load', 'fail']), max_size=30))
def test_whatever_is_asked_for_the_load_stays_within_the_limit(course):
    timeline = Timeline(sets=40)
    timeline.begin_set()
    for one in course:
        if one == 'fail':
            timeline.at(0.1, load(prescription=timeline.session.activity.prescription, **FAILED))
            timeline.ask(SessionTrigger.READY)
            timeline.begin_set()
        else:
            getattr(timeline.session, one)()
        wished = timeline.session.activity.prescription
        assert 0.0 < wished.concentric <= wished.eccentric <= wished.limit


def test_a_load_is_changed_within_a_set_and_anything_else_ends_it():
    lighter = DesiredState(replace(PRESCRIPTION, eccentric=80.0))
    other = DesiredState(replace(PRESCRIPTION, eccentric=80.0, repetitions=3))
    assert reconcile(lighter, load()) is LoadRequest.PRESCRIBE
    assert reconcile(other, load()) is LoadRequest.DISARM
