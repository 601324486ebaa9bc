# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Muscles of the athlete, as force at the handle.

Lifting follows Hill's hyperbola (Hill 1938, 10.1098/rspb.1938.0050), nearly straight as in
movements of several joints; lowering rises steeply to a plateau near 1.4 times the isometric force
(Nuzzo 2023, 10.1007/s40279-023-01851-y).
"""
from dataclasses import dataclass

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import GRAVITY

MOST_FATIGUE = 0.8


@dataclass(frozen=True)
class MuscleSettings(Settings):
    """Strength of the athlete and its changes."""

    maximum: float = parameter(
        101.0, 'load lifted once, at the threshold velocity', 5.0, 400.0, unit='kg')
    threshold_velocity: float = parameter(
        0.24, 'steady velocity of the lift at the maximum; its mean from rest to rest is 0.17 m/s',
        0.05, 0.5, unit='m/s')
    fastest: float = parameter(
        1.8, 'velocity of a lift without load', 0.8, 4.0, unit='m/s')
    straightness: float = parameter(
        2.0, 'a / F0 of the hyperbola; 0.25 for one muscle, larger for several joints', 0.1, 20.0)
    eccentric_strength: float = parameter(
        1.4, 'plateau of the lowering force over the isometric force', 1.0, 2.0)
    eccentric_yield: float = parameter(
        0.05, 'lowering speed at which half of the eccentric surplus of force is there',
        0.005, 0.5, unit='m/s')
    activation_time: float = parameter(
        0.045, 'time constant from will to force', 0.01, 0.2, unit='s')
    endurance: float = parameter(
        300.0, 'time of full isometric effort that would use up the force', 10.0, 1e4, unit='s')
    recovery_time: float = parameter(
        90.0, 'time constant of the recovery', 5.0, 1e4, unit='s')


class Muscle:
    """Force at the handle for an activation 0..1, less as fatigue grows."""

    def __init__(self, settings: MuscleSettings) -> None:
        self.settings = settings
        self.activation = 0.0
        self.fatigue = 0.0
        self.weakness = 1.0
        threshold, _ = self.share(settings.threshold_velocity)
        self.isometric = settings.maximum * GRAVITY / threshold
        self._fresh = self.isometric

    def share(self, velocity: float) -> tuple[float, float]:
        """Return force over isometric force at a velocity [m/s], and its loss per m/s."""
        s = self.settings
        if velocity >= 0.0:
            if velocity >= s.fastest:
                return 0.0, 0.0
            quick = velocity / s.fastest
            bend = 1.0 + quick / s.straightness
            return (1.0 - quick) / bend, (1.0 + 1.0 / s.straightness) / (bend * bend * s.fastest)
        surplus = s.eccentric_strength - 1.0
        beyond = s.eccentric_yield - velocity
        return 1.0 - surplus * velocity / beyond, surplus * s.eccentric_yield / (beyond * beyond)

    def will(self, dt: float, activation: float) -> None:
        """Follow the wanted activation with the delay of excitation and contraction."""
        wanted = 1.0 if activation > 1.0 else 0.0 if activation < 0.0 else activation
        self.activation += (wanted - self.activation) * dt / (dt + self.settings.activation_time)

    def tire(self, dt: float, force: float) -> None:
        """Take account of a force [N] given over `dt` [s]; what is not used recovers."""
        s = self.settings
        effort = force / self._fresh if force > 0.0 else 0.0
        fatigue = self.fatigue + dt * (effort / s.endurance - self.fatigue / s.recovery_time)
        self.fatigue = fatigue if fatigue < MOST_FATIGUE else MOST_FATIGUE
        self.isometric = self._fresh * (1.0 - self.fatigue) * self.weakness
