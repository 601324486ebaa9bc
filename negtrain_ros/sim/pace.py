# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""How fast simulated time goes."""
from dataclasses import dataclass
import math

from negtrain_ros.core.settings import parameter, Settings


@dataclass(frozen=True)
class SimulationSettings(Settings):
    """What the simulation as a whole is run with."""

    rate: float = parameter(250.0, 'samples of the encoder per second', 50.0, 1000.0, unit='1/s')
    real_time_factor: float = parameter(
        1.0, 'simulated over real time; 0: the next sample as soon as the last is answered',
        0.0, 100.0)
    seed: int = parameter(1, 'of everything random', 0, 2**31 - 1)


class Pace:
    """
    Tells how many steps of simulation are due.

    A simulation that waits for answers does not wait for ever: when nobody answers it goes on in
    real time, so that what a dead node leads to can be seen.

    :ivar lost: simulated time that was too far behind to be caught up, at the last due() [s]
    """

    AT_ONCE = 10  # steps; a computer that is further behind has lost the time for good
    PATIENCE = 3.0  # s of real time, after which a sample that nobody answers is given up

    def __init__(self, settings: SimulationSettings, real: float) -> None:
        """Begin at `real` time [s]."""
        self.step_time = 1.0 / settings.rate
        self.waits = settings.real_time_factor == 0.0
        self._steps_per_second = settings.rate * settings.real_time_factor
        self._begin = real
        self._done = 0
        self._given_up = False
        self.lost = 0.0

    @property
    def period(self) -> float:
        """How often due() wants to be asked [s of real time]."""
        return self.step_time if self.waits else max(0.001, 1.0 / self._steps_per_second)

    def due(self, real: float) -> int:
        """Return how many steps to take at `real` time [s]."""
        if self.waits:
            self._given_up = self._given_up or real - self._begin > self.PATIENCE
            return int(self._given_up)
        behind = math.floor((real - self._begin) * self._steps_per_second) - self._done
        self.lost = 0.0
        if behind > self.AT_ONCE:
            self.lost = (behind - self.AT_ONCE) * self.step_time
            self._done += behind - self.AT_ONCE
            behind = self.AT_ONCE
        self._done += behind
        return behind

    def answered(self, real: float) -> int:
        """Return how many steps to take now that the newest sample was answered, at `real` [s]."""
        if not self.waits:
            return 0
        self._begin = real
        self._given_up = False
        return 1
