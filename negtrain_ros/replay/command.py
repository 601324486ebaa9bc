# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The command `negtrain replay`; what only some recordings or outputs need is imported by them."""
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
import json
from pathlib import Path
from typing import Annotated, Any, Optional

from negtrain_ros.core.phase.phase_detector import PhaseSettings
from negtrain_ros.core.phase.repetition_counter import RepetitionSettings
from negtrain_ros.replay.csv_reader import Declared
from negtrain_ros.replay.inputs import is_session
from negtrain_ros.replay.output import events, print_table
from negtrain_ros.replay.position_recording import read_csv, run
from negtrain_ros.replay.sample import RecordingError, ReplaySample
import typer

MIN_ROM = 0.15  # m, where nothing but positions is known
UNUSABLE = 2    # exit status


class Output(str, Enum):
    """How the result is written."""

    table = 'table'
    jsonl = 'jsonl'


class OrderWord(str, Enum):
    """Which phase begins a repetition; each has a short word for the command line."""

    concentric_first = 'concentric_first'
    eccentric_first = 'eccentric_first'
    con_ecc = 'con-ecc'
    ecc_con = 'ecc-con'

    @property
    def setting(self) -> str:
        """Return the word of the parameter `phase.order`."""
        return {'con-ecc': 'concentric_first', 'ecc-con': 'eccentric_first'}.get(
            self.value, self.value)


class Length(str, Enum):
    """Unit of positions."""

    m = 'm'
    cm = 'cm'
    mm = 'mm'
    inch = 'in'


class Time(str, Enum):
    """Unit of times."""

    s = 's'
    ms = 'ms'
    us = 'us'
    ns = 'ns'
    min = 'min'


def replay(
    file: Annotated[Path, typer.Argument(
        help='recording: text with time and position in columns, an MCAP file of a session, or '
             'a folder of `ros2 bag record`')],
    min_rom: Annotated[Optional[float], typer.Option(
        help='shortest travel that can be half a repetition, in m', min=0.01, max=1.0,
        show_default='0.15; MCAP or --params-file: as the machine has it')] = None,
    order: Annotated[Optional[OrderWord], typer.Option(
        help='which phase begins a repetition',
        show_default='concentric_first; --params-file: as the machine has it')] = None,
    unit: Annotated[Optional[Length], typer.Option(
        help='of the positions', show_default='as the heading says; m')] = None,
    time_unit: Annotated[Optional[Time], typer.Option(
        help='of the times', show_default='as the heading says; s')] = None,
    invert: Annotated[Optional[bool], typer.Option(
        '--invert/--no-invert', help='whether positions grow downwards',
        show_default='no-invert')] = None,
    columns: Annotated[str, typer.Option(
        help='TIME,POSITION or TIME,POSITION,LOAD: headings, or numbers from 1 on',
        show_default='found by their headings')] = '',
    params_file: Annotated[Optional[Path], typer.Option(
        help='parameters of the nodes; those of phase_detector are used')] = None,
    namespace: Annotated[str, typer.Option(
        help='of the machine in --params-file', show_default='the one that it is for')] = '',
    format: Annotated[Output, typer.Option(help='how to write the result')] = Output.table,
    plot_file: Annotated[Optional[Path], typer.Option(
        '--plot', help='draw position, phases and repetitions into this PNG')] = None,
) -> None:
    """Run the core over a recording and tell its phases and repetitions."""
    try:
        _check_plot(plot_file)
        declared = Declared(unit or '', time_unit or '', invert, _columns(columns))
        recorded = is_session(file)
        if recorded and declared != Declared():
            raise RecordingError(f'{file}: a session has its units and columns: leave --unit, '
                           '--time-unit, --invert and --columns out')
        if min_rom is None and params_file is None and not recorded:
            min_rom = MIN_ROM
        settings = _settings(
            params_file, namespace, min_range=min_rom, order=order and order.setting)
        moments = (_again(file, *settings) if recorded
                   else _positions(file, declared, *settings))
        _tell(moments, format, plot_file)
    except RecordingError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(UNUSABLE) from None


def _tell(moments: Iterator[ReplaySample], format: Output, plot_file: Path | None) -> None:
    """Write the result, and draw it where that is asked for."""
    if plot_file is not None:
        from negtrain_ros.replay.plot import plot
        kept = list(moments)
        try:
            plot(kept, plot_file)
        except OSError as problem:
            raise RecordingError(f'{plot_file}: {problem.strerror}') from None
        moments = iter(kept)
    if format is Output.jsonl:
        for event in events(moments):
            typer.echo(json.dumps(event))
    else:
        print_table(moments)


def _check_plot(path: Path | None) -> None:
    """Refuse a picture that could not be written, before the run."""
    if path is None:
        return
    if path.suffix.lower() != '.png':
        raise RecordingError(f'{path}: a picture is a PNG; say {path.with_suffix(".png").name}')
    if not path.parent.is_dir():
        raise RecordingError(f'{path}: there is no folder {path.parent}')
    if path.is_dir():
        raise RecordingError(f'{path}: is a folder')


def _columns(said: str) -> tuple[str, ...]:
    columns = tuple(said.split(',')) if said else ()
    if columns and not (2 <= len(columns) <= 3 and all(map(str.strip, columns))):
        raise RecordingError(f'--columns {said}: say TIME,POSITION or TIME,POSITION,LOAD')
    return columns


def _settings(
    params_file: Path | None, namespace: str, **given: float | str | None,
) -> tuple[PhaseSettings, RepetitionSettings]:
    """Return the settings of a file, or the defaults, with what was given besides."""
    phase, repetition = PhaseSettings(), RepetitionSettings()
    if params_file is not None:
        from negtrain_ros.replay.detector_settings import detector
        phase, repetition = detector(params_file, namespace)
    said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return replace(phase, **said), repetition


def _positions(
    file: Path, declared: Declared, phase: PhaseSettings, repetition: RepetitionSettings,
) -> Iterator[ReplaySample]:
    """Read positions and run the core over them; say on standard error what was left out."""
    recording = read_csv(file, declared)
    for remark in recording.remarks:
        typer.echo(f'{file}: {remark}', err=True)
    if (recording.from_the_top and phase.order == OrderWord.concentric_first.value
            and declared.invert is None):
        typer.echo(f'{file}: begins at the top, and a repetition with the way up: '
                   '--order eccentric_first or --invert if that is not so', err=True)
    return run(recording, phase, repetition)


def _again(
    file: Path, phase: PhaseSettings, repetition: RepetitionSettings,
) -> Iterator[ReplaySample]:
    """Read a session and detect its phases again; say on standard error how many are the same."""
    from negtrain_ros.replay.comparison import Comparison
    from negtrain_ros.replay.mcap_reader import read_session
    session = read_session(file)
    if session.cut:
        typer.echo(f'{file}: {session.cut}', err=True)
    redetection = Comparison(session, phase, repetition)

    def told() -> Iterator[ReplaySample]:
        yield from redetection.run()
        typer.echo(str(redetection.agreement), err=True)
    return told()
