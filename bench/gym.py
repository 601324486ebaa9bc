# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Several machines in one domain on this computer, each in its namespace: `python -m bench.gym`.

At a reduced rate, because two cores do not carry eight machines at 250 Hz.
"""
from contextlib import ExitStack
import time
from typing import Annotated

from bench import graph
from bench.measuring import Figure, in_turn, keep, Kept
from negtrain_ros.bringup import transport
from negtrain_ros.machine_client import MachineClient
import psutil
import typer

LOOPBACK = 'lo'
MACHINES = (1, 2, 4, 8)


def together(machines: int, rate: float, seconds: float) -> dict[str, float]:
    """Return cost of a machine [%], time to start [s], traffic at the start and after [kB]."""
    with ExitStack() as stack:
        begin, before = time.monotonic(), _traffic()
        runners = [stack.enter_context(graph.running(
            rate=rate, composed=True, namespace=f'machine_{number}'))
            for number in range(machines)]
        for number, runner in enumerate(runners):
            with MachineClient(f'machine_{number}', idle=runner.check) as trainer:
                trainer.wait_for_machine()
        started, after = time.monotonic(), _traffic()
        used = [sum(graph.seconds(runner.processes).values()) for runner in runners]
        time.sleep(seconds)
        elapsed = time.monotonic() - started
        used = [sum(graph.seconds(runner.processes).values()) - one
                for one, runner in zip(used, runners, strict=True)]
        return {'cost': 100.0 * sum(used) / machines / elapsed, 'start': started - begin,
                'discovery': after - before, 'traffic': (_traffic() - after) / elapsed / machines}


def _traffic() -> float:
    """Return what has been sent over the loopback device [kB]."""
    return psutil.net_io_counters(pernic=True)[LOOPBACK].bytes_sent / 1e3


def main(
    rounds: Annotated[int, typer.Option(min=1)] = 2,
    rate: Annotated[float, typer.Option(help='samples a second of each machine')] = 50.0,
    seconds: Annotated[float, typer.Option(min=1.0, help='of each measurement')] = 5.0,
    most: Annotated[int, typer.Option(min=1, help='machines')] = MACHINES[-1],
) -> None:
    """Measure one machine and several in turn."""
    transport.stay_local()
    counts = [count for count in MACHINES if count <= most]
    measured = in_turn(rounds, {
        count: lambda count=count: together(count, rate, seconds) for count in counts})
    alone = measured[counts[0]]
    figures = [
        Figure(f'gym of {count}: {what}', unit, tuple(each[key] for each in measured[count]),
               'one' if count > 1 else '',
               tuple(each[key] for each in alone) if count > 1 else (), goal)
        for count in counts for key, what, unit, goal in (
            ('cost', 'processor of each', '% of a core', '≤ 1.1'),
            ('start', 'until all answer', 's', ''),
            ('discovery', 'loopback traffic of the start', 'kB', ''),
            ('traffic', 'loopback traffic of each, later', 'kB/s', ''))]
    keep('gym', Kept(figures, [f'Each composed, {rate:g} samples a second.']))


if __name__ == '__main__':
    typer.run(main)
