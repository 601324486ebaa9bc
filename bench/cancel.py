# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Time from a cancelled training to a light handle: `python -m bench.cancel`."""
from contextlib import suppress
import math
from typing import Annotated

from bench.graph import REFERENCE, running
from bench.measuring import Figure, keep, Kept
from negtrain_interfaces.msg import Truth
from negtrain_ros.core.types import SessionStage
from negtrain_ros.fault_campaign.timing import LIGHT, Stopwatch
from negtrain_ros.machine_client import MachineClient, training
from negtrain_ros.shell import conversions
import typer

PATIENCE = 60.0  # s


class Cancelled(Exception):
    """Somebody has had enough."""


class Handle:
    """
    What the simulation knows of the load.

    :ivar watch: runs from when the training was cancelled
    """

    def __init__(self) -> None:
        self.watch = Stopwatch()
        self._load = self._now = 0.0

    def on_truth(self, truth: Truth) -> None:
        """Note one sample."""
        self._load, self._now = truth.load, conversions.seconds(truth.header.stamp)
        self.watch.on_load(self._now, self._load)

    def look(self) -> None:
        """Cancel at the full load."""
        over = math.isinf(self.watch.onset) or self.watch.is_light
        if over and self._load > 0.98 * REFERENCE.eccentric:
            self.watch = Stopwatch()
            self.watch.start(self._now)
            raise Cancelled


def measure(
    count: Annotated[int, typer.Option(min=1, help='cancellations')] = 10,
    real_time_factor: Annotated[float, typer.Option(help='0: in step')] = 1.0,
) -> None:
    """Cancel at the full eccentric load and time the unloading, in the time of the machine."""
    handle = Handle()
    with running(factor=real_time_factor), \
            MachineClient('', idle=handle.look, on_truth=handle.on_truth) as trainer:
        trainer.wait_for_machine()
        trainer.calibrate(REFERENCE.athlete, REFERENCE.exercise, 2)
        times = tuple(1e3 * _cancel(trainer, handle) for _ in range(count))
    keep('cancel', Kept([Figure(
        f'cancelled at {REFERENCE.eccentric:g} kg, until below {LIGHT:g} kg', 'ms', times,
        goal='≤ 200')]))


def _cancel(trainer: MachineClient, handle: Handle) -> float:
    """Train up to the eccentric load, cancel; return the time [s] to a light handle."""
    with suppress(Cancelled):
        trainer.train(training(REFERENCE, 1, 0.0, consent=True))
    trainer.until(lambda: handle.watch.is_light, PATIENCE, 'the load stays')
    trainer.until(lambda: trainer.heard['session'].stage is SessionStage.STOPPED, PATIENCE,
                  'the session goes on')
    return handle.watch.light - handle.watch.onset


if __name__ == '__main__':
    typer.run(measure)
