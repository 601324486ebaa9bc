# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Motion that the steps of an encoder reveal, and motion that they hide."""
from negtrain_ros.core.encoder.quantization import EncoderQuantization
import pytest

STEP = 0.001


def read(readings, foreseen):
    """Read steps of the encoder every millisecond, with the speed foreseen for each."""
    edges = EncoderQuantization(0.0, 0.0)
    for k, (steps, speed) in enumerate(zip([0, 0, *readings], [0, 0, *foreseen], strict=True)):
        edges.read(steps * STEP, k * 0.001, speed)
    return edges


def test_a_count_that_flickers_is_no_movement():
    edges = read([1, 2, 3, 2, 3, 2, 3], [0.3] * 7)
    assert (edges.position, edges.arch) == (pytest.approx(2.5 * STEP), 0.0)


def test_crossing_back_as_foreseen_tells_how_far_the_handle_went():
    edges = read([1, 2, *[3] * 20, 2], [0.1, 0.1, *[-0.08] * 21])
    assert edges.arch == pytest.approx(-0.25 * 0.08 * 0.020)


@pytest.mark.parametrize('speed', [
    0.08,    # it was to go on
    -0.3,    # it would have passed the next edge
    -0.02,   # a tremor between two edges is as fast
])
def test_crossing_back_otherwise_tells_nothing(speed):
    assert read([1, 2, *[3] * 20, 2], [0.1, 0.1, *[speed] * 21]).arch == 0.0


def test_a_turn_without_a_second_step_is_not_believed_for_long():
    readings = [1, 2, *[3] * 20]
    soon, late = (read([*readings, *[2] * later], [0.1, 0.1, *[-0.08] * (20 + later)])
                  for later in (5, 15))
    assert soon.arch < 0.0 and late.arch == 0.0


def test_a_count_trembles_once_it_went_there_back_and_there_again_and_not_for_long():
    assert not read([1, 2, 3, 2, 1], [0.0] * 5).trembles(0.01)
    edges = read([1, 2, 1, 2, 1], [0.0] * 5)
    assert edges.trembles(0.01) and not edges.trembles(0.5)
