# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The law of loads: by table and by timeline."""
from dataclasses import replace
from itertools import product

from harness.load_bench import Bench, LIGHT, NEGATIVE
from negtrain_ros.core.load.state_machine import IGNORED, LoadTrigger, TRANSITIONS
from negtrain_ros.core.types import EndCause, Fault, LimitReason, LoadMode, Phase, Quality
import pytest


def test_every_event_is_decided_in_every_mode():
    assert set(TRANSITIONS) | IGNORED == set(product(LoadMode, LoadTrigger))
    assert not set(TRANSITIONS) & IGNORED
    assert all(TRANSITIONS[mode, LoadTrigger.FAULT] is LoadMode.FAULT for mode in LoadMode)
    ways_in = {pair for pair, mode in TRANSITIONS.items() if mode is LoadMode.ARMED}
    assert ways_in == {(LoadMode.DISARMED, LoadTrigger.ARM)}


def test_it_comes_up_unloaded():
    bench = Bench(armed=False)
    assert bench.go(Phase.ECCENTRIC, 1.0) == 0.0
    assert not bench.command.enable
    assert bench.state.mode is LoadMode.DISARMED


def test_the_reference_case():
    bench = Bench()
    assert bench.go(Phase.BOTTOM_HOLD, 0.1) == 51.0
    assert bench.go(Phase.CONCENTRIC, 2.0) == 51.0
    assert bench.go(Phase.TOP_HOLD, 0.5) == 51.0
    assert bench.go(Phase.ECCENTRIC, 0.6) == pytest.approx(85.0)
    assert bench.state.limited_by is LimitReason.NOTHING
    assert bench.go(Phase.UNKNOWN, 0.1) == pytest.approx(51.0)


@pytest.mark.parametrize('period', [0.001, 0.004, 0.02])
def test_the_load_is_back_before_the_bottom(period):
    bench = Bench(period=period)
    bench.top()
    bench.go(Phase.ECCENTRIC, 1.0)
    while bench.position > 0.1 + 0.15 * 0.4:
        assert bench.go(Phase.ECCENTRIC, period) == pytest.approx(85.0)
    while bench.position > 0.1 + 0.035 * 0.4:
        bench.go(Phase.ECCENTRIC, period)
    assert bench.command.load == pytest.approx(51.0)
    assert bench.state.limited_by is LimitReason.RANGE_END


def test_a_stop_in_the_middle_takes_the_load_back_before_the_phase_is_known():
    bench = Bench()
    bench.top()
    bench.go(Phase.ECCENTRIC, 1.5)
    assert bench.command.load == pytest.approx(85.0)
    bench.go(Phase.ECCENTRIC, 0.2, velocity=0.0)
    assert bench.command.load < 52.0
    assert bench.go(Phase.ECCENTRIC, 0.1, velocity=0.2) == pytest.approx(51.0)


def test_a_lift_given_up_half_way_is_not_lowered_with_the_eccentric_load():
    bench = Bench()
    bench.go(Phase.CONCENTRIC, 0.8)
    assert bench.go(Phase.ECCENTRIC, 0.6) == pytest.approx(51.0)


def test_without_a_range_only_light_loads():
    bench = Bench(LIGHT)
    assert bench.go(Phase.ECCENTRIC, 1.0) == pytest.approx(8.0)
    other = Bench(armed=False)
    assert other.controller.prescribe(replace(NEGATIVE, rom=None), other.now) is None
    assert 'range of motion not known' in other.controller.arm(other.now)


@pytest.mark.parametrize('changes, word', [
    ({'handle': None}, 'encoder is silent'),
    ({'handle': {'stamp': 0.0}}, 'encoder is silent'),
    ({'handle': {'quality': Quality.HELD}}, 'encoder cannot be trusted'),
    ({'estimate': None}, 'phase detector'),
    ({'machine': None}, 'machine is silent'),
    ({'machine': {'emergency_stop': True}}, 'emergency stop'),
    ({'machine': {'watchdog': True}}, 'does not hear'),
    ({'machine': {'faults': (Fault.DRIVE,)}}, 'drive fault'),
    ({'session_heard': 0.0}, 'session manager'),
    ({'graph': 'two publishers on handle'}, 'two publishers'),
    ({'session_limit': 60.0}, 'the session allows, 60 kg'),
])
def test_arming_demands_the_whole_check(changes, word):
    bench = Bench(armed=False)
    assert 'nothing is prescribed' in bench.controller.arm(bench.now)
    bench.controller.prescribe(NEGATIVE, bench.now)
    bench.go(Phase.BOTTOM_HOLD, 0.5)
    bench.go(Phase.BOTTOM_HOLD, 0.004, **changes)
    reason = bench.controller.arm(bench.now)
    assert word in reason
    assert '\n' not in reason


def test_arming_demands_a_handle_at_rest():
    bench = Bench(armed=False)
    bench.controller.prescribe(NEGATIVE, bench.now)
    bench.go(Phase.CONCENTRIC, 0.8)
    assert 'rest' in bench.controller.arm(bench.now)


@pytest.mark.parametrize('way', ['disarm', 'emergency_stop'])
@pytest.mark.parametrize('phase', Phase)
def test_disarm_and_emergency_stop_always_work(way, phase):
    bench = Bench()
    bench.top()
    bench.go(phase, 0.4)
    getattr(bench.controller, way)(bench.now)
    if way == 'emergency_stop':
        assert bench.go(phase, 0.004) == 0.0
        assert bench.state.mode is LoadMode.FAULT
        assert 'emergency stop' in bench.state.explanation
    else:
        assert bench.go(phase, 0.5) == 0.0
        assert bench.state.mode is LoadMode.DISARMED
    assert 'disarm' not in (bench.controller.prescribe(NEGATIVE, bench.now) or '')


def test_an_emergency_stop_stays_until_it_is_acknowledged_at_rest():
    bench = Bench()
    bench.controller.emergency_stop(bench.now)
    bench.go(Phase.BOTTOM_HOLD, 30.0)
    assert bench.state.mode is LoadMode.FAULT
    assert bench.controller.arm(bench.now) is not None
    bench.go(Phase.CONCENTRIC, 0.5)
    assert 'moves' in bench.controller.reset_faults(bench.now)
    bench.go(Phase.TOP_HOLD, 1.0)
    assert bench.controller.reset_faults(bench.now) is None
    bench.go(Phase.TOP_HOLD, 0.01)
    assert bench.controller.arm(bench.now) is None


def test_the_load_gives_way_to_a_falling_handle_and_a_brake_follows():
    bench = Bench()
    bench.top()
    bench.go(Phase.ECCENTRIC, 0.8)
    bench.velocity = -0.7
    assert bench.go(Phase.ECCENTRIC, 0.004, velocity=-0.7) < 30.0
    assert bench.state.limited_by is LimitReason.SPEED
    assert bench.command.damping > 0.0
    bench.velocity = -1.0
    assert bench.go(Phase.ECCENTRIC, 0.012, velocity=-1.0) == 0.0
    assert bench.state.mode is not LoadMode.ARMED
    assert bench.state.ended_by is EndCause.FAILED
    assert Fault.OVER_SPEED in bench.state.faults


def test_the_end_of_a_set_is_published_with_its_cause():
    bench = Bench()
    assert bench.state.ended_by is EndCause.NOT_ENDED
    bench.controller.disarm(bench.now)
    bench.go(Phase.BOTTOM_HOLD, 1.0)
    assert bench.state.ended_by is EndCause.REQUESTED
    assert bench.controller.arm(bench.now) is None
    bench.go(Phase.BOTTOM_HOLD, 0.1)
    assert bench.state.ended_by is EndCause.NOT_ENDED
    bench.controller.emergency_stop(bench.now)
    bench.go(Phase.BOTTOM_HOLD, 0.1)
    assert bench.state.ended_by is EndCause.BROKEN_OFF


def test_lifts_that_become_slow_are_left_to_the_session():
    bench = Bench(replace(NEGATIVE, velocity_loss=0.2))
    for seconds in (2.0, 4.0):
        bench.go(Phase.CONCENTRIC, seconds, velocity=0.4 / seconds)
        bench.go(Phase.TOP_HOLD, 0.3)
        bench.go(Phase.ECCENTRIC, 3.0, velocity=-0.4 / 3.0)
        bench.go(Phase.BOTTOM_HOLD, 0.5)
    assert bench.state.mode is LoadMode.ARMED


def test_a_silent_session_manager_ends_the_set_after_the_repetition():
    bench = Bench()
    bench.top()
    bench.go(Phase.ECCENTRIC, 0.5)
    heard = bench.now
    assert bench.go(Phase.ECCENTRIC, 1.2, session_heard=heard) == pytest.approx(51.0)
    bench.go(Phase.BOTTOM_HOLD, 0.2, session_heard=heard)
    assert bench.command.load == 0.0
    assert Fault.SESSION_LOST in bench.state.faults


def test_a_clock_that_goes_back_unloads():
    bench = Bench()
    bench.now -= 5.0
    bench.go(Phase.BOTTOM_HOLD, 0.004)
    assert bench.command.load == 0.0
    assert bench.state.mode is not LoadMode.ARMED


def test_a_repeated_message_changes_nothing():
    bench = Bench()
    bench.top()
    bench.go(Phase.ECCENTRIC, 0.1)
    again, _ = bench.controller.step(bench.inputs(), bench.now)
    assert again.load == bench.command.load
    assert again.sequence == bench.command.sequence + 1


def test_a_set_ends_gently():
    bench = Bench()
    bench.controller.disarm(bench.now)
    load = bench.command.load
    while load > 0.0:
        before, load = load, bench.go(Phase.BOTTOM_HOLD, bench.period)
        assert before - load <= 150.0 * bench.period + 1e-6
    assert bench.state.mode is LoadMode.DISARMED


def test_the_overload_does_not_wait_for_a_gentle_end():
    bench = Bench()
    bench.top()
    bench.go(Phase.ECCENTRIC, 0.8)
    assert bench.command.load == pytest.approx(85.0)
    bench.controller.disarm(bench.now)
    assert bench.go(Phase.ECCENTRIC, 0.04) <= 51.0


def test_a_set_cancelled_on_the_way_is_light_within_200_ms():
    bench = Bench()
    bench.top()
    bench.go(Phase.ECCENTRIC, 0.8)
    bench.controller.disarm(bench.now)
    assert bench.go(Phase.ECCENTRIC, 0.16) < 5.0


def test_jitter_of_messages_changes_nothing():
    even, late = Bench(), Bench()
    for bench in (even, late):
        bench.top()
        bench.go(Phase.ECCENTRIC, 0.6)
    controller = late.controller
    for _ in range(40):
        even.go(Phase.ECCENTRIC, 0.02)
        inputs = []
        for _ in range(5):
            late.now += 0.004
            late.position += late.velocity * 0.004
            inputs.append(late.inputs())
        # A timer asks once more in between, then everything comes at once.
        controller.step(inputs[0], late.now - 0.004)
        for each in inputs:
            command, state = controller.step(each, late.now)
            assert command.load <= 85.0 + 1e-6
        assert command.load == pytest.approx(even.command.load, abs=0.5)
        assert not state.faults


LIGHTER = replace(NEGATIVE, concentric=45.0, eccentric=75.0)


def test_other_loads_wait_for_the_end_of_the_repetition():
    bench = Bench()
    bench.top()
    bench.go(Phase.ECCENTRIC, 1.0)
    assert bench.controller.prescribe(LIGHTER, bench.now) is None
    assert bench.go(Phase.ECCENTRIC, 0.5) == pytest.approx(85.0)
    assert bench.state.prescription == NEGATIVE
    while bench.position > 0.105:
        bench.go(Phase.ECCENTRIC, 0.004)
    assert bench.command.load == pytest.approx(51.0)
    assert bench.go(Phase.BOTTOM_HOLD, 0.5) == pytest.approx(45.0)
    assert bench.state.prescription == LIGHTER
    bench.top()
    assert bench.go(Phase.ECCENTRIC, 1.0) == pytest.approx(75.0)


def test_other_loads_come_without_a_rest_between_two_repetitions_too():
    bench = Bench()
    bench.top()
    bench.go(Phase.ECCENTRIC, 1.0)
    assert bench.controller.prescribe(LIGHTER, bench.now) is None
    while bench.position > 0.105:
        bench.go(Phase.ECCENTRIC, 0.004)
    assert bench.go(Phase.CONCENTRIC, 0.5) == pytest.approx(45.0)
    assert bench.state.prescription == LIGHTER


def test_a_lift_that_is_broken_off_and_taken_up_again_keeps_its_load():
    bench = Bench()
    bench.go(Phase.CONCENTRIC, 1.2)
    bench.controller.prescribe(LIGHTER, bench.now)
    bench.go(Phase.ECCENTRIC, 0.2)
    bench.go(Phase.CONCENTRIC, 0.4)
    assert bench.state.prescription == NEGATIVE


@pytest.mark.parametrize('changes, why', [
    ({'eccentric': 120.0}, 'limit of the athlete'),
    ({'eccentric': 80.0, 'repetitions': 3}, 'disarm first'),
    ({'eccentric': 80.0, 'limit': 120.0}, 'disarm first'),
])
def test_nothing_but_loads_within_the_limit_changes_while_armed(changes, why):
    bench = Bench()
    assert why in bench.controller.prescribe(replace(NEGATIVE, **changes), bench.now)
    bench.go(Phase.BOTTOM_HOLD, 0.5)
    assert bench.state.prescription == NEGATIVE


def test_loads_of_a_set_that_has_ended_meanwhile_do_not_come_with_the_next_one():
    bench = Bench()
    bench.top()
    bench.controller.prescribe(LIGHTER, bench.now)
    bench.controller.disarm(bench.now)
    bench.position = 0.1
    bench.go(Phase.BOTTOM_HOLD, 1.0)
    assert bench.controller.arm(bench.now) is None
    bench.go(Phase.BOTTOM_HOLD, 1.0)
    assert bench.state.prescription == NEGATIVE


def test_a_handle_put_down_below_the_range_is_a_failed_set_and_one_above_it_is_not():
    for position, cause in ((0.0, EndCause.FAILED), (0.6, EndCause.BROKEN_OFF)):
        bench = Bench()
        bench.position = position
        bench.go(Phase.BOTTOM_HOLD, 1.0)
        assert bench.state.ended_by is cause
