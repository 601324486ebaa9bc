# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Charts show all that was measured."""
import math
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from negtrain_ros.history.reports import drawing
from negtrain_ros.history.reports.charts import (
    breadth,
    Chart,
    extent,
    of_repetitions,
    of_set,
    of_strength,
    Panel,
    Series,
)
from negtrain_ros.history.trace import pack, POINTS, unpack
import pytest

numbers = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
points = st.lists(st.tuples(numbers, st.one_of(numbers, st.just(math.nan))), min_size=1)


@given(points, st.booleans())
@settings(max_examples=20)
def test_every_measured_point_lies_inside_its_panel(some, floating):
    panel = Panel('y', [Series(some, marker='circle')], floating=floating)
    chart = Chart([panel], 'x', 100)
    low, high = breadth(chart)
    assert all(low <= x <= high for x, _ in some)
    bottom, top = extent(panel)
    assert all(y <= top and (bottom <= y or not floating) for _, y in some if math.isfinite(y))
    drawn = drawing.svg(chart)
    assert not re.search('nan|inf', re.sub('<style.*?</style>', '', drawn))
    assert drawn.count('<use') >= sum(math.isfinite(y) for _, y in some)


def test_accepted_tests_are_drawn_filled_above_the_others():
    tests = [{'method': 'isometric', 'taken_at': 1.8e9, 'maximum': 70.0, 'accepted_at': 1.8e9},
             {'method': 'isometric', 'taken_at': 1.9e9, 'maximum': 75.0, 'accepted_at': None}]
    (panel,) = of_strength(tests).panels
    every, accepted = panel.series
    assert (len(every.points), every.filled) == (2, False)
    assert (len(accepted.points), accepted.filled) == (1, True)


def test_nothing_kept_is_no_picture():
    assert of_repetitions([]) is None and of_strength([]) is None
    assert of_set({'concentric': 1.0, 'eccentric': 1.0}, [
        {'trace': None, 'verdict': 'counted', 'ordinal': 1}]) is None


@given(st.lists(st.tuples(st.floats(0, 60, width=32), st.floats(0, 1, width=32),
                          st.floats(0, 200, width=32)), max_size=400))
def test_a_trace_keeps_both_ends_and_only_what_was_there(samples):
    trace = unpack(pack(samples))
    assert len(trace) == min(len(samples), POINTS)
    if samples:
        assert trace[0] == (0.0, *samples[0][1:])
        assert trace[-1][1:] == samples[-1][1:]
        assert trace[-1][0] == pytest.approx(samples[-1][0] - samples[0][0], abs=1e-4)
        assert {point[2] for point in trace} <= {sample[2] for sample in samples}
