# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Plant with faults on everything that passes to and fro."""
from negtrain_ros.core.types import LoadCommand, MachineState
from negtrain_ros.sim.fault_injector import EncoderSample, FaultInjector
from negtrain_ros.sim.plant import Plant


class FaultyPlant:
    """Plant whose samples and commands pass through a fault injector."""

    def __init__(self, station: Plant, injector: FaultInjector) -> None:
        self.station = station
        self._injector = injector

    def step(self, dt: float) -> tuple[MachineState, EncoderSample | None]:
        """Move on by `dt` [s]; return what drive and encoder send then, None: no sample."""
        station, injector = self.station, self._injector
        injector.step(station.machine.now, station)
        state, counts = station.step(dt)
        return state, injector.sample(state.stamp, counts, station.machine.settings.resolution)

    def command(self, command: LoadCommand) -> None:
        """Take a command, unless it is lost on the way."""
        machine = self.station.machine
        arriving = self._injector.command(machine.now, command)
        if arriving is not None:
            machine.command(arriving, machine.now)
