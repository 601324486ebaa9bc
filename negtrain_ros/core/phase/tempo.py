# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Tempo of a repetition: deviation of each part from the prescription, and control of each way."""
from dataclasses import dataclass
from math import isfinite, nan

from negtrain_ros.core.types import PhaseMeasure, Prescription, Repetition

SMOOTHEST = -1.41  # spectral arc length of a minimum-jerk movement (Balasubramanian 2015)
JERKY = -3.0       # where nothing of the control is left; stops and restarts are below it


@dataclass(frozen=True, slots=True)
class TempoDeviation:
    """
    How far one repetition is from its tempo.

    :ivar concentric: measured over prescribed duration, less 1; positive is slower; NaN: not
        measured, or none is prescribed
    :ivar eccentric: the same of the lowering
    :ivar bottom_pause: measured less prescribed rest [s]
    :ivar top_pause: the same at the top [s]
    :ivar concentric_control: 0 to 1, see :func:`control`
    :ivar eccentric_control: the same of the lowering
    """

    concentric: float = nan
    eccentric: float = nan
    bottom_pause: float = nan
    top_pause: float = nan
    concentric_control: float = nan
    eccentric_control: float = nan


def control(measure: PhaseMeasure, prescribed: float) -> float:
    """
    Return how well a way was controlled, from 0 to 1.

    The share of the prescribed time that was taken (1 if it was slower), times smoothness. That
    is the spectral arc length (Balasubramanian et al. 2015, J. NeuroEng. Rehabil. 12:112) between
    that of a minimum-jerk movement, -1.41, and -3. The product and its lower end are conventions
    of this module: the source measures smoothness only.

    :param measure: of the way
    :param prescribed: its duration [s]; 0: as quick as one likes
    :return: NaN: not measured
    """
    if not (isfinite(measure.duration) and isfinite(measure.smoothness)):
        return nan
    kept = min(1.0, measure.duration / prescribed) if prescribed > 0.0 else 1.0
    smooth = (measure.smoothness - JERKY) / (SMOOTHEST - JERKY)
    return kept * min(1.0, max(0.0, smooth))


def judge_tempo(repetition: Repetition, prescription: Prescription) -> TempoDeviation:
    """Compare a repetition with the tempo that was prescribed."""
    return TempoDeviation(
        concentric=_deviation(repetition.concentric, prescription.concentric_time),
        eccentric=_deviation(repetition.eccentric, prescription.eccentric_time),
        bottom_pause=repetition.bottom_pause - prescription.bottom_pause,
        top_pause=repetition.top_pause - prescription.top_pause,
        concentric_control=control(repetition.concentric, prescription.concentric_time),
        eccentric_control=control(repetition.eccentric, prescription.eccentric_time))


def _deviation(measure: PhaseMeasure, prescribed: float) -> float:
    return measure.duration / prescribed - 1.0 if prescribed > 0.0 else nan
