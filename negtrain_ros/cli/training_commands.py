# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain calibrate`, `test`, `accept`, `revoke` and `train` at a machine that is running."""
from collections.abc import Callable, Iterator
from contextlib import contextmanager
import os
from shlex import quote
import sys
from typing import Annotated, Optional, TypeVar

from negtrain_interfaces.action import Train
from negtrain_ros.cli import CommandRefused
from negtrain_ros.cli.display import Display, Lines
from negtrain_ros.cli.keyboard import Keyboard, LEGEND
from negtrain_ros.cli.sim import derive, method_of, METHODS
from negtrain_ros.cli.summary import tabulate
from negtrain_ros.core.planning.strength import StrengthMethod
from negtrain_ros.core.types import Prescription, SetSummary, Verdict
from negtrain_ros.machine_client import (
    MachineClient,
    MachineClientError,
    QuestionAsked,
    training,
)
from negtrain_ros.shell import names
from negtrain_ros.terminal import print_whole
from rich.console import Console
from typer import Argument, confirm, Option

Athlete = Annotated[str, Argument(help='name')]
Exercise = Annotated[str, Argument(help='one of config/exercises.yaml')]
Namespace = Annotated[str, Option(help='of the machine')]
Number = Annotated[int, Argument(help='of the strength test, as `negtrain test` prints it')]
Consent = Annotated[bool, Option(help='agree to what is asked: loads above the last ones')]
Result = TypeVar('Result')
STRENGTH_METHODS = {method.name.lower(): method for method in StrengthMethod}


def calibrate(
    athlete: Athlete, exercise: Exercise, consent: Consent = False, namespace: Namespace = '',
) -> None:
    """Let an athlete show the range of motion with a few light repetitions."""
    found = _at_machine(namespace, consent, lambda trainer, agreed: trainer.calibrate(
        athlete, exercise, consent=agreed))
    print(f'range of {athlete} at {exercise}: {found.bottom:.3f} m to {found.top:.3f} m')


def test(
    athlete: Athlete, exercise: Exercise,
    expected: Annotated[float, Argument(help='guess of the maximum [kg]; sets the first loads')],
    method: Annotated[str, Option(help=', '.join(STRENGTH_METHODS))] = 'load_velocity',
    count: Annotated[Optional[bool], Option(
        '--accept/--no-accept', help='let it count; neither: ask')] = None,
    consent: Consent = False,
    namespace: Namespace = '',
) -> None:
    """Measure the maximum of an athlete; it counts once it is accepted."""
    chosen = method_of(method, STRENGTH_METHODS)
    result = _at_machine(namespace, consent, lambda trainer, agreed: trainer.test(
        athlete, exercise, chosen, expected, consent=agreed))
    print(f'maximum of {athlete} at {exercise}: {result.maximum:.1f} kg')
    print(f'nine of ten lie between {result.low:.1f} and {result.high:.1f} kg; less than '
          f'{result.smallest_change:.1f} kg from another test may be chance')
    if count if count is not None else confirm('Let it count?'):
        accept(athlete, exercise, result.test, namespace)
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
    consent: Consent = False,
    resume: Annotated[bool, Option(help='go on with an interrupted session')] = False,
    maximum: Annotated[float, Option(help='without a programme: the maximum [kg]')] = 0.0,
    method: Annotated[str, Option(help=', '.join(METHODS))] = 'negative',
    repetitions: Annotated[int, Option(min=1, max=100)] = 12,
    sets: Annotated[int, Option(min=1, max=20)] = 2,
    rest: Annotated[float, Option(min=0.0, max=600.0, help='between sets [s]')] = 90.0,
    namespace: Namespace = '',
) -> None:
    """Train the next session of a programme, or sets at shares of a maximum."""
    chosen = method_of(method, METHODS)
    if program or resume:
        goal = Train.Goal(athlete=athlete, exercise=exercise, program=program,
                          consent=consent, resume=resume, rest=rest)
    else:
        _, load = derive(exercise, maximum, chosen)
        goal = training(Prescription(
            athlete=athlete, exercise=exercise, method=chosen,
            concentric=load.concentric, eccentric=load.eccentric, limit=load.limit,
            repetitions=repetitions), sets, rest)

    def begin(trainer: MachineClient, agreed: bool) -> tuple[SetSummary, ...]:
        goal.consent = agreed
        return trainer.train(goal)

    done = _at_machine(namespace, consent, begin)
    print_whole(tabulate([
        repetition for one in done for repetition in one.repetitions
        if repetition.verdict is Verdict.COUNTED]), Console())


def _at_machine(
    namespace: str, consent: bool, ask: Callable[[MachineClient, bool], Result],
) -> Result:
    """Ask for something; a question that comes back is put to whoever sits at the terminal."""
    try:
        with _machine(namespace) as trainer:
            return ask(trainer, consent)
    except QuestionAsked as question:
        text = str(question)
    if not sys.stdin.isatty():
        raise CommandRefused(f'{text} Answer with --consent', status=1)
    if not confirm(text):
        raise CommandRefused('nothing was begun', status=1)
    with _machine(namespace) as trainer:
        return ask(trainer, True)


@contextmanager
def _machine(namespace: str) -> Iterator[MachineClient]:
    """Give a client of the machine in a namespace, with a view of what happens."""
    console = Console()
    with refusing(namespace), Keyboard() as keyboard, (
            Display(console, LEGEND if keyboard.live else '') if console.is_terminal
            else Lines(console)) as view:
        def idle() -> None:
            for service in keyboard.requests():
                trainer.send(service, view.note)
            view.refresh()

        with MachineClient(namespace, idle=idle, on_value=view.show) as trainer:
            trainer.wait_for_machine(view.note)
            yield trainer


@contextmanager
def refusing(namespace: str) -> Iterator[None]:
    """Refuse in one line a namespace that ROS refuses, and what the machine in it does not do."""
    refusal = names.refusal(namespace, os.environ)
    if refusal:
        raise CommandRefused(refusal)
    try:
        yield
    except QuestionAsked:
        raise
    except MachineClientError as failure:
        raise CommandRefused(str(failure), status=1) from None
