# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The process of the session manager, killed at any moment of a training at full speed."""
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
import random
import subprocess
import time
from typing import Any

from bench.killed import ATHLETE, EXERCISE, look, MACHINE, Outcome, PRESCRIPTION, repetition
from negtrain_interfaces.action import Train
from negtrain_interfaces.msg import LoadState, Repetition, SessionState
from negtrain_interfaces.srv import Prescribe
from negtrain_ros.bringup import node_list, transport
from negtrain_ros.core import types
from negtrain_ros.core.safety.load_limits import MACHINE_LIMIT
from negtrain_ros.history.store import History, keep_maximum
from negtrain_ros.shell import conversions, qos
import rclpy
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rich.console import Console
from rich.progress import track
from std_srvs.srv import Trigger

SETS, REPETITIONS = 100, 12
STARTS = 0.2      # share of the kills that come before anything is announced
START = 3.0       # s, within which they come
TRAINING = 0.6    # s, within which the others come, counted from the first announcement
IN_FLIGHT = 0.05  # s, in which what was announced before the kill arrives
ANSWER = 10.0     # s
PATIENCE = 120.0  # s


class Machine:
    """
    All that a session manager hears, in one node: it grants everything and never tires.

    :ivar announced: stamps of the repetitions that the session manager has shown as done
    """

    def __init__(self) -> None:
        """Join the domain of the environment, in which there is nobody but a session manager."""
        self.announced: list[float] = []
        self._context = rclpy.Context()
        rclpy.init(context=self._context, signal_handler_options=rclpy.SignalHandlerOptions.NO)
        self._node = Node('machine', context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._load = types.LoadState(
            0.0, types.LoadMode.DISARMED, 0.0, 0.0, types.LimitReason.NOTHING, (), '',
            types.Prescription(), machine_limit=MACHINE_LIMIT)
        self._set, self._done = 0, 0
        self._under_way: float | None = None
        self._loads = self._node.create_publisher(LoadState, 'load_state', qos.STATE)
        self._repetitions = self._node.create_publisher(Repetition, 'repetitions', qos.KEPT_EVENTS)
        self._node.create_subscription(SessionState, 'session', self._on_session, qos.STATE)
        self._node.create_service(Prescribe, 'prescribe', self._on_prescribe)
        for name, mode in (('arm', types.LoadMode.ARMED), ('disarm', types.LoadMode.DISARMED)):
            self._node.create_service(Trigger, name, self._granter(mode))
        self._train = ActionClient(self._node, Train, 'train')
        self._show()

    def __enter__(self) -> 'Machine':
        """Return the machine itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the domain."""
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def go_on(self, seconds: float, until: Callable[[], Any] = lambda: False) -> None:
        """Work for some time, or until something is true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until():
            self._executor.spin_once(timeout_sec=0.002)

    def train(self) -> None:
        """Go on with the interrupted session, or begin one; return at the first announcement."""
        self.go_on(PATIENCE, self._heard)
        reason = 'no answer'
        for resume in (True, False):
            goal = Train.Goal(
                athlete=ATHLETE, exercise=EXERCISE, sets=SETS, resume=resume, consent=True,
                prescription=conversions.to_msg(PRESCRIPTION))
            goal.prescription.repetitions = REPETITIONS
            answer = self._train.send_goal_async(goal)
            # An answer to somebody whom the session manager has only half found yet is lost.
            self.go_on(ANSWER, lambda: self.announced or answer.done())  # noqa: B023
            if not self.announced and answer.done():
                end = answer.result().get_result_async()
                self.go_on(PATIENCE, lambda: self.announced or end.done())  # noqa: B023
                reason = end.result().result.reason if end.done() else reason
            if self.announced:
                return
        raise RuntimeError(f'nothing is announced: {reason}')

    def _heard(self) -> bool:
        publishers = self._loads, self._repetitions
        return self._train.server_is_ready() and all(
            publisher.get_subscription_count() for publisher in publishers)

    def _on_session(self, message: Any) -> None:
        if message.stage not in (SessionState.TRAINING, SessionState.RESTING,
                                 SessionState.COUNTDOWN, SessionState.FINISHED):
            return
        if message.set != self._set or message.repetition > self._done:
            if self._under_way is not None:
                self.announced.append(self._under_way)
                self._under_way = None
            self._set, self._done = message.set, message.repetition
        if message.stage == SessionState.TRAINING and self._under_way is None:
            self._under_way = time.time()
            self._repetitions.publish(conversions.to_msg(
                replace(repetition(self._done + 1), stamp=self._under_way)))

    def _on_prescribe(self, request: Any, response: Any) -> Any:
        self._show(prescription=conversions.from_msg(types.Prescription, request.prescription))
        response.accepted = True
        return response

    def _granter(self, mode: types.LoadMode) -> Callable[[Any, Any], Any]:
        def grant(_: Any, response: Any) -> Any:
            self._show(mode=mode)
            response.success = True
            return response
        return grant

    def _show(self, **changed: Any) -> None:
        self._load = replace(self._load, **changed)
        self._loads.publish(conversions.to_msg(self._load))


def crash_often(folder: Path, crashes: int, seed: int) -> Outcome:
    """Kill a session manager some times at random moments, and look at what it has left."""
    know(folder)
    rng = random.Random(seed)
    announced: list[float] = []
    for _ in track(range(crashes), 'crashes', console=Console(stderr=True)):
        announced += _life(folder, rng)
    return look('', folder, crashes, announced, lambda row: row['stamp'])


def know(folder: Path) -> None:
    """Keep the range and the maximum of the athlete who trains."""
    keep_maximum(folder, ATHLETE, EXERCISE, PRESCRIPTION.limit, machine=MACHINE)
    history = History('', folder, machine=MACHINE)
    history.keep_range(ATHLETE, EXERCISE, types.RangeOfMotion(0.1, 0.5))
    history.close()


def _life(folder: Path, rng: random.Random) -> list[float]:
    """Let a session manager live for a while; return what it has announced."""
    with manager(folder) as (process, machine):
        if rng.random() < STARTS:
            machine.go_on(rng.uniform(0.0, START))
        else:
            machine.train()
            machine.go_on(rng.uniform(0.0, TRAINING))
        process.kill()
        machine.go_on(IN_FLIGHT)
        return machine.announced


@contextmanager
def manager(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Machine]]:
    """Give the process of a session manager and the machine that it hears."""
    transport.stay_local()
    start = node_list.Start(parameters={'session_manager': {
        'history.folder': str(folder), 'history.machine': MACHINE, 'session.countdown': 0.0}})
    process = subprocess.Popen(
        start.command('session_manager'), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        with Machine() as machine:
            yield process, machine
    finally:
        process.kill()
        process.wait()
