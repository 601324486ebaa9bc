# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Counting and measuring of repetitions."""
import gc
from math import inf, isnan, nan
import tracemalloc

from harness.detection_chain import repetitions, smooth, steps
from negtrain_ros.core.phase.phase_detector import PhaseSettings
from negtrain_ros.core.phase.phase_metrics import HalfRepetition, spectral_arc_length
from negtrain_ros.core.phase.repetition_counter import RepetitionCounter
from negtrain_ros.core.types import (
    GRAVITY,
    HandleState,
    Order,
    Phase,
    PhaseState,
    Prescription,
    Quality,
    RangeOfMotion,
    RepetitionStage,
    Verdict,
)
import numpy as np
import pytest

RATE = 250.0
ONE = [(1.5, 0.5), (0.4, 0.5), (3.0, 0.1), (0.4, 0.1)]


def complete(found):
    return [repetition for repetition in found if repetition.stage is RepetitionStage.COMPLETE]


def test_each_repetition_is_told_at_the_top_and_when_complete():
    found = repetitions(smooth([(1.0, 0.1), *ONE, *ONE, *ONE], RATE), RATE)
    assert [(r.stage, r.number, r.verdict) for r in found] == [
        (stage, number, Verdict.COUNTED)
        for number in (1, 2, 3) for stage in (RepetitionStage.HALFWAY, RepetitionStage.COMPLETE)]
    assert isnan(found[0].eccentric.duration) and not isnan(found[0].concentric.duration)


def test_eccentric_first_counts_from_the_top():
    path = smooth([(1.0, 0.5), (2.0, 0.1), (1.0, 0.5), (2.0, 0.1), (1.0, 0.5), (0.6, 0.5)], RATE)
    assert [r.number for r in complete(repetitions(path, RATE, order='eccentric_first'))] == [1, 2]


def test_a_partial_one_is_too_short_and_the_count_goes_on():
    path = smooth([(1.0, 0.1), *ONE, (1.0, 0.3), (1.0, 0.1), (0.6, 0.1), *ONE], RATE)
    found = complete(repetitions(path, RATE, min_range=0.24))
    assert [(r.number, r.verdict) for r in found] == [
        (1, Verdict.COUNTED), (1, Verdict.TOO_SHORT), (2, Verdict.COUNTED)]


@pytest.mark.parametrize(('order', 'near', 'far'), [
    ('concentric_first', 0.1, 0.5), ('eccentric_first', 0.5, 0.1)])
def test_a_bounce_at_the_end_of_a_way_costs_no_repetition(order, near, far):
    bounce = far + 0.15 * (near - far)
    path = smooth([(1.0, near), (1.0, far), (0.6, bounce), (0.6, far), (2.0, near), (0.6, near)],
                  RATE)
    found = complete(repetitions(path, RATE, order=order, min_range=0.2))
    assert [(r.number, r.verdict) for r in found] == [
        (0, Verdict.TOO_SHORT), (1, Verdict.COUNTED)]
    assert found[-1].concentric.range == pytest.approx(0.4, abs=0.01)


def test_a_way_that_does_not_get_far_enough_again_is_no_repetition():
    path = smooth([(1.0, 0.1), (1.0, 0.5), (1.0, 0.35), (1.0, 0.44), (1.0, 0.1), (0.6, 0.1)], RATE)
    found = complete(repetitions(path, RATE, min_range=0.36))
    assert Verdict.COUNTED not in [r.verdict for r in found]


def test_taking_the_load_down_first_is_the_wrong_direction():
    path = smooth([(1.0, 0.5), (1.0, 0.1), *ONE, (0.5, 0.1)], RATE)
    found = complete(repetitions(path, RATE))
    assert [r.verdict for r in found] == [Verdict.WRONG_DIRECTION, Verdict.COUNTED]
    assert found[-1].number == 1


def test_a_handle_parked_in_the_middle_of_the_way_back_is_abandoned():
    path = smooth([(1.0, 0.1), (1.0, 0.5), (1.0, 0.42), (8.0, 0.42)], RATE)
    found = complete(repetitions(path, RATE, min_range=0.2))
    assert [(r.number, r.verdict) for r in found] == [(0, Verdict.ABANDONED)]


def test_a_negative_of_ten_seconds_is_not_lost():
    path = smooth([(1.0, 0.1), (1.0, 0.5), (10.0, 0.1), (1.0, 0.1)], RATE)
    (last,) = complete(repetitions(path, RATE))
    assert last.verdict is Verdict.COUNTED
    assert 8.0 < last.eccentric.duration < 10.2


def test_a_new_zero_in_mid_set_makes_no_burst_of_repetitions():
    path = smooth([(1.0, 0.1), *ONE, (0.7, 0.3)], RATE)
    path += [x + 0.6 for x in smooth([(0.0, 0.3), (0.7, 0.5), (2.0, 0.1), (0.5, 0.1)], RATE)]
    found = complete(repetitions(path, RATE))
    assert [r.verdict for r in found][:2] == [Verdict.COUNTED, Verdict.MEASUREMENT]
    assert len(found) <= 3


def test_an_encoder_fault_breaks_a_repetition_off_at_once():
    counter = RepetitionCounter(phase=PhaseSettings(min_range=0.1))
    path = smooth([(1.0, 0.1), (1.0, 0.5), (0.6, 0.3)], RATE)
    for handle, estimate, _ in steps(path, RATE):
        counter.step(handle, estimate)
    broken = counter.step(
        HandleState(9.0, 0.3, 0.0, quality=Quality.FAULTY),
        PhaseState(9.0, Phase.UNKNOWN, 0.0, 9.0, 0.3, 0.0))
    assert (broken.stage, broken.verdict) == (RepetitionStage.COMPLETE, Verdict.MEASUREMENT)
    assert counter.count == 0


def test_measures_of_a_minimum_jerk_way():
    path = smooth([(1.0, 0.1), (1.5, 0.5), (0.8, 0.5), (3.0, 0.1), (1.0, 0.1)], RATE)
    (last,) = complete(repetitions(path, RATE, load=50.0))
    up, down = last.concentric, last.eccentric
    assert up.range == pytest.approx(0.4, abs=0.01)
    assert up.duration == pytest.approx(1.5, abs=0.15)
    assert up.peak_velocity == pytest.approx(1.875 * 0.4 / 1.5, rel=0.05)
    assert up.mean_load == up.plateau_load == pytest.approx(50.0)
    assert up.work == pytest.approx(50.0 * GRAVITY * 0.4, rel=0.03)
    assert up.peak_power == pytest.approx(50.0 * GRAVITY * up.peak_velocity, rel=0.05)
    assert down.duration == pytest.approx(3.0, abs=0.3)
    assert down.work == pytest.approx(up.work, rel=0.03)
    assert up.mean_propulsive_velocity >= up.mean_velocity * 0.99
    assert -1.7 < up.smoothness < -1.3


@pytest.mark.parametrize('seed', range(20))
def test_a_mean_load_is_between_the_least_and_the_largest(seed):
    random = np.random.default_rng(seed)
    way = HalfRepetition(1, 0.01)
    time = np.arange(0.0, 2.0, 0.01)
    position = 0.1 + 0.2 * time + 0.004 * np.sin(2.0 * np.pi * 8.0 * time)
    loads = random.uniform(20.0, 80.0, len(time))
    for sample in zip(time, position, np.gradient(position, time), loads, strict=True):
        way.step(sample)
    measure = way.measure(20.0)
    assert loads.min() <= measure.mean_load <= measure.peak_load
    assert loads.min() <= measure.plateau_load <= measure.peak_load


def test_work_and_power_have_the_force_that_accelerates_what_moves():
    time = np.arange(0.0, 1.0, 0.004)
    velocity = 0.6 * np.sin(np.pi * time)
    position = 0.1 + 0.6 / np.pi * (1.0 - np.cos(np.pi * time))
    power = (50.0 * GRAVITY + 100.0 * 0.6 * np.pi * np.cos(np.pi * time)) * velocity
    way = HalfRepetition(1, 0.01)
    for sample in zip(time, position, velocity, np.full(len(time), 50.0), strict=True):
        way.step(sample)
    assert way.measure(100.0).peak_power == pytest.approx(power.max(), rel=0.01)
    assert way.measure(0.0).peak_power < 0.97 * power.max()


def test_a_parked_tail_is_no_time_under_tension():
    quick = smooth([(1.0, 0.1), (1.0, 0.5), (2.0, 0.1), (0.6, 0.1)], RATE)
    parked = smooth([(1.0, 0.1), (1.0, 0.5), (2.0, 0.1), (6.0, 0.1)], RATE)
    tensions = [complete(repetitions(path, RATE, load=80.0))[-1].eccentric.time_under_tension
                for path in (quick, parked)]
    assert tensions[0] == pytest.approx(tensions[1], abs=0.05)
    assert tensions[1] == pytest.approx(2.0, abs=0.25)


def test_braking_before_the_end_is_not_propulsive():
    path = smooth([(1.0, 0.1), (0.4, 0.5), (0.8, 0.5), (2.0, 0.1), (1.0, 0.1)], RATE)
    light, heavy = (complete(repetitions(path, RATE, load=load))[-1].concentric
                    for load in (5.0, 80.0))
    assert light.mean_propulsive_velocity > 1.05 * light.mean_velocity
    assert heavy.mean_propulsive_velocity == pytest.approx(heavy.mean_velocity, rel=0.02)


def test_without_a_load_nothing_about_loads_is_claimed():
    path = smooth([(1.0, 0.1), *ONE, (0.5, 0.1)], RATE)
    (last,) = complete(repetitions(path, RATE, load=nan))
    assert isnan(last.concentric.mean_load) and isnan(last.concentric.work)
    assert isnan(last.concentric.mean_propulsive_velocity)
    assert last.concentric.mean_velocity > 0.0


def test_each_jerk_makes_a_movement_less_smooth():
    time = np.linspace(0.0, 1.0, 200)
    bell = 30.0 * time ** 2 * (1.0 - time) ** 2
    jerky = bell * (1.0 + 0.5 * np.sin(2.0 * np.pi * 6.0 * time))
    assert spectral_arc_length(bell, 200.0) == pytest.approx(-1.4, abs=0.1)
    assert spectral_arc_length(jerky, 200.0) < spectral_arc_length(bell, 200.0) - 0.2
    assert isnan(spectral_arc_length([0.0] * 50, 100.0))


def test_a_known_range_decides_what_counts():
    counter = RepetitionCounter()
    counter.expect(Prescription(rom=RangeOfMotion(0.1, 0.5), order=Order.CONCENTRIC_FIRST))
    path = smooth([(1.0, 0.1), (1.0, 0.3), (1.0, 0.1), (0.6, 0.1)], RATE)
    found = [counter.step(handle, estimate) for handle, estimate, _ in steps(path, RATE)]
    assert [r.verdict for r in found if r is not None] == [Verdict.TOO_SHORT]


def test_the_chain_keeps_no_more_after_forty_repetitions_than_after_ten():
    random = np.random.default_rng(1)
    path = smooth([(1.0, 0.1), *40 * ONE], 100.0)
    sizes = []
    tracemalloc.start()
    try:
        for k, _ in enumerate(steps(path + 0.0005 * random.standard_normal(len(path)), 100.0)):
            if k in (len(path) // 4, len(path) - 1):
                gc.collect()
                sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    early, late = sizes
    assert late < 1.1 * early


def test_memory_of_a_leg_is_bounded():
    counter = RepetitionCounter(phase=PhaseSettings(min_range=0.1))
    for handle, estimate, _ in steps(smooth([(1.0, 0.1), (60.0, 0.5), (1.0, 0.5)], RATE), RATE):
        counter.step(handle, estimate)
    assert counter._leg is not None and len(counter._leg._samples) < 4096
    assert counter._leg.furthest < inf
