# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Recording of positions over time, run through the whole core."""
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from negtrain_ros.core.encoder.encoder import Encoder, EncoderSettings
from negtrain_ros.core.phase.phase_detector import PhaseDetector, PhaseSettings
from negtrain_ros.core.phase.repetition_counter import RepetitionCounter, RepetitionSettings
from negtrain_ros.replay import csv_reader
from negtrain_ros.replay.csv_reader import Declared
from negtrain_ros.replay.sample import ReplaySample

COUNTS_PER_METRE = 1e5  # of the encoder that a recording of positions is read through


@dataclass(frozen=True)
class PositionRecording:
    """
    Counts of an encoder over time, and the load that was applied, where it is known.

    :ivar remarks: what was left out or taken for something, a line each
    :ivar from_the_top: whether it begins in the upper quarter of its range
    """

    times: list[float]
    counts: list[int]
    loads: list[float]
    encoder: EncoderSettings
    remarks: tuple[str, ...] = ()
    from_the_top: bool = False


def read_csv(path: Path, declared: Declared | None = None) -> PositionRecording:
    """
    Read a recording of positions over time; see csv_reader for what files may look like.

    :param declared: what the user says about it
    :raises Unusable: naming file, line and reason
    """
    samples = csv_reader.read(path, declared or Declared())
    interval = median(later - earlier for earlier, later in pairwise(samples.times))
    interval = min(interval, 0.2)
    # a recording has no stops that are known, and pauses as long as they please
    encoder = EncoderSettings(
        counts_per_metre=COUNTS_PER_METRE, silence=max(0.05, 3.0 * interval),
        bottom_stop=-100.0, top_stop=100.0, frozen_after=3600.0)
    counts = [round(position * COUNTS_PER_METRE) for position in samples.positions]
    return PositionRecording(samples.times, counts, samples.loads, encoder, samples.remarks,
                     csv_reader.begins_at_the_top(samples.positions))


def run(
    recording: PositionRecording, phase: PhaseSettings, repetition: RepetitionSettings,
) -> Iterator[ReplaySample]:
    """Step the core through a recording, each sample with nothing but those before it."""
    encoder = Encoder(recording.encoder)
    detector = PhaseDetector(phase)
    counter = RepetitionCounter(repetition, phase)
    for time, counts, load in zip(
            recording.times, recording.counts, recording.loads, strict=True):
        handle = encoder.step(counts, time)
        estimate = detector.step(handle)
        yield ReplaySample(handle, estimate, counter.step(handle, estimate, load))
    unfinished = counter.finish(handle.stamp)
    if unfinished is not None:
        yield ReplaySample(handle, estimate, unfinished)
