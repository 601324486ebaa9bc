# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Position, velocity and how far they can be trusted."""
from math import cos, pi, sin

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.core.encoder.motion_estimator import MotionEstimator, MotionSettings
import numpy as np
import pytest


def estimate(positions, rate):
    estimator = MotionEstimator(MotionSettings())
    return [estimator.step(position, k / rate) for k, position in enumerate(positions)]


@pytest.mark.parametrize('rate', [50.0, 250.0, 1000.0])
@pytest.mark.parametrize('speed', [-1.5, -0.05, 0.3])
def test_steady_movement_is_known_to_one_percent(rate, speed):
    last = estimate([speed * k / rate for k in range(int(rate))], rate)[-1]
    assert last.velocity == pytest.approx(speed, rel=0.01)
    assert last.position == pytest.approx(speed * (rate - 1) / rate, abs=1e-4)


@pytest.mark.parametrize('rate', [100.0, 250.0, 1000.0])
def test_a_turn_is_followed_without_lag(rate):
    crossings = [k / rate for k, handle in enumerate(
        estimate([0.2 * sin(2.0 * pi * k / rate) for k in range(int(rate))], rate))
        if handle.velocity < 0.0]
    assert crossings[0] == pytest.approx(0.25, abs=max(0.01, 2.0 / rate))


@given(speed=st.floats(0.02, 1.0), step=st.sampled_from([0.0001, 0.001, 0.005]))
def test_a_coarse_encoder_tells_the_speed_within_what_it_claims(speed, step):
    rate = 250.0
    handles = estimate([round(speed * k / rate / step) * step for k in range(500)], rate)
    late = handles[250:]
    near = [abs(h.velocity - speed) < 6.0 * h.velocity_deviation + 0.1 * speed for h in late]
    assert sum(near) > 0.9 * len(near)


def test_one_step_to_and_fro_is_no_movement():
    handles = estimate([0.001 * (k // 7 % 2) for k in range(500)], 250.0)
    assert all(abs(handle.velocity) < 0.02 for handle in handles[250:])


def test_an_abrupt_stop_does_not_swing_back():
    step, rate = 0.001, 1000.0
    handles = estimate([round(min(0.3 * k / rate, 0.15) / step) * step for k in range(1000)], rate)
    furthest = 0.0
    for handle in handles:
        furthest = max(furthest, handle.position)
        assert furthest - handle.position < 0.1 * step


@pytest.mark.parametrize('noise', [0.0005, 0.005])
def test_noise_is_measured_and_smoothed(noise):
    random = np.random.default_rng(3)
    rate = 100.0
    truth = [0.2 * (1.0 - cos(pi * k / rate)) for k in range(400)]
    handles = estimate([x + noise * random.standard_normal() for x in truth], rate)
    errors = np.array([h.position - x for h, x in zip(handles, truth, strict=True)])[100:]
    claimed = np.array([h.position_deviation for h in handles])[100:]
    assert np.sqrt(np.mean(errors ** 2)) < noise
    assert np.mean(np.abs(errors) < 4.0 * claimed) > 0.8


@pytest.mark.parametrize('rate', [20.0, 100.0, 1000.0])
def test_noise_is_known_at_any_rate(rate):
    random = np.random.default_rng(5)
    estimator, noise = MotionEstimator(MotionSettings()), 0.005
    handles, known = [], []
    for k in range(4000):
        handles.append(estimator.step(0.3 + noise * random.standard_normal(), k / rate))
        known.append(estimator.noise)
    assert np.median(known[100:]) == pytest.approx(noise, rel=0.1)
    beyond = [abs(h.velocity) > 3.0 * h.velocity_deviation for h in handles[1000:]]
    assert np.mean(beyond) < 0.02


def test_memory_is_bounded():
    estimator = MotionEstimator(MotionSettings())
    for k in range(5000):
        estimator.step(0.1 * sin(k / 50.0), k / 250.0)
    assert len(estimator._fits) == MotionSettings().memories


def test_a_count_that_trembles_hides_more():
    handles = estimate([0.001 * (k // 10 % 2) for k in range(500)], 250.0)
    still = estimate([0.001 * (k == 50) for k in range(500)], 250.0)
    assert handles[-1].position_deviation > 3.0 * still[-1].position_deviation
