# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Phases as they are and not as tremor, sway or creep look."""
from dataclasses import replace
from math import isnan, pi, sin

from harness.detection_chain import detect, flips, smooth
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from negtrain_ros.core.encoder.encoder import Encoder, EncoderSettings
from negtrain_ros.core.phase.phase_detector import PhaseDetector, PhaseSettings
from negtrain_ros.core.types import (
    Fault,
    HandleState,
    Order,
    Phase,
    Prescription,
    Quality,
    RangeOfMotion,
)
import pytest

RATE = 250.0


def test_a_clean_set_shows_every_phase_in_turn():
    path = smooth([(1.0, 0.1), (1.5, 0.5), (0.6, 0.5), (3.0, 0.1), (1.0, 0.1)], RATE)
    phases = []
    for estimate in detect(path, RATE):
        if not phases or phases[-1] is not estimate.phase:
            phases.append(estimate.phase)
    assert [phase for phase in phases if phase is not Phase.UNKNOWN] == [
        Phase.BOTTOM_HOLD, Phase.CONCENTRIC, Phase.TOP_HOLD, Phase.ECCENTRIC, Phase.BOTTOM_HOLD]


def test_a_sharp_turn_is_known_within_30_ms():
    path = smooth([(1.0, 0.1), (0.6, 0.5), (0.6, 0.1), (1.0, 0.1)], RATE)
    turns = flips(detect(path, RATE))
    assert [direction for _, direction in turns] == [1, -1]
    assert 0.0 < turns[1][0] - 1.6 < 0.030


def test_the_phase_begins_at_the_turning_point():
    path = smooth([(1.0, 0.1), (1.0, 0.5), (1.0, 0.1), (0.5, 0.1)], RATE)
    down = next(e for e in detect(path, RATE) if e.phase is Phase.ECCENTRIC)
    assert down.start == pytest.approx(2.0, abs=0.03)
    assert down.start < down.stamp


@pytest.mark.parametrize('frequency', [5.0, 8.0, 12.0])
@pytest.mark.parametrize('amplitude', [0.0, 0.001, 0.003, 0.005])
def test_twelve_repetitions_with_tremor_have_exactly_24_turns(amplitude, frequency):
    """The oracle of the field: a sine of 400 mm, tremor 0-5 mm at 5-12 Hz."""
    path = [0.1 for _ in range(250)]
    path += [0.3 - 0.2 * sin(2.0 * pi * k / RATE / 3.0 + pi / 2.0) for k in range(int(36 * RATE))]
    path += [0.1 for _ in range(250)]
    trembling = [x + amplitude * sin(2.0 * pi * frequency * k / RATE)
                 for k, x in enumerate(path)]
    assert len(flips(detect(trembling, RATE))) == 24


def test_a_negative_of_50_mm_a_second_is_a_negative():
    path = smooth([(1.0, 0.1), (1.0, 0.5), (0.4, 0.5)], RATE)
    path += [0.5 - 0.05 * k / RATE for k in range(int(6.0 * RATE))]
    estimates = detect(path, RATE)[int(2.9 * RATE):]
    assert {estimate.phase for estimate in estimates} == {Phase.ECCENTRIC}


def phases_of_a_way_down_at(speed):
    """Return the phases half way down the personal range, where it goes on slowly."""
    detector = PhaseDetector(PhaseSettings())
    detector.expect(Prescription(rom=RangeOfMotion(0.1, 0.5), order=Order.CONCENTRIC_FIRST))
    encoder = Encoder(EncoderSettings())
    path = smooth([(0.5, 0.1), (1.0, 0.5), (1.0, 0.32)], RATE)
    path += [0.32 - speed * k / RATE for k in range(int(4.0 * RATE))]
    return [detector.step(encoder.step(round(x * 10000.0), k / RATE)).phase
            for k, x in enumerate(path)][-int(3.0 * RATE):]


def test_a_creep_in_the_middle_of_the_range_is_no_hold_and_a_rest_is_one():
    assert set(phases_of_a_way_down_at(0.005)) == {Phase.ECCENTRIC}
    assert phases_of_a_way_down_at(0.0)[-1] in (Phase.BOTTOM_HOLD, Phase.TOP_HOLD)


def test_a_short_way_back_far_from_all_ends_before_is_no_turn():
    set_of_three = [(0.5, 0.1)] + 3 * [(1.0, 0.7), (1.0, 0.1)]
    put_away = [(0.8, 0.35), (0.4, 0.34), (0.5, 0.34)]
    assert len(flips(detect(smooth(set_of_three + put_away, RATE), RATE))) == 7
    given_up = [(0.8, 0.35), (0.8, 0.1)]
    assert len(flips(detect(smooth(set_of_three + given_up, RATE), RATE))) == 8


def test_the_jerks_of_a_quick_way_are_no_tremor():
    path = smooth([(0.5, 0.1), (0.8, 0.7), (0.8, 0.1), (0.5, 0.1)], RATE)
    jerky = [x + (0.004 * sin(2.0 * pi * 10.0 * k / RATE) if 0.6 * RATE < k < 1.2 * RATE else 0.0)
             for k, x in enumerate(path)]
    down = next(time for time, way in flips(detect(jerky, RATE)) if way < 0)
    assert down - 1.3 < 0.05


def test_sway_at_the_top_is_no_turn_once_it_has_been_seen():
    sway = [0.5 + 0.006 * sin(2.0 * pi * 0.7 * k / RATE) for k in range(int(4.0 * RATE))]
    path = sway + [0.1 + x for x in smooth([(0.0, 0.4), (0.8, 0.0), (0.8, 0.4)], RATE)] + sway
    assert [d for _, d in flips(detect(path, RATE, order='eccentric_first'))][:2] == [-1, 1]
    assert len(flips(detect(path, RATE, order='eccentric_first'))) == 2


def test_creep_at_the_bottom_is_no_leg():
    path = smooth([(0.5, 0.1), (0.8, 0.5), (1.5, 0.11), (3.0, 0.105), (1.0, 0.105)], RATE)
    assert [direction for _, direction in flips(detect(path, RATE))] == [1, -1]


def test_wandering_before_the_first_repetition_is_no_leg():
    path = smooth([(0.5, 0.1), (0.3, 0.11), (0.3, 0.1), (0.3, 0.115), (0.5, 0.102), (0.5, 0.102),
                   (1.0, 0.5), (1.0, 0.1), (0.5, 0.1)], RATE)
    assert [direction for _, direction in flips(detect(path, RATE))] == [1, -1]


def test_a_turn_that_goes_on_after_all_is_taken_back():
    path = smooth([(0.5, 0.1), (1.0, 0.4), (0.3, 0.39), (1.0, 0.6), (1.0, 0.1)], RATE)
    turns = flips(detect(path, RATE))
    assert turns[0][1] == 1 and turns[-1][1] == -1
    wrong = [e for e in detect(path, RATE)
             if e.phase is Phase.ECCENTRIC and 1.9 < e.stamp < 2.7]
    assert not wrong


def test_against_the_leg_in_its_middle_the_phase_is_unknown():
    path = smooth([(0.5, 0.1), (0.5, 0.17), (0.4, 0.164)], RATE)
    assert detect(path, RATE)[-50].phase is not Phase.ECCENTRIC


def handle(stamp, position=0.3, velocity=0.0, quality=Quality.GOOD, faults=()):
    return HandleState(stamp, position, velocity, 1e-4, 1e-3, quality, faults)


def test_a_faulty_encoder_makes_the_phase_unknown_at_once():
    detector = PhaseDetector(PhaseSettings())
    for k, x in enumerate(smooth([(0.5, 0.1), (1.0, 0.5)], RATE)):
        estimate = detector.step(handle(k / RATE, x, 0.3))
    assert estimate.phase is Phase.CONCENTRIC
    faulty = detector.step(handle(2.0, quality=Quality.FAULTY, faults=(Fault.ENCODER_JUMP,)))
    assert (faulty.phase, faulty.confidence) == (Phase.UNKNOWN, 0.0)
    assert detector.step(handle(2.1)).phase is Phase.UNKNOWN


def test_a_held_sample_keeps_the_phase_and_no_confidence():
    detector = PhaseDetector(PhaseSettings())
    for k, x in enumerate(smooth([(0.5, 0.1), (1.0, 0.5)], RATE)):
        before = detector.step(handle(k / RATE, x, 0.3))
    held = detector.step(handle(1.51, quality=Quality.HELD, faults=(Fault.ENCODER_JUMP,)))
    assert (held.phase, held.confidence) == (before.phase, 0.0)


def test_the_fraction_is_that_of_the_personal_range():
    detector = PhaseDetector(PhaseSettings())
    assert isnan(detector.step(handle(0.0)).fraction)
    detector.expect(Prescription(rom=RangeOfMotion(0.1, 0.5), order=Order.CONCENTRIC_FIRST))
    assert detector.step(handle(0.1, 0.2)).fraction == pytest.approx(0.25)


@example_settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(
    st.floats(-0.2, 1.5), st.floats(-5.0, 5.0), st.sampled_from(list(Quality))), max_size=80))
def test_any_motion_has_a_phase_with_a_confidence_between_0_and_1(samples):
    detector = PhaseDetector(PhaseSettings())
    for k, (position, velocity, quality) in enumerate(samples):
        estimate = detector.step(replace(handle(k / RATE, position, velocity), quality=quality))
        assert 0.0 <= estimate.confidence <= 1.0
        if quality is Quality.FAULTY:
            assert estimate.phase is Phase.UNKNOWN
