# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""A load controller with everything around it right, but for what a test changes."""
from dataclasses import replace

from negtrain_ros.core.load.load_controller import LoadController
from negtrain_ros.core.safety.inputs import LoadInputs
from negtrain_ros.core.types import (
    HandleState,
    MachineState,
    Method,
    Phase,
    PhaseState,
    Prescription,
    RangeOfMotion,
)

NEGATIVE = Prescription(
    method=Method.NEGATIVE,
    concentric=51.0,
    eccentric=85.0,
    limit=101.0,
    rom=RangeOfMotion(0.1, 0.5),
)
LIGHT = Prescription(method=Method.REGULAR, concentric=8.0, eccentric=8.0, limit=101.0)
MOVES = {Phase.CONCENTRIC: 0.2, Phase.ECCENTRIC: -0.15}


class Bench:
    """A controller with everything around it right, but for what a test changes."""

    def __init__(self, prescription=NEGATIVE, *, armed=True, period=0.004):
        self.controller = LoadController()
        self.now, self.period, self.position = 10.0, period, 0.1
        self.phase, self.velocity = Phase.BOTTOM_HOLD, 0.0
        self.phase_start = self.now
        self.changes = {}
        self.command, self.state = self.controller.step(self.inputs(), self.now)
        if armed:
            assert self.controller.prescribe(prescription, self.now) is None
            self.go(Phase.BOTTOM_HOLD, 0.5)
            assert self.controller.arm(self.now) is None
            self.go(Phase.BOTTOM_HOLD, 2.0)

    def inputs(self):
        now = self.now
        inputs = LoadInputs(
            HandleState(now, self.position, self.velocity),
            PhaseState(now, self.phase, 1.0, self.phase_start, self.position, self.velocity),
            MachineState(now, self.controller.commanded, True, False, False, False, (), 0), now)
        for part, fields in self.changes.items():
            if isinstance(fields, dict):
                fields = replace(getattr(inputs, part), **fields)
            inputs = replace(inputs, **{part: fields})
        return inputs

    def go(self, phase, seconds, velocity=None, **changes):
        """Move for a time; return the load at its end [kg]."""
        if phase is not self.phase:
            self.phase, self.phase_start = phase, self.now
        self.changes = changes
        end = self.now + seconds
        while self.now < end - 1e-9:
            wanted = MOVES.get(phase, 0.0) if velocity is None else velocity
            self.velocity += (wanted - self.velocity) * min(1.0, self.period / 0.05)
            self.now += self.period
            self.position += self.velocity * self.period
            self.command, self.state = self.controller.step(self.inputs(), self.now)
        return self.command.load

    def top(self):
        """Lift to the top and hold there."""
        self.go(Phase.CONCENTRIC, 2.0)
        self.go(Phase.TOP_HOLD, 0.5)
