# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain check`: verdicts on a computer that is to drive a machine."""
import os
from pathlib import Path
import time
from typing import Annotated, Optional

from negtrain_ros.bringup import node_list, transport
from negtrain_ros.bringup.processes import NodeDied
from negtrain_ros.cli import CommandRefused
from negtrain_ros.computer_check.measurements import expected, measure, Plan, Result
from negtrain_ros.computer_check.observer import Silent
from negtrain_ros.computer_check.picture import draw
from negtrain_ros.computer_check.reporter import Unmeasured
from negtrain_ros.computer_check.verdicts import Level, status
from negtrain_ros.history.database import default_folder
from negtrain_ros.sim.clock import SimulationSettings
from rclpy.exceptions import InvalidNamespaceException
from rclpy.validate_namespace import validate_namespace
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from typer import Exit, Option

WORDS = {Level.FIT: ('fit', 'green'), Level.UNMEASURED: ('not measured', 'yellow'),
         Level.WARNING: ('warning', 'yellow'), Level.UNFIT: ('do not train', 'bold red')}
CONCLUSIONS = {0: 'this computer may drive a machine',
               1: 'this computer may drive a machine, with the warnings above',
               2: 'do not train with this computer as it is now'}


def check(
    seconds: Annotated[float, Option(min=2.0, max=86400.0, help='of measuring')] = 20.0,
    rate: Annotated[float, Option(
        min=50.0, max=1000.0, help='samples of the encoder a second')] = SimulationSettings.rate,
    priority: Annotated[int, Option(
        min=0, max=90, help='SCHED_FIFO priority of the nodes; 0: ordinary scheduling')] =
    node_list.PRIORITY,
    composed: Annotated[bool, Option('--composed', help='all nodes in one process')] = False,
    namespace: Annotated[str, Option(help='of the machine that is to run here')] = '',
    domain: Annotated[Optional[int], Option(min=0, max=232, help='ROS_DOMAIN_ID')] = None,
    params_file: Annotated[Optional[Path], Option(help='parameters of the nodes')] = None,
    folder: Annotated[Optional[Path], Option(
        envvar='NEGTRAIN_FOLDER', help="of the history; the user's data folder")] = None,
    output: Annotated[Path, Option(help='folder for the picture')] = Path('check'),
) -> None:
    """Measure whether this computer may drive a machine; 0 yes, 1 with warnings, 2 no."""
    _refuse_wrong(namespace, params_file, output)
    if domain is not None:
        os.environ['ROS_DOMAIN_ID'] = str(domain)
    # As at a machine: whoever is in its domain is heard, on other computers too.
    os.environ.update(transport.environment_variables(os.environ))
    plan = Plan(seconds, rate, priority, namespace, params_file or node_list.parameters_file(),
                folder or default_folder(), composed)
    try:
        result = _measured(plan)
    except (NodeDied, Silent, Unmeasured) as failure:
        raise CommandRefused(str(failure)) from None
    console = Console() if Console().is_terminal else Console(width=240)
    console.print(_table(result))
    picture = output / 'gaps.png'
    draw(result.gaps, result.bounds.silence, picture)
    console.print(f'histogram of the gaps: {picture}', soft_wrap=True, highlight=False)
    console.print(CONCLUSIONS[status(result.verdicts)], highlight=False)
    raise Exit(status(result.verdicts))


def _measured(plan: Plan) -> Result:
    """Measure, and show how far it is."""
    steps, console = expected(plan), Console(stderr=True)
    with Progress(TextColumn('{task.description}'), BarColumn(), TimeElapsedColumn(),
                  console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task('', total=sum(steps.values()))
        begun: dict[str, float] = {}

        def tell(doing: str) -> None:
            now = time.monotonic()
            done = sum(steps[each] for each in begun if each != doing)
            inside = min(now - begun.setdefault(doing, now), steps[doing])
            progress.update(task, description=doing, completed=done + inside)
        return measure(plan, tell)


def _table(result: Result) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ('', 'verdict', 'measured', 'in words'):
        table.add_column(title, overflow='fold')
    for verdict in result.verdicts:
        word, style = WORDS[verdict.level]
        table.add_row(Text(verdict.subject), Text(word, style), Text(verdict.measured),
                      Text(verdict.sentence))
    return table


def _refuse_wrong(namespace: str, params_file: Path | None, output: Path) -> None:
    """Refuse in one line what could only fail after the measurement has begun."""
    try:
        validate_namespace(f'/{namespace.strip("/")}')
    except InvalidNamespaceException as error:
        raise CommandRefused(f'namespace {namespace!r}: {error}') from None
    try:
        if params_file is not None:
            params_file.read_text()
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandRefused(f'{error.filename}: {error.strerror}') from None
