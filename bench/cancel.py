# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""How soon a handle is light after a training was cancelled: `python -m bench.cancel`."""
from contextlib import suppress
import os
import statistics
import tempfile
from typing import Annotated

from bench.history import show
from negtrain_interfaces.msg import Truth
from negtrain_ros import bringup
from negtrain_ros.cli.trainer import Trainer, training
from negtrain_ros.core.types import Method, Prescription, Range, SessionStage
from negtrain_ros.runner import Runner
from negtrain_ros.shell import conversions
import typer

LIGHT = 5.0  # kg
PATIENCE = 60.0  # s
PRESCRIPTION = Prescription(
    athlete='bench', exercise='chest_press', method=Method.NEGATIVE, concentric=51.0,
    eccentric=85.0, limit=101.0, range=Range(0.1, 0.5))


class Cancelled(Exception):
    """Somebody has had enough."""


class Handle:
    """
    What the simulation knows of the load.

    :ivar asked: when the training was cancelled [s]
    :ivar light: when the handle was light for the first time after that [s]; None: not yet
    """

    def __init__(self) -> None:
        self.load = self.now = self.asked = 0.0
        self.light: float | None = None

    def take(self, truth: Truth) -> None:
        """Note one sample."""
        self.load, self.now = truth.load, conversions.seconds(truth.header.stamp)
        if self.light is None and self.load < LIGHT:
            self.light = self.now

    def look(self) -> None:
        """Cancel at the full load."""
        if self.load > 0.98 * PRESCRIPTION.eccentric and self.light is not None:
            self.asked, self.light = self.now, None
            raise Cancelled


def measure(
    count: Annotated[int, typer.Option(min=1, help='cancellations')] = 10,
    real_time_factor: Annotated[float, typer.Option(help='0: in step')] = 1.0,
) -> None:
    """Cancel at the full eccentric load and time the unloading, in the time of the machine."""
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    handle = Handle()
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(bringup.SIMULATION, bringup.Start(use_sim_time=True, parameters={
            'mock_machine': {'simulation.real_time_factor': real_time_factor},
            'session_manager': {'history.folder': folder}}))
        with runner, Trainer('', idle=handle.look, on_truth=handle.take) as trainer:
            trainer.wait_for_machine()
            trainer.calibrate(PRESCRIPTION.athlete, PRESCRIPTION.exercise, 2)
            times = [_cancel(trainer, handle) for _ in range(count)]
    show([(f'{count} cancellations at {PRESCRIPTION.eccentric:g} kg: until below {LIGHT:g} kg',
           f'{1000.0 * statistics.median(times):.0f} ms (longest {1000.0 * max(times):.0f})',
           '200 ms allowed')])


def _cancel(trainer: Trainer, handle: Handle) -> float:
    """Train up to the eccentric load, cancel; return the time [s] to a light handle."""
    with suppress(Cancelled):
        trainer.train(training(PRESCRIPTION, 1, 0.0))
    trainer.until(lambda: handle.light is not None, PATIENCE, 'the load stays')
    trainer.until(lambda: trainer.heard['session'].stage is SessionStage.STOPPED, PATIENCE,
                  'the session goes on')
    return handle.light - handle.asked


if __name__ == '__main__':
    typer.run(measure)
