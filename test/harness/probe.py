# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Somebody in the graph who hears, asks and waits; every wait has a deadline."""
from collections import defaultdict
import time

from negtrain_interfaces.action import CalibrateRange, StrengthTest, Train
from negtrain_interfaces.msg import Prescription
from negtrain_interfaces.srv import AcceptStrengthTest, Prescribe
from negtrain_ros.shell.topics import SIMULATION
import rclpy
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_srvs.srv import Trigger

PATIENCE = 60.0  # s, for what takes a moment where nothing else runs
ANSWER = 5.0  # s, after which a service is asked again
ACTIONS = {'calibrate_range': CalibrateRange, 'strength_test': StrengthTest, 'train': Train}
SERVICES = {'prescribe': Prescribe, 'accept_strength_test': AcceptStrengthTest}
CHEST_PRESS = Prescription(
    athlete='probe', exercise='chest_press', method=Prescription.NEGATIVE, concentric=51.0,
    eccentric=85.0, limit=101.0, bottom=0.05, top=0.55, concentric_time=1.5, eccentric_time=3.0,
    hold_position=float('nan'), repetitions=12, velocity_loss=float('nan'))


class Probe:
    """
    A node in a context of its own; a context manager.

    :ivar heard: all messages of each topic, oldest first
    """

    def __init__(self, namespace='', topics=tuple(SIMULATION)):
        """Join the domain of the environment and listen to topics."""
        self.heard = defaultdict(list)
        self._context = rclpy.Context()
        rclpy.init(context=self._context, signal_handler_options=rclpy.SignalHandlerOptions.NO)
        self.node = Node('probe', namespace=namespace, context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._clients = {}
        for topic in topics:
            message, profile = SIMULATION[topic]
            self.node.create_subscription(message, topic, self.heard[topic].append, profile)

    def __enter__(self):
        """Return the probe itself."""
        return self

    def __exit__(self, *_):
        """Leave the domain."""
        self._executor.shutdown()
        self.node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def until(self, condition, patience=PATIENCE):
        """Spin until a condition holds and return what it returned; fail after a while [s]."""
        end = time.monotonic() + patience
        while not (value := condition()):
            assert time.monotonic() < end, f'in vain for {patience:.0f} s; {self._situation()}'
            self._executor.spin_once(timeout_sec=0.05)
        return value

    def wait_for(self, topic, which=lambda message: True, patience=PATIENCE):
        """Return the next message of a topic, from now on, that is as wanted."""
        messages = self.heard[topic]
        seen = len(messages)

        def newer():
            nonlocal seen
            fresh, seen = messages[seen:], len(messages)
            return next(filter(which, fresh), None)
        return self.until(newer, patience)

    def nodes(self):
        """Return the names of the nodes of its namespace beside the probe, as known by now."""
        beside = self.node.get_name(), self.node.get_namespace()
        return {name for name, namespace in self.node.get_node_names_and_namespaces()
                if namespace == beside[1] and name != beside[0]}

    def last(self):
        """Return the newest message of every topic."""
        return {topic: messages[-1] for topic, messages in self.heard.items() if messages}

    def _situation(self):
        """Return in one line how things stand, for the message of a failed test."""
        load, session = (self.last().get(topic) for topic in ('load_state', 'session'))
        return (f'load: {load.mode} {load.explanation!r}; ' if load else 'no load state; ') + (
            f'session: {session.stage} {session.text!r}' if session else 'no session')

    def now(self, topic):
        """Return what a topic last said, waiting for the first word if need be."""
        return self.until(lambda: self.heard[topic])[-1]

    def ask(self, service, request=None):
        """Call a service; return the answer."""
        kind = SERVICES.get(service, Trigger)
        if service not in self._clients:
            self._clients[service] = self.node.create_client(kind, service)
        client = self._clients[service]
        self.until(client.service_is_ready)
        asked = -ANSWER

        def answer():
            nonlocal asked, future
            if time.monotonic() - asked > ANSWER:  # the one who was asked may have died
                asked, future = time.monotonic(), client.call_async(request or kind.Request())
            return future.done() and future.result()
        future = None
        return self.until(answer)

    def prescribe(self, prescription=CHEST_PRESS):
        """Ask the load controller to take a prescription."""
        return self.ask('prescribe', Prescribe.Request(prescription=prescription))

    def begin(self, action, goal):
        """Send the goal of an action; return its handle once it is taken."""
        kind = ACTIONS[action]
        if action not in self._clients:
            self._clients[action] = ActionClient(self.node, kind, action)
        client = self._clients[action]
        self.until(client.server_is_ready)
        future = client.send_goal_async(goal)
        self.until(future.done)
        return future.result()

    def result(self, handle, patience=PATIENCE):
        """Wait for the end of an action and return its result."""
        future = handle.get_result_async()
        self.until(future.done, patience)
        return future.result().result

    def calibrate(self):
        """Let the simulated athlete show his range, once the session manager knows the time."""
        self.wait_for('session', lambda state: state.header.stamp.sec > 0)
        goal = CalibrateRange.Goal(
            athlete=CHEST_PRESS.athlete, exercise=CHEST_PRESS.exercise, repetitions=2)
        result = self.result(self.begin('calibrate_range', goal))
        assert result.success, result.reason

    def train(self, prescription=CHEST_PRESS):
        """Begin a training of one set; return the handle of the action when the load is there."""
        handle = self.begin('train', Train.Goal(
            athlete=prescription.athlete, exercise=prescription.exercise,
            prescription=prescription, sets=1, consent=True))
        self.wait_for('machine_state', lambda state: state.load > 0.9 * prescription.concentric)
        return handle
