# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The real graph of nodes, started to be measured."""
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
import subprocess
from tempfile import TemporaryDirectory
import time
from typing import Any

from negtrain_ros.bringup import node_list, transport
from negtrain_ros.bringup.processes import ProcessRunner
from negtrain_ros.core.types import Method, Prescription
from negtrain_ros.history.store import keep_maximum
import psutil

REFERENCE = Prescription(
    athlete='simulated athlete', exercise='chest_press', method=Method.NEGATIVE, concentric=51.0,
    eccentric=85.0, limit=101.0, repetitions=100)


@contextmanager
def running(
    *, rate: float = 250.0, factor: float = 1.0, composed: bool = False, namespace: str = '',
    mock_machine: Mapping[str, Any] | None = None,
    load_controller: Mapping[str, Any] | None = None,
) -> Iterator[ProcessRunner]:
    """
    Run a simulated machine with a history of its own.

    :param rate: samples a second
    :param mock_machine: further parameters of that node, and the same of the other one
    """
    transport.stay_local()
    with TemporaryDirectory(prefix='negtrain-bench-') as folder:
        start = node_list.Start(
            namespace=namespace, composed=composed, use_sim_time=factor != 1.0, parameters={
                'mock_machine': {'simulation.rate': rate, 'simulation.real_time_factor': factor,
                                 'simulation.free_running': factor > 0.0,
                                 'muscle.maximum': REFERENCE.limit, **(mock_machine or {})},
                'load_controller': load_controller or {},
                'session_manager': {'history.folder': folder}})
        keep_maximum(Path(folder), REFERENCE.athlete, REFERENCE.exercise, REFERENCE.limit)
        with Path(folder, 'nodes.log').open('w') as log, \
                ProcessRunner(node_list.SIMULATION, start, log) as runner:
            yield runner


def seconds(processes: Mapping[str, subprocess.Popen[str]]) -> dict[str, float]:
    """Return the processor time that each process has had [s]."""
    return {name: sum(psutil.Process(process.pid).cpu_times()[:2])
            for name, process in processes.items()}


def shares(runner: ProcessRunner, duration: float) -> dict[str, float]:
    """Return the share of a core that each process takes for a while [s], in per cent."""
    before, begin = seconds(runner.processes), time.monotonic()
    time.sleep(duration)
    elapsed = time.monotonic() - begin
    runner.check()
    return difference(before, seconds(runner.processes), elapsed)


def difference(
    before: Mapping[str, float], after: Mapping[str, float], elapsed: float,
) -> dict[str, float]:
    """Return in per cent of a core what came on in some time [s]."""
    return {name: 100.0 * (after[name] - before[name]) / elapsed for name in after}


def memory(runner: ProcessRunner) -> dict[str, float]:
    """Return the resident memory of each process [MB]."""
    return {name: psutil.Process(process.pid).memory_info().rss / 1e6
            for name, process in runner.processes.items()}
