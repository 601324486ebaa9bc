# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Cost of a machine at 250 Hz, as processes and as one: `python -m bench.cost`."""
import sys
from typing import Annotated

from bench import graph
from bench.measuring import Figure, in_turn, keep, Kept
from negtrain_ros.machine_client import MachineClient, MachineClientError, training
import typer

ATTEMPTS = 3  # a computer that is held up for 50 ms ends the set, as it must


def trained(seconds: float, *, composed: bool, rate: float = 250.0) -> dict[str, float]:
    """Return the share of a core of each process in the middle of a set [%]."""
    for _ in range(ATTEMPTS - 1):
        try:
            return _in_a_set(seconds, rate, composed=composed)
        except MachineClientError as broken_off:
            print(f'begun anew: {broken_off}', file=sys.stderr)
    return _in_a_set(seconds, rate, composed=composed)


def _in_a_set(seconds: float, rate: float, *, composed: bool) -> dict[str, float]:
    with graph.running(rate=rate, composed=composed) as runner:
        with MachineClient('', idle=runner.check) as trainer:
            trainer.wait_for_machine()
            trainer.calibrate(graph.REFERENCE.athlete, graph.REFERENCE.exercise)
            trainer.begin(training(graph.REFERENCE, 1, 0.0, consent=True))
            lifted = graph.REFERENCE.concentric - 2.0
            trainer.until(lambda: trainer.heard['machine_state'].load > lifted,
                          60.0, 'the set did not begin')
        # Nobody listens any more, as at a machine that nobody looks at.
        return graph.shares(runner, seconds)


def idle(seconds: float, *, composed: bool, rate: float = 250.0) -> dict[str, float]:
    """Return the share of a core of each process of a machine that nobody uses [%]."""
    with graph.running(rate=rate, composed=composed) as runner:
        with MachineClient('', idle=runner.check) as trainer:
            trainer.wait_for_machine()
        return graph.shares(runner, seconds)


def main(
    rounds: Annotated[int, typer.Option(min=1)] = 3,
    seconds: Annotated[float, typer.Option(min=1.0, help='of each measurement')] = 6.0,
) -> None:
    """Measure both in turn."""
    states = {'in a set': trained, 'at rest': idle}
    measured = in_turn(rounds, {
        f'{layout} {state}': lambda measure=measure, composed=composed: measure(
            seconds, composed=composed)
        for state, measure in states.items()
        for layout, composed in (('separate', False), ('composed', True))})
    totals = {name: tuple(sum(each.values()) for each in shares)
              for name, shares in measured.items()}
    figures = []
    for state in states:
        separate, one = totals[f'separate {state}'], totals[f'composed {state}']
        figures.append(Figure(f'five processes, {state}', '% of a core', separate, goal='< 60'))
        figures.append(Figure(f'one process, {state}', '% of a core', one, 'five', separate,
                              '< 30'))
        figures += [Figure(f'  {node}, {state}', '% of a core', tuple(
            each[node] for each in measured[f'separate {state}']))
            for node in measured[f'separate {state}'][0]]
    keep('cost', Kept(figures))


if __name__ == '__main__':
    typer.run(main)
