# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Trace of a simulation, sample by sample, as arrays."""
from array import array
from dataclasses import dataclass, fields
from typing import Any

from negtrain_ros.core.types import LoadCommand, LoadState, PhaseState
from negtrain_ros.sim.athlete import Intention
from negtrain_ros.sim.plant import Plant
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Trace:
    """
    One array per quantity, all of the same length, one entry per sample of the encoder.

    Position and velocity are those of the handle without tremor, the load is the applied one.
    """

    time: Floats  # s
    position: Floats  # m
    velocity: Floats  # m/s
    load: Floats  # kg, applied
    commanded: Floats  # kg
    force: Floats  # N, of the athlete
    measured: Floats  # m, position as estimated
    phase: Integers  # Phase
    mode: Integers  # Mode
    limit: Integers  # Limit
    intention: Integers  # Intention
    repetition: Integers  # begun by the athlete
    training: Marks  # the set, not the calibration

    @property
    def lifting(self) -> Marks:
        """Where a lift is: meant as one, and upwards without the tremor."""
        return np.logical_and(self.means(Intention.LIFTING), self.velocity > 0.0)

    def means(self, intention: Intention) -> Marks:
        """Where the athlete means to do something."""
        return np.equal(self.intention, intention)


class TraceRecorder:
    """Collects the rows of a trace."""

    def __init__(self) -> None:
        # Numbers without objects: a list of rows costs more in garbage collection than in rows.
        self._numbers = array('d')

    def step(
        self, station: Plant, estimate: PhaseState, command: LoadCommand, state: LoadState,
        training: bool,
    ) -> None:
        """Add one sample."""
        machine, athlete = station.machine, station.athlete
        self._numbers.extend((
            machine.now, machine.position, machine.velocity, machine.load, command.load,
            station.effort.force, estimate.position, estimate.phase, state.mode,
            state.limited_by, athlete.intention, athlete.repetition, training))

    def trace(self) -> Trace:
        """Return what was collected."""
        names = [each.name for each in fields(Trace)]
        columns = np.array(self._numbers).reshape(-1, len(names)).T
        types: list[Any] = [np.float64] * 7 + [np.int64] * 5 + [np.bool_]
        arrays: dict[str, Any] = {name: column.astype(kind) for name, column, kind in zip(
            names, columns, types, strict=True)}
        return Trace(**arrays)
