# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Delays from the true turning point at the top to the load at the motor.

`python -m bench.turn` plays the loop without processes at several tempos. What transport adds
is the latency that `python -m bench.latency` has measured, less the sample that the loop waits.
"""
from itertools import pairwise
from typing import Annotated

from bench.measuring import Figure, in_turn, keep, Kept
from negtrain_ros.core.types import Phase
from negtrain_ros.sim.athlete import AthleteSettings, Intention
from negtrain_ros.sim.closed_loop import ClosedLoop, ClosedLoopSettings
from negtrain_ros.sim.trace import Trace
import numpy as np
import typer

TEMPOS = (1.5, 2.0, 3.0, 5.0, 8.0)
CHANGED = 0.5  # kg, more than the loop's noise
FULL = 0.99    # share of the eccentric load
PARTS = ('phase known', 'load commanded', 'load at the motor', 'full load')


def parts(trace: Trace, settings: ClosedLoopSettings) -> list[tuple[float, ...]]:
    """Return for each way down the times of PARTS after the true turning point [s]."""
    found = []
    down = trace.training & trace.means(Intention.LOWERING) & (trace.velocity < 0.0)
    edges = np.flatnonzero(np.diff(down.astype(int), prepend=0, append=0))
    for begin, end in list(pairwise(edges))[::2]:
        if trace.time[end - 1] - trace.time[begin] < 0.5:
            continue
        way = slice(begin, end)
        marks = (
            trace.phase[way] == Phase.ECCENTRIC,
            trace.commanded[way] > settings.concentric + CHANGED,
            trace.load[way] > settings.concentric + CHANGED,
            trace.load[way] > FULL * settings.eccentric)
        if all(mark.any() for mark in marks):
            found.append(tuple(
                float(trace.time[begin + np.argmax(mark)] - trace.time[begin]) for mark in marks))
    return found


def main(
    rounds: Annotated[int, typer.Option(min=1, help='seeds of the athlete')] = 3,
    repetitions: Annotated[int, typer.Option(min=2)] = 6,
) -> None:
    """Play a set at each tempo."""
    settings = ClosedLoopSettings(repetitions=repetitions)
    seeds = {tempo: iter(range(1, rounds + 1)) for tempo in TEMPOS}
    measured = in_turn(rounds, {tempo: lambda tempo=tempo: parts(ClosedLoop(
        settings, seed=next(seeds[tempo]),
        athlete=AthleteSettings(eccentric_time=tempo)).run().trace, settings)
        for tempo in TEMPOS})
    figures = []
    for tempo, each in measured.items():
        rows = [row for rows in each for row in rows]
        for number, part in enumerate(PARTS):
            figures.append(Figure(
                f'{tempo:g} s down: {part}', 'ms', tuple(1e3 * row[number] for row in rows)))
    keep('turn', Kept(
        figures, [f'Of {repetitions * rounds} ways down for each tempo; "phase known" holds '
                  'encoder and estimate, one sample lies between command and motor.'],
        {f'{tempo:g}': [float(np.median([row[number] for rows in each for row in rows]))
                        for number in range(len(PARTS))]
         for tempo, each in measured.items() if any(each)}))


if __name__ == '__main__':
    typer.run(main)
