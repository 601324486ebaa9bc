# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Tempo of a repetition against the prescribed one, and control of its ways."""
from dataclasses import replace
from math import isnan

from harness.detection_chain import repetitions, smooth
from negtrain_ros.core.phase.tempo import control, judge_tempo
from negtrain_ros.core.types import PhaseMeasure, Prescription, RepetitionStage
import pytest

RATE = 100.0
TEMPO = Prescription(concentric_time=2.0, eccentric_time=8.0, top_pause=1.0)


def repetition(lowering, halts=0):
    down = [(lowering, 0.1)]
    if halts:
        places = [0.5 - 0.4 * part / (halts + 1) for part in range(1, halts + 2)]
        down = [step for place in places
                for step in ((lowering / (halts + 1) - 0.3, place), (0.3, place))]
    path = smooth([(1.0, 0.1), (2.0, 0.5), (1.0, 0.5), *down, (1.0, 0.1)], RATE)
    (found,) = [one for one in repetitions(path, RATE, min_range=0.2)
                if one.stage is RepetitionStage.COMPLETE]
    return found


@pytest.mark.parametrize('lowering', [3.0, 8.0, 12.0])
def test_the_deviation_is_the_share_of_the_prescribed_time(lowering):
    found = judge_tempo(repetition(lowering), TEMPO)
    assert found.eccentric == pytest.approx(lowering / 8.0 - 1.0, abs=0.02 * lowering)
    assert found.concentric == pytest.approx(0.0, abs=0.1)
    assert found.top_pause == pytest.approx(0.0, abs=0.5)


def test_who_lowers_in_three_seconds_of_eight_has_little_control():
    hasty, slow = (judge_tempo(repetition(lowering), TEMPO) for lowering in (3.0, 8.0))
    assert hasty.eccentric_control < 0.45
    assert slow.eccentric_control > 0.85


def test_every_halt_costs_control():
    scores = [judge_tempo(repetition(8.0, halts), TEMPO).eccentric_control for halts in range(4)]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < 0.7 * scores[0]


@pytest.mark.parametrize('duration', [0.0, 0.1, 2.0, 100.0])
@pytest.mark.parametrize('smoothness', [-50.0, -3.0, -2.0, -1.4, -0.5])
@pytest.mark.parametrize('prescribed', [0.0, 2.0])
def test_control_is_a_share(duration, smoothness, prescribed):
    assert 0.0 <= control(
        PhaseMeasure(duration=duration, smoothness=smoothness), prescribed) <= 1.0


def test_nothing_is_claimed_of_what_was_not_measured_or_not_prescribed():
    found = replace(repetition(3.0), eccentric=PhaseMeasure())
    judged = judge_tempo(found, replace(TEMPO, concentric_time=0.0))
    assert isnan(judged.eccentric) and isnan(judged.eccentric_control)
    assert isnan(judged.concentric) and not isnan(judged.concentric_control)
