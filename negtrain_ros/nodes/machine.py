# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Machine with a real drive: load commands in, position and what is applied out."""
import time

from negtrain_interfaces.msg import EncoderCounts, LoadCommand, MachineState
from negtrain_ros.core import types
from negtrain_ros.core.machine.kinematics import Kinematics, KinematicsSettings
from negtrain_ros.core.machine.motor_control import MotorControl, MotorSettings
from negtrain_ros.core.machine.transmission import Transmission, TransmissionSettings
from negtrain_ros.core.safety.machine_guard import MachineGuard, MachineGuardSettings
from negtrain_ros.drives.canopen_drive import BusSettings, CanopenDrive, DriveSettings
from negtrain_ros.drives.drive import DriveRefused
from negtrain_ros.shell import conversions, parameters, qos, spin
from negtrain_ros.shell.change_filter import ChangeFilter
from negtrain_ros.shell.diagnostics import Diagnostics
from negtrain_ros.shell.realtime import RealTimeSettings
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from std_msgs.msg import Header

STATE_PERIOD = 0.016  # s between states in which only the load and the command have changed
TRY_PERIOD = 1.0  # s between attempts to prepare a drive that was lost


class MachineNode(Node):
    """Subscribe `load_command`; publish `encoder_counts`, `machine_state`."""

    def __init__(self, **options):
        """Wire the motor; the bus is opened in the first cycle."""
        super().__init__(
            'machine', automatically_declare_parameters_from_overrides=True, **options)
        motor, guard, kinematics, transmission, bus, drive, realtime = parameters.declare(
            self, motor=MotorSettings, guard=MachineGuardSettings, kinematics=KinematicsSettings,
            transmission=TransmissionSettings, bus=BusSettings, drive=DriveSettings,
            realtime=RealTimeSettings)
        path = Kinematics(kinematics, motor.stroke)
        self._control = MotorControl(motor, MachineGuard(guard), path)
        self._drive = CanopenDrive(
            bus, drive, Transmission(transmission), path, guard.maximum_load)
        self._diagnostics = Diagnostics(self, lambda: self._control.guard.faults, realtime)
        self._last = self._tried = time.monotonic()
        self._said = ''
        self._changes = ChangeFilter(types.MachineState, STATE_PERIOD, ['load', 'sequence'])
        self.create_subscription(LoadCommand, 'load_command', self._on_command, qos.COMMANDS)
        self._counts = self.create_publisher(EncoderCounts, 'encoder_counts', qos.SAMPLES)
        self._states = self.create_publisher(MachineState, 'machine_state', qos.SAMPLES)
        self.create_timer(1.0 / bus.rate, self._on_timer,
                          clock=Clock(clock_type=ClockType.STEADY_TIME))

    @classmethod
    def prepared(cls, **options):
        """Return a node whose drive is there and has what it must hold, or raise Refusal."""
        node = cls(**options)
        node._drive.prepare(node.get_parameter('drive.boot_time').value)
        node._last = time.monotonic()
        return node

    def destroy_node(self):
        """Let the motor go, then leave the graph."""
        self._drive.close()
        super().destroy_node()

    def _on_command(self, message):
        command = conversions.from_msg(types.LoadCommand, message)
        self._diagnostics.heard('load_command', command.stamp)
        self._control.accept(command, conversions.now(self))

    def _on_timer(self):
        if not self._drive.prepared and time.monotonic() - self._tried > TRY_PERIOD:
            self._prepare_anew()
        feedback = self._drive.read()
        now, elapsed = conversions.now(self), time.monotonic() - self._last
        self._last += elapsed
        self._drive.command(self._control.step(feedback, now, elapsed))
        state = self._control.state(now)
        if self._changes.should_publish(state):
            self._states.publish(conversions.to_msg(state))
        if feedback is not None:
            self._counts.publish(EncoderCounts(
                header=Header(stamp=conversions.to_time(now)), counts=self._control.counts()))
        before, self._said = self._said, self._drive.trouble or self._control.words
        if before != self._said:
            self.get_logger().warning(self._said or 'the drive is ready again')

    def _prepare_anew(self):
        """Take a drive up again that was lost: no torque is possible while this takes its time."""
        self._tried = time.monotonic()
        try:
            self._drive.prepare()
            self._control.check.reset()
        except DriveRefused as refusal:
            self.get_logger().warning(str(refusal), once=True)


def main(args=None):
    """Run the node."""
    spin.spin(MachineNode.prepared, args)
