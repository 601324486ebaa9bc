# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Tell what a replay found: events in lines of JSON, or a table of repetitions."""
from collections.abc import Iterable, Iterator
from typing import Any

from negtrain_ros.core.types import Repetition, Stage, Verdict
from negtrain_ros.replay.moment import Moment


def events(moments: Iterable[Moment]) -> Iterator[dict[str, Any]]:
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
    if repetition.stage is Stage.HALFWAY:
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


def print_table(moments: Iterable[Moment]) -> None:
    """Print one line for each repetition."""
    from rich.console import Console
    from rich.table import Table
    table = Table()
    for heading in ('', 'at [s]', 'verdict', 'up [s]', 'range [mm]', 'mean [m/s]', 'peak [m/s]',
                    'down [s]', 'range [mm]', 'mean [m/s]', 'peak [m/s]', 'smoothness'):
        table.add_column(heading, justify='right')
    counted = 0
    for moment in moments:
        repetition = moment.repetition
        if repetition is None or repetition.stage is not Stage.COMPLETE:
            continue
        counted = repetition.number
        row = [str(repetition.number) if repetition.verdict is Verdict.COUNTED else '',
               f'{repetition.stamp:.2f}', repetition.verdict.name.lower().replace('_', ' ')]
        for measure in (repetition.concentric, repetition.eccentric):
            row += [f'{measure.duration:.2f}', f'{1e3 * measure.range:.0f}',
                    f'{measure.mean_velocity:.2f}', f'{measure.peak_velocity:.2f}']
        table.add_row(*row, f'{repetition.concentric.smoothness:.2f}')
    console = Console()
    console.print(table)
    console.print(f'{counted} repetitions counted')
