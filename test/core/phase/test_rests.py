# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Rests at the ends, pauses in the ways; bench/rests.py plays many more sets."""
from bench.rests import case, errors, right, told
from harness.detection_chain import repetitions, smooth
from negtrain_ros.core.encoder.encoder import Encoder, EncoderSettings
from negtrain_ros.core.phase.phase_detector import PhaseDetector, PhaseSettings
from negtrain_ros.core.phase.repetition_counter import RepetitionCounter
from negtrain_ros.core.types import RepetitionStage, Verdict
import numpy as np
import pytest

RATE = 100.0


def complete(path, **options):
    return [found for found in repetitions(path, RATE, **options)
            if found.stage is RepetitionStage.COMPLETE]


@pytest.mark.parametrize('kind', ['rest', 'pause', 'gap'])
def test_no_repetition_is_lost_or_invented_in_sets_of_any_order(kind):
    missed = []
    for seed in range(40):
        each = case(seed, kind)
        found = told(each)
        assert right(each, found), f'seed {seed}: {[one.verdict for one in found]}'
        missed += errors(each, found)
    assert np.median(missed) < 0.005
    assert np.mean(np.array(missed) > 0.02) <= 0.04


@pytest.mark.parametrize('seed', [1119, 1147, 106])
def test_a_gap_is_as_long_as_no_sample_came_and_no_longer(seed):
    each = case(seed, 'gap')
    assert right(each, told(each))


@pytest.mark.parametrize('tremor', [0.001, 0.002, 0.003])
@pytest.mark.parametrize('frequency', [5.0, 8.0, 11.0])
@pytest.mark.parametrize('duration', [1.5, 4.0])
def test_a_tremor_makes_no_way_shorter_or_longer(tremor, frequency, duration):
    once = [(1.5, 0.5), (duration, 0.1)]
    path = smooth([(1.0, 0.1), *once, *once, *once, (1.0, 0.1)], RATE)
    time = np.arange(len(path)) / RATE
    found = complete(path + tremor * np.sin(2.0 * np.pi * frequency * time))
    assert [one.verdict for one in found] == [Verdict.COUNTED] * 3
    for one in found:
        assert one.eccentric.range == pytest.approx(0.4, rel=0.05)
        assert one.concentric.range == pytest.approx(0.4, rel=0.05)


@pytest.mark.parametrize('rest', [1.0, 6.0, 60.0])
@pytest.mark.parametrize('sunk', [0.0, 0.003, 0.02])
@pytest.mark.parametrize(('order', 'near', 'far'), [
    ('concentric_first', 0.1, 0.5), ('eccentric_first', 0.5, 0.1)])
def test_a_rest_at_an_end_costs_no_repetition(rest, sunk, order, near, far):
    once = [(1.5, far), (0.4, far - sunk), (rest, far - sunk), (2.5, near), (0.6, near)]
    found = complete(smooth([(1.0, near), *once, *once, (1.0, near)], RATE), order=order)
    assert [one.verdict for one in found] == [Verdict.COUNTED] * 2
    for one in found:
        way_back = one.eccentric if order == 'concentric_first' else one.concentric
        assert way_back.range == pytest.approx(abs(far - sunk - near), rel=0.02)
        assert way_back.duration == pytest.approx(2.5, rel=0.1)


@pytest.mark.parametrize('share', [0.3, 0.5, 0.65, 0.8, 0.93])
@pytest.mark.parametrize('order', ['concentric_first', 'eccentric_first'])
def test_a_way_back_is_measured_to_its_end_wherever_it_pauses(share, order):
    near, far = (0.1, 0.5) if order == 'concentric_first' else (0.5, 0.1)
    halt = far + share * (near - far)
    once = [(1.5, far), (0.3, far), (3.0 * share, halt), (1.0, halt), (3.0 - 3.0 * share, near),
            (0.8, near)]
    found = complete(smooth([(1.0, near), *once, *once, (1.0, near)], RATE), order=order,
                     min_range=0.15)
    assert [one.verdict for one in found] == [Verdict.COUNTED] * 2
    for one in found:
        way_back = one.eccentric if order == 'concentric_first' else one.concentric
        assert way_back.range == pytest.approx(0.4, rel=0.02)
        assert way_back.duration == pytest.approx(4.0, rel=0.06)


def test_the_rests_at_both_ends_are_measured():
    once = [(1.5, 0.5), (2.0, 0.5), (3.0, 0.1), (1.0, 0.1)]
    first, second = complete(smooth([(1.0, 0.1), *once, *once], RATE))
    assert first.top_pause == pytest.approx(2.0, abs=0.2)
    assert first.bottom_pause != first.bottom_pause
    assert (second.top_pause, second.bottom_pause) == (
        pytest.approx(2.0, abs=0.2), pytest.approx(1.0, abs=0.2))


def test_a_way_back_that_is_left_before_its_end_is_told_in_the_end():
    path = smooth([(1.0, 0.1), (1.5, 0.5), (2.0, 0.2), (8.0, 0.2)], RATE)
    (found,) = complete(path, min_range=0.15)
    assert (found.verdict, found.number) == (Verdict.COUNTED, 1)
    assert found.eccentric.range == pytest.approx(0.3, rel=0.02)


@pytest.mark.parametrize(('gap', 'verdict'), [
    (0.1, Verdict.COUNTED), (1.0, Verdict.SAMPLES_MISSING)])
def test_samples_that_are_missing_cost_a_repetition_only_if_they_may_hide_something(gap, verdict):
    path = smooth([(1.0, 0.1), (2.0, 0.5), (3.0, 0.1), (1.0, 0.1)], RATE)
    encoder = Encoder(EncoderSettings())
    detector, counter = PhaseDetector(PhaseSettings()), RepetitionCounter()
    found = []
    for k, position in enumerate(path):
        if not 4.0 < k / RATE < 4.0 + gap:
            handle = encoder.step(round(position * 10000.0), k / RATE)
            found.append(counter.step(handle, detector.step(handle)))
    told = [
        one.verdict for one in found if one is not None and one.stage is RepetitionStage.COMPLETE
    ]
    assert told == [verdict]
