# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Transmission between a motor, in the units of its drive, and the joint of the machine."""
from dataclasses import dataclass
import math

from negtrain_ros.core.settings import parameter, Refusal, Settings


@dataclass(frozen=True)
class TransmissionSettings(Settings):
    """What lies between the motor and the joint, and how the drive counts."""

    gear: float = parameter(20.0, 'turns of the motor per turn of the joint', 0.1, 1000.0)
    counts_per_turn: int = parameter(
        65536, 'position counts of the drive per turn of the motor', 16, 2**24)
    zero: int = parameter(
        0, 'position of the drive with the handle at its lower stop', -2**31, 2**31 - 1)
    direction: int = parameter(
        1, '1 or -1: whether the position grows as the handle goes up', -1, 1)
    speed_unit: float = parameter(
        1.0, 'counts per second in one unit of the speed of the drive', 1e-6, 1e6)

    def __post_init__(self) -> None:
        """Raise Refusal for a direction that is none."""
        super().__post_init__()
        if self.direction == 0:
            raise Refusal('direction = 0 is neither 1 nor -1')


class Transmission:
    """
    Converts between motor and joint; a positive angle of the joint leads upwards.

    Torque of the joint is positive downwards, as the load pulls.
    """

    def __init__(self, settings: TransmissionSettings) -> None:
        self.settings = settings
        self._per_count = settings.direction * math.tau / (
            settings.counts_per_turn * settings.gear)
        self._per_unit = self._per_count * settings.speed_unit
        self._leverage = -settings.direction * settings.gear

    def angle(self, counts: int) -> float:
        """Return the angle of the joint [rad], from the lower stop, at a position of the drive."""
        return (counts - self.settings.zero) * self._per_count

    def speed(self, units: int) -> float:
        """Return the speed of the joint [rad/s] at a speed of the drive, in its unit."""
        return units * self._per_unit

    def torque(self, motor: float) -> float:
        """Return the torque of the joint [N m] for one of the motor [N m]."""
        return motor * self._leverage

    def motor_torque(self, joint: float) -> float:
        """Return the torque of the motor [N m] for one of the joint [N m]."""
        return joint / self._leverage

    def counts(self, angle: float) -> int:
        """Return the position of the drive at an angle of the joint [rad]."""
        return self.settings.zero + math.floor(angle / self._per_count)

    def units(self, speed: float) -> int:
        """Return the speed of the drive, in its unit, at a speed of the joint [rad/s]."""
        return round(speed / self._per_unit)
