# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Every method has its law, and impossible prescriptions are refused with the reason."""
from dataclasses import replace
from functools import partial
from itertools import product
import math

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.core.load.training_methods import EASIER, Fatigue, FRESH, LAWS, SpeedHold
from negtrain_ros.core.planning.prescription_check import check
from negtrain_ros.core.safety.load_limits import LoadLimits
from negtrain_ros.core.types import Method, Phase, Prescription, RangeOfMotion
import pytest

NAN = math.nan
NEGATIVE = Prescription(
    method=Method.NEGATIVE,
    concentric=51.0,
    eccentric=85.0,
    limit=101.0,
    rom=RangeOfMotion(0.1, 0.5),
)
REGULAR = replace(NEGATIVE, method=Method.REGULAR, eccentric=51.0)
LIGHT = replace(NEGATIVE, method=Method.ECCENTRIC_ONLY, concentric=2.0, eccentric=30.0)
HOLD = replace(REGULAR, method=Method.ISOMETRIC, concentric=100.0, eccentric=100.0,
               hold_position=0.3)


def load(prescription, phase, fraction=0.5, velocity=0.0, effort=FRESH):
    return LAWS[prescription.method](phase, fraction, velocity, prescription, effort)


def test_every_method_has_a_law():
    assert set(LAWS) == set(Method)


@pytest.mark.parametrize('prescription, up, down', [
    (REGULAR, 51.0, 51.0), (NEGATIVE, 51.0, 85.0), (LIGHT, 2.0, 30.0),
    (replace(NEGATIVE, method=Method.ADAPTIVE), 51.0, 85.0)])
def test_loads_of_both_ways(prescription, up, down):
    assert load(prescription, Phase.CONCENTRIC) == up
    assert load(prescription, Phase.ECCENTRIC) == down
    for phase in (Phase.UNKNOWN, Phase.BOTTOM_HOLD, Phase.TOP_HOLD):
        assert load(prescription, phase) == min(up, down)


@given(st.sampled_from(Method), st.sampled_from(Phase), st.floats(-1.0, 2.0),
       st.floats(-3.0, 3.0), st.floats(0.6, 1.0), st.floats(0.0, 200.0))
def test_no_law_exceeds_what_is_prescribed(method, phase, fraction, velocity, share, holding):
    prescription = replace(NEGATIVE, method=method, hold_position=0.3)
    got = LAWS[method](phase, fraction, velocity, prescription, Fatigue(share), holding)
    bound = prescription.eccentric if phase is Phase.ECCENTRIC else prescription.concentric
    assert 0.0 <= got <= bound


def test_adaptive_follows_fatigue_and_never_goes_above():
    adaptive = replace(NEGATIVE, method=Method.ADAPTIVE)
    assert load(adaptive, Phase.ECCENTRIC, effort=Fatigue(0.8)) == pytest.approx(68.0)
    assert load(adaptive, Phase.ECCENTRIC, effort=Fatigue(1.3)) == 85.0


ISOKINETIC = replace(NEGATIVE, method=Method.ISOKINETIC)
LIFT, REST = (Phase.CONCENTRIC, 0.5), (Phase.BOTTOM_HOLD, 0.0)
UP = 0.4 / 1.5  # m/s, tempo of the lift


def held(course, seconds=2.0):
    """Return the load that a SpeedHold has found after (phase, fraction, velocity)s."""
    hold = SpeedHold()
    for (phase, fraction), velocity in course:
        for _ in range(int(seconds / 0.004)):
            hold.step(phase, fraction, velocity, ISOKINETIC, 0.004)
    return hold.load


@given(st.floats(0.0, 51.0), st.floats(0.0, 51.0))
def test_isokinetic_resists_more_what_is_faster_and_gives_way_downwards(holding, more):
    law = partial(LAWS[Method.ISOKINETIC], prescription=ISOKINETIC, fatigue=FRESH, fraction=0.5)
    up = [law(Phase.CONCENTRIC, velocity=v, holding=holding) for v in (0.0, 0.1, 0.4, 0.8, 3.0)]
    assert up == sorted(up)
    assert up[-1] == 51.0
    down = [law(Phase.ECCENTRIC, velocity=-v, holding=holding) for v in (0.1, 0.5, 1.0, 3.0)]
    assert down == sorted(down, reverse=True)
    for phase in (Phase.CONCENTRIC, Phase.ECCENTRIC):
        lower, higher = sorted((holding, more))
        assert law(phase, velocity=0.0, holding=lower) <= law(phase, velocity=0.0, holding=higher)


def test_the_load_that_holds_the_tempo_follows_the_effort_and_begins_light():
    base = 0.2 * 51.0
    assert held([]) == 0.0
    assert held([(REST, 0.0)]) == held([(LIFT, 0.9 * UP)]) == base
    assert base < held([(LIFT, 1.05 * UP)]) < held([(LIFT, 1.1 * UP)]) < 51.0
    assert held([(LIFT, 2.0 * UP)]) == 51.0
    assert held([(LIFT, 2.0 * UP), (REST, 0.0)]) < 51.0
    assert held([(LIFT, 2.0 * UP), (LIFT, 0.5 * UP)]) == base


def test_the_end_of_a_lift_in_which_the_athlete_brakes_eases_nothing():
    top = (Phase.CONCENTRIC, 0.95)
    assert held([(LIFT, 1.1 * UP), (top, 0.0)]) == held([(LIFT, 1.1 * UP)])


def test_the_next_lift_begins_a_little_easier_than_the_last_one_was():
    hold = SpeedHold()
    for phase, velocity in ((Phase.CONCENTRIC, 1.0),) * 500 + ((Phase.ECCENTRIC, -0.1),) * 500:
        hold.step(phase, 0.5, velocity, ISOKINETIC, 0.004)
    assert hold.load == 51.0
    hold.step(Phase.CONCENTRIC, 0.0, UP, ISOKINETIC, 0.004)
    assert hold.load == pytest.approx(EASIER * 51.0)


@given(st.lists(st.tuples(st.sampled_from(Phase), st.floats(-0.5, 1.5), st.floats(-3.0, 3.0),
                          st.floats(0.0, 0.1)), max_size=50))
def test_what_holds_the_tempo_stays_within_what_is_prescribed(course):
    hold = SpeedHold()
    for phase, fraction, velocity, dt in course:
        hold.step(phase, fraction, velocity, ISOKINETIC, dt)
        assert 0.2 * 51.0 <= hold.load <= 51.0


def test_explosive_grows_with_speed():
    explosive = replace(NEGATIVE, method=Method.EXPLOSIVE, eccentric=51.0)
    loads = [load(explosive, Phase.CONCENTRIC, velocity=v) for v in (0.0, 0.2, 0.4, 1.0)]
    assert loads == sorted(loads)
    assert loads[0] == 25.5
    assert loads[-1] == 51.0


def test_isometric_holds_from_above_and_never_pulls_below():
    assert load(HOLD, Phase.TOP_HOLD, 0.4) == 0.0
    assert load(HOLD, Phase.TOP_HOLD, 0.5 + 0.025 / 0.4) == pytest.approx(50.0)
    assert load(HOLD, Phase.TOP_HOLD, 0.9) == 100.0


@pytest.mark.parametrize('prescription', [
    REGULAR, NEGATIVE, LIGHT, HOLD, replace(NEGATIVE, rom=None),
    *(replace(REGULAR, method=method) for method in (
        Method.ADAPTIVE, Method.ISOKINETIC, Method.EXPLOSIVE))])
def test_what_can_be_trained_is_accepted(prescription):
    assert check(prescription, LoadLimits()) is None


@pytest.mark.parametrize('prescription, word', [
    (replace(NEGATIVE, method=9), 'method'),
    (replace(NEGATIVE, eccentric=40.0), 'below the concentric'),
    (replace(NEGATIVE, concentric=20.0), 'times the concentric'),
    (replace(NEGATIVE, limit=80.0), 'limit of the athlete'),
    (replace(NEGATIVE, eccentric=300.0, limit=400.0), 'limit of the machine'),
    (replace(REGULAR, eccentric=52.0), 'one load'),
    (replace(LIGHT, concentric=20.0), 'not light'),
    (replace(HOLD, hold_position=NAN), 'hold'),
    (replace(NEGATIVE, rom=RangeOfMotion(0.5, 0.1)), 'range of motion'),
    (replace(NEGATIVE, rom=RangeOfMotion(NAN, 0.1)), 'range of motion'),
    (replace(NEGATIVE, eccentric_time=NAN), 'eccentric time'),
    (replace(NEGATIVE, concentric_time=0.0), 'concentric time'),
    (replace(NEGATIVE, bottom_pause=-1.0), 'bottom pause'),
    (replace(NEGATIVE, top_pause=NAN), 'top pause'),
    (replace(NEGATIVE, velocity_loss=1.5), 'velocity loss'),
    *((replace(NEGATIVE, **{name: value}), name) for name, value in product(
        ('concentric', 'eccentric', 'limit'), (NAN, math.inf, -1.0, 0.0)))])
def test_what_cannot_be_trained_is_refused_in_one_line(prescription, word):
    reason = check(prescription, LoadLimits())
    assert word in reason
    assert '\n' not in reason
