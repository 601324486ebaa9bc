# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Counts to motion, and everything that counts can do wrong."""
from dataclasses import replace
from math import inf, nan

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.core.encoder.encoder import Encoder, EncoderSettings
from negtrain_ros.core.types import Fault, Quality
from negtrain_ros.sim.synthetic_recording import record, SyntheticMovement
import numpy as np
import pytest

SETTINGS = EncoderSettings(counts_per_metre=10000.0, bottom_stop=-0.1, top_stop=1.2)
PERIOD = 0.004


def moved(encoder, speed=0.2, seconds=0.5, start=0.1, begin=0.0):
    """Move steadily; return the last handle, count and stamp."""
    handle, count, stamp = None, 0, begin
    for k in range(int(seconds / PERIOD)):
        stamp = begin + k * PERIOD
        count = round((start + speed * k * PERIOD) * 10000.0)
        handle = encoder.step(count, stamp)
    return handle, count, stamp


def test_counts_become_metres_and_metres_a_second():
    handle, count, _ = moved(Encoder(SETTINGS))
    assert handle.quality is Quality.GOOD and handle.faults == ()
    assert handle.position == pytest.approx(count / 10000.0, abs=2e-4)
    assert handle.velocity == pytest.approx(0.2, rel=0.05)


def test_direction_and_offset():
    encoder = Encoder(replace(SETTINGS, direction=-1, offset=0.5))
    assert encoder.step(1000, 0.0).position == pytest.approx(0.4)


@given(bits=st.integers(12, 32), start=st.integers(-10**9, 10**9))
def test_a_counter_that_wraps_is_followed(bits, start):
    settings = replace(SETTINGS, counter_bits=bits, bottom_stop=-100.0, top_stop=100.0)
    encoder, turn = Encoder(settings), 1 << bits
    first = (start + turn // 2) % turn - turn // 2
    begin = encoder.step(first, 0.0).position
    if not -99.0 < begin < 99.0:
        return
    for k in range(1, 200):
        count = (first + 10 * k + turn // 2) % turn - turn // 2
        handle = encoder.step(count, k * PERIOD)
        assert handle.quality is Quality.GOOD
    assert handle.position - begin == pytest.approx(0.199, abs=1e-3)


def test_one_glitch_is_held_and_the_next_sample_good():
    encoder = Encoder(SETTINGS)
    before, count, stamp = moved(encoder)
    glitch = encoder.step(count + 1000, stamp + PERIOD)
    assert (glitch.quality, glitch.faults) == (Quality.HELD, (Fault.ENCODER_JUMP,))
    assert glitch.position == before.position and glitch.stamp == stamp + PERIOD
    after = encoder.step(count + 16, stamp + 2 * PERIOD)
    assert after.quality is Quality.GOOD
    assert after.velocity == pytest.approx(0.2, rel=0.1)


def test_three_glitches_in_a_tenth_of_a_second_are_a_fault():
    encoder = Encoder(SETTINGS)
    _, count, stamp = moved(encoder)
    qualities = []
    for k in range(1, 7):
        jump = 1000 * k if k % 2 else 0
        qualities.append(encoder.step(count + 8 * k + jump, stamp + k * PERIOD).quality)
    assert qualities[:4] == [Quality.HELD, Quality.GOOD, Quality.HELD, Quality.GOOD]
    assert qualities[4] is Quality.FAULTY


def test_a_new_zero_is_faulty_until_it_has_proved_itself():
    encoder = Encoder(SETTINGS)
    _, count, stamp = moved(encoder)
    handles = [encoder.step(count + 3000 + 8 * k, stamp + k * PERIOD) for k in range(1, 60)]
    faulty = [handle for handle in handles if handle.quality is Quality.FAULTY]
    assert handles[2].quality is Quality.FAULTY
    assert all(handle.faults == (Fault.ENCODER_JUMP,) for handle in faulty)
    assert 0.09 < PERIOD * len(faulty) < 0.13
    assert handles[-1].quality is Quality.GOOD
    assert abs(handles[-1].velocity) < 0.5


@pytest.mark.parametrize('back', [0.0, -0.5, nan, inf])
def test_time_that_does_not_go_on_is_held(back):
    encoder = Encoder(SETTINGS)
    _, count, stamp = moved(encoder)
    handle = encoder.step(count + 8, stamp + back)
    assert (handle.quality, handle.faults) == (Quality.HELD, (Fault.TIME_INVALID,))
    assert handle.stamp == stamp
    assert encoder.step(count + 8, stamp + PERIOD).quality is Quality.GOOD


@pytest.mark.parametrize('counts', [nan, inf, 50000, -50000])
def test_what_cannot_be_a_position_is_dropped(counts):
    encoder = Encoder(SETTINGS)
    _, count, stamp = moved(encoder)
    handle = encoder.step(counts, stamp + PERIOD)
    assert (handle.quality, handle.faults) == (Quality.HELD, (Fault.ENCODER_INVALID,))
    assert encoder.step(count + 16, stamp + 2 * PERIOD).quality is Quality.GOOD


def test_silence_is_noticed_by_the_clock_and_by_the_next_sample():
    encoder = Encoder(SETTINGS)
    assert encoder.check(1.0) is None
    _, count, stamp = moved(encoder)
    assert encoder.check(stamp + 0.049) is None
    silent = encoder.check(stamp + 0.051)
    assert (silent.quality, silent.faults) == (Quality.FAULTY, (Fault.ENCODER_SILENT,))
    late = encoder.step(count, stamp + 0.2)
    assert (late.quality, late.faults) == (Quality.FAULTY, (Fault.ENCODER_SILENT,))


def test_missing_samples_for_40_ms_are_no_fault():
    encoder = Encoder(SETTINGS)
    _, count, stamp = moved(encoder, speed=0.8)
    assert encoder.step(count + round(0.8 * 0.040 * 10000), stamp + 0.040).quality is Quality.GOOD


@pytest.mark.parametrize('speed', [0.1, 0.2, 0.6])
def test_counts_that_stop_dead_between_the_stops_are_frozen(speed):
    encoder = Encoder(SETTINGS)
    _, count, stamp = moved(encoder, speed=speed, seconds=0.8)
    handles = [encoder.step(count, stamp + k * PERIOD) for k in range(1, 100)]
    frozen = [handle for handle in handles if Fault.ENCODER_FROZEN in handle.faults]
    assert frozen[0].quality is Quality.FAULTY
    assert frozen[0].stamp - stamp == pytest.approx(0.2, abs=0.01)
    assert encoder.step(count + 50, stamp + 100 * PERIOD).faults == ()


@given(st.floats(0.05, 1.2), st.floats(0.4, 5.0), st.floats(1e-5, 5e-3), st.floats(50.0, 1000.0),
       st.integers(0, 1000))
def test_a_handle_that_a_hand_brings_to_rest_is_not_frozen(extent, tempo, step, rate, seed):
    recording = record(
        SyntheticMovement(repetitions=1, range=extent, up_time=tempo, down_time=tempo, lead=0.5,
                 top_rest=0.5, resolution=step, rate=rate, jitter=0.1),
        np.random.default_rng(seed))
    encoder = Encoder(EncoderSettings(counts_per_metre=1.0 / step))
    counts = np.round(recording.positions / step).astype(int).tolist()
    handles = map(encoder.step, counts, recording.times.tolist())
    assert not any(Fault.ENCODER_FROZEN in handle.faults for handle in handles)


def test_a_handle_that_rests_after_a_silence_is_not_frozen():
    encoder = Encoder(SETTINGS)
    _, _, stamp = moved(encoder)
    stamp += 20.0
    handles = [encoder.step(1000, stamp + k * PERIOD) for k in range(200)]
    assert handles[-1].quality is Quality.GOOD


def test_a_stop_at_the_end_is_not_frozen():
    encoder = Encoder(SETTINGS)
    _, count, stamp = moved(encoder, speed=0.6, seconds=1.8, start=0.11)
    handles = [encoder.step(count, stamp + k * PERIOD) for k in range(1, 100)]
    assert all(handle.quality is Quality.GOOD for handle in handles)


def test_a_handle_that_is_let_go_is_followed_all_the_way_down():
    encoder = Encoder(replace(SETTINGS, bottom_stop=-10.0))
    moved(encoder, speed=0.0, start=1.0)
    for k in range(50):
        fallen = 0.5 * 41.7 * (k * PERIOD) ** 2
        handle = encoder.step(round((1.0 - fallen) * 10000), 0.5 + k * PERIOD)
        assert handle.quality is Quality.GOOD
    assert handle.velocity == pytest.approx(-41.7 * 49 * PERIOD, rel=0.1)


@given(st.lists(st.tuples(st.integers(-2**31, 2**31 - 1), st.floats(-1.0, 100.0)), max_size=60))
def test_whatever_comes_the_handle_is_finite_and_time_never_goes_back(samples):
    encoder, last = Encoder(SETTINGS), -inf
    for counts, stamp in samples:
        handle = encoder.step(counts, stamp)
        assert abs(handle.position) < 1e7 and abs(handle.velocity) < 1e9
        assert handle.stamp >= last
        last = handle.stamp


@pytest.mark.parametrize('wrong', [
    {'direction': 0}, {'counts_per_metre': 0.0}, {'bottom_stop': 1.0, 'top_stop': 0.5},
    {'silence': nan}])
def test_settings_refuse_nonsense(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        EncoderSettings(**wrong)


@given(st.floats(0.051, 0.15), st.floats(-0.6, 0.6))
def test_a_handle_that_is_where_it_was_going_after_a_gap_is_told_once_and_believed(gap, speed):
    encoder = Encoder(SETTINGS)
    _, count, stamp = moved(encoder, speed=speed, start=0.5)
    counts = [round((count / 10000.0 + speed * (gap + k * PERIOD)) * 10000.0) for k in range(30)]
    handles = [encoder.step(each, stamp + gap + k * PERIOD) for k, each in enumerate(counts)]
    assert (handles[0].quality, handles[0].faults) == (Quality.FAULTY, (Fault.ENCODER_SILENT,))
    assert all(handle.quality is Quality.GOOD for handle in handles[1:])
    assert handles[-1].velocity == pytest.approx(speed, abs=0.03)


@pytest.mark.parametrize(('gap', 'away'), [(0.06, 0.2), (0.15, 0.4), (2.0, 0.0)])
def test_a_gap_that_may_hide_a_movement_is_a_new_beginning(gap, away):
    encoder = Encoder(SETTINGS)
    _, count, stamp = moved(encoder)
    handles = [encoder.step(count + round(away * 10000.0), stamp + gap + k * PERIOD)
               for k in range(50)]
    faulty = [handle for handle in handles if handle.quality is Quality.FAULTY]
    assert 0.09 < PERIOD * len(faulty) < 0.13
    assert handles[-1].quality is Quality.GOOD


@pytest.mark.parametrize('step', [0.1, 1.0, 3600.0, 1.8e9])
def test_a_clock_that_is_set_back_is_a_new_beginning_after_a_few_samples(step):
    encoder = Encoder(SETTINGS)
    begin = 1.8e9 if step < 1e9 else 1.9e9
    _, count, stamp = moved(encoder, begin=begin)
    handles = [encoder.step(count, stamp - step + k * PERIOD) for k in range(60)]
    assert all(handle.faults == (Fault.TIME_INVALID,) for handle in handles[:5])
    assert 'time went back' in encoder.explanation
    good = next(k for k, handle in enumerate(handles) if handle.quality is Quality.GOOD)
    assert good * PERIOD < 0.15
    assert all(handle.quality is Quality.GOOD for handle in handles[good:])
    assert handles[-1].stamp == pytest.approx(stamp - step + 59 * PERIOD)


def test_samples_of_another_clock_are_no_silence():
    encoder = Encoder(SETTINGS)
    for k in range(100):
        encoder.step(1000, 0.0)
        seen = encoder.check(1.8e9 + k * 0.01)
    assert (seen.quality, seen.faults) == (Quality.FAULTY, (Fault.TIME_INVALID,))
    assert encoder.explanation == 'samples have the time zero'
    assert encoder.check(1.8e9 + 2.0).faults == (Fault.ENCODER_SILENT,)


@pytest.mark.parametrize(('count', 'said'), [(40000, 'outside the stops'), (9000, 'moved by 0.8')])
def test_what_a_wrong_resolution_or_direction_does_is_said(count, said):
    encoder = Encoder(SETTINGS)
    for k in range(5):
        encoder.step(1000, k * PERIOD)
    encoder.step(count, 5 * PERIOD)
    assert said in encoder.explanation
