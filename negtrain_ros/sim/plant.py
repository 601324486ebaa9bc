# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Plant: an athlete at a machine, stepped together."""
import math

from negtrain_ros.core.types import MachineState
from negtrain_ros.sim.athlete import Athlete, HandForce, Intention
from negtrain_ros.sim.machine import Machine

LONGEST = 0.004  # s


class Plant:
    """Steps both together, in steps short enough for the reflexes of the athlete."""

    def __init__(self, machine: Machine, athlete: Athlete) -> None:
        self.machine = machine
        self.athlete = athlete
        self.effort = HandForce(0.0, 0.0, 0.0)

    @property
    def lifting(self) -> bool:
        """Tell whether this is a lift: meant as one, and upwards without the tremor."""
        return self.athlete.intention is Intention.LIFTING and self.machine.velocity > 0.0

    def step(self, dt: float) -> tuple[MachineState, int]:
        """Move on by `dt` [s]; return what drive and encoder report then."""
        machine, athlete = self.machine, self.athlete
        # A hundredth more is no step more: a period may be rounded up.
        steps = math.ceil(dt / LONGEST - 0.01) or 1
        dt /= steps
        for _ in range(steps):
            effort = athlete.step(
                dt, machine.position, machine.velocity, max(0.0, machine.load))
            machine.advance(dt, effort.force, effort.damping, effort.tremor)
        self.effort = effort
        return machine.state(), machine.counts()
