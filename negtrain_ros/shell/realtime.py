# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Real-time scheduling and locked memory of the threads that carry a sample to its load."""
import ctypes
from dataclasses import dataclass
import os
from pathlib import Path
import resource
import sys
import threading
import time

from negtrain_ros.core.settings import parameter, Settings
import psutil
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

TURN_PERIOD = 0.01  # s between turns of a node that are looked at
LINUX = sys.platform == 'linux'
MCL_CURRENT, MCL_FUTURE = 1, 2  # mlockall(2)
CAP_IPC_LOCK = 14  # capabilities(7)
WAY_OUT = 'docs/realtime.md says how to permit it'


@dataclass(frozen=True)
class RealTimeSettings(Settings):
    """How a node on the way from encoder to load is scheduled."""

    priority: int = parameter(
        0, 'SCHED_FIFO priority that the node asks the kernel for, with its memory locked; 0: '
        'ordinary scheduling', 0, 90)
    deadline: float = parameter(
        0.025, 'time between two turns of the node, which are due every 10 ms, above which a '
        'deadline counts as missed in the diagnostics', 0.015, 1.0, unit='s')


class Gaps:
    """
    Statistics of the times between turns.

    :ivar longest: longest gap so far [s]
    :ivar missed: gaps longer than the deadline
    """

    def __init__(self, deadline: float) -> None:
        """Begin without a turn; a gap longer than `deadline` [s] counts as missed."""
        self.deadline = deadline
        self.longest = 0.0
        self.missed = 0
        self._last: float | None = None

    def turn(self, now: float) -> None:
        """Take note of a turn at `now` [s], by a clock that is never set."""
        if self._last is not None:
            gap = now - self._last
            self.longest = max(self.longest, gap)
            self.missed += gap > self.deadline
        self._last = now


class TurnWatch:
    """The gaps between the turns of a node, and what the kernel gives the thread it runs in."""

    def __init__(self, node: Node, settings: RealTimeSettings) -> None:
        """Watch a node for as long as it lives, by a clock that is never set."""
        self._gaps = Gaps(settings.deadline)
        node.create_timer(TURN_PERIOD, lambda: self._gaps.turn(time.monotonic()),
                          clock=Clock(clock_type=ClockType.STEADY_TIME))

    def report(self) -> dict[str, str]:
        """Return what there is to say in the diagnostics; call it in the thread of the node."""
        given = {'scheduling': scheduling(),
                 'locked memory [MB]': f'{locked_memory() / 1e6:.0f}'} if LINUX else {}
        return {**given, 'longest gap [s]': f'{self._gaps.longest:.4f}',
                'missed deadlines': str(self._gaps.missed)}


def attend(priority: int, node: Node) -> None:
    """
    Lock the memory of this process now, and schedule the path from the first turn of a node on.

    Only then the threads are there that wake it. What the system does not permit is told in one
    warning.

    :param priority: SCHED_FIFO priority; 0: leave everything as it is
    """
    if not priority:
        return
    if not LINUX:
        node.get_logger().warning('no real time: it is known how to ask for it on Linux only')
        return
    refused = lock_memory()

    def begin() -> None:
        node.destroy_timer(timer)
        refused.extend(schedule(priority))
        if refused:
            node.get_logger().warning(f'no real time: {" and ".join(refused)}; {WAY_OUT}')

    timer = node.create_timer(0.0, begin, clock=Clock(clock_type=ClockType.STEADY_TIME))


def scheduling() -> str:
    """Return how the calling thread is scheduled."""
    policy = os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK
    names = {os.SCHED_FIFO: 'SCHED_FIFO', os.SCHED_RR: 'SCHED_RR', os.SCHED_OTHER: 'SCHED_OTHER'}
    name = names.get(policy, f'policy {policy}')
    priority = os.sched_getparam(0).sched_priority
    return f'{name} {priority}' if priority else name


def locked_memory() -> int:
    """Return how much memory of this process is kept from being swapped out [byte]."""
    return 1024 * int(_status('VmLck').split()[0])


def may_lock_all_memory() -> bool:
    """
    Tell whether this process may lock what it has and all that it will ever ask for.

    Within a limit it could lock what it has, and would be refused memory later, under a load.
    """
    unlimited = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY
    return unlimited or bool(int(_status('CapEff'), 16) >> CAP_IPC_LOCK & 1)


def lock_memory() -> list[str]:
    """Lock the memory of this process, what it will ask for included; return why not."""
    if not may_lock_all_memory():
        limit = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]
        return [f'memory may be locked up to {limit / 1e6:.0f} MB only']
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(MCL_CURRENT | MCL_FUTURE):
        return [f'memory cannot be locked ({os.strerror(ctypes.get_errno())})']
    return []


def schedule(priority: int) -> list[str]:
    """
    Give a SCHED_FIFO priority to the calling thread and to those of DDS that wake it.

    Other threads of Python keep their scheduling: in one process with the path, the session
    manager reads and writes files in them.

    :return: why it was refused
    """
    others = {thread.native_id for thread in threading.enumerate()} - {threading.get_native_id()}
    # Threads of Python that begin later are no part of the path.
    policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
    for thread in psutil.Process().threads():
        if thread.id in others:
            continue
        try:
            os.sched_setscheduler(thread.id, policy, os.sched_param(priority))
        except ProcessLookupError:  # it has ended in between
            continue
        except OSError as error:
            return [f'SCHED_FIFO {priority} is refused ({error.strerror})']
    return []


def _status(field: str) -> str:
    """Return what the kernel says about this process, see proc(5)."""
    for line in Path('/proc/self/status').read_text().splitlines():
        name, _, value = line.partition(':')
        if name == field:
            return value.strip()
    raise KeyError(field)
