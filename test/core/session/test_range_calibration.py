# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The range of motion from light repetitions."""
from dataclasses import replace

from negtrain_ros.core.session.range_calibration import CalibrationSettings, RangeCalibration
from negtrain_ros.core.types import (
    PhaseMeasure,
    RangeOfMotion,
    Repetition,
    RepetitionStage,
    Verdict,
)
import pytest


def light(bottom, top, load=10.0):
    return Repetition(
        0.0, RepetitionStage.COMPLETE, 1, Verdict.COUNTED,
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
    assert calibration.step(light(-0.02, 0.66)) == RangeOfMotion(0.0, 0.6)


@pytest.mark.parametrize(
    'wrong',
    [
        {'stage': RepetitionStage.HALFWAY},
        {'verdict': Verdict.TOO_SHORT},
        {'verdict': Verdict.MEASUREMENT},
    ],
)
def test_only_complete_and_counted_ones_are_used(wrong):
    calibration = RangeCalibration(CalibrationSettings())
    calibration.step(replace(light(0.1, 0.5), **wrong))
    assert calibration.done == 0


def test_heavy_ones_are_not_used_and_unknown_loads_are():
    calibration = RangeCalibration(CalibrationSettings())
    calibration.step(light(0.1, 0.5, load=40.0))
    assert calibration.done == 0 and calibration.rom is None
    calibration.step(light(0.1, 0.5, load=float('nan')))
    assert calibration.done == 1


def test_reset_begins_again():
    calibration = RangeCalibration(CalibrationSettings())
    calibration.step(light(0.1, 0.5))
    calibration.reset()
    assert (calibration.done, calibration.rom) == (0, None)


GOOD = [(0.10, 0.50), (0.11, 0.51), (0.105, 0.495)]


@pytest.mark.parametrize('odd', [
    (0.23, 0.50), (0.10, 0.30), (0.30, 0.50), (-0.03, 0.50), (0.1, 0.6)])
@pytest.mark.parametrize('place', range(4))
def test_one_that_disagrees_is_left_out_and_named_wherever_it_comes(odd, place):
    calibration = RangeCalibration(CalibrationSettings())
    shown = [*GOOD[:place], odd, *GOOD[place:]]
    found = [calibration.step(light(*ends)) for ends in shown]
    assert found[:2] == [None, None]
    assert (found[-1].bottom, found[-1].top) == (
        pytest.approx(0.105, abs=0.002), pytest.approx(0.5017, abs=0.002))
    if place < 3:
        assert found[2] is None
        assert calibration.outliers == (RangeOfMotion(*odd),)
        assert f'{odd[1] - odd[0]:.2f} m' in calibration.remark


def test_nothing_below_the_smallest_range_is_one():
    calibration = RangeCalibration(CalibrationSettings(), smallest_range=0.15)
    for _ in range(5):
        assert calibration.step(light(0.1, 0.2)) is None
    assert calibration.remark == (
        '0.10 m is less than the smallest range of the exercise, 0.15 m')


def test_one_that_does_not_count_is_told_with_its_length():
    calibration = RangeCalibration(CalibrationSettings())
    short = light(0.1, 0.5)
    calibration.step(replace(short, verdict=Verdict.TOO_SHORT,
                             concentric=replace(short.concentric, range=0.04)))
    assert calibration.remark == '0.04 m did not count: too short'


@pytest.mark.parametrize('begins', ['up', 'down'])
def test_an_end_is_where_the_first_way_came_to_and_not_where_the_handle_sank_to(begins):
    stamps = {'up': (1.0, 9.0), 'down': (9.0, 1.0)}[begins]
    shown = Repetition(
        0.0, RepetitionStage.COMPLETE, 1, Verdict.COUNTED,
        PhaseMeasure(start=stamps[0], start_position=0.1 if begins == 'up' else 0.08, range=0.4),
        PhaseMeasure(start=stamps[1], start_position=0.48 if begins == 'up' else 0.5, range=0.4))
    calibration = RangeCalibration(CalibrationSettings(repetitions=2))
    calibration.step(shown)
    assert calibration.rom == RangeOfMotion(pytest.approx(0.1), pytest.approx(0.5))
