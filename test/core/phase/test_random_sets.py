# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Random sets through the whole chain; bench/detector.py runs many more."""
from dataclasses import replace

from bench.detector import judge, product
from negtrain_ros.core.phase.phase_detector import PhaseSettings
from negtrain_ros.sim.synthetic_recording import random_movement, record, SyntheticMovement
import numpy as np
import pytest


def score(seeds):
    """Return false turns, missed turns and miscounted sets over random sets."""
    false = missed = miscounted = 0
    for seed in seeds:
        random = np.random.default_rng(seed)
        movement = random_movement(random)
        movement = replace(movement, rate=min(movement.rate, 250.0),
                           repetitions=min(movement.repetitions, 3))
        recording = record(movement, random)
        flips, counted, _ = product(movement, recording)
        of_set = judge(movement, recording, flips)
        false, missed = false + of_set[0], missed + of_set[1]
        miscounted += counted != movement.repetitions
    return false, missed, miscounted


def test_no_turn_is_false_or_lost_in_200_sets_with_and_without_tremor():
    assert score(range(200)) == (0, 0, 0)


@pytest.mark.parametrize('jump', [0.0, 0.2, 0.4, 1.0])
def test_noise_of_20_mm_at_20_hz_costs_no_repetition_nor_do_jumps(jump):
    false = 0
    for seed in range(6):
        movement = SyntheticMovement(
            repetitions=12, range=0.3 + 0.08 * seed, up_time=1.0 + 0.3 * seed,
            down_time=2.8 - 0.3 * seed, lead=2.0, up_first=bool(seed % 2), spread=0.05,
            noise=0.02, resolution=0.001, rate=20.0, jitter=0.1)
        recording = record(movement, np.random.default_rng(seed))
        recording.positions[100 + seed::200] += jump
        flips, counted, _ = product(movement, recording)
        assert counted == 12
        false += judge(movement, recording, flips)[0]
    assert false <= 3


@pytest.mark.parametrize('up_first', [True, False])
def test_less_evidence_is_asked_for_only_where_a_repetition_is_half_done(up_first):
    movement = SyntheticMovement(repetitions=6, resolution=0.001, top_rest=0.0, bottom_rest=0.0,
                        up_time=1.2, down_time=1.6, up_first=up_first, spread=0.03)
    home = 1 if up_first else -1
    for seed in range(3):
        recording = record(movement, np.random.default_rng(seed))
        less, same = (product(movement, recording, PhaseSettings(expected=expected))[0]
                      for expected in (0.5, 1.0))
        assert [direction for _, direction in less] == [direction for _, direction in same]
        gains = [(late - early, way) for (early, way), (late, _) in zip(less, same, strict=True)]
        assert not any(gain for gain, way in gains if way == home)
        assert gains[1][0] == 0.0, 'before the first there is nothing to expect'
        assert all(gain >= 0.0 for gain, _ in gains) and sum(gain for gain, _ in gains) > 0.01
