# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Calibration of the personal range of motion from a few light repetitions that agree."""
from dataclasses import dataclass
from math import isfinite

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import RangeOfMotion, Repetition, RepetitionStage, Verdict

LEAST_AGREEMENT = 0.02  # m; ends that differ by less agree in any range


@dataclass(frozen=True)
class CalibrationSettings(Settings):
    """How the range is found, and the stops it cannot pass."""

    repetitions: int = parameter(3, 'light repetitions that agree and are averaged', 2, 5)
    load: float = parameter(
        10.0, 'light load of the repetitions of a calibration', 1.0, 50.0, unit='kg')
    agreement: float = parameter(
        0.1, 'share of the range by which the ends of repetitions that agree may differ',
        0.02, 0.5)
    tolerance: float = parameter(
        2.0, 'load above the light one at which a repetition shows nothing', 0.1, 20.0, unit='kg')
    bottom_stop: float = parameter(-0.05, 'lowest possible position', -100.0, 100.0, unit='m')
    top_stop: float = parameter(2.0, 'highest possible position', -100.0, 100.0, unit='m')


class RangeCalibration:
    """Average the ends of light repetitions that agree, and name those that do not."""

    def __init__(self, settings: CalibrationSettings, smallest_range: float = 0.0) -> None:
        """
        Begin a calibration.

        :param smallest_range: shorter repetitions of the exercise show nothing [m]
        """
        self.settings = settings
        self.smallest_range = smallest_range
        self.reset()

    def reset(self) -> None:
        """Begin again."""
        self._seen: list[RangeOfMotion] = []
        self._agreed: list[RangeOfMotion] = []
        self.remark = ''

    @property
    def done(self) -> int:
        """Return how many repetitions agree so far."""
        return len(self._agreed)

    def step(self, repetition: Repetition) -> RangeOfMotion | None:
        """
        Take one repetition; `remark` says, for the athlete, what was not understood of it.

        :param repetition: only complete, counted and light ones are used
        :return: the range, once enough agree; the same range until reset
        """
        if repetition.stage is RepetitionStage.COMPLETE and self.done < self.settings.repetitions:
            self._take(repetition)
        return self.rom if self.done >= self.settings.repetitions else None

    @property
    def rom(self) -> RangeOfMotion | None:
        """The mean of the repetitions that agree so far, between the stops; None without any."""
        if not self._agreed:
            return None
        bottom, top = (sum(getattr(each, end) for each in self._agreed) / self.done
                       for end in ('bottom', 'top'))
        return RangeOfMotion(
            max(self.settings.bottom_stop, bottom), min(self.settings.top_stop, top)
        )

    @property
    def outliers(self) -> tuple[RangeOfMotion, ...]:
        """Return the repetitions that were left out because they disagree with the others."""
        return tuple(each for each in self._seen if each not in self._agreed)

    def _take(self, repetition: Repetition) -> None:
        up, down = repetition.concentric, repetition.eccentric
        light = self.settings.load + self.settings.tolerance
        ends = _ends(repetition)
        if repetition.verdict is not Verdict.COUNTED:
            word = repetition.verdict.name.lower().replace('_', ' ')
            length = max((each for each in (up.range, down.range) if isfinite(each)), default=0.0)
            self.remark = f'{length:.2f} m did not count: {word}'
        elif max(up.peak_load, down.peak_load) > light:
            self.remark = f'{max(up.peak_load, down.peak_load):.0f} kg is not light'
        elif ends.length < self.smallest_range:
            self.remark = (f'{ends.length:.2f} m is less than the smallest range of the exercise, '
                           f'{self.smallest_range:.2f} m')
        else:
            self._seen.append(ends)
            self._agreed = max((self._like(each) for each in reversed(self._seen)), key=len)
            self.remark = self._disagreement()

    def _like(self, one: RangeOfMotion) -> list[RangeOfMotion]:
        """Return the repetitions with the same ends."""
        near = max(LEAST_AGREEMENT, self.settings.agreement * one.length)
        return [each for each in self._seen
                if abs(each.bottom - one.bottom) <= near and abs(each.top - one.top) <= near]

    def _disagreement(self) -> str:
        """Name the repetitions that are left out."""
        usual = self.rom
        if usual is None or not self.outliers:
            return ''
        return 'left out: ' + ', '.join(
            f'{each.length:.2f} m from {each.bottom:.2f} to {each.top:.2f} m'
            for each in self.outliers) + f'; the others have {usual.length:.2f} m'


def _ends(repetition: Repetition) -> RangeOfMotion:
    """Return the ends of a repetition: where its first way began, and how far that went."""
    up, down = repetition.concentric, repetition.eccentric
    bottom, top = up.start_position, down.start_position
    if up.start < down.start and isfinite(up.range):
        top = bottom + up.range
    elif down.start < up.start and isfinite(down.range):
        bottom = top - down.range
    return RangeOfMotion(bottom, top)
