# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Output of a replay: events in lines of JSON, or a table of repetitions."""
from collections.abc import Iterable, Iterator
from math import isnan, nan
from typing import Any

from negtrain_ros.core.types import Repetition, RepetitionStage, Verdict
from negtrain_ros.replay.sample import ReplaySample
from negtrain_ros.terminal import show


def events(moments: Iterable[ReplaySample]) -> Iterator[dict[str, Any]]:
    """Tell the changes of phase and the repetitions as they became known."""
    phase = None
    for moment in moments:
        estimate, repetition = moment.estimate, moment.repetition
        if estimate.phase is not phase:
            phase = estimate.phase
            yield {'event': 'phase', 'time': estimate.stamp, 'phase': phase.name.lower(),
                   'start': estimate.start, 'position': estimate.position,
                   'velocity': estimate.velocity, 'confidence': estimate.confidence}
        if repetition is not None:
            yield _told(repetition)


def _told(repetition: Repetition) -> dict[str, Any]:
    """Name a repetition by what became known: half of one, a whole one, or why it is none."""
    if repetition.stage is RepetitionStage.HALFWAY:
        name = 'halfway'
    elif repetition.verdict is Verdict.COUNTED:
        name = 'repetition'
    else:
        name = 'rejected'
    measures = {
        part: {key: value for key, value in _values(getattr(repetition, part)) if value == value}
        for part in ('concentric', 'eccentric')}
    return {'event': name, 'time': repetition.stamp, 'number': repetition.number,
            'verdict': repetition.verdict.name.lower(), **measures}


def _values(measure: Any) -> Iterator[tuple[str, float]]:
    """Give the names and values of a measure."""
    for name in measure.__slots__:
        yield name, getattr(measure, name)


HEADINGS = ('', 'at [s]', 'verdict', 'up [s]', 'range [mm]', 'mean [m/s]', 'peak [m/s]',
            'down [s]', 'range [mm]', 'mean [m/s]', 'peak [m/s]', 'smooth-\nness')


def print_table(moments: Iterable[ReplaySample]) -> None:
    """Print one line for each repetition, with the time since the recording began."""
    counted, begin = 0, nan
    rows = []
    for moment in moments:
        begin = moment.handle.stamp if isnan(begin) else begin
        repetition = moment.repetition
        if repetition is None or repetition.stage is not RepetitionStage.COMPLETE:
            continue
        counted = repetition.number
        row = [str(repetition.number) if repetition.verdict is Verdict.COUNTED else '',
               f'{repetition.stamp - begin:.2f}',
               repetition.verdict.name.lower().replace('_', ' ')]
        for measure in (repetition.concentric, repetition.eccentric):
            row += [_number(measure.duration, 2), _number(1e3 * measure.range, 0),
                    _number(measure.mean_velocity, 2), _number(measure.peak_velocity, 2)]
        rows.append([*row, _number(repetition.concentric.smoothness, 2)])
    if rows:
        show(HEADINGS, rows, words=('verdict',))
    print(f'{counted} repetitions counted')


def _number(value: float, digits: int) -> str:
    return '' if isnan(value) else f'{value:.{digits}f}'
