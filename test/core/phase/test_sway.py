# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Sway: ways there and back within a longer way, apart from the way itself."""
import math

from hypothesis import given, strategies
from negtrain_ros.core.phase.sway import inside, SwayDetector, SwaySettings
from negtrain_ros.core.types import HandleState
import pytest

RATE = 250.0
LONGEST = 0.05


def follow(course, seconds, end=1):
    """Let a detector follow a course of positions; return it."""
    detector = SwayDetector(SwaySettings())
    for k in range(round(seconds * RATE)):
        detector.step(HandleState(k / RATE, course(k / RATE), 0.0, 0.00001), end, LONGEST)
    return detector


@pytest.mark.parametrize('amplitude', [0.002, 0.01])
def test_swinging_at_an_end_is_remembered_there_with_its_size_and_speed(amplitude):
    seen = follow(lambda t: 0.5 + amplitude * math.sin(2.0 * math.pi * t), 4.0)
    assert seen.size[1] == pytest.approx(2.0 * amplitude, rel=0.15)
    assert seen.speed[1] == pytest.approx(2.0 * math.pi * amplitude, rel=0.25)
    assert seen.size[-1] == 0.0


def test_a_whole_way_is_no_sway():
    assert follow(lambda t: 0.3 - 0.2 * math.cos(math.pi * t), 8.0).size[1] == 0.0


def test_sway_is_forgotten_in_time():
    seen = follow(lambda t: 0.5 + 0.01 * math.sin(2.0 * math.pi * t), 4.0)
    seen.step(HandleState(4.0 + SwaySettings().memory, 0.5, 0.0, 0.00001), 1, LONGEST)
    assert seen.size[1] == 0.0


@given(strategies.floats(0.001, 0.999), strategies.floats(0.0, 0.99))
def test_a_swing_runs_inside_its_own_ellipse(place, share):
    size, fastest = 0.02, 0.1
    border = math.sqrt(max(0.0, 1.0 - (2.0 * place - 1.0) ** 2))
    assert inside(size, fastest, place * size, share * border * fastest)
    assert not inside(size, fastest, size * 1.01, share * fastest)
