# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Simulated time, between the node that makes it and the nodes that follow it.

A client that wants time to wait for it says on `time_followed` how far it has come; the load
controller and the session manager say so by what they publish anyway.
"""
from collections.abc import Callable
from dataclasses import replace
import os
import time

from negtrain_ros.core.session.session import HEARTBEAT
from negtrain_ros.shell import conversions, qos
from negtrain_ros.sim.clock import make_clock, SimulationSettings
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rosgraph_msgs.msg import Clock as Now
from std_msgs.msg import Header

TOPIC = 'time_followed'
CONTROLLER, SESSION = 'load_controller', 'session_manager'
SESSION_LAG = 1.2 * HEARTBEAT  # s, by which the newest state of the session may be old
CLIENT_LAG, CLIENT_PERIOD = 1.0, 0.25  # s, by which a client may be behind, and between its words


class TimeMaker:
    """Decides when a simulation takes its next step, and tells the nodes what time it is."""

    def __init__(
        self, node: Node, settings: SimulationSettings, step: Callable[[int], None],
    ) -> None:
        """
        Make the time on behalf of a node; where time is not simulated, follow the system clock.

        :param step: called with the number of steps to take now
        """
        self._makes_time = node.get_parameter('use_sim_time').value
        self._node = node
        self._step = step
        self._now = 0.0
        self._clock = make_clock(
            settings if self._makes_time else replace(settings, free_running=True),
            time.monotonic())
        self._clock.follow(CONTROLLER, 0.0)
        self._clock.follow(SESSION, SESSION_LAG)
        if self._makes_time:
            self._times = node.create_publisher(Now, '/clock', qos.SAMPLES)
            node.create_subscription(Header, TOPIC, self._on_client, qos.EVENTS)
        node.create_timer(
            self._clock.period, self.go_on, clock=Clock(clock_type=ClockType.STEADY_TIME))

    @property
    def step_time(self) -> float:
        """Return the simulated time of one step [s]."""
        return self._clock.step_time

    @property
    def lost(self) -> float:
        """Return the time that a computer was away for and nothing was simulated [s]."""
        return self._clock.lost

    def begin(self) -> float:
        """Return the time to begin with [s]; whole seconds, so that each run divides alike."""
        self._now = float(int(time.time())) if self._makes_time else time.time()
        return self._now

    def reached(self, now: float, *, awaits_answer: bool) -> None:
        """
        Tell everybody that it is `now` [s].

        :param awaits_answer: whether the load controller was sent something to answer
        """
        self._now = now
        if self._makes_time:
            self._times.publish(Now(clock=conversions.to_time(now)))
        if not awaits_answer:
            self._clock.heard(CONTROLLER, now)

    def heard(self, follower: str, stamp: float) -> None:
        """Take note of how far a follower has come [s], and go on if nobody else is awaited."""
        self._clock.heard(follower, stamp)
        self.go_on()

    def go_on(self) -> None:
        """Take the steps that are due."""
        steps = self._clock.due(self._now, time.monotonic())
        while self._clock.given_up:
            self._node.get_logger().warning(
                f'{self._clock.given_up.pop()} does not answer: simulated time goes on without it')
        if steps:
            self._step(steps)

    def _on_client(self, message: Header) -> None:
        reached = conversions.seconds(message.stamp)
        if not reached:
            self._clock.leave(message.frame_id)
        else:
            self._clock.follow(message.frame_id, CLIENT_LAG)
            self._clock.heard(message.frame_id, reached)
        self.go_on()


class TimeFollower:
    """Has simulated time wait for a client, where time is simulated."""

    def __init__(self, node: Node) -> None:
        """Prepare to follow on behalf of a node."""
        self._name = f'{node.get_name()} {os.getpid()}'
        self._node = node
        self._publisher = node.create_publisher(Header, TOPIC, qos.EVENTS)
        self._told = 0.0

    def reached(self, stamp: float) -> None:
        """Say how far the client has come [s], if it is time to say so again."""
        if abs(stamp - self._told) >= CLIENT_PERIOD:
            self._told = stamp
            self._tell(stamp)

    def leave(self) -> None:
        """Have time wait no more."""
        self._tell(0.0)

    def _tell(self, stamp: float) -> None:
        if self._publisher.get_subscription_count():
            self._publisher.publish(Header(
                stamp=conversions.to_time(stamp), frame_id=self._name))
