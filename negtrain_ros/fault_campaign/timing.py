# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Timing of a fault: cause, detection and light handle, by the clock of the machine."""
from collections.abc import Callable
import math

LIGHT = 5.0  # kg, below which the handle is light


class Stopwatch:
    """
    Takes the times of one thing that breaks.

    :ivar onset: when it broke [s], infinite before
    :ivar detected: when a fault was first reported [s], NaN: never
    :ivar light: when the handle was light [s], NaN: never
    """

    def __init__(self) -> None:
        """Wait for a start."""
        self.onset = math.inf
        self.detected = self.light = math.nan
        self._shows: Callable[[], bool] | None = None

    def start(self, onset: float, shows: Callable[[], bool] | None = None) -> None:
        """
        Begin.

        :param onset: when it breaks [s]
        :param shows: tells when it is really there, if that may be later
        """
        self.onset, self._shows = (math.inf if shows else onset), shows

    def on_load(self, now: float, load: float) -> None:
        """Take note of the load [kg] on the handle at `now` [s]."""
        if self._shows is not None and self._shows():
            self.onset, self._shows = now, None
        if now > self.onset and math.isnan(self.light) and load < LIGHT:
            self.light = now

    def on_faults(self, now: float, faults: object) -> None:
        """Take note of the faults reported at `now` [s], if there are any."""
        if now > self.onset and faults and math.isnan(self.detected):
            self.detected = now

    @property
    def is_light(self) -> bool:
        """Whether the handle has become light."""
        return not math.isnan(self.light)
