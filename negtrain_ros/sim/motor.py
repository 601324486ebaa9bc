# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""A machine whose motor follows a torque: what stands behind a drive that others command."""
import math

from negtrain_ros.core.machine.kinematics import KinematicsSettings
from negtrain_ros.core.safety.machine_guard import MachineGuard, MachineGuardSettings
from negtrain_ros.core.types import GRAVITY
from negtrain_ros.sim.machine import Machine, MachineSettings


class Unguarded(MachineGuard):
    """Lets everything through: what is checked is checked by whoever commands the torque."""

    def step(self, now: float, dt: float, velocity: float) -> None:
        """Decide nothing."""


class TorqueMachine(Machine):
    """
    A machine without a guard of its own, seen from the joint of its motor.

    Angles in rad from the lower stop, upwards positive; torque in N m, downwards positive, as the
    load pulls.
    """

    # Nobody keeps this motor from lifting the handle; it does as it is told.
    least_pull = -math.inf

    def __init__(
        self, settings: MachineSettings, kinematics: KinematicsSettings | None = None,
        start: float = 0.0,
    ) -> None:
        super().__init__(settings, MachineGuardSettings(), kinematics, start)
        self.guard = Unguarded(MachineGuardSettings())

    def pull(self, torque: float) -> None:
        """Let the motor follow a torque from now on [N m]."""
        self.guard.load = torque / self.kinematics.moment_arm(self.position) / GRAVITY

    def cut(self) -> None:
        """Take the voltage away: the current runs out through the diodes within a millisecond."""
        self.guard.load = self.load = self._torque = 0.0

    @property
    def place(self) -> float:
        """Where the handle is on its path [m], with the tremor of the hand."""
        return self.position + self._tremor

    @property
    def angle(self) -> float:
        """Angle of the joint [rad], with the tremor of the hand."""
        return self.kinematics.angle(self.place)

    @property
    def torque(self) -> float:
        """Torque of the motor at the joint [N m]."""
        return self.load * GRAVITY * self.kinematics.moment_arm(self.position)
