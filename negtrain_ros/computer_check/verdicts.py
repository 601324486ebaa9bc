# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Verdicts on the measured values of a computer, as pure functions."""
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from negtrain_ros.core.safety.fault_table import RULES
from negtrain_ros.core.types import Fault

MARGIN = 0.5      # share of a bound from which on there is a warning
LOST = 0.001      # share of samples without an answer, likewise
BUSY = 0.7        # share of all processors that is in use, likewise
CROWDED = 0.9     # the same, in which ten good seconds under ordinary scheduling are luck
STOLEN = 0.01     # share of all processors that a hypervisor may take, likewise
WAY_OUT = 'docs/realtime.md says how to permit it'
_SILENCE = RULES[Fault.ENCODER_SILENT].meaning
SILENT = f'a set would have been ended as *{_SILENCE}*'
UNATTENDED = f'a set would have been ended as *{RULES[Fault.SESSION_LOST].meaning}*'


class Level(IntEnum):
    """How a verdict ends, from good to bad."""

    FIT = 0
    UNMEASURED = 1
    WARNING = 2
    UNFIT = 3


STATUSES = {Level.FIT: 0, Level.UNMEASURED: 1, Level.WARNING: 1, Level.UNFIT: 2}
"""Exit status: fit, usable with warnings, do not train. What is not known is not passed."""


@dataclass(frozen=True)
class Finding:
    """
    One line of the check.

    :param subject: what was looked at
    :param measured: the figures
    :param sentence: what they mean
    """

    subject: str
    level: Level
    measured: str
    sentence: str


@dataclass(frozen=True)
class Bounds:
    """
    What the settings of the nodes demand of a computer.

    :param silence: time without a measurement that ends a set [s]
    :param session: time without a heartbeat of the session manager that ends a set [s]
    :param period: time between two samples of the encoder [s]
    """

    silence: float
    session: float
    period: float


@dataclass(frozen=True)
class WakeUps:
    """
    Wake-ups of a process that does nothing else, at the rate of the encoder.

    :param gaps: times between two wake-ups [s]
    :param scheduling: what the kernel gave it
    """

    gaps: Sequence[float]
    scheduling: str


@dataclass(frozen=True)
class NodeReport:
    """
    What a node says about itself in its diagnostics.

    :param missed: deadlines missed while it was measured
    """

    scheduling: str
    missed: int


@dataclass(frozen=True)
class SamplePath:
    """
    The way of samples through the graph of nodes.

    :param sent: how many were sent
    :param latencies: from a sample to its load command, for those that were answered [s]
    :param gaps: times without a load command [s]
    :param nodes: their reports, by name; None: it said nothing
    """

    sent: int
    latencies: Sequence[float]
    gaps: Sequence[float]
    nodes: dict[str, NodeReport | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Rights:
    """
    What the kernel permits this user.

    :param priority: SCHED_FIFO priority that is asked for
    :param priority_refused: why it is refused; empty: it is granted
    :param memory_refused: why memory cannot be locked; empty: it can
    """

    priority: int
    priority_refused: str = ''
    memory_refused: str = ''


@dataclass(frozen=True)
class Processors:
    """Shares of all processors that other programs, and a hypervisor, have had."""

    busy: float
    stolen: float


@dataclass(frozen=True)
class Flushes:
    """
    Writes to the disk of the history that wait until they are there.

    :param times: how long each took [s]
    :param trouble: why nothing could be written; empty: it could
    """

    folder: str
    times: Sequence[float] = ()
    trouble: str = ''


def of_wake_ups(measured: WakeUps, bounds: Bounds) -> Finding:
    """Judge how punctually a process is woken."""
    subject, longest = 'wake-ups', max(measured.gaps, default=0.0)
    if not measured.gaps:
        return Finding(subject, Level.UNFIT, 'none', 'a process at the rate of the encoder '
                       'was never woken')
    figures = (f'longest gap {_ms(longest)}, 99 % {_ms(_quantile(measured.gaps, 0.99))}, due '
               f'every {_ms(bounds.period)}, {measured.scheduling}')
    return _gap(subject, figures, longest, bounds, f'this computer was away for {_ms(longest)}')


def of_path(measured: SamplePath, bounds: Bounds) -> Finding:
    """Judge the way from a sample to its load command."""
    subject = 'sample to load command'
    if not measured.latencies:
        return Finding(subject, Level.UNFIT, f'0 of {measured.sent} answered',
                       'no sample came through the nodes: the handle would stay light')
    slowest, longest = max(measured.latencies), max(measured.gaps, default=0.0)
    lost = 1.0 - len(measured.latencies) / measured.sent
    figures = (f'longest gap {_ms(longest)}; latency {_ms(_quantile(measured.latencies, 0.5))}, '
               f'99 % {_ms(_quantile(measured.latencies, 0.99))}, longest {_ms(slowest)}; '
               f'{measured.sent - len(measured.latencies)} of {measured.sent} lost')
    verdict = _gap(subject, figures, longest, bounds,
                   f'no load command came for {_ms(longest)}')
    late = _gap(subject, figures, slowest, bounds,
                f'a sample was {_ms(slowest)} old when its load command came')
    worst = max(verdict, late, key=lambda each: each.level)
    if worst.level is Level.FIT and lost > LOST:
        return Finding(subject, Level.WARNING, figures,
                       f'{100 * lost:.1f} % of the samples got no load command of their own')
    return worst


def of_nodes(measured: SamplePath, rights: Rights) -> Finding:
    """Judge what the nodes say about themselves."""
    subject = 'nodes'
    silent = [name for name, report in measured.nodes.items() if report is None]
    if silent or not measured.nodes:
        return Finding(subject, Level.UNMEASURED, '',
                       f'no diagnostics came from {", ".join(silent) or "any node"}')
    reports = {name: report for name, report in measured.nodes.items() if report is not None}
    figures = ', '.join(f'{name} {report.scheduling}' for name, report in reports.items())
    missed = {name: report.missed for name, report in reports.items() if report.missed}
    if missed:
        words = ', '.join(f'{name} {count}' for name, count in missed.items())
        return Finding(subject, Level.WARNING, figures, f'deadlines were missed: {words}')
    wanted = f'SCHED_FIFO {rights.priority}'
    without = [name for name, report in reports.items() if report.scheduling != wanted]
    if rights.priority and without:
        return Finding(subject, Level.WARNING, figures,
                       f'{", ".join(without)} did not get {wanted}')
    return Finding(subject, Level.FIT, figures, 'no node missed a deadline of its own')


def of_priority(rights: Rights) -> Finding:
    """Judge the right to real-time priority."""
    subject = 'real-time priority'
    if not rights.priority:
        return Finding(subject, Level.WARNING, 'not asked for',
                       'any program may take the processor away from the nodes')
    if rights.priority_refused:
        return Finding(subject, Level.WARNING, rights.priority_refused,
                       f'any program may take the processor away from the nodes; {WAY_OUT}')
    return Finding(subject, Level.FIT, f'SCHED_FIFO {rights.priority}',
                   'the nodes go before ordinary programs')


def of_memory(rights: Rights) -> Finding:
    """Judge the right to locked memory."""
    subject = 'locked memory'
    if rights.memory_refused:
        return Finding(subject, Level.WARNING, rights.memory_refused,
                       f'a node may have to wait for the disk in a set; {WAY_OUT}')
    if not rights.priority:
        return Finding(subject, Level.WARNING, 'not asked for',
                       'a node may have to wait for the disk in a set')
    return Finding(subject, Level.FIT, 'permitted', 'no node waits for the disk in a set')


def of_preemption(model: str | None) -> Finding:
    """
    Judge when the kernel lets a thread in that is more urgent.

    :param model: PREEMPT_RT, or a mode of preempt= of Linux; None: not known
    """
    subject = 'kernel preemption'
    if model is None:
        return Finding(subject, Level.UNMEASURED, '', 'this kernel does not show how it preempts; '
                       'the gaps above hold for what it did meanwhile')
    if model == 'PREEMPT_RT':
        return Finding(subject, Level.FIT, model, 'the kernel is made for real time')
    if model in ('full', 'lazy'):
        return Finding(subject, Level.FIT, model, 'the kernel can be interrupted nearly '
                       'everywhere; PREEMPT_RT would also bound the rest')
    return Finding(subject, Level.WARNING, model, 'the kernel may keep a node waiting for '
                   'milliseconds; preempt=full or PREEMPT_RT would not')


def of_governor(governors: Sequence[str]) -> Finding:
    """Judge what sets the clock rate of the processors; empty: not known."""
    subject, found = 'processor governor', sorted(set(governors))
    if not found:
        return Finding(subject, Level.UNMEASURED, '',
                       'no governor is shown here, as on many virtual machines')
    slow = [name for name in found if name != 'performance']
    if slow:
        return Finding(subject, Level.WARNING, ', '.join(found),
                       f'{", ".join(slow)} lets the processor fall asleep between two samples; '
                       'performance does not')
    return Finding(subject, Level.FIT, 'performance', 'the processors keep their speed')


def of_processors(measured: Processors, rights: Rights) -> Finding:
    """Judge how much others leave of the processors."""
    subject = 'processors'
    figures = f'{100 * measured.busy:.0f} % busy'
    if measured.stolen:
        figures += f', {100 * measured.stolen:.1f} % taken by the hypervisor'
    if measured.busy > CROWDED and (rights.priority_refused or not rights.priority):
        return Finding(subject, Level.UNFIT, figures,
                       'the nodes have no right to go before other programs, which leave nothing: '
                       f'sooner or later a set is ended as *{_SILENCE}*')
    if measured.stolen > STOLEN:
        return Finding(subject, Level.WARNING, figures,
                       'another virtual machine takes processors away from this one')
    if measured.busy > BUSY:
        return Finding(subject, Level.WARNING, figures,
                       'other programs leave little: the history and the screen may fall behind')
    return Finding(subject, Level.FIT, figures, 'there is room for the nodes')


def of_clock(step: float, bounds: Bounds) -> Finding:
    """Judge the largest step of the system clock against one that is never set [s]."""
    subject, size = 'system clock', abs(step)
    figures = f'largest step {round(1e3 * step, 2) + 0.0:.2f} ms'
    if size >= bounds.silence:
        return Finding(subject, Level.UNFIT, figures,
                       f'the clock was set by {_ms(size)}: {SILENT}')
    if size >= bounds.period:
        return Finding(subject, Level.WARNING, figures,
                       f'the clock was set by {_ms(size)}, more than lies between two samples; '
                       'let it be slewed instead')
    return Finding(subject, Level.FIT, figures, 'the clock was not set')


def of_flushes(measured: Flushes, bounds: Bounds) -> Finding:
    """Judge how long the history waits for its disk."""
    subject = 'disk of the history'
    if measured.trouble:
        return Finding(subject, Level.UNFIT, measured.folder,
                       f'nothing can be kept: {measured.trouble}')
    if not measured.times:
        return Finding(subject, Level.UNMEASURED, measured.folder, 'nothing was written')
    longest = max(measured.times)
    figures = (f'flush {_ms(_quantile(measured.times, 0.5))}, longest {_ms(longest)}, '
               f'{measured.folder}')
    if longest >= bounds.session:
        return Finding(subject, Level.UNFIT, figures,
                       f'the session manager would have waited for {_ms(longest)}: {UNATTENDED}')
    if longest >= MARGIN * bounds.session:
        return Finding(subject, Level.WARNING, figures,
                       f'more than half of the {_ms(bounds.session)} after which the session '
                       'manager counts as silent')
    return Finding(subject, Level.FIT, figures, 'what was trained is soon kept')


def of_neighbours(found: Sequence[str], domain: str, namespace: str) -> Finding:
    """Judge whether a machine would be alone in its domain and namespace."""
    subject, place = 'domain and namespace', f'domain {domain}, namespace /{namespace.strip("/")}'
    if found:
        return Finding(subject, Level.UNFIT, place, f'taken: {", ".join(found)}; a second machine '
                       f'would be refused as *{RULES[Fault.GRAPH_INVALID].meaning}*')
    return Finding(subject, Level.FIT, place, 'nobody else is there')


def status(verdicts: Sequence[Finding]) -> int:
    """Return the exit status: 0 fit, 1 usable with warnings, 2 do not train."""
    return max((STATUSES[verdict.level] for verdict in verdicts), default=2)


def _gap(subject: str, figures: str, gap: float, bounds: Bounds, event: str) -> Finding:
    """Judge a time without a sample or a command [s]."""
    if gap >= bounds.silence:
        return Finding(subject, Level.UNFIT, figures, f'{event}: {SILENT}')
    if gap >= MARGIN * bounds.silence:
        return Finding(subject, Level.WARNING, figures, f'{event}, more than half of the '
                       f'{_ms(bounds.silence)} after which a set is ended')
    return Finding(subject, Level.FIT, figures,
                   f'far from the {_ms(bounds.silence)} after which a set is ended')


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _ms(seconds: float) -> str:
    """Return a time in ms, with two significant digits where it is short."""
    value = 1e3 * seconds
    return f'{value:.0f} ms' if value >= 10.0 else f'{value:.2g} ms'
