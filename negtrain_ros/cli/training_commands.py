# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain calibrate`, `test`, `accept`, `revoke` and `train` at a machine that is running."""
from collections.abc import Iterator
from contextlib import contextmanager
import os
from shlex import quote
from typing import Annotated, Optional

from negtrain_interfaces.action import Train
from negtrain_ros.cli import CommandRefused
from negtrain_ros.cli.display import Display, Lines
from negtrain_ros.cli.keyboard import Keyboard, LEGEND
from negtrain_ros.cli.sim import METHODS
from negtrain_ros.cli.summary import tabulate
from negtrain_ros.core.planning.prescription import loads
from negtrain_ros.core.planning.strength import StrengthMethod
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import Prescription, Verdict
from negtrain_ros.machine_client import MachineClient, MachineClientError, training
from negtrain_ros.shell import names
from negtrain_ros.terminal import print_whole
from rich.console import Console
from typer import Argument, confirm, Option

Athlete = Annotated[str, Argument(help='name')]
Exercise = Annotated[str, Argument(help='one of config/exercises.yaml')]
Namespace = Annotated[str, Option(help='of the machine')]
Number = Annotated[int, Argument(help='of the strength test, as `negtrain test` prints it')]
STRENGTH_METHODS = {method.name.lower(): method for method in StrengthMethod}


def calibrate(athlete: Athlete, exercise: Exercise, namespace: Namespace = '') -> None:
    """Let an athlete show the range of motion with a few light repetitions."""
    with _machine(namespace) as trainer:
        found = trainer.calibrate(athlete, exercise)
    print(f'range of {athlete} at {exercise}: {found.bottom:.3f} m to {found.top:.3f} m')


def test(
    athlete: Athlete, exercise: Exercise,
    expected: Annotated[float, Argument(help='guess of the maximum [kg]; sets the first loads')],
    method: Annotated[str, Option(help=', '.join(STRENGTH_METHODS))] = 'load_velocity',
    accept: Annotated[Optional[bool], Option(help='let it count; neither: ask')] = None,
    namespace: Namespace = '',
) -> None:
    """Measure the maximum of an athlete; it counts once it is accepted."""
    if method not in STRENGTH_METHODS:
        raise CommandRefused(f'unknown method {method!r}: one of {", ".join(STRENGTH_METHODS)}')
    with _machine(namespace) as trainer:
        result = trainer.test(athlete, exercise, STRENGTH_METHODS[method], expected)
        print(f'maximum of {athlete} at {exercise}: {result.maximum:.1f} kg')
        print(f'nine of ten lie between {result.low:.1f} and {result.high:.1f} kg; less than '
              f'{result.smallest_change:.1f} kg from another test may be chance')
        if accept if accept is not None else confirm('Let it count?'):
            trainer.accept(athlete, exercise, result.test)
            print(f'strength test {result.test} counts from now on')
        else:
            print('it does not count; to let it count later: '
                  f'negtrain accept {quote(athlete)} {exercise} {result.test}')


def accept(
    athlete: Athlete, exercise: Exercise, number: Number, namespace: Namespace = '',
) -> None:
    """Let a strength test count from now on, in the place of the one before."""
    with _machine(namespace) as trainer:
        trainer.accept(athlete, exercise, number)
    print(f'strength test {number} counts from now on')


def revoke(
    athlete: Athlete, exercise: Exercise, number: Number, namespace: Namespace = '',
) -> None:
    """Let a strength test count no more; the one accepted before counts again."""
    with _machine(namespace) as trainer:
        trainer.accept(athlete, exercise, number, revoke=True)
    print(f'strength test {number} counts no more')


def train(
    athlete: Athlete, exercise: Exercise,
    program: Annotated[str, Option(help='next session of it')] = '',
    consent: Annotated[bool, Option(help='agree to loads above the last ones')] = False,
    resume: Annotated[bool, Option(help='go on with an interrupted session')] = False,
    maximum: Annotated[float, Option(help='without a programme: the maximum [kg]')] = 0.0,
    method: Annotated[str, Option(help=', '.join(METHODS))] = 'negative',
    repetitions: Annotated[int, Option(min=1, max=100)] = 12,
    sets: Annotated[int, Option(min=1, max=20)] = 2,
    rest: Annotated[float, Option(min=0.0, max=600.0, help='between sets [s]')] = 90.0,
    namespace: Namespace = '',
) -> None:
    """Train the next session of a programme, or sets at shares of a maximum."""
    if method not in METHODS:
        raise CommandRefused(f'unknown method {method!r}: one of {", ".join(METHODS)}')
    if program or resume:
        goal = Train.Goal(athlete=athlete, exercise=exercise, program=program,
                          consent=consent, resume=resume, rest=rest)
    else:
        try:
            load = loads(maximum, METHODS[method])
        except Refusal as refusal:
            raise CommandRefused(str(refusal)) from None
        goal = training(Prescription(
            athlete=athlete, exercise=exercise, method=METHODS[method],
            concentric=load.concentric, eccentric=load.eccentric, limit=load.limit,
            repetitions=repetitions), sets, rest)
    with _machine(namespace) as trainer:
        done = trainer.train(goal)
    print_whole(tabulate([
        repetition for one in done for repetition in one.repetitions
        if repetition.verdict is Verdict.COUNTED]), Console())


@contextmanager
def _machine(namespace: str) -> Iterator[MachineClient]:
    """Give a client of the machine in a namespace, with a view of what happens."""
    refusal = names.refusal(namespace, os.environ)
    if refusal:
        raise CommandRefused(refusal)
    console = Console()
    with Keyboard() as keyboard, (
            Display(console, LEGEND if keyboard.live else '') if console.is_terminal
            else Lines(console)) as view:
        def idle() -> None:
            for service in keyboard.requests():
                trainer.send(service, view.note)
            view.refresh()

        try:
            with MachineClient(namespace, idle=idle, on_value=view.show) as trainer:
                trainer.wait_for_machine(view.note)
                yield trainer
        except MachineClientError as failure:
            raise CommandRefused(str(failure), status=1) from None
