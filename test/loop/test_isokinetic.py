# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The isokinetic method holds its speed as far as docs/methods.md says, against all effort."""
from bench.isokinetic import hold_speed
import pytest


@pytest.mark.parametrize('strength, slowest, fastest', [
    (0.5, 0.8, 1.25), (1.0, 0.9, 1.45), (1.5, 1.0, 1.9)])
def test_the_lift_comes_back_to_its_tempo_after_the_first_repetition(strength, slowest, fastest):
    """Beyond the prescribed load nothing resists: the stronger athlete is faster."""
    repetitions = hold_speed(strength)
    for mean, _, load in repetitions[1:]:
        assert slowest < mean < fastest
        assert load <= 100.0
    assert repetitions[-1][2] > 0.8 * min(1.0, strength) * 100.0


def test_who_keeps_the_tempo_of_a_slower_lift_is_held_to_it_too():
    for mean, _, _ in hold_speed(1.0, concentric_time=3.0)[2:]:
        assert mean < 1.6
