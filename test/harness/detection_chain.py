# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Paths, and the core chain over them."""
from math import nan

from negtrain_ros.core.encoder.encoder import Encoder, EncoderSettings
from negtrain_ros.core.phase.phase_detector import PhaseDetector, PhaseSettings
from negtrain_ros.core.phase.repetition_counter import RepetitionCounter
from negtrain_ros.core.types import DIRECTIONS

COUNTS = 10000.0  # 1/m


def smooth(knots, rate):
    """Go smoothly from place to place; each knot is a time to get there [s] and a place [m]."""
    path, here = [], knots[0][1]
    for duration, place in knots:
        for k in range(round(duration * rate)):
            share = k / (duration * rate)
            path.append(here + (place - here) * share ** 3 * (10 - 15 * share + 6 * share ** 2))
        here = place
    return path


def steps(path, rate, *, order='concentric_first', min_range=0.1, load=nan):
    """Step the chain through a path; yield handle, estimate and repetition of each sample."""
    encoder = Encoder(EncoderSettings(
        counts_per_metre=COUNTS, bottom_stop=-2.0, top_stop=4.0))
    settings = PhaseSettings(min_range=min_range, order=order)
    detector, counter = PhaseDetector(settings), RepetitionCounter(phase=settings)
    for k, position in enumerate(path):
        handle = encoder.step(round(position * COUNTS), k / rate)
        estimate = detector.step(handle)
        yield handle, estimate, counter.step(handle, estimate, load)


def detect(path, rate, **options):
    """Return the estimates along a path."""
    return [estimate for _, estimate, _ in steps(path, rate, **options)]


def repetitions(path, rate, **options):
    """Return the repetitions along a path."""
    return [found for _, _, found in steps(path, rate, **options) if found is not None]


def flips(estimates):
    """Return the times at which concentric and eccentric became known, with the direction."""
    found = []
    for estimate in estimates:
        direction = DIRECTIONS.get(estimate.phase, 0)
        if direction and (not found or found[-1][1] != direction):
            found.append((estimate.stamp, direction))
    return found
