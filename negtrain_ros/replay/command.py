# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The command `negtrain replay`; what only some recordings or outputs need is imported by them."""
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
import json
from pathlib import Path
from typing import Annotated, Any

from negtrain_ros.core.phase import PhaseSettings
from negtrain_ros.core.repetition import RepetitionSettings
from negtrain_ros.replay.moment import Moment, Unusable
from negtrain_ros.replay.positions import read_csv, run
from negtrain_ros.replay.telling import events, print_table
import typer

MIN_ROM = 0.15  # m, where nothing but positions is known
UNUSABLE = 2    # exit status


class Output(StrEnum):
    """How the result is written."""

    table = 'table'
    jsonl = 'jsonl'


class OrderWord(StrEnum):
    """Which phase begins a repetition."""

    con_ecc = 'con-ecc'
    ecc_con = 'ecc-con'


def replay(
    file: Annotated[Path, typer.Argument(
        help='recording: CSV with time in s and position in m, or MCAP of a session')],
    min_rom: Annotated[float | None, typer.Option(
        help='shortest travel that can be half a repetition, in m', min=0.01, max=1.0,
        show_default='0.15; MCAP or --params-file: as the machine has it')] = None,
    order: Annotated[OrderWord | None, typer.Option(
        help='which phase begins a repetition',
        show_default='con-ecc; --params-file: as the machine has it')] = None,
    params_file: Annotated[Path | None, typer.Option(
        help='parameters of the nodes; those of phase_detector are used')] = None,
    format: Annotated[Output, typer.Option(help='how to write the result')] = Output.table,
    plot_file: Annotated[Path | None, typer.Option(
        '--plot', help='draw position, phases and repetitions into this PNG')] = None,
) -> None:
    """Run the core over a recording and tell its phases and repetitions."""
    try:
        recorded = file.suffix == '.mcap'
        if min_rom is None and params_file is None and not recorded:
            min_rom = MIN_ROM
        settings = _settings(params_file, min_range=min_rom, order=order and order.value)
        moments = _again(file, *settings) if recorded else run(read_csv(file), *settings)
    except Unusable as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(UNUSABLE) from None
    if plot_file is not None:
        from negtrain_ros.replay.picture import plot
        kept = list(moments)
        plot(kept, plot_file)
        moments = iter(kept)
    if format is Output.jsonl:
        for event in events(moments):
            typer.echo(json.dumps(event))
    else:
        print_table(moments)


def _settings(
    params_file: Path | None, **given: float | str | None,
) -> tuple[PhaseSettings, RepetitionSettings]:
    """Return the settings of a file, or the defaults, with what was given besides."""
    phase, repetition = PhaseSettings(), RepetitionSettings()
    if params_file is not None:
        from negtrain_ros.replay.machine import detector
        phase, repetition = detector(params_file)
    said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return replace(phase, **said), replace(repetition, **said)


def _again(
    file: Path, phase: PhaseSettings, repetition: RepetitionSettings,
) -> Iterator[Moment]:
    """Read a session and detect its phases again; say on standard error how many are the same."""
    from negtrain_ros.replay.redetection import Redetection
    from negtrain_ros.replay.session import read_mcap
    redetection = Redetection(read_mcap(file), phase, repetition)

    def told() -> Iterator[Moment]:
        yield from redetection.run()
        typer.echo(str(redetection.agreement), err=True)
    return told()
