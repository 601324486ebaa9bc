# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""A stall is helped in steps and ends the set; a slow negative is left alone: timelines."""
from dataclasses import replace

from negtrain_ros.core.load.spotter import Spotter, SpotterSettings
from negtrain_ros.core.types import Method, Phase, Prescription, RangeOfMotion
import pytest

PRESCRIPTION = Prescription(
    method=Method.NEGATIVE,
    concentric=51.0,
    eccentric=85.0,
    limit=101.0,
    rom=RangeOfMotion(0.1, 0.5),
    concentric_time=2.0,
    eccentric_time=3.0,
)
PERIOD = 0.01


class Lift:
    """A handle that moves as the test says."""

    def __init__(self, position=0.1, prescription=PRESCRIPTION):
        self.spotter = Spotter(SpotterSettings())
        self.prescription = prescription
        self.position = position
        self.now = 0.0

    def go(self, phase, velocity, seconds):
        """Move on; return the share of the load that is left."""
        end = self.now + seconds
        while self.now < end - 1e-9:
            self.now += PERIOD
            self.position += velocity * PERIOD
            self.spotter.step(
                phase, PRESCRIPTION.rom.fraction(self.position), self.position, velocity,
                self.prescription, self.now)
        return self.spotter.share


def test_a_stalled_lift_is_helped_in_steps_then_unloaded():
    lift = Lift()
    assert lift.go(Phase.CONCENTRIC, 0.2, 1.0) == 1.0
    assert lift.go(Phase.CONCENTRIC, 0.0, 2.9) == 1.0
    shares = [lift.go(Phase.CONCENTRIC, 0.0, 0.5) for _ in range(4)]
    assert shares == [0.75, 0.5, 0.25, 0.0]
    assert lift.spotter.failed
    assert lift.spotter.reason == 'no progress'


def test_a_handle_that_gives_way_to_a_stiff_arm_has_not_gone_on():
    lift = Lift(0.5)
    lift.go(Phase.ECCENTRIC, -0.15, 1.3)
    assert lift.go(Phase.ECCENTRIC, 0.0, 3.3) == 0.75
    for share in (0.5, 0.25, 0.0):
        assert lift.go(Phase.CONCENTRIC, 0.02, 0.5) == share


@pytest.mark.parametrize(('phase', 'way'), [(Phase.CONCENTRIC, 1), (Phase.ECCENTRIC, -1)])
def test_a_way_back_is_no_progress(phase, way):
    lift = Lift(0.3 - 0.15 * way)
    lift.go(phase, 0.15 * way, 1.0)
    lift.go(phase, 0.0, 1.0)
    lift.go(phase, -0.02 * way, 1.0)
    assert lift.go(phase, 0.0, 0.9) == 1.0
    assert lift.go(phase, 0.0, 0.3) == 0.75


def test_wavering_on_the_way_does_not_begin_a_repetition_anew():
    lift = Lift()
    lift.go(Phase.CONCENTRIC, 0.2, 1.5)
    for _ in range(8):
        lift.go(Phase.ECCENTRIC, -0.05, 1.0)
        lift.go(Phase.CONCENTRIC, 0.05, 1.0)
    assert lift.spotter.share < 1.0
    assert lift.spotter.reason == 'repetition too long'


def test_a_helped_repetition_is_the_last_one():
    lift = Lift()
    lift.go(Phase.CONCENTRIC, 0.2, 1.0)
    assert lift.go(Phase.CONCENTRIC, 0.0, 3.3) == 0.75
    lift.go(Phase.CONCENTRIC, 0.2, 1.0)
    assert not lift.spotter.failed
    lift.go(Phase.ECCENTRIC, -0.2, 2.0)
    lift.go(Phase.BOTTOM_HOLD, 0.0, 0.1)
    assert lift.spotter.failed
    assert lift.spotter.share == 0.75


def test_a_slow_negative_is_no_stall():
    lift = Lift(0.5, replace(PRESCRIPTION, eccentric_time=8.0))
    assert lift.go(Phase.ECCENTRIC, -0.05, 8.0) == 1.0
    assert lift.spotter.reason == ''


def test_resting_at_the_ends_is_no_stall():
    lift = Lift(0.1)
    assert lift.go(Phase.BOTTOM_HOLD, 0.0, 15.0) == 1.0


@pytest.mark.parametrize('phase, velocity, start', [
    (Phase.CONCENTRIC, -0.1, 0.35), (Phase.ECCENTRIC, -0.4, 0.5)], ids=['lift', 'lowering'])
def test_a_sinking_handle_is_helped(phase, velocity, start):
    lift = Lift(start)
    assert lift.go(phase, velocity, 0.3) == 1.0
    assert lift.go(phase, velocity, 0.3) == 0.75
    assert lift.spotter.reason == 'handle sinks'


def test_one_repetition_too_long_is_helped():
    lift = Lift()
    lift.go(Phase.CONCENTRIC, 0.2, 2.0)
    assert lift.go(Phase.TOP_HOLD, 0.0, 12.0) == 1.0
    assert lift.go(Phase.TOP_HOLD, 0.0, 1.5) < 1.0
    assert lift.spotter.reason == 'repetition too long'


def test_nobody_is_helped_in_an_isometric_test_or_without_a_range():
    for prescription in (replace(PRESCRIPTION, method=Method.ISOMETRIC),
                         replace(PRESCRIPTION, rom=None)):
        lift = Lift(0.3, prescription)
        assert lift.go(Phase.CONCENTRIC, 0.0, 10.0) == 1.0
