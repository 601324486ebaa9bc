# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Synthetic recordings with known truth.

A set of repetitions along minimum-jerk ways (Flash and Hogan 1985, J. Neurosci. 5:1688), with
rests at both ends, tremor on top of it all, and an encoder that quantises, jitters and drops
samples. Nothing is random but through the generator that is handed in.
"""
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class SyntheticMovement:
    """Movement of a set and properties of the encoder."""

    repetitions: int = 6
    bottom: float = 0.1          # m
    range: float = 0.4           # m
    up_time: float = 1.5         # s
    down_time: float = 3.0       # s
    top_rest: float = 0.3        # s
    bottom_rest: float = 0.3     # s
    lead: float = 1.0            # s of rest before the first and after the last way
    up_first: bool = True
    spread: float = 0.0          # standard deviation of ranges and times, as a share
    tremor: float = 0.0          # m, amplitude
    tremor_frequency: float = 8.0  # Hz
    noise: float = 0.0           # m, standard deviation of each sample
    resolution: float = 0.0001   # m
    rate: float = 250.0          # 1/s
    jitter: float = 0.0          # standard deviation of the interval, as a share
    dropouts: float = 0.0        # 1/s, how often samples are missing
    dropout_time: float = 0.04   # s, longest


@dataclass(frozen=True)
class TurningPoint:
    """One turning point as it truly was: reached, rested at, left."""

    reached: float   # s
    left: float      # s
    position: float  # m
    direction: int   # of the way that begins: 1 up, -1 down


@dataclass(frozen=True)
class SyntheticRecording:
    """Samples of the encoder, and the true motion."""

    times: Array      # (n,) s, increasing
    positions: Array  # (n,) m, as measured
    truth: Array      # (n,) m, the way without tremor
    turns: tuple[TurningPoint, ...]  # one for each way; the first is its beginning


def record(movement: SyntheticMovement, random: np.random.Generator) -> SyntheticRecording:
    """Simulate a set and record it."""
    knots, turns = _ways(movement, random)
    times = _sample_times(movement, knots[-1][0], random)
    truth = _minimum_jerk(times, knots)
    trembling = movement.tremor * _tremble(times, movement.tremor_frequency, random)
    measured = truth + trembling + movement.noise * random.standard_normal(len(times))
    positions = np.round(measured / movement.resolution) * movement.resolution
    return SyntheticRecording(times, positions, truth, turns)


def random_movement(random: np.random.Generator) -> SyntheticMovement:
    """Draw a set from all that a machine may meet."""
    def between(low: float, high: float) -> float:
        return float(np.exp(random.uniform(np.log(low), np.log(high))))

    size = between(0.05, 1.2)
    return SyntheticMovement(
        repetitions=int(random.integers(2, 6)), bottom=float(random.uniform(0.0, 0.3)),
        range=size, up_time=between(0.4, 10.0), down_time=between(0.4, 10.0),
        top_rest=float(random.choice((0.0, 0.0, 0.2, 1.0))),
        bottom_rest=float(random.choice((0.0, 0.0, 0.2, 1.0))),
        up_first=bool(random.random() < 0.7), spread=float(random.uniform(0.0, 0.08)),
        tremor=float(random.choice((0.0, 1.0))) * float(random.uniform(0.0, 0.005)),
        tremor_frequency=float(random.uniform(4.0, 12.0)), resolution=between(0.00001, 0.005),
        rate=between(50.0, 1000.0), jitter=float(random.uniform(0.0, 0.2)),
        dropouts=float(random.choice((0.0, 0.5))))


def _ways(
    movement: SyntheticMovement, random: np.random.Generator,
) -> tuple[list[tuple[float, float]], tuple[TurningPoint, ...]]:
    """Return the knots (time, position) between which the way is smooth, and the turns."""
    low, high = movement.bottom, movement.bottom + movement.range
    position = low if movement.up_first else high
    time, direction = movement.lead, 1 if movement.up_first else -1
    knots, turns = [(0.0, position), (time, position)], [TurningPoint(0.0, time, position,
                                                                      direction)]
    for way in range(2 * movement.repetitions):
        end = (high if direction > 0 else low) + (
            movement.spread * movement.range * float(random.uniform(-1.0, 1.0)))
        duration = movement.up_time if direction > 0 else movement.down_time
        time += duration * (1.0 + movement.spread * float(random.uniform(-1.0, 1.0)))
        knots.append((time, end))
        rest = movement.top_rest if direction > 0 else movement.bottom_rest
        if way == 2 * movement.repetitions - 1:
            rest = movement.lead
        knots.append((time + rest, end))
        direction = -direction
        turns.append(TurningPoint(time, time + rest, end, direction))
        time += rest
    return knots, tuple(turns[:-1])


def _sample_times(movement: SyntheticMovement, end: float, random: np.random.Generator) -> Array:
    interval = 1.0 / movement.rate
    count = int(end * movement.rate)
    intervals = interval * np.clip(
        1.0 + movement.jitter * random.standard_normal(count), 0.2, 1.8)
    times = np.cumsum(intervals)
    kept = np.ones(count, dtype=bool)
    starts = np.sort(random.uniform(0.0, end, random.poisson(movement.dropouts * end)))
    for start in starts[np.diff(starts, prepend=-1.0) > 2.0 * movement.dropout_time]:
        stop = start + random.uniform(0.2, 1.0) * (movement.dropout_time - 1.8 * interval)
        kept &= ~((times > start) & (times < stop))
    return np.asarray(times[kept], dtype=np.float64)


def _minimum_jerk(times: Array, knots: list[tuple[float, float]]) -> Array:
    begins = np.array([knot[0] for knot in knots])
    places = np.array([knot[1] for knot in knots])
    index = np.clip(np.searchsorted(begins, times, side='right') - 1, 0, len(knots) - 2)
    duration = np.maximum(begins[index + 1] - begins[index], 1e-9)
    share = np.clip((times - begins[index]) / duration, 0.0, 1.0)
    smooth = share ** 3 * (10.0 - 15.0 * share + 6.0 * share ** 2)
    return np.asarray(places[index] + smooth * (places[index + 1] - places[index]))


def _tremble(times: Array, frequency: float, random: np.random.Generator) -> Array:
    """Return a sine of amplitude at most 1 that swells and fades, as tremor does."""
    phase, slow = random.uniform(0.0, 2.0 * np.pi, 2)
    swell = 0.8 + 0.2 * np.sin(2.0 * np.pi * 0.3 * times + slow)
    return np.asarray(swell * np.sin(2.0 * np.pi * frequency * times + phase))
