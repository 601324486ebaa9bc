# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Inputs of the load controller and their maximum age."""
from dataclasses import dataclass
import math

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import HandleState, MachineState, PhaseState, Quality, value


@dataclass(frozen=True)
class InputAges(Settings):
    """Ages at which an input counts as silent."""

    stale: float = parameter(
        0.05, 'age at which the encoder counts as silent', 0.01, 0.5, unit='s')
    phase_stale: float = parameter(
        0.1, 'age at which the phase detector counts as silent', 0.02, 1.0, unit='s')
    machine_stale: float = parameter(
        0.3, 'age at which the machine counts as silent', 0.05, 2.0, unit='s')
    session_stale: float = parameter(
        1.0, 'age at which the session manager counts as silent', 0.6, 10.0, unit='s')


@value
class LoadInputs:
    """
    The newest word of everybody the load controller hears.

    :param session_heard: time of the last heartbeat of the session manager [s]; None: never
    :param session_limit: heaviest load [kg] that the session lets be armed
    :param graph: fault of the graph of nodes: a duplicate or missing publisher; None: no fault
    """

    handle: HandleState | None = None
    estimate: PhaseState | None = None
    machine: MachineState | None = None
    session_heard: float | None = None
    graph: str | None = None
    session_limit: float = math.inf

    @property
    def measured(self) -> bool:
        """Tell whether there is a valid measurement of the handle."""
        handle = self.handle
        return (handle is not None and handle.quality is Quality.GOOD
                and math.isfinite(handle.position) and math.isfinite(handle.velocity))
