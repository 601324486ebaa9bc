# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The lowering speed follows a movement and leaves tremor out."""
import math

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.core.load.lowering_speed import LoweringSpeed, TIME_CONSTANT
import pytest

DT = 0.004


@given(st.floats(-1.0, 1.0), st.floats(0.001, 0.02))
def test_it_comes_to_the_speed_of_a_steady_movement(velocity, dt):
    lowering = LoweringSpeed()
    for _ in range(math.ceil(20 * TIME_CONSTANT / dt)):
        lowering.step(velocity, dt)
    assert lowering.value == pytest.approx(-velocity, abs=1e-4)


@pytest.mark.parametrize('frequency', [4.0, 8.0, 12.0])
def test_tremor_hardly_passes(frequency):
    lowering, left = LoweringSpeed(), []
    for step in range(500):
        lowering.step(math.sin(2.0 * math.pi * frequency * step * DT), DT)
        left.append(abs(lowering.value))
    rate = 2.0 * math.pi * frequency * TIME_CONSTANT
    assert max(left[250:]) < 1.1 / (1.0 + rate * rate)


def test_it_forgets():
    lowering = LoweringSpeed()
    lowering.step(-1.0, DT)
    lowering.reset()
    assert lowering.value == lowering.half == 0.0
