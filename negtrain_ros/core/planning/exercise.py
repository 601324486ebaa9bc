# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Exercises and their settings."""
from dataclasses import dataclass

from negtrain_ros.core.safety.load_limits import MACHINE_LIMIT
from negtrain_ros.core.settings import parameter, Refusal, Settings
from negtrain_ros.core.types import Order, ORDERS


@dataclass(frozen=True)
class Exercise(Settings):
    """One way of using the machine."""

    name: str = parameter('', 'how it is called in goals and programmes')
    title: str = parameter('', 'how it is called for people')
    order: str = parameter(
        'concentric_first', 'which phase begins a repetition',
        choices=tuple(ORDERS))
    minimum_velocity: float = parameter(
        0.17, 'velocity of a lift with the maximum', 0.05, 0.6, unit='m/s')
    step: float = parameter(1.0, 'smallest difference between two loads', 0.1, 10.0, unit='kg')
    machine_limit: float = parameter(
        MACHINE_LIMIT, 'heaviest load with it, at most that of the machine', 10.0, 500.0,
        unit='kg')
    smallest_range: float = parameter(
        0.05, 'shortest range of motion that is one', 0.02, 1.0, unit='m')
    hold_fraction: float = parameter(
        0.5, 'where in the range the handle is held in an isometric test', 0.0, 1.0)

    @property
    def begins(self) -> Order:
        """Which phase begins a repetition."""
        return ORDERS[self.order]

    def check(self, machine_limit: float) -> None:
        """Raise Refusal, in one line, if the machine does not go as far as the exercise [kg]."""
        if self.machine_limit > machine_limit:
            raise Refusal(
                f'exercise {self.name}: its machine_limit, {self.machine_limit:g} kg, is above '
                f'that of the machine, {machine_limit:g} kg: lower it in exercises.yaml, or set '
                'load.limits.machine_limit')
