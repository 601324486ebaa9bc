# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The personal range of motion from a few light repetitions."""
from dataclasses import dataclass

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import Range, Repetition, Stage, Verdict


@dataclass(frozen=True)
class CalibrationSettings(Settings):
    """How the range is found, and the stops it cannot pass."""

    repetitions: int = parameter(3, 'light repetitions that are averaged', 2, 5)
    load: float = parameter(
        10.0, 'light load of these repetitions', 1.0, 50.0, unit='kg')
    tolerance: float = parameter(
        2.0, 'load above the light one at which a repetition shows nothing', 0.1, 20.0, unit='kg')
    bottom_stop: float = parameter(-0.05, 'lowest possible position', -100.0, 100.0, unit='m')
    top_stop: float = parameter(2.0, 'highest possible position', -100.0, 100.0, unit='m')


class RangeCalibration:
    """Average the ends of light repetitions."""

    def __init__(self, settings: CalibrationSettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Begin again."""
        self.done = 0
        self._bottoms = self._tops = 0.0

    def step(self, repetition: Repetition) -> Range | None:
        """
        Take one repetition.

        :param repetition: only complete, counted and light ones are used
        :return: the range, once enough have been seen; the same range until reset
        """
        up, down = repetition.concentric, repetition.eccentric
        light = self.settings.load + self.settings.tolerance
        heavy = max(up.peak_load, down.peak_load) > light
        if (repetition.stage is Stage.COMPLETE and repetition.verdict is Verdict.COUNTED
                and not heavy and self.done < self.settings.repetitions):
            self.done += 1
            self._bottoms += up.start_position
            self._tops += down.start_position
        return self.range if self.done >= self.settings.repetitions else None

    @property
    def range(self) -> Range | None:
        """The mean of the repetitions so far, between the stops; None before the first."""
        if not self.done:
            return None
        return Range(max(self.settings.bottom_stop, self._bottoms / self.done),
                     min(self.settings.top_stop, self._tops / self.done))
