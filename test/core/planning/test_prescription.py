# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Loads follow from a maximum, within every cap."""
import math

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.core.planning.prescription import (
    INTENSITIES,
    Intensity,
    loads,
    PrescriptionSettings,
    round_to_step,
)
from negtrain_ros.core.types import Method
import pytest

LIMIT = PrescriptionSettings().machine_limit


@pytest.mark.parametrize('maximum, concentric, eccentric', [
    (101, 51, 85),   # the published example
    (100, 51, 84),   # half a kilogram rounds up: 50.5 → 51
    (80, 40, 67),
    (40, 20, 34),
    (10, 5, 8),
])
def test_negative_loads_of_a_maximum(maximum, concentric, eccentric):
    result = loads(maximum, Method.NEGATIVE)
    assert (result.concentric, result.eccentric) == (concentric, eccentric)


@pytest.mark.parametrize('load, step, expected', [
    (50.5, 1.0, 51.0), (50.4999, 1.0, 50.0), (1.25, 2.5, 2.5), (0.15, 0.1, 0.2), (7.3, 0.5, 7.5),
])
def test_half_a_step_rounds_up(load, step, expected):
    assert round_to_step(load, step) == expected


@pytest.mark.parametrize('maximum, word', [
    (math.nan, 'no weight'), (-101, 'no weight'), (0, 'no weight'), (math.inf, 'no weight'),
    (0.5, 'lightest'), (LIMIT + 1, 'limit of the machine'),
])
def test_impossible_maxima_are_refused_in_one_line(maximum, word):
    with pytest.raises(ValueError, match=word) as refusal:
        loads(maximum, Method.NEGATIVE)
    assert '\n' not in str(refusal.value)


@pytest.mark.parametrize('method, intensity, word', [
    (Method.NEGATIVE, Intensity(0.8, 0.5), 'below the concentric'),
    (Method.NEGATIVE, Intensity(0.5, 1.1), 'outside 0 .. 1'),
    (Method.NEGATIVE, Intensity(math.nan, 0.8), 'outside'),
    (Method.REGULAR, Intensity(0.5, 0.6), 'equal'),
    (Method.REGULAR, Intensity(-0.1, -0.1), 'outside'),
])
def test_impossible_intensities_are_refused(method, intensity, word):
    with pytest.raises(ValueError, match=word):
        loads(100, method, intensity)


def test_only_an_unlocked_athlete_lowers_more_than_the_maximum():
    unlocked = PrescriptionSettings(highest_share=1.2)
    assert loads(100, Method.NEGATIVE, Intensity(0.5, 1.2), unlocked).eccentric == 120


@pytest.mark.parametrize('cap', [math.nan, 0.0, -5.0])
def test_a_cap_that_leaves_no_load_is_refused(cap):
    with pytest.raises(ValueError, match='cap'):
        loads(100, Method.REGULAR, cap=cap)


@given(st.floats(2.0, LIMIT), st.sampled_from(Method), st.floats(2.0, 300.0),
       st.sampled_from([0.1, 0.5, 1.0, 2.5, 5.0]))
def test_loads_stay_within_every_cap(maximum, method, cap, step):
    settings = PrescriptionSettings(step=step)
    result = loads(maximum, method, settings=settings, cap=cap)
    assert settings.lightest <= result.concentric <= result.limit
    assert settings.lightest <= result.eccentric <= result.limit
    assert result.limit <= max(settings.lightest, min(maximum, cap, LIMIT) + 1e-6)


@given(st.floats(2.0, LIMIT), st.sampled_from(Method))
def test_more_strength_never_means_less_load(maximum, method):
    weaker, stronger = loads(maximum, method), loads(min(LIMIT, maximum * 1.1), method)
    assert stronger.concentric >= weaker.concentric
    assert stronger.eccentric >= weaker.eccentric


def test_every_method_has_an_intensity():
    assert set(INTENSITIES) == set(Method)
