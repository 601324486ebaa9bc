# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain replay`: run the core over a recording, as it would have run at the machine."""
from collections.abc import Iterator
import csv
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
import json
from math import isfinite, nan
from pathlib import Path
from statistics import median
from typing import Annotated, Any

from negtrain_ros.core.encoder import Encoder, EncoderSettings
from negtrain_ros.core.phase import PhaseDetector, PhaseSettings
from negtrain_ros.core.repetition import RepetitionCounter, RepetitionSettings
from negtrain_ros.core.types import Handle, Phase, PhaseEstimate, Repetition, Stage, Verdict
from rich.console import Console
from rich.table import Table
import typer

COUNTS_PER_METRE = 1e5  # the encoder that a recording of positions is read through
UNUSABLE = 2            # exit status


class Unusable(Exception):
    """A recording cannot be read; the message says where and why."""


class Output(StrEnum):
    """How the result is written."""

    table = 'table'
    jsonl = 'jsonl'


class OrderWord(StrEnum):
    """Which phase begins a repetition."""

    con_ecc = 'con-ecc'
    ecc_con = 'ecc-con'


@dataclass(frozen=True)
class Recording:
    """Counts of an encoder over time, and the load that was applied, where it is known."""

    times: list[float]
    counts: list[int]
    loads: list[float]
    encoder: EncoderSettings


@dataclass(frozen=True)
class Moment:
    """What the core made of one sample."""

    handle: Handle
    estimate: PhaseEstimate
    repetition: Repetition | None


def read_csv(path: Path) -> Recording:
    """
    Read a recording: columns time [s], position [m], up positive, and perhaps load [kg].

    :raises Unusable: naming file, line and reason
    """
    times: list[float] = []
    positions: list[float] = []
    loads: list[float] = []
    try:
        with path.open(newline='', encoding='utf-8') as file:
            rows = csv.reader(file)
            columns = [name.strip() for name in next(rows, [])]
            missing = [name for name in ('time', 'position') if name not in columns]
            if missing:
                raise Unusable(f'{path}:1: no column {" and no column ".join(missing)}')
            time_at, position_at = columns.index('time'), columns.index('position')
            load_at = columns.index('load') if 'load' in columns else None
            for row in rows:
                if not row:
                    continue
                where = f'{path}:{rows.line_num}'
                time = _number(row, time_at, 'time', where)
                if times and time < times[-1]:
                    raise Unusable(f'{where}: time {time:g} is before {times[-1]:g}')
                times.append(time)
                positions.append(_number(row, position_at, 'position', where))
                loads.append(nan if load_at is None else _number(row, load_at, 'load', where))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise Unusable(f'{path}: {problem}') from None
    if len(times) < 2:
        raise Unusable(f'{path}:{1 + len(times)}: no movement in it, {len(times)} samples')
    interval = median(later - earlier for earlier, later in pairwise(times))
    interval = min(max(interval, 0.0005), 0.2)
    # a recording has no stops that are known, and pauses as long as they please
    encoder = EncoderSettings(
        counts_per_metre=COUNTS_PER_METRE, rate=1.0 / interval, silence=max(0.05, 3.0 * interval),
        bottom_stop=-100.0, top_stop=100.0, frozen_after=3600.0)
    counts = [round(position * COUNTS_PER_METRE) for position in positions]
    return Recording(times, counts, loads, encoder)


def _number(row: list[str], column: int, name: str, where: str) -> float:
    text = row[column] if column < len(row) else ''
    try:
        number = float(text)
    except ValueError:
        raise Unusable(f'{where}: {name} is {text!r}, not a number') from None
    if not isfinite(number) or abs(number) > 1e9:
        raise Unusable(f'{where}: {name} is {text}, not a usable number')
    return number


def run(recording: Recording, min_range: float, order: str) -> Iterator[Moment]:
    """Step the core through a recording, each sample with nothing but those before it."""
    encoder = Encoder(recording.encoder)
    detector = PhaseDetector(PhaseSettings(min_range=min_range, order=order))
    counter = RepetitionCounter(RepetitionSettings(min_range=min_range, order=order))
    for time, counts, load in zip(
            recording.times, recording.counts, recording.loads, strict=True):
        handle = encoder.step(counts, time)
        estimate = detector.step(handle)
        yield Moment(handle, estimate, counter.step(handle, estimate, load))


def events(moments: Iterator[Moment]) -> Iterator[dict[str, Any]]:
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


def print_table(moments: Iterator[Moment], console: Console) -> None:
    """Print one line for each repetition."""
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
    console.print(table)
    console.print(f'{counted} repetitions counted')


def plot(moments: list[Moment], path: Path) -> None:
    """Draw position with phases, turning points and counted repetitions."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    colours = {Phase.UNKNOWN: '#dddddd', Phase.BOTTOM_HOLD: '#cfe3f5', Phase.CONCENTRIC: '#d8f0d0',
               Phase.TOP_HOLD: '#fff0c0', Phase.ECCENTRIC: '#f8d5d0'}
    figure = Figure(figsize=(14, 4.5), layout='constrained')
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    changes = [0, *(k for k in range(1, len(moments))
                    if moments[k].estimate.phase is not moments[k - 1].estimate.phase)]
    seen: set[Phase] = set()
    for begin, end in zip(changes, [*changes[1:], len(moments) - 1], strict=True):
        phase = moments[begin].estimate.phase
        label = None if phase in seen else phase.name.lower().replace('_', ' ')
        axes.axvspan(moments[begin].estimate.stamp, moments[end].estimate.stamp,
                     color=colours[phase], label=label, linewidth=0)
        seen.add(phase)
    axes.plot([moment.handle.stamp for moment in moments],
              [moment.handle.position for moment in moments], color='black', linewidth=0.9)
    turned = 0
    for k in changes:
        moment = moments[k]
        if moment.estimate.phase in (Phase.CONCENTRIC, Phase.ECCENTRIC):
            if turned not in (0, moment.estimate.phase):
                axes.plot(moment.handle.stamp, moment.handle.position, 'k.', markersize=5)
            turned = moment.estimate.phase
    for moment in moments:
        repetition = moment.repetition
        if repetition is not None and repetition.stage is Stage.COMPLETE:
            counted = repetition.verdict is Verdict.COUNTED
            axes.annotate(str(repetition.number) if counted else '×',
                          (moment.handle.stamp, moment.handle.position),
                          textcoords='offset points', xytext=(4, 6), fontsize=9)
    axes.set_xlabel('time [s]')
    axes.set_ylabel('position [m]')
    axes.margins(x=0.0)
    figure.legend(loc='outside upper center', ncols=5, frameon=False, fontsize=9)
    figure.savefig(path, dpi=110)


def replay(
    file: Annotated[Path, typer.Argument(help='recording: CSV with time [s] and position [m]')],
    min_rom: Annotated[float, typer.Option(
        help='shortest travel that can be half a repetition [m]', min=0.01, max=1.0)] = 0.15,
    order: Annotated[OrderWord, typer.Option(
        help='which phase begins a repetition')] = OrderWord.con_ecc,
    format: Annotated[Output, typer.Option(help='how to write the result')] = Output.table,
    plot_file: Annotated[Path | None, typer.Option(
        '--plot', help='draw position, phases and repetitions into this PNG')] = None,
) -> None:
    """Run the core over a recording and tell its phases and repetitions."""
    try:
        recording = read_csv(file)
    except Unusable as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(UNUSABLE) from None
    moments = list(run(recording, min_rom, order.value))
    if format is Output.jsonl:
        for event in events(iter(moments)):
            typer.echo(json.dumps(event))
    else:
        print_table(iter(moments), Console())
    if plot_file is not None:
        plot(moments, plot_file)


if __name__ == '__main__':
    typer.run(replay)
