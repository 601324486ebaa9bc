# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Node that converts the counts of the encoder to the motion of the handle."""
from negtrain_interfaces.msg import EncoderCounts, HandleState
from negtrain_ros.core.encoder.encoder import Encoder, EncoderSettings
from negtrain_ros.core.encoder.motion_estimator import MotionSettings
from negtrain_ros.shell import conversions, parameters, qos, spin
from negtrain_ros.shell.diagnostics import Diagnostics
from negtrain_ros.shell.realtime import RealTimeSettings
from rclpy.node import Node

CHECK_PERIOD = 0.01  # s; silence is noticed this much later than it could be


class EncoderPublisherNode(Node):
    """Subscribe `encoder_counts`, publish `handle`."""

    def __init__(self, **options):
        """Wire the encoder of the core; parameters as in docs/parameters.md."""
        super().__init__(
            'encoder_publisher', automatically_declare_parameters_from_overrides=True, **options)
        encoder, motion, realtime = parameters.declare(
            self, encoder=EncoderSettings, motion=MotionSettings, realtime=RealTimeSettings)
        self._encoder = Encoder(encoder, motion)
        self._faults = ()
        self._diagnostics = Diagnostics(
            self, lambda: self._faults, realtime, lambda: self._encoder.explanation)
        self.create_subscription(EncoderCounts, 'encoder_counts', self._on_counts, qos.SAMPLES)
        self._handles = self.create_publisher(HandleState, 'handle', qos.SAMPLES)
        self.create_timer(CHECK_PERIOD, self._on_timer)

    def _on_counts(self, message):
        stamp = conversions.seconds(message.header.stamp)
        self._diagnostics.heard('encoder_counts', stamp)
        self._publish(self._encoder.step(message.counts, stamp))

    def _on_timer(self):
        silent = self._encoder.check(conversions.now(self))
        if silent is not None:
            self._publish(silent)

    def _publish(self, handle):
        self._faults = handle.faults
        self._handles.publish(conversions.to_msg(handle))


def main(args=None):
    """Run the node."""
    spin.spin(EncoderPublisherNode, args)
