# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
The way of a sample, with the real nodes or with bare relays: `python -m bench.hops NODE…`.

`drive` stands for the machine: it sends counts of a moving handle and says, in one line of JSON,
how long after each the load command of the same sample arrived. A command carries the time of its
decision, which is never before that of the sample: the drive's clock lags behind on purpose, and
so each command names its sample.
"""
import json
import math
import sys
import time

from negtrain_interfaces.msg import (
    EncoderCounts,
    HandleState,
    LoadCommand,
    MachineState,
    PhaseState,
)
from negtrain_ros.composed import NODES
from negtrain_ros.nodes.mock_machine import STATE_PERIOD
from negtrain_ros.shell import conversions, qos, run
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.utilities import remove_ros_args
from rosgraph_msgs.msg import Clock as Now
from std_msgs.msg import Header

CLOCK_PERIOD = 0.02   # s
LAG = 0.2             # s, more than any sample is under way
COUNTS_PER_METRE = 20_000.0
WARM_UP = 1.0         # s
LAST = 0.2            # s, for the last samples to arrive


class Drive(Node):
    """Publish `encoder_counts`, `machine_state`, `clock`; subscribe `load_command`."""

    def __init__(self) -> None:
        super().__init__('drive')
        rate, self._duration = (self.declare_parameter(name, value).value
                                for name, value in (('rate', 250.0), ('duration', 5.0)))
        self._counts = self.create_publisher(EncoderCounts, 'encoder_counts', qos.SAMPLES)
        self._states = self.create_publisher(MachineState, 'machine_state', qos.SAMPLES)
        self._times = self.create_publisher(Now, '/clock', qos.SAMPLES)
        self.create_subscription(LoadCommand, 'load_command', self._on_command, qos.COMMANDS)
        self._state = MachineState(enabled=True)
        self._sent: dict[float, float] = {}
        self._latencies: dict[float, float] = {}
        self._begin = math.inf
        self._told = self._said = -math.inf
        self.create_timer(
            1.0 / rate, self._on_timer, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def _on_timer(self) -> None:
        now = time.time()
        if now - self._told >= CLOCK_PERIOD:
            self._told = now
            self._times.publish(Now(clock=conversions.to_time(now - LAG)))
        header = Header(stamp=conversions.to_time(now))
        if now - self._said >= STATE_PERIOD:
            self._said = now
            self._state.header = header
            self._states.publish(self._state)
        position = 0.3 - 0.2 * math.cos(1.5 * now)
        if now < self._begin + self._duration:
            self._sent[conversions.seconds(header.stamp)] = time.monotonic()
            self._counts.publish(EncoderCounts(
                header=header, counts=round(position * COUNTS_PER_METRE)))
        elif now > self._begin + self._duration + LAST and self._sent:
            self._report()

    def _on_command(self, message: LoadCommand) -> None:
        arrived = time.monotonic()
        stamp = conversions.seconds(message.header.stamp)
        if self._begin == math.inf:
            self._begin = stamp + WARM_UP
        elif stamp >= self._begin and stamp in self._sent:
            self._latencies.setdefault(stamp, arrived - self._sent[stamp])

    def _report(self) -> None:
        sent = [stamp for stamp in self._sent if stamp >= self._begin]
        print(json.dumps({
            'latencies': [self._latencies[stamp] for stamp in sent if stamp in self._latencies],
            'sent': len(sent)}), flush=True)
        self._sent.clear()


class Relay(Node):
    """Answer each message by one of another kind with the same stamp, and do nothing else."""

    def __init__(self, name, heard, topic, said, answer, profile) -> None:
        super().__init__(name)
        self._message = said()
        self._answers = self.create_publisher(said, answer, profile)
        self.create_subscription(heard, topic, self._on_message, qos.SAMPLES)

    def _on_message(self, message) -> None:
        self._message.header = message.header
        self._answers.publish(self._message)


RELAYS = {
    'relay_handle': (EncoderCounts, 'encoder_counts', HandleState, 'handle', qos.SAMPLES),
    'relay_phase': (HandleState, 'handle', PhaseState, 'phase', qos.SAMPLES),
    'relay_command': (PhaseState, 'phase', LoadCommand, 'load_command', qos.COMMANDS),
}
REAL = ('encoder_publisher', 'phase_detector', 'load_controller')


def maker(name: str):
    """Return what makes the node of a name."""
    if name in RELAYS:
        return lambda: Relay(name, *RELAYS[name])
    return Drive if name == 'drive' else NODES[name]


if __name__ == '__main__':
    run.spin_together([maker(name) for name in remove_ros_args(sys.argv)[1:]], sys.argv)
