# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain sim`: a simulated machine and athlete, a whole training, live in the terminal."""
from datetime import datetime
import os
from pathlib import Path
from typing import Annotated

from negtrain_ros import bringup
from negtrain_ros.cli import Refused
from negtrain_ros.cli.display import Display, Lines
from negtrain_ros.cli.summary import draw, Recording, tabulate
from negtrain_ros.cli.trainer import Trainer, Unfinished
from negtrain_ros.core.limits import Limits
from negtrain_ros.core.methods import check
from negtrain_ros.core.prescription import loads
from negtrain_ros.core.types import Method, Prescription, Repetition, Stage, Verdict
from negtrain_ros.runner import NodeDied, Runner
from rich.console import Console
from typer import Option

METHODS = {method.name.lower(): method for method in Method}
ATHLETE = 'simulated athlete'


def sim(
    exercise: Annotated[str, Option(help='one of config/exercises.yaml')] = 'chest_press',
    maximum: Annotated[float, Option(help='measured maximum [kg]')] = 101.0,
    method: Annotated[str, Option(help=', '.join(METHODS))] = 'negative',
    concentric: Annotated[float | None, Option(
        help='load on the way up [kg], instead of the share of the maximum')] = None,
    eccentric: Annotated[float | None, Option(
        help='load on the way down [kg], instead of the share of the maximum')] = None,
    repetitions: Annotated[int, Option(min=1, max=100, help='in a set')] = 12,
    sets: Annotated[int, Option(min=1, max=20, help='one after the other')] = 1,
    rest: Annotated[float, Option(min=0.0, max=600.0, help='between sets [s]')] = 60.0,
    concentric_time: Annotated[float, Option(min=0.5, max=10.0, help='tempo up [s]')] = 1.5,
    eccentric_time: Annotated[float, Option(min=1.0, max=15.0, help='tempo down [s]')] = 3.0,
    tremor: Annotated[float, Option(min=0.0, max=5.0, help="of the athlete's hand [mm]")] = 1.0,
    real_time_factor: Annotated[float, Option(
        min=0.0, max=100.0, help='1: real time; 0: as fast as every sample is answered')] = 1.0,
    seed: Annotated[int, Option(min=0, help='of the athlete and the machine')] = 1,
    namespace: Annotated[str, Option(help='of the machine')] = '',
    domain: Annotated[int | None, Option(min=0, max=232, help='ROS_DOMAIN_ID')] = None,
    output: Annotated[Path, Option(help='folder for what is kept')] = Path('sessions'),
    params_file: Annotated[Path | None, Option(help='parameters of the nodes')] = None,
    display: Annotated[bool, Option(help='live view, or plain lines')] = True,
) -> None:
    """Calibrate, arm and train a simulated athlete; end with a table and a picture."""
    prescription = _prescription(
        exercise, maximum, method, concentric, eccentric, repetitions, concentric_time,
        eccentric_time)
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    if domain is not None:
        os.environ['ROS_DOMAIN_ID'] = str(domain)
    folder = _folder(output)
    start = bringup.Start(
        namespace=namespace, params_file=params_file or bringup.parameters_file(),
        use_sim_time=real_time_factor != 1.0,
        parameters={'mock_machine': {
            'simulation.real_time_factor': real_time_factor, 'simulation.seed': seed,
            'muscle.maximum': maximum, 'athlete.concentric_time': concentric_time,
            'athlete.eccentric_time': eccentric_time, 'athlete.tremor': tremor / 1000.0},
            'session_manager': {'history.folder': str(folder.resolve())}})
    console = Console()
    live = display and console.is_terminal
    with (folder / 'nodes.log').open('w') as log, \
            (Display(console) if live else Lines(console)) as view:
        try:
            done, recording = _run(start, log, view, prescription, sets, rest)
        except (Unfinished, NodeDied) as failure:
            raise Refused(str(failure), status=1) from None
    console.print(tabulate(done))
    picture = folder / 'session.png'
    recording.write(folder / 'truth.csv')
    draw(recording, done, prescription, picture)
    counted = sum(repetition.verdict is Verdict.COUNTED for repetition in done)
    console.print(f'{counted} of {sets * repetitions} repetitions counted · heaviest lift '
                  f'{recording.heaviest_lift(done[0].concentric.start):.1f} kg')
    console.print(f'picture: {picture}', soft_wrap=True, highlight=False)


def _run(start, log, view, prescription, sets, rest):
    done: list[Repetition] = []
    recording = Recording()
    runner = Runner(bringup.SIMULATION, start, log)

    def idle() -> None:
        runner.check()
        view.refresh()

    def hear(topic, value) -> None:
        view.show(topic, value)
        if topic == 'repetitions' and value.stage is Stage.COMPLETE:
            done.append(value)

    with Trainer(start.namespace, idle=idle, on_value=hear, on_truth=recording.take) as trainer:
        others = trainer.others()
        if others:
            raise Unfinished(f'there is a machine already: {", ".join(others)}')
        with runner:
            trainer.wait_for_machine()
            trainer.calibrate(prescription.athlete, prescription.exercise)
            done.clear()
            recording.rows.clear()
            trainer.train(prescription, sets, rest)
    return done, recording


def _prescription(exercise, maximum, method, concentric, eccentric, repetitions, up, down):
    """Return what is to be trained, or refuse it in one line."""
    if method not in METHODS:
        raise Refused(f'unknown method {method!r}: one of {", ".join(METHODS)}')
    try:
        derived = loads(maximum, METHODS[method])
    except ValueError as refusal:
        raise Refused(str(refusal)) from None
    prescription = Prescription(
        athlete=ATHLETE, exercise=exercise, method=METHODS[method],
        concentric=derived.concentric if concentric is None else concentric,
        eccentric=derived.eccentric if eccentric is None else eccentric,
        limit=derived.limit, repetitions=repetitions, concentric_time=up, eccentric_time=down)
    refusal = check(prescription, Limits())
    if refusal:
        raise Refused(refusal)
    return prescription


def _folder(output):
    """Return a new folder for this run."""
    folder = output / datetime.now().strftime('%Y-%m-%d_%H-%M-%S')
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f'{folder}: {error.strerror}') from None
    return folder
