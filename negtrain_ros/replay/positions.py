# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Positions over time, from a CSV file: run the whole core over them."""
from collections.abc import Iterator
import csv
from dataclasses import dataclass
from itertools import pairwise
from math import nan
from pathlib import Path
from statistics import median
from typing import Any

from negtrain_ros.core.encoder import Encoder, EncoderSettings
from negtrain_ros.core.phase import PhaseDetector, PhaseSettings
from negtrain_ros.core.repetition import RepetitionCounter, RepetitionSettings
from negtrain_ros.replay.moment import Moment, Unusable

COUNTS_PER_METRE = 1e5  # of the encoder that a recording of positions is read through
LARGEST = 1e9  # of any number in it


@dataclass(frozen=True)
class Recording:
    """Counts of an encoder over time, and the load that was applied, where it is known."""

    times: list[float]
    counts: list[int]
    loads: list[float]
    encoder: EncoderSettings


def read_csv(path: Path) -> Recording:
    """
    Read a recording: columns time [s], position [m], up positive, and perhaps load [kg].

    :raises Unusable: naming file, line and reason
    """
    try:
        with path.open(newline='', encoding='utf-8') as file:
            times, positions, loads = _columns(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise Unusable(f'{path}: {problem}') from None
    except Unusable as problem:
        raise Unusable(f'{path}:{problem}') from None
    if len(times) < 2:
        raise Unusable(f'{path}:{1 + len(times)}: no movement in it, {len(times)} samples')
    interval = median(later - earlier for earlier, later in pairwise(times))
    interval = min(interval, 0.2)
    # a recording has no stops that are known, and pauses as long as they please
    encoder = EncoderSettings(
        counts_per_metre=COUNTS_PER_METRE, silence=max(0.05, 3.0 * interval),
        bottom_stop=-100.0, top_stop=100.0, frozen_after=3600.0)
    counts = [round(position * COUNTS_PER_METRE) for position in positions]
    return Recording(times, counts, loads, encoder)


def _columns(rows: Any) -> tuple[list[float], list[float], list[float]]:
    """
    Return times, positions and loads.

    :param rows: a reader of CSV
    :raises Unusable: naming line and reason
    """
    columns = [name.strip() for name in next(rows, [])]
    missing = [name for name in ('time', 'position') if name not in columns]
    if missing:
        raise Unusable(f'1: no column {" and no column ".join(missing)}')
    places = [(name, columns.index(name)) for name in ('time', 'position', 'load')
              if name in columns]
    found: list[list[float]] = [[] for _ in places]
    for row in rows:
        if not row:
            continue
        for (name, place), numbers in zip(places, found, strict=True):
            try:
                number = float(row[place])
            except (ValueError, IndexError):
                text = row[place] if place < len(row) else ''
                raise Unusable(f'{rows.line_num}: {name} is {text!r}, not a number') from None
            if not -LARGEST <= number <= LARGEST:
                raise Unusable(f'{rows.line_num}: {name} is {number}, not a usable number')
            numbers.append(number)
        times = found[0]
        if len(times) > 1 and times[-1] < times[-2]:
            raise Unusable(f'{rows.line_num}: time {times[-1]:g} is before {times[-2]:g}')
    loads = found[2] if len(found) > 2 else [nan] * len(found[0])
    return found[0], found[1], loads


def run(
    recording: Recording, phase: PhaseSettings, repetition: RepetitionSettings,
) -> Iterator[Moment]:
    """Step the core through a recording, each sample with nothing but those before it."""
    encoder = Encoder(recording.encoder)
    detector = PhaseDetector(phase)
    counter = RepetitionCounter(repetition)
    for time, counts, load in zip(
            recording.times, recording.counts, recording.loads, strict=True):
        handle = encoder.step(counts, time)
        estimate = detector.step(handle)
        yield Moment(handle, estimate, counter.step(handle, estimate, load))
    unfinished = counter.finish(handle.stamp)
    if unfinished is not None:
        yield Moment(handle, estimate, unfinished)
