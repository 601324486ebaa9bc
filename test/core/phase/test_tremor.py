# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Tremor estimator: it sees trembling on any way, and nothing else."""
import math

from negtrain_ros.core.phase.tremor import TremorEstimator, TremorSettings
from negtrain_ros.core.types import HandleState
import pytest

RATE = 250.0


def follow(course, seconds):
    """Let an estimator follow a course of positions; return it."""
    estimator = TremorEstimator(TremorSettings())
    for k in range(round(seconds * RATE)):
        estimator.step(HandleState(k / RATE, course(k / RATE), 0.0, 0.00001))
    return estimator


@pytest.mark.parametrize('frequency', [5.0, 8.0, 11.0])
@pytest.mark.parametrize('drift', [0.0, 0.02])
def test_size_and_speed_of_a_tremor_are_known_whatever_the_way(frequency, drift):
    amplitude = 0.002
    seen = follow(lambda t: drift * t + amplitude * math.sin(2.0 * math.pi * frequency * t), 3.0)
    assert seen.size == pytest.approx(2.0 * amplitude, rel=0.3)
    assert seen.speed == pytest.approx(2.0 * math.pi * frequency * amplitude, rel=0.3)


@pytest.mark.parametrize('course', [
    lambda t: 0.3,
    lambda t: 0.2 * t,
    lambda t: 0.2 * math.sin(2.0 * math.pi * 0.25 * t),
    lambda t: 0.01 * (t > 1.0),
], ids=['rest', 'even way', 'repetitions', 'one jerk'])
def test_a_movement_without_tremor_shows_none(course):
    assert follow(course, 8.0).size == 0.0


def test_a_tremor_is_forgotten_in_time():
    memory = TremorSettings().memory
    seen = follow(lambda t: 0.002 * math.sin(50.0 * t) if t < 3.0 else 0.0, 5.0)
    first = seen.size
    seen.step(HandleState(5.0 + 0.5 * memory, 0.0, 0.0, 0.00001))
    assert 0.0 < seen.size < 0.6 * first
