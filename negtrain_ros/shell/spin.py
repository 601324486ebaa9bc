# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Start, spinning and end of a node."""
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
import gc
import os
import signal
import sys
import traceback
from typing import NoReturn

from negtrain_ros.core.settings import Refusal
from negtrain_ros.shell import realtime
import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.executors import Executor
from rclpy.experimental.events_executor import EventsExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.task import Future

ENDS = (signal.SIGINT, signal.SIGTERM)
ATTENTION = 0.1  # s, within which a signal is noticed
HOUR = 3600.0  # s; without a bound the queue of events waits with its mutex locked: decision 0012
PRIORITY = 'realtime.priority'  # parameter of shell.realtime
TURN = 0.0005  # s, after which a thread that computes lets another one go on

Maker = Callable[[], Node]


def spin(make_node: Maker, args: list[str] | None = None) -> None:
    """
    Make a node and spin it until SIGINT or SIGTERM, which end it quietly with status 0.

    What the node refuses at its start (Refusal) ends it with one line and status 1; any other
    error, at the start or later, is unexpected and ends it with its traceback: the machine unloads
    on the silence.
    """
    spin_together([make_node], args)


def spin_together(
    makers: Sequence[Maker], args: list[str] | None = None, aside: Sequence[Maker] = (),
) -> None:
    """
    Make several nodes and spin them as one; an error of any ends all, as in spin().

    :param aside: of nodes that may take their time over files: they get a thread of their own
    """
    # Not left to rclpy, which takes the graph away while a callback may still be using it.
    signals: list[int] = []
    for number in ENDS:
        signal.signal(number, lambda number, frame: signals.append(number))
    nodes: list[Node] = []
    status = 1
    try:
        _init(args)
        groups = [[make() for make in group] for group in (makers, aside) if group]
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        _end(nodes, status)
    except Exception:
        traceback.print_exc()
        _end(nodes, status)
    try:
        nodes = [node for group in groups for node in group]
        # What is there now stays; looking through it again and again costs whole milliseconds.
        gc.freeze()
        sys.setswitchinterval(TURN)
        executors = [_executor(group) for group in groups]
        end = Future()
        nodes[0].create_timer(ATTENTION, lambda: signals and end.set_result(None),
                              clock=Clock(clock_type=ClockType.STEADY_TIME))
        realtime.attend(_priority(groups[0]), nodes[0])
        with ThreadPoolExecutor(1) as pool:
            tasks = [pool.submit(_attend, other, end) for other in executors[1:]]
            _attend(executors[0], end)
        for task in tasks:
            task.result()
        status = 0
    except Exception:
        traceback.print_exc()
    _end(nodes, status)


def _end(nodes: Sequence[Node], status: int) -> NoReturn:
    """
    Take what the nodes have out of the graph and end the process, whatever Fast DDS is doing.

    Its participant is not deleted, as the last node of a context and the interpreter would do at
    their ends: that never returns if another node comes or goes at that moment (decision 0012).
    """
    # Ctrl-C reaches a node from the terminal and again from launch; the second one must not kill
    # the interpreter while it ends.
    for number in ENDS:
        signal.signal(number, signal.SIG_IGN)
    held = ExitStack()
    try:
        rclpy.try_shutdown()
        for executor in {node.executor for node in nodes} - {None}:
            executor.shutdown()
        for node in nodes:
            held.enter_context(node.handle)
            node.destroy_node()
    except Exception:
        traceback.print_exc()
        status = 1
    os._exit(status)


def _executor(nodes: Sequence[Node]) -> Executor:
    executor = EventsExecutor()
    for node in nodes:
        executor.add_node(node)
        # The first word of a logger looks through all modules; not in the middle of a repetition.
        node.get_logger().debug('made')
    return executor


def _priority(nodes: Iterable[Node]) -> int:
    """Return the highest real-time priority that one of the nodes asks for."""
    return max(node.get_parameter_or(PRIORITY, Parameter(PRIORITY, value=0)).value
               for node in nodes)


def _attend(executor: Executor, end: Future) -> None:
    """Spin until the end; an error is the end for the others too."""
    try:
        while not end.done():
            executor.spin_until_future_complete(end, HOUR)
    finally:
        end.set_result(None)


def _init(args: list[str] | None) -> None:
    try:
        rclpy.init(args=args, signal_handler_options=rclpy.SignalHandlerOptions.NO)
    except RuntimeError as error:
        # Without the places in the sources of rcl.
        raise Refusal(str(error).split(', at /')[0]) from error
