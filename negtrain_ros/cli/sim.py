# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain sim`: a simulated machine and athlete, a whole training, live in the terminal."""
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
import math
import os
from pathlib import Path
import socket
import time
from typing import Annotated, Optional, TypeVar

from negtrain_ros.bringup import node_list, transport
from negtrain_ros.bringup.processes import NodeDied, ProcessRunner
from negtrain_ros.cli import CommandRefused
from negtrain_ros.cli.display import Display, Lines, name_of
from negtrain_ros.cli.keyboard import Keyboard, LEGEND
from negtrain_ros.cli.summary import draw, tabulate, TrainingRecording
from negtrain_ros.core.planning.exercise import Exercise
from negtrain_ros.core.planning.prescription import Loads, loads, PrescriptionSettings
from negtrain_ros.core.planning.prescription_check import check
from negtrain_ros.core.safety.load_limits import LoadLimits
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import Method, Prescription, SessionStage, SetSummary, Verdict
from negtrain_ros.history.store import keep_maximum
from negtrain_ros.machine_client import MachineClient, MachineClientError, training
from negtrain_ros.programs.exercises import find_exercise
from negtrain_ros.shell import names, parameter_file
from negtrain_ros.sim.clock import SpeedMeter
from negtrain_ros.terminal import print_whole
from rich.console import Console
from typer import Option

Kind = TypeVar('Kind')
METHODS = {method.name.lower(): method for method in Method}
ATHLETE = 'simulated athlete'
HELD = (SessionStage.PAUSED, SessionStage.WAITING)
PAUSE = 20.0  # s of simulated time in which somebody may let a held training go on
BUSY = 0.9  # of the real-time factor asked for, below which people are told


def sim(
    exercise: Annotated[str, Option(help='one of config/exercises.yaml')] = 'chest_press',
    maximum: Annotated[float, Option(help='measured maximum [kg]')] = 101.0,
    method: Annotated[str, Option(help=', '.join(METHODS))] = 'negative',
    concentric: Annotated[Optional[float], Option(
        help='load on the way up [kg], instead of the share of the maximum')] = None,
    eccentric: Annotated[Optional[float], Option(
        help='load on the way down [kg], instead of the share of the maximum')] = None,
    repetitions: Annotated[int, Option(min=1, max=100, help='in a set')] = 12,
    sets: Annotated[int, Option(min=1, max=20, help='one after the other')] = 1,
    rest: Annotated[float, Option(min=0.0, max=600.0, help='between sets [s]')] = 60.0,
    concentric_time: Annotated[float, Option(min=0.5, max=10.0, help='tempo up [s]')] = 1.5,
    eccentric_time: Annotated[float, Option(min=1.0, max=15.0, help='tempo down [s]')] = 3.0,
    bottom_pause: Annotated[float, Option(
        min=0.0, max=10.0, help='tempo: rest at the bottom [s]')] = 0.3,
    top_pause: Annotated[float, Option(
        min=0.0, max=10.0, help='tempo: rest at the top [s]')] = 0.3,
    tremor: Annotated[float, Option(min=0.0, max=5.0, help="of the athlete's hand [mm]")] = 1.0,
    real_time_factor: Annotated[float, Option(
        min=0.0, max=100.0, help='1: real time, or slower on a busy computer; 0: as fast as '
        'the nodes answer')] = 1.0,
    seed: Annotated[int, Option(min=0, help='of the athlete and the machine')] = 1,
    drive: Annotated[str, Option(
        help=f'what moves the handle: {", ".join(node_list.DRIVES)}')] = 'mock',
    namespace: Annotated[str, Option(help='of the machine')] = '',
    domain: Annotated[Optional[int], Option(min=0, max=232, help='ROS_DOMAIN_ID')] = None,
    output: Annotated[Path, Option(help='folder for what is kept')] = Path('sessions'),
    params_file: Annotated[Optional[Path], Option(help='parameters of the nodes')] = None,
    display: Annotated[bool, Option(help='live view, or plain lines')] = True,
) -> None:
    """Calibrate, arm and train a simulated athlete; end with a table and a picture."""
    prescription = _prescription(
        exercise, maximum, method, concentric, eccentric, repetitions, concentric_time,
        eccentric_time, bottom_pause, top_pause)
    refusal = names.refusal(namespace, os.environ if domain is None else {})
    if refusal:
        raise CommandRefused(refusal)
    if drive not in node_list.DRIVES:
        raise CommandRefused(f'unknown drive {drive!r}: one of {", ".join(node_list.DRIVES)}')
    if drive != 'mock' and real_time_factor != 1.0:
        raise CommandRefused('a drive on a bus knows real time only: --real-time-factor 1')
    params_file = _parameters(params_file or node_list.parameters_file(drive))
    transport.stay_local()
    if domain is not None:
        os.environ['ROS_DOMAIN_ID'] = str(domain)
    folder = _folder(output)
    start = node_list.Start(
        namespace=namespace, params_file=params_file, use_sim_time=drive == 'mock',
        parameters={
            **node_list.simulated(drive, {
                'muscle.maximum': maximum, 'athlete.concentric_time': concentric_time,
                'athlete.eccentric_time': eccentric_time, 'athlete.bottom_pause': bottom_pause,
                'athlete.top_pause': top_pause, 'athlete.tremor': tremor / 1000.0,
                'simulation.seed': seed,
            }, {'simulation.real_time_factor': real_time_factor}),
            'session_manager': {'history.folder': str(folder.resolve())}})
    keep_maximum(folder, ATHLETE, exercise, maximum)
    console = Console()
    meter = SpeedMeter()
    live = display and console.is_terminal
    with (folder / 'nodes.log').open('w') as log, \
            Keyboard() as keyboard, \
            (Display(console, LEGEND if keyboard.live else '') if live
             else Lines(console)) as view:
        try:
            summaries, recording = _run(
                ProcessRunner(node_list.DRIVES[drive], start, log), start.namespace, view,
                keyboard, prescription,
                sets, rest, meter, real_time_factor)
        except (MachineClientError, NodeDied) as failure:
            raise CommandRefused(str(failure), status=1) from None
    done = [repetition for one in summaries for repetition in one.repetitions
            if repetition.verdict is Verdict.COUNTED]
    picture = folder / 'session.png'
    recording.write(folder / 'truth.csv')
    draw(recording, done, prescription, picture)
    print_whole(tabulate(done), console)
    console.print(f'{len(done)} of {sets * repetitions} repetitions counted · heaviest load in a '
                  f'lift {recording.heaviest_lift():.1f} kg', highlight=False)
    if meter.overall < BUSY * real_time_factor:
        console.print(f'the computer was busy: {meter.overall:.2f} of real time, '
                      f'{meter.slowest:.2f} at the slowest', highlight=False)
    console.print(f'picture: {picture}', soft_wrap=True, highlight=False)
    if len(done) < sets * repetitions:
        ends = ', '.join(name_of(one.ended_by) for one in summaries)
        raise CommandRefused(f'not all repetitions were done; the sets ended by: {ends}', status=1)


def _run(
    runner: ProcessRunner,
    namespace: str,
    view: Display | Lines,
    keyboard: Keyboard,
    prescription: Prescription,
    sets: int,
    rest: float,
    meter: SpeedMeter,
    factor: float,
) -> tuple[tuple[SetSummary, ...], TrainingRecording]:
    """Bring the machine up, calibrate, train; return what came of it and what was recorded."""
    paused: dict[str, float] = {}
    busy = ''
    recording = TrainingRecording()

    def idle() -> None:
        nonlocal busy
        runner.check()
        for service in keyboard.requests():
            trainer.send(service, view.note)
        state = trainer.heard.get('session')
        if keyboard.live or state is None or state.stage not in HELD:
            paused.clear()
        elif state.stamp - paused.setdefault('since', state.stamp) > PAUSE:
            raise MachineClientError(f'nobody went on: {state.text}')
        if trainer.now:
            meter.step(trainer.now, time.monotonic())
            before, busy = busy, (f'computer busy: {meter.recent:.1f} of real time'
                                  if meter.recent < BUSY * factor else '')
            if busy != before:  # what was said about a key stays until then
                view.note(busy)
        view.refresh()

    with _alone(namespace), MachineClient(
            namespace, idle=idle, on_value=view.show, on_truth=recording.on_truth) as trainer:
        others = trainer.others()
        if others:
            raise MachineClientError(f'there is a machine already: {", ".join(others)}')
        with runner:
            trainer.wait_for_machine(view.note)
            trainer.calibrate(prescription.athlete, prescription.exercise)
            recording.rows.clear()
            return trainer.train(
                training(prescription, sets, rest, consent=True)), recording


@contextmanager
def _alone(namespace: str) -> Iterator[None]:
    """Keep simulations of this computer out of each other's graph, however late DDS finds them."""
    domain = os.environ.get('ROS_DOMAIN_ID') or '0'
    with socket.socket(socket.AF_UNIX) as claim:
        try:
            # A name without a file, at most 108 bytes, that ends with the process: unix(7).
            claim.bind(f'\0negtrain {domain} {namespace.strip("/")}'[:100])
        except OSError:
            raise MachineClientError(
                'there is a machine already: simulated by another process'
            ) from None
        yield


def _prescription(
    exercise: str, maximum: float, method: str, concentric: float | None,
    eccentric: float | None, repetitions: int, up: float, down: float,
    bottom_pause: float, top_pause: float,
) -> Prescription:
    """Return what is to be trained, or refuse it in one line."""
    chosen = method_of(method, METHODS)
    known, derived = derive(exercise, maximum, chosen, LoadLimits().machine_limit)
    prescription = Prescription(
        athlete=ATHLETE, exercise=exercise, method=chosen,
        concentric=derived.concentric if concentric is None else concentric,
        eccentric=derived.eccentric if eccentric is None else eccentric,
        limit=derived.limit, order=known.begins, repetitions=repetitions,
        concentric_time=up, eccentric_time=down,
        bottom_pause=bottom_pause, top_pause=top_pause)
    held = prescription.method is Method.ISOMETRIC  # the session says where, once calibrated
    reason = check(replace(prescription, hold_position=0.0) if held else prescription,
                   LoadLimits())
    if reason:
        raise CommandRefused(reason)
    return prescription


def method_of(word: str, methods: Mapping[str, Kind]) -> Kind:
    """Return the method that a word of the command line names, or refuse it in one line."""
    if word not in methods:
        raise CommandRefused(f'unknown method {word!r}: one of {", ".join(methods)}')
    return methods[word]


def derive(
    exercise: str, maximum: float, method: Method, machine_limit: float = math.inf,
) -> tuple[Exercise, Loads]:
    """
    Return an exercise and its loads at shares of a maximum [kg], or refuse them in one line.

    :param machine_limit: largest load of the machine, as far as it is known [kg]
    """
    try:
        known = find_exercise(exercise)
        known.check(machine_limit)
        return known, loads(maximum, method, settings=PrescriptionSettings(
            step=known.step, machine_limit=known.machine_limit))
    except Refusal as refusal:
        raise CommandRefused(str(refusal)) from None


def _parameters(path: Path) -> Path:
    """Return the file with the parameters of the nodes, once it could be read."""
    try:
        parameter_file.read(path)
    except parameter_file.ParameterFileError as refusal:
        raise CommandRefused(str(refusal)) from None
    return path


def _folder(output: Path) -> Path:
    """Return a new folder for this run."""
    folder = output / datetime.now().strftime('%Y-%m-%d_%H-%M-%S')
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandRefused(f'{folder}: {error.strerror}') from None
    return folder
