# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Client of the session manager, such as an app at the machine would use."""
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
import signal
import time
from typing import Any

from negtrain_interfaces.action import CalibrateRange, StrengthTest, Train
from negtrain_interfaces.msg import Truth
from negtrain_interfaces.srv import AcceptStrengthTest, Prescribe
from negtrain_ros.bringup import node_list
from negtrain_ros.core import types
from negtrain_ros.core.planning.strength import StrengthMethod
from negtrain_ros.shell import conversions, qos
from negtrain_ros.shell.simulated_time import TimeFollower
from negtrain_ros.shell.topics import SIMULATION
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from rcl_interfaces.srv import GetParameters, SetParameters
import rclpy
from rclpy.action import ActionClient
from rclpy.client import Client
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.task import Future
from std_srvs.srv import Trigger

DISCOVERY = 1.0  # s, after which whoever is in the graph has been seen
STANDSTILL = 60.0  # s, in which nothing of what is awaited has come
LOOK = 0.05  # s, between two looks at what is there
TRIES, TRY = 12, 1.0  # and s each, for a node that has just been started to answer
NODES = frozenset().union(*node_list.DRIVES.values())
ENDS = (signal.SIGINT, signal.SIGTERM)

TOPICS = {
    'phase': types.PhaseState,
    'load_state': types.LoadState,
    'machine_state': types.MachineState,
    'session': types.SessionState,
    'repetitions': types.Repetition,
}


class MachineClientError(RuntimeError):
    """The machine did not do what it was asked for."""


class QuestionAsked(MachineClientError):
    """Nothing was begun: somebody has to agree to its text first."""


class MachineClient:
    """
    Ask for a calibration or a training and wait for its end; a context manager.

    :ivar heard: newest value of every topic that is listened to
    :ivar now: newest time of the machine that was heard [s]; 0: none yet
    """

    def __init__(
        self, namespace: str, *, idle: Callable[[], None] = lambda: None,
        on_value: Callable[[str, Any], None] = lambda topic, value: None,
        on_truth: Callable[[Truth], None] | None = None, topics: Iterable[str] = TOPICS,
        stand_in: str = 'mock_machine',
    ) -> None:
        """
        Join the graph.

        :param idle: called about twenty times a second while waiting; may raise to end it
        :param on_value: called with topic and value for everything heard
        :param on_truth: called with what the simulation knows
        :param topics: of TOPICS, to be listened to
        :param stand_in: node that simulates the machine
        """
        self._context = rclpy.Context()
        rclpy.init(context=self._context, signal_handler_options=rclpy.SignalHandlerOptions.NO)
        self._node = Node('trainer', namespace=namespace, context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._idle = idle
        self._on_value = on_value
        self.heard: dict[str, Any] = {}
        self._topics = frozenset(topics)
        for topic in self._topics:
            message, profile = SIMULATION[topic]
            self._node.create_subscription(
                message, topic, self._listener(topic, TOPICS[topic]), profile)
        if on_truth is not None:
            message, profile = SIMULATION['truth']
            self._node.create_subscription(message, 'truth', self._truth_listener(on_truth),
                                           profile)
        self.now = 0.0
        self._clock_topic = 'truth' if on_truth is not None else (
            'phase' if 'phase' in self._topics else 'session')
        self._follower = TimeFollower(self._node)
        self._follows = False
        self._calibrate = ActionClient(self._node, CalibrateRange, 'calibrate_range')
        self._test = ActionClient(self._node, StrengthTest, 'strength_test')
        self._train = ActionClient(self._node, Train, 'train')
        self._accept = self._node.create_client(AcceptStrengthTest, 'accept_strength_test')
        self._prescribe = self._node.create_client(Prescribe, 'prescribe')
        self._parameters = self._node.create_client(
            SetParameters, f'{stand_in}/set_parameters')
        self._services: dict[str, Client] = {}

    def __enter__(self) -> 'MachineClient':
        """Return the client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the graph."""
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def others(self) -> list[str]:
        """Return the nodes of a machine that are in the namespace already, after a look around."""
        end = time.monotonic() + DISCOVERY
        while time.monotonic() < end:
            self._listen(0.05)
            found = [name for name, namespace in self._node.get_node_names_and_namespaces()
                     if namespace == self._node.get_namespace() and name in NODES]
            if found:
                return sorted(found)
        return []

    def wait_for_machine(self, tell: Callable[[str], None] = lambda text: None) -> None:
        """
        Wait until all that is needed answers, for as long as more and more of it does.

        :param tell: called with what is awaited, whenever that changes; empty: nothing
        """
        missing = self._missing()
        while missing:
            awaited = ', '.join(missing)
            tell(f'waiting for {awaited}')
            self.until(partial(self._has_advanced, missing), STANDSTILL,
                       f'the machine did not come up: nothing of {awaited}, and no progress for '
                       f'{STANDSTILL:g} s')
            missing = self._missing()
        tell('')

    def _has_advanced(self, missing: list[str]) -> bool:
        """Tell whether no longer so much is missing."""
        return len(self._missing()) != len(missing)

    def _missing(self) -> list[str]:
        """Return what is needed and not there yet: nodes, else topics and actions."""
        actions = {'calibrate_range': self._calibrate, 'train': self._train}
        # A node that comes up has no time yet, and can begin nothing.
        heard = {topic for topic, value in self.heard.items() if value.stamp}
        topics = sorted(self._topics - {'repetitions', *heard})
        missing = topics + [
            name for name, client in actions.items() if not client.server_is_ready()]
        if not missing:
            return []
        here = {name for name, namespace in self._node.get_node_names_and_namespaces()
                if namespace == self._node.get_namespace()}
        return [node for node in node_list.MACHINE if node not in here] or missing

    def calibrate(
        self, athlete: str, exercise: str, repetitions: int = 0, *, consent: bool = False,
    ) -> types.RangeOfMotion:
        """Let the athlete show the range; return it."""
        result = self._act(self._calibrate, CalibrateRange.Goal(
            athlete=athlete, exercise=exercise, repetitions=repetitions, consent=consent))
        if not result.success:
            raise MachineClientError(f'calibration: {result.reason}')
        return types.RangeOfMotion(result.bottom, result.top)

    def test(
        self, athlete: str, exercise: str, method: StrengthMethod, expected: float, *,
        consent: bool = False,
    ) -> StrengthTest.Result:
        """Measure a maximum; `expected` [kg] sets the first loads."""
        result = self._act(self._test, StrengthTest.Goal(
            athlete=athlete, exercise=exercise, method=int(method), expected=expected,
            consent=consent))
        if not result.success:
            raise MachineClientError(f'strength test: {result.reason}')
        return result

    def accept(
        self, athlete: str, exercise: str, test: int, *, revoke: bool = False,
    ) -> None:
        """Let a strength test count; with `revoke`, no more."""
        answer = self._call(self._accept, AcceptStrengthTest.Request(
            athlete=athlete, exercise=exercise, test=test, revoke=revoke))
        if not answer.accepted:
            raise MachineClientError(f'strength test: {answer.reason}')

    def train(self, goal: Train.Goal) -> tuple[types.SetSummary, ...]:
        """Train what a goal asks for (see training()); return the sets."""
        result = self._act(self._train, goal)
        if result.outcome != Train.Result.FINISHED:
            raise MachineClientError(f'training: {result.reason}')
        return tuple(conversions.from_msg(types.SetSummary, one) for one in result.sets)

    def begin(self, goal: Train.Goal) -> None:
        """Begin to train what a goal asks for, without waiting for the end."""
        self._result(self._train.send_goal_async(goal), STANDSTILL)

    def ask(self, service: str) -> tuple[bool, str]:
        """Call a service without arguments; return whether it was granted, and why not."""
        answer = self._call(self._trigger(service), Trigger.Request())
        return answer.success, answer.message

    def send(self, service: str, on_answer: Callable[[str], None]) -> None:
        """
        Call a service without arguments, and do not wait for the answer.

        :param on_answer: called with why the service was refused; empty: it was granted
        """
        client = self._trigger(service)
        if not client.service_is_ready():
            on_answer(f'nobody serves {service}')
            return
        client.call_async(Trigger.Request()).add_done_callback(
            lambda future: on_answer(future.result().message))

    def prescribe(self, prescription: types.Prescription) -> tuple[bool, str]:
        """Ask the load controller itself; return whether it accepted, and why not."""
        answer = self._call(self._prescribe, Prescribe.Request(
            prescription=conversions.to_msg(prescription)))
        return answer.accepted, answer.reason

    def inject(self, text: str) -> None:
        """Have the simulation play a fault (see shell/fault_injection.py)."""
        value = ParameterValue(type=ParameterType.PARAMETER_STRING, string_value=text)
        answer = self._call(self._parameters, SetParameters.Request(
            parameters=[Parameter(name='inject', value=value)]))
        if not answer.results[0].successful:
            raise MachineClientError(answer.results[0].reason)

    def answers(self, node: str) -> bool:
        """Tell whether a node answers before long; what its dead predecessor is asked is lost."""
        client = self._node.create_client(GetParameters, f'{node}/get_parameters')
        try:
            for _ in range(TRIES):
                if self.wait(client.call_async(GetParameters.Request()).done, TRY):
                    return True
            return False
        finally:
            self._node.destroy_client(client)

    def publish(self, kind: type, topic: str) -> Publisher:
        """Become a publisher of a topic, as a node too many would."""
        return self._node.create_publisher(kind, topic, qos.SAMPLES)

    def withdraw(self, publisher: Publisher) -> None:
        """Be a publisher no more."""
        self._node.destroy_publisher(publisher)

    def _trigger(self, service: str) -> Client:
        if service not in self._services:
            self._services[service] = self._node.create_client(Trigger, service)
        return self._services[service]

    def _call(self, client: Client, request: Any) -> Any:
        self.until(client.service_is_ready, STANDSTILL, f'nobody serves {client.srv_name}')
        return self._result(client.call_async(request), STANDSTILL)

    def _act(self, client: ActionClient, goal: Any) -> Any:
        handle = self._result(client.send_goal_async(goal), STANDSTILL)
        if not handle.accepted:
            raise MachineClientError('the session manager takes no goals')
        self._follows = True
        try:
            result = self._result(handle.get_result_async(), None).result
            if result.question:
                raise QuestionAsked(result.question)
            return result
        except BaseException:
            handle.cancel_goal_async()
            self._listen(0.2)
            raise
        finally:
            self._follows = False
            self._follower.leave()

    def _result(self, future: Future, patience: float | None) -> Any:
        self.until(future.done, patience, 'the session manager does not answer')
        return future.result()

    def until(self, done: Callable[[], bool], patience: float | None, otherwise: str) -> None:
        """
        Listen until something is true.

        :param patience: after which MachineClientError is raised [s of real time]; None: never
        :param otherwise: what it says then
        """
        if not self.wait(done, patience):
            raise MachineClientError(otherwise)

    def wait(self, done: Callable[[], bool], patience: float | None) -> bool:
        """Listen until something is true, for a time [s] at most; tell whether it is."""
        begin = looked = time.monotonic()
        while not done():
            self._listen(LOOK)
            now = time.monotonic()
            if now - looked > LOOK:
                self._idle()
                looked = now
            if patience is not None and now - begin > patience:
                return False
        return True

    def listen(self, duration: float) -> None:
        """Do nothing but listen for a time [s]."""
        self.wait(lambda: False, duration)

    def _listen(self, patience: float) -> None:
        """Take what comes next, for which it waits at most so long [s]."""
        with _signals_wait():
            self._executor.spin_once(timeout_sec=patience)
        if self._follows:
            self._follower.reached(self.now)

    def _listener(self, topic: str, kind: type) -> Callable[[Any], None]:
        def listen(message: Any) -> None:
            value = self.heard[topic] = conversions.from_msg(kind, message)
            if topic == self._clock_topic:
                self.now = value.stamp
            self._on_value(topic, value)
        return listen

    def _truth_listener(self, on_truth: Callable[[Truth], None]) -> Callable[[Truth], None]:
        def listen(truth: Truth) -> None:
            self.now = conversions.seconds(truth.header.stamp)
            on_truth(truth)
        return listen


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Put off what ends the command: rclpy cannot be left in the middle of taking a message."""
    came: list[int] = []
    before = {end: signal.signal(end, lambda number, frame: came.append(number)) for end in ENDS}
    try:
        yield
    finally:
        for end, handler in before.items():
            signal.signal(end, handler)
    for number in came:
        signal.raise_signal(number)


def training(
    prescription: types.Prescription, sets: int, rest: float, *, consent: bool = False,
) -> Train.Goal:
    """
    Return the goal of training sets of a prescription with a rest [s] between.

    :param consent: whether a question about its loads is agreed to
    """
    return Train.Goal(
        athlete=prescription.athlete, exercise=prescription.exercise,
        prescription=conversions.to_msg(prescription), sets=sets, rest=rest, consent=consent)
