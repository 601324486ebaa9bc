# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Stand-in for a drive: publishes counts of a moving handle and receives the load commands.

A load command carries the time of its decision, which is never before that of its sample. The
stamps lie ahead on purpose, and so each command names its sample.
"""
from dataclasses import dataclass
import json
import math
import time

from negtrain_interfaces.msg import EncoderCounts, LoadCommand, MachineState
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.shell import conversions, parameters, qos, spin
from negtrain_ros.shell.realtime import RealTimeSettings
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from std_msgs.msg import Header

AHEAD = 2.0           # s, more than any sample that still counts is under way
STATE_PERIOD = 0.016  # s between states of the machine
COUNTS_PER_METRE = 20_000.0
WARM_UP = 1.0         # s
LAST = 0.2            # s, for the last samples to arrive


@dataclass(frozen=True)
class StandInDriveSettings(Settings):
    """What is sent."""

    rate: float = parameter(250.0, 'samples of the encoder per second', 50.0, 1000.0, unit='1/s')
    duration: float = parameter(10.0, 'length of the measurement', 0.5, 1e6, unit='s')


class StandInDrive(Node):
    """Publish `encoder_counts`, `machine_state`; subscribe `load_command`; print the report."""

    def __init__(self) -> None:
        super().__init__('drive', automatically_declare_parameters_from_overrides=True)
        settings, _ = parameters.declare(
            self, drive=StandInDriveSettings, realtime=RealTimeSettings)
        self._duration = settings.duration
        self._counts = self.create_publisher(EncoderCounts, 'encoder_counts', qos.SAMPLES)
        self._states = self.create_publisher(MachineState, 'machine_state', qos.SAMPLES)
        self.create_subscription(LoadCommand, 'load_command', self._on_command, qos.COMMANDS)
        self._state = MachineState(enabled=True)
        self._sent: dict[float, float] = {}
        self._latencies: dict[float, float] = {}
        self._gaps: list[float] = []
        self._begin = self._end = math.inf
        self._heard = self._said = -math.inf
        self.create_timer(1.0 / settings.rate, self._on_timer,
                          clock=Clock(clock_type=ClockType.STEADY_TIME))

    def _on_timer(self) -> None:
        now = time.monotonic()
        header = Header(stamp=conversions.to_time(time.time() + AHEAD))
        if now - self._said >= STATE_PERIOD:
            self._said, self._state.header = now, header
            self._states.publish(self._state)
        if self._begin <= now < self._end:
            self._sent[conversions.seconds(header.stamp)] = now
        elif now >= self._end + LAST:
            self._report()
        position = 0.3 - 0.2 * math.cos(1.5 * now)
        self._counts.publish(EncoderCounts(
            header=header, counts=round(position * COUNTS_PER_METRE)))

    def _on_command(self, message: LoadCommand) -> None:
        now = time.monotonic()
        if self._begin == math.inf:
            self._begin = now + WARM_UP
            self._end = self._begin + self._duration
            print(json.dumps({'begun': True}), flush=True)
        if self._begin <= now < self._end:
            self._gaps.append(now - max(self._heard, self._begin))
        self._heard = now
        stamp = conversions.seconds(message.header.stamp)
        if stamp in self._sent:
            self._latencies.setdefault(stamp, now - self._sent[stamp])

    def _report(self) -> None:
        self._gaps.append(max(0.0, self._end - max(self._heard, self._begin)))
        print(json.dumps({'sent': len(self._sent), 'gaps': self._gaps,
                          'latencies': list(self._latencies.values())}), flush=True)
        self._begin = self._end = math.inf


def main(args: list[str] | None = None) -> None:
    """Run the node."""
    spin.spin(StandInDrive, args)


if __name__ == '__main__':
    main()
