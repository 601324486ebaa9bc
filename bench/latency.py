# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Latency from a sample of the encoder to its load command: `python -m bench.latency`.

Beside it, in turn, the floor: as many bare relays, with messages of the same kinds, the same
executor and quality of service (bench/hops.py).
"""
import json
import signal
import subprocess
import sys
import time
from typing import Annotated

from bench.graph import difference
from bench.graph import seconds as seconds_used
from bench.hops import REAL, RELAYS
from bench.measuring import Figure, in_turn, keep, Kept, quantile
from negtrain_ros.bringup import node_list, transport
import typer

RATES = (100, 250, 500, 1000)
SHARES = {'p50': 0.5, 'p95': 0.95, 'p99': 0.99, 'max': 1.0}


def play(
    nodes: tuple[str, ...], rate: int, seconds: float, *, composed: bool,
) -> dict[str, list[float] | float]:
    """Send samples through nodes; return latencies [ms], share lost [%] and cost [% of a core]."""
    words = ['--ros-args', '--log-level', 'error', '--params-file',
             str(node_list.parameters_file()), '-p', f'drive:drive.rate:={float(rate)}',
             '-p', f'drive:drive.duration:={seconds}']
    groups = [('drive', *nodes)] if composed else [('drive',), *((node,) for node in nodes)]
    processes = {' '.join(group): subprocess.Popen(
        [sys.executable, '-m', 'bench.hops', *group, *words], stdout=subprocess.PIPE, text=True)
        for group in groups}
    try:
        first = next(iter(processes.values()))
        # Started, discovered and warmed up: what it costs is counted over the rest.
        time.sleep(3.0)
        before, begin = seconds_used(processes), time.monotonic()
        time.sleep(0.7 * seconds)
        cost = difference(before, seconds_used(processes), time.monotonic() - begin)
        said = next(report for report in map(json.loads, first.stdout) if 'sent' in report)
    finally:
        for process in processes.values():
            process.send_signal(signal.SIGINT)
        for process in processes.values():
            process.wait(20.0)
    return {'latencies': [1e3 * each for each in said['latencies']], 'cost': sum(cost.values()),
            'lost': 100.0 * (1.0 - len(said['latencies']) / said['sent'])}


def main(
    rounds: Annotated[int, typer.Option(min=1)] = 2,
    seconds: Annotated[float, typer.Option(min=2.0, help='of each measurement')] = 5.0,
    rates: Annotated[str, typer.Option(help='samples a second')] = ','.join(map(str, RATES)),
) -> None:
    """Measure nodes and relays in turn, at every rate, in separate processes and in one."""
    transport.stay_local()
    cases = [(int(rate), composed) for rate in rates.split(',') for composed in (False, True)]
    measured = in_turn(rounds, {
        (rate, composed, kind): lambda nodes=nodes, rate=rate, composed=composed: play(
            nodes, rate, seconds, composed=composed)
        for rate, composed in cases
        for kind, nodes in (('nodes', REAL), ('relays', tuple(RELAYS)))})
    figures = []
    for rate, composed in cases:
        name = f'{rate} Hz, {"one process" if composed else "separate"}'
        ours, floor = (measured[rate, composed, kind] for kind in ('nodes', 'relays'))
        for share, part in SHARES.items():
            figures.append(Figure(
                f'{name}: {share}', 'ms',
                tuple(quantile(each['latencies'], part) for each in ours), 'relays',
                tuple(quantile(each['latencies'], part) for each in floor),
                '≤ 1.25 × relays' if share in ('p50', 'p99') else ''))
        figures.append(Figure(f'{name}: lost', '%', tuple(each['lost'] for each in ours),
                              'relays', tuple(each['lost'] for each in floor), '0'))
        figures.append(Figure(f'{name}: cost with the drive', '% of a core',
                              tuple(each['cost'] for each in ours), 'relays',
                              tuple(each['cost'] for each in floor)))
    curves = {f'{rate} Hz {"one process" if composed else "separate"}, {kind}':
              [quantile(each[0]['latencies'], part / 100) for part in range(1, 101)]
              for (rate, composed, kind), each in measured.items()}
    keep('latency', Kept(figures, curves=curves))


if __name__ == '__main__':
    typer.run(main)
