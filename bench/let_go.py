# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
The speed of a handle that is let go at 85 kg: caught by the drive, by the controller, by both.

`python -m bench.let_go` plays it in the loop, draws docs/images/let_go.png and prints the highest
speeds; `python -m bench.let_go --graph` plays it with the nodes as processes, in real time.
"""
from collections.abc import Mapping
from dataclasses import dataclass
import math
from pathlib import Path
from typing import Any

from bench.graph import REFERENCE, running
import matplotlib
from negtrain_interfaces.msg import Truth
from negtrain_ros.core.load.load_controller import LoadSettings
from negtrain_ros.core.safety.load_limits import LoweringSpeedLimits
from negtrain_ros.core.safety.machine_guard import MachineGuardSettings
from negtrain_ros.machine_client import MachineClient, training
from negtrain_ros.shell.conversions import seconds
from negtrain_ros.sim.athlete import AthleteSettings
from negtrain_ros.sim.closed_loop import ClosedLoop, ClosedLoopSettings
import numpy as np
import typer

matplotlib.use('Agg')
from matplotlib import pyplot as plt

PICTURE = Path(__file__).parent.parent / 'docs' / 'images' / 'let_go.png'
INCIDENT: dict[str, Any] = {
    'incident': 'lets_go', 'incident_repetition': 2, 'incident_fraction': 0.6, 'tremor': 0.0}
FREE_FALL = 85.0 * 9.80665 / 20.0  # m/s², 20 kg of moving mass
START = -0.15  # m/s, at which it is lowered before
HEAVY = 0.97 * REFERENCE.eccentric
CAUGHT = 0.5  # s, by which time the fall is over
PATIENCE = 60.0  # s, until the handle has been let go


@dataclass(frozen=True)
class Layers:
    """What checks the speed: settings of guard and controller, and the speed allowed [m/s]."""

    guard: Mapping[str, Any]
    load: Mapping[str, Any]
    allowed: float


LAYERS = {
    'drive alone': Layers({}, {'over_speed': 1.0}, 1.2),
    'load controller alone': Layers({'speed_check': False}, {}, 2.0),
    'both': Layers({}, {}, 1.2),
}


@dataclass(frozen=True)
class Fall:
    """Time since the handle was let go [s], speed down [m/s] and load [kg] at that time."""

    time: np.ndarray
    speed: np.ndarray
    load: np.ndarray

    @property
    def fastest(self) -> float:
        """Return the highest speed until the fall is over [m/s]."""
        return float(self.speed[(self.time >= 0.0) & (self.time < CAUGHT)].max())


def main(graph: bool = False, repeat: int = 1) -> None:
    """Play every layer; in the loop also draw."""
    falls = {}
    for name, layers in LAYERS.items():
        played = [(over_the_graph if graph else in_the_loop)(layers) for _ in range(repeat)]
        falls[name] = max(played, key=lambda fall: fall.fastest)
        speeds = ', '.join(f'{fall.fastest:.2f}' for fall in played)
        print(f'{name}: {speeds} m/s, allowed {layers.allowed} m/s', flush=True)
    if not graph:
        draw(falls)


def in_the_loop(layers: Layers) -> Fall:
    """Let the handle go in the simulation of everything."""
    trace = ClosedLoop(
        ClosedLoopSettings(repetitions=3, patience=20.0), seed=1,
        athlete=AthleteSettings(**INCIDENT), guard=MachineGuardSettings(**layers.guard),
        load=LoadSettings(lowering=LoweringSpeedLimits(**layers.load))).run().trace
    gone = np.argmax(trace.training & (trace.force == 0.0))
    return Fall(trace.time - trace.time[gone - 1], -trace.velocity, trace.load)


def over_the_graph(layers: Layers) -> Fall:
    """Let the handle go with the nodes as processes, in real time."""
    rows: list[tuple[float, float, float]] = []
    gone = math.inf

    def take(truth: Truth) -> None:
        nonlocal gone
        now = seconds(truth.header.stamp)
        if truth.load > HEAVY and truth.athlete_force == 0.0:
            gone = min(gone, now)
        rows.append((now, -truth.velocity, truth.load))

    with running(
        mock_machine={
            **{f'athlete.{name}': value for name, value in INCIDENT.items()},
            **{f'guard.{name}': value for name, value in layers.guard.items()}},
        load_controller={f'load.lowering.{name}': value for name, value in layers.load.items()},
    ), MachineClient('', on_truth=take, topics=['session']) as trainer:
        trainer.wait_for_machine()
        trainer.calibrate(REFERENCE.athlete, REFERENCE.exercise)
        trainer.begin(training(REFERENCE, sets=1, rest=0.0, consent=True))
        trainer.until(lambda: bool(rows) and rows[-1][0] > gone + CAUGHT, PATIENCE,
                      'the handle was not let go')
    time, speed, load = np.array(rows).T
    return Fall(time - gone, speed, load)


def draw(falls: Mapping[str, Fall]) -> None:
    """Draw speed and load over time."""
    figure, (speeds, loads) = plt.subplots(2, sharex=True, figsize=(8, 6), layout='constrained')
    for color, (name, fall) in enumerate(falls.items()):
        style = '--' if name == 'both' else '-'
        speeds.plot(fall.time, fall.speed, style, color=f'C{color}',
                    label=f'{name}: {fall.fastest:.2f} m/s')
        speeds.axhline(
            LAYERS[name].allowed, color=f'C{color}', linestyle=':', linewidth=0.8)
        loads.plot(fall.time, fall.load, style, color=f'C{color}')
    free = np.linspace(0.0, 0.06, 20)
    speeds.plot(free, FREE_FALL * free - START, color='0.6', linestyle=':', label='nobody looks')
    speeds.set(ylabel='falling speed [m/s]', ylim=(-0.1, 2.2), xlim=(-0.1, 0.4))
    speeds.legend()
    loads.set(xlabel='time since the handle was let go [s]',
              ylabel='applied load, negative: brake [kg]')
    for axes in (speeds, loads):
        axes.grid(alpha=0.3)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, dpi=120)


if __name__ == '__main__':
    typer.run(main)
