# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The range of motion from light repetitions."""
from dataclasses import replace

from negtrain_ros.core.calibration import CalibrationSettings, RangeCalibration
from negtrain_ros.core.types import PhaseMeasure, Range, Repetition, Stage, Verdict
import pytest


def light(bottom, top, load=10.0):
    return Repetition(
        0.0, Stage.COMPLETE, 1, Verdict.COUNTED,
        PhaseMeasure(start_position=bottom, peak_load=load),
        PhaseMeasure(start_position=top, peak_load=load))


def test_the_range_is_the_mean_of_three_light_repetitions():
    calibration = RangeCalibration(CalibrationSettings())
    assert calibration.step(light(0.10, 0.50)) is None
    assert calibration.step(light(0.11, 0.52)) is None
    found = calibration.step(light(0.12, 0.54))
    assert (found.bottom, found.top) == (pytest.approx(0.11), pytest.approx(0.52))
    assert calibration.step(light(0.3, 0.4)) == found


def test_the_range_stays_between_the_stops():
    calibration = RangeCalibration(CalibrationSettings(
        repetitions=2, bottom_stop=0.0, top_stop=0.6))
    calibration.step(light(-0.01, 0.65))
    assert calibration.step(light(-0.02, 0.66)) == Range(0.0, 0.6)


@pytest.mark.parametrize('wrong', [
    {'stage': Stage.HALFWAY}, {'verdict': Verdict.TOO_SHORT}, {'verdict': Verdict.MEASUREMENT}])
def test_only_complete_and_counted_ones_are_used(wrong):
    calibration = RangeCalibration(CalibrationSettings())
    calibration.step(replace(light(0.1, 0.5), **wrong))
    assert calibration.done == 0


def test_heavy_ones_are_not_used_and_unknown_loads_are():
    calibration = RangeCalibration(CalibrationSettings())
    calibration.step(light(0.1, 0.5, load=40.0))
    assert calibration.done == 0 and calibration.range is None
    calibration.step(light(0.1, 0.5, load=float('nan')))
    assert calibration.done == 1


def test_reset_begins_again():
    calibration = RangeCalibration(CalibrationSettings())
    calibration.step(light(0.1, 0.5))
    calibration.reset()
    assert (calibration.done, calibration.range) == (0, None)
