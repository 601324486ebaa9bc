# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Node that detects the phases of the movement and counts the repetitions."""
from dataclasses import replace
import math

from negtrain_interfaces.msg import HandleState, MachineState, PhaseState, Prescription, Repetition
from negtrain_ros.core import types
from negtrain_ros.core.phase.phase_detector import PhaseDetector, PhaseSettings
from negtrain_ros.core.phase.repetition_counter import RepetitionCounter, RepetitionSettings
from negtrain_ros.shell import conversions, parameters, qos, spin
from negtrain_ros.shell.diagnostics import Diagnostics
from negtrain_ros.shell.realtime import RealTimeSettings
from rclpy.node import Node


class PhaseDetectorNode(Node):
    """Subscribe `handle`, `machine_state`, `prescription`; publish `phase`, `repetitions`."""

    def __init__(self, **options):
        """Wire detector and counter of the core; parameters as in docs/parameters.md."""
        super().__init__(
            'phase_detector', automatically_declare_parameters_from_overrides=True, **options)
        phase, repetition, realtime = parameters.declare(
            self, phase=PhaseSettings, repetition=RepetitionSettings, realtime=RealTimeSettings)
        self._detector = PhaseDetector(phase)
        self._counter = RepetitionCounter(repetition)
        self._load = math.nan
        self._diagnostics = Diagnostics(self, realtime=realtime)
        self.create_subscription(Prescription, 'prescription', self._on_prescription, qos.STATE)
        self.create_subscription(MachineState, 'machine_state', self._on_machine, qos.SAMPLES)
        self.create_subscription(HandleState, 'handle', self._on_handle, qos.SAMPLES)
        self._phases = self.create_publisher(PhaseState, 'phase', qos.SAMPLES)
        self._repetitions = self.create_publisher(Repetition, 'repetitions', qos.KEPT_EVENTS)

    def _on_prescription(self, message):
        prescription = conversions.from_msg(types.Prescription, message)
        self._detector.expect(prescription)
        self._counter.expect(prescription)
        self._counter.reset()

    def _on_machine(self, message):
        self._load = message.load

    def _on_handle(self, message):
        handle = conversions.from_msg(types.HandleState, message)
        self._diagnostics.heard('handle', handle.stamp)
        estimate = replace(self._detector.step(handle), repetition=self._counter.count)
        self._phases.publish(conversions.to_msg(estimate))
        repetition = self._counter.step(handle, estimate, self._load)
        if repetition is not None:
            self._repetitions.publish(conversions.to_msg(repetition))


def main(args=None):
    """Run the node."""
    spin.spin(PhaseDetectorNode, args)
