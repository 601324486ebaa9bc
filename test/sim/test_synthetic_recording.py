# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Synthetic recordings keep what they promise."""
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from negtrain_ros.sim.synthetic_recording import random_movement, record, SyntheticMovement
import numpy as np
import pytest


@example_settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_recording_is_what_was_asked_for(seed):
    random = np.random.default_rng(seed)
    movement = random_movement(random)
    recording = record(movement, random)
    assert np.all(np.diff(recording.times) > 0.0)
    assert np.max(np.diff(recording.times)) < 0.0501
    assert len(recording.turns) == 2 * movement.repetitions
    steps = recording.positions / movement.resolution
    assert np.allclose(steps, np.round(steps))
    reach = movement.tremor + movement.resolution / 2.0 + 1e-9
    assert np.max(np.abs(recording.positions - recording.truth)) <= reach
    assert all(turn.reached <= turn.left for turn in recording.turns)


def test_the_same_seed_gives_the_same_recording():
    first, second = (record(SyntheticMovement(tremor=0.002, jitter=0.1), np.random.default_rng(7))
                     for _ in range(2))
    assert np.array_equal(first.positions, second.positions)
    assert np.array_equal(first.times, second.times)


def test_rate_and_range_are_kept():
    recording = record(SyntheticMovement(range=0.4, rate=500.0), np.random.default_rng(0))
    assert 1.0 / np.median(np.diff(recording.times)) == pytest.approx(500.0, rel=1e-6)
    assert np.ptp(recording.truth) == pytest.approx(0.4, abs=1e-3)
