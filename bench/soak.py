# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
A long training, as fast as it goes: memory stays flat and nothing gets slower.

`python -m bench.soak`; each sample waits for its load command, so that the time a sample takes
is the latency of the whole way round.
"""
import time
from typing import Annotated

from bench import graph
from bench.measuring import Figure, keep, Kept
from negtrain_ros.core.types import SessionStage
from negtrain_ros.machine_client import MachineClient, training
from rich.console import Console
from rich.progress import Progress
import typer

SETS, REST = 20, 10.0  # of a training, and s between them; another one begins when it is over


def main(
    minutes: Annotated[float, typer.Option(min=0.5, help='of simulated time')] = 30.0,
    rate: Annotated[float, typer.Option(help='samples a second')] = 100.0,
    parts: Annotated[int, typer.Option(min=4, help='looks at memory and speed')] = 20,
) -> None:
    """Train on and on, and look at memory and speed from time to time."""
    memory: dict[str, list[float]] = {}
    round_trips: list[float] = []
    with graph.running(rate=rate, factor=0.0) as runner, \
            Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task('soak', total=parts)
        with MachineClient('', idle=runner.check) as trainer:
            trainer.wait_for_machine()
            trainer.calibrate(graph.REFERENCE.athlete, graph.REFERENCE.exercise)
            for _ in range(parts):
                begin, first = time.monotonic(), trainer.heard['load_state'].stamp
                until = first + 60.0 * minutes / parts
                while trainer.heard['load_state'].stamp < until:
                    if trainer.heard['session'].stage in (
                            SessionStage.IDLE, SessionStage.FINISHED, SessionStage.STOPPED):
                        trainer.begin(training(graph.REFERENCE, SETS, REST, consent=True))
                    trainer.listen(0.5)
                samples = rate * (trainer.heard['load_state'].stamp - first)
                round_trips.append(1e3 * (time.monotonic() - begin) / samples)
                for name, size in graph.memory(runner).items():
                    memory.setdefault(name, []).append(size)
                progress.advance(task)
    third = parts // 3
    figures = [Figure(f'{name}: memory, last third', 'MB', tuple(sizes[-third:]), 'second third',
                      tuple(sizes[third:2 * third]), '≤ 1.05') for name, sizes in memory.items()]
    figures.append(Figure('time of a sample, last third', 'ms', tuple(round_trips[-third:]),
                          'second third', tuple(round_trips[third:2 * third]), '≤ 1.1'))
    keep('soak', Kept(figures, [f'{minutes:g} simulated minutes at {rate:g} Hz.'],
                      {**memory, 'ms a sample': round_trips}))


if __name__ == '__main__':
    typer.run(main)
