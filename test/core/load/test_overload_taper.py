# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Taper of the overload: it stays on the way down and is gone before the turn."""
from itertools import pairwise
import math

from negtrain_ros.core.load.lowering_speed import LoweringSpeed
from negtrain_ros.core.load.overload_taper import OverloadTaper, OverloadTaperSettings
from negtrain_ros.core.types import Method, Phase, Prescription, RangeOfMotion
import pytest

NEGATIVE = Prescription(
    method=Method.NEGATIVE, concentric=51.0, eccentric=85.0, limit=101.0,
    rom=RangeOfMotion(0.1, 0.5))
DT = 0.004


def course(turn, tremor=0.0):
    """Yield phase, fraction and speed [m/s] of a lift, and of a way down that turns at a place."""
    length, time = NEGATIVE.rom.length, NEGATIVE.eccentric_time
    for phase, begin, end, seconds in (
            (Phase.CONCENTRIC, 0.0, 1.0, NEGATIVE.concentric_time),
            (Phase.ECCENTRIC, 1.0, turn, time * (1.0 - turn))):
        for step in range(round(seconds / DT)):
            share = step * DT / seconds
            fraction = begin + (end - begin) * 0.5 * (1.0 - math.cos(math.pi * share))
            speed = (end - begin) * length / seconds * 0.5 * math.pi * math.sin(math.pi * share)
            yield phase, fraction, speed + tremor * math.sin(40.0 * step * DT)


def stepped(some_course, prescription=NEGATIVE):
    """Return phase, fraction and share of the overload along a course."""
    lowering = LoweringSpeed()
    taper = OverloadTaper(OverloadTaperSettings(), lowering)
    found = []
    for phase, fraction, speed in some_course:
        lowering.step(speed, DT)
        found.append((phase, fraction, taper.step(phase, fraction, speed, prescription, DT)))
    return found


def shares(turn=0.0, tremor=0.0, prescription=NEGATIVE):
    """Return the share of the overload for each fraction on the way down."""
    return [(fraction, share)
            for phase, fraction, share in stepped(course(turn, tremor), prescription)
            if phase is Phase.ECCENTRIC]


@pytest.mark.parametrize('tremor', [0.0, 0.03])
@pytest.mark.parametrize('turn', [0.0, 0.3])
def test_the_overload_is_there_in_the_middle_and_gone_at_the_turn(turn, tremor):
    found = shares(turn, tremor)
    middle = 0.5 * (1.0 + turn)
    assert max(share for fraction, share in found if abs(fraction - middle) < 0.1) > 0.9
    assert found[-1][1] < 0.2


def test_near_the_end_of_the_range_the_overload_only_falls():
    found = [share for fraction, share in shares() if fraction < 0.09]
    assert all(after <= before + 1e-9 for before, after in pairwise(found))
    assert found[-1] == 0.0


def test_there_is_no_overload_in_a_lift():
    assert not any(share for phase, _, share in stepped(course(0.0)) if phase is Phase.CONCENTRIC)


def test_there_is_no_overload_without_a_range():
    light = Prescription(method=Method.REGULAR, concentric=8.0, eccentric=8.0, limit=101.0)
    assert not any(share for _, share in shares(prescription=light))
