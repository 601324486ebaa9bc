# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Kinematics between the joint of a machine and the path of its handle.

A lever turns about a fixed axis and its handle is pushed in one direction. By virtual work a
torque of force times moment arm, the moment arm being the travel of the handle per radian, puts
exactly that force on the handle. A carriage is the simple case: a drum of constant radius.
"""
from dataclasses import dataclass
import math

from negtrain_ros.core.settings import parameter, Refusal, Settings
import numpy as np
from numpy.typing import NDArray
from transforms3d.axangles import axangle2mat

Floats = NDArray[np.float64]

AXIS = np.array([0.0, -1.0, 0.0])  # of a lever; a positive angle leads upwards
UPWARDS = np.array([0.0, 0.0, 1.0])
# The handle moves by axis × handle per radian; along the push that is (push × axis) · handle.
LEVERAGE = np.cross(UPWARDS, AXIS)


@dataclass(frozen=True)
class KinematicsSettings(Settings):
    """Connection between the joint of the motor and the handle."""

    mechanism: str = parameter(
        'lever', 'what carries the handle', choices=('lever', 'carriage'))
    arm: float = parameter(
        0.9, 'lever from the pivot to the handle', 0.2, 2.0, unit='m')
    lowest_angle: float = parameter(
        -0.45, 'angle of the lever across the push at the lower stop', -1.0, 0.5, unit='rad')
    drum: float = parameter(
        0.05, 'radius of the drum that moves a carriage', 0.01, 0.5, unit='m')


class Kinematics:
    """
    Angle of the joint and moment arm over the path of the handle.

    The moment arm is tabulated once; linear interpolation is exact to 1 µm over the default
    stroke.

    :param stroke: length of the path [m]
    :raises Refusal: a lever too short for the stroke, or too near its dead centre in it
    """

    INTERVALS = 512
    SMALLEST_ARM = 0.02  # m; below it the torque for a load runs away: the dead centre of a lever

    def __init__(self, settings: KinematicsSettings, stroke: float) -> None:
        self.settings = settings
        self.stroke = stroke
        self._scale = self.INTERVALS / stroke
        positions = np.linspace(0.0, stroke, self.INTERVALS + 1)
        angles = self._joint(positions)
        arms = self._moment_arms(angles)
        if arms.min() < self.SMALLEST_ARM:
            raise Refusal(f'the lever reaches its dead centre within the stroke of {stroke} m')
        self._arms: list[float] = arms.tolist()

    def angle(self, position: float) -> float:
        """Return the angle of the joint [rad] with the handle at a position [m] of its path."""
        return float(self._joint(np.clip([position], 0.0, self.stroke))[0])

    def moment_arm(self, position: float) -> float:
        """
        Return the travel of the handle per radian [m] at a position [m] of its path.

        Interpolated; beyond the stops the value at the stop holds.
        """
        place = position * self._scale
        if place <= 0.0:
            return self._arms[0]
        if place >= self.INTERVALS:
            return self._arms[-1]
        index = int(place)
        low = self._arms[index]
        return low + (place - index) * (self._arms[index + 1] - low)

    def position(self, angle: float) -> float:
        """Return where the handle is [m], from the lower stop, for an angle of the joint [rad]."""
        if self.settings.mechanism == 'carriage':
            return self.settings.drum * angle
        return float(UPWARDS @ (self._handle(angle) - self._handle(0.0)))

    def torque(self, force: float, position: float) -> float:
        """Return the torque [N m] of the motor that puts a force [N] on the handle."""
        return force * self.moment_arm(position)

    def _handle(self, angle: float) -> Floats:
        """Return where the handle of a lever is, seen from the pivot [m], at an angle [rad]."""
        across = np.array([self.settings.arm, 0.0, 0.0])
        turned = axangle2mat(AXIS, angle + self.settings.lowest_angle, is_normalized=True)
        return np.asarray(turned @ across)

    def _moment_arms(self, angles: Floats) -> Floats:
        """Return the travel of the handle per radian [m] at angles [rad]."""
        if self.settings.mechanism == 'carriage':
            return np.full_like(angles, self.settings.drum)
        return np.array([self._handle(angle) for angle in angles.tolist()]) @ LEVERAGE

    def _joint(self, positions: Floats) -> Floats:
        """Return the angles [rad] at positions [m]; the inverse of the path, in closed form."""
        if self.settings.mechanism == 'carriage':
            return positions / self.settings.drum
        lowest = self.settings.lowest_angle
        heights = positions / self.settings.arm + math.sin(lowest)
        if heights.max() >= 1.0:
            raise Refusal(f'a lever of {self.settings.arm} m is too short for {self.stroke} m')
        return np.arcsin(heights) - lowest
