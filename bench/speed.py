# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Speed of core and nodes as a multiple of real time: `python -m bench.speed`."""
import time
from typing import Annotated

from bench import graph
from bench.measuring import Figure, in_turn, keep, Kept
from negtrain_ros.machine_client import MachineClient
from negtrain_ros.sim.closed_loop import ClosedLoop, ClosedLoopSettings
import typer


def core() -> float:
    """Return simulated over real time of the chain without processes."""
    begin = time.process_time()
    outcome = ClosedLoop(ClosedLoopSettings(repetitions=3), seed=1).run()
    return float(outcome.trace.time[-1] - outcome.trace.time[0]) / (time.process_time() - begin)


def nodes(seconds: float, *, composed: bool) -> float:
    """Return simulated over real time of a graph in which each sample waits for its answer."""
    with graph.running(factor=0.0, composed=composed) as runner:
        with MachineClient('', idle=runner.check) as trainer:
            trainer.wait_for_machine()
            first, begin = trainer.heard['load_state'].stamp, time.monotonic()
        time.sleep(seconds)
        with MachineClient('', idle=runner.check) as trainer:
            trainer.wait_for_machine()
            return (trainer.heard['load_state'].stamp - first) / (time.monotonic() - begin)


def main(
    rounds: Annotated[int, typer.Option(min=1)] = 3,
    seconds: Annotated[float, typer.Option(min=1.0, help='of each measurement')] = 8.0,
) -> None:
    """Measure all in turn."""
    measured = in_turn(rounds, {
        'core': core,
        'separate': lambda: nodes(seconds, composed=False),
        'composed': lambda: nodes(seconds, composed=True)})
    separate = tuple(measured['separate'])
    keep('speed', Kept([
        Figure('core chain, 250 Hz', '× real time', tuple(measured['core'])),
        Figure('five processes, no sample lost', '× real time', separate),
        Figure('one process, no sample lost', '× real time', tuple(measured['composed']),
               'five', separate)]))


if __name__ == '__main__':
    typer.run(main)
