# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Measurements of a computer in processes of their own, one after the other."""
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
import os
from pathlib import Path

from negtrain_ros.bringup import node_list
from negtrain_ros.bringup.processes import ProcessRunner
from negtrain_ros.computer_check import computer
from negtrain_ros.computer_check.observer import Observer
from negtrain_ros.computer_check.reporter import Reporter
from negtrain_ros.computer_check.verdicts import (
    Bounds,
    Finding,
    NodeReport,
    of_clock,
    of_flushes,
    of_governor,
    of_memory,
    of_neighbours,
    of_nodes,
    of_path,
    of_preemption,
    of_priority,
    of_processors,
    of_wake_ups,
    Rights,
    SamplePath,
    WakeUps,
)

NODES = ('encoder_publisher', 'phase_detector', 'load_controller')
FLUSHING = 1.0     # s
LOOK_AROUND = 1.5  # s, after which whoever is in the graph has been seen
START_UP = 60.0    # s, for the samples to begin to be answered, and to end
WORD = 2.5         # s, for the nodes to send their diagnostics
LOOKING, WRITING, WAKING = 'looking for others', 'writing to the disk', 'waking up'
STARTING, SENDING, HEARING = 'starting the nodes', 'sending samples', 'hearing the nodes'
BEGUN, DONE = 0, 1  # reports of the drive


@dataclass(frozen=True)
class Plan:
    """
    What is measured.

    :param seconds: of measuring, half of it wake-ups and half of it the way of a sample
    :param rate: samples of the encoder per second
    :param priority: SCHED_FIFO priority that the nodes ask for; 0: none
    :param namespace: of the machine that is to run here
    :param folder: of its history
    """

    seconds: float
    rate: float
    priority: int
    namespace: str
    params_file: Path
    folder: Path
    composed: bool


@dataclass(frozen=True)
class Result:
    """Verdicts, and the gaps that were measured [s]."""

    verdicts: list[Finding]
    bounds: Bounds
    gaps: dict[str, list[float]]


def expected(plan: Plan) -> dict[str, float]:
    """Return what is done, one after the other, and about how long each takes [s]."""
    half = plan.seconds / 2.0
    return {LOOKING: LOOK_AROUND, WRITING: FLUSHING, WAKING: half + 1.0, STARTING: 4.0,
            SENDING: half, HEARING: WORD}


def measure(plan: Plan, tell: Callable[[str], object]) -> Result:
    """
    Measure and judge; the environment says in which domain.

    :param tell: called about twenty times a second with what is being done
    :raises Unmeasured: if something did not come to its end
    :raises NodeDied: if a node refused to start
    :raises Silent: if a node did not answer
    """
    own = f'/negtrain_check_{os.getpid()}'
    clock = computer.ClockWatch()

    def step(doing: str) -> Callable[[], None]:
        def idle() -> None:
            clock.look()
            tell(doing)
        return idle

    with Observer(own) as observer:
        observer.wait(LOOK_AROUND, step(LOOKING))
        flushed = computer.flushes(plan.folder, FLUSHING, step(WRITING))
        processors = computer.ProcessorWatch()
        woken, rights = _wake_ups(plan, observer, step(WAKING))
        used = processors.measured()
        neighbours = observer.neighbours(plan.namespace)
        path, bounds = _sample_path(plan, own, observer, step)
        # Who is far away, or was busy, is found late.
        neighbours = observer.neighbours(plan.namespace) or neighbours
    return Result([
        of_wake_ups(woken, bounds),
        of_path(path, bounds),
        of_nodes(path, rights),
        of_priority(rights),
        of_memory(rights),
        of_preemption(computer.preemption()),
        of_governor(computer.governors()),
        of_processors(used, rights),
        of_clock(clock.largest, bounds),
        of_flushes(flushed, bounds),
        of_neighbours(neighbours, os.environ.get('ROS_DOMAIN_ID') or '0', plan.namespace),
    ], bounds, {'wake-ups': list(woken.gaps), 'load commands': list(path.gaps)})


def _wake_ups(
    plan: Plan, observer: Observer, idle: Callable[[], None],
) -> tuple[WakeUps, Rights]:
    seconds = plan.seconds / 2.0
    with Reporter('wake_ups', str(plan.rate), str(seconds), str(plan.priority)) as reporter:
        report = reporter.report(0, seconds + START_UP, partial(observer.wait, 0.05, idle))
    return (WakeUps(report['gaps'], report['scheduling']),
            Rights(plan.priority, report['priority'], report['memory']))


def _sample_path(
    plan: Plan, namespace: str, observer: Observer, step: Callable[[str], Callable[[], None]],
) -> tuple[SamplePath, Bounds]:
    real_time, seconds = {'realtime.priority': plan.priority}, plan.seconds / 2.0
    start = node_list.Start(
        namespace=namespace, params_file=plan.params_file, composed=plan.composed,
        parameters=dict.fromkeys(NODES, real_time))
    drive = node_list.Start(namespace=namespace, parameters={'drive': {
        **real_time, 'drive.rate': plan.rate, 'drive.duration': seconds}}).command('drive')
    with ProcessRunner(NODES, start) as runner:
        def living(doing: str) -> Callable[[], None]:
            idle = step(doing)

            def look() -> None:
                runner.check()
                observer.wait(0.05, idle)
            return look

        starting, sending = living(STARTING), living(SENDING)
        encoder = observer.parameters('encoder_publisher', ['encoder.silence'], starting)
        load = observer.parameters(
            'load_controller', ['load.inputs.stale', 'load.inputs.session_stale'], starting)
        with Reporter('drive', *drive[1:]) as reporter:
            reporter.report(BEGUN, START_UP, starting)
            before = {node: _missed(observer.report_of(node)) for node in NODES}
            report = reporter.report(DONE, seconds + START_UP, sending)
            observer.wait(WORD, step(HEARING))
    nodes = {node: NodeReport(words.get('scheduling', 'unknown'), _missed(words) - before[node])
             if (words := observer.report_of(node)) else None for node in NODES}
    return (SamplePath(report['sent'], report['latencies'], report['gaps'], nodes),
            Bounds(min(encoder['encoder.silence'], load['load.inputs.stale']),
                   load['load.inputs.session_stale'], 1.0 / plan.rate))


def _missed(report: dict[str, str]) -> int:
    return int(report.get('missed deadlines', 0))
