# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Place of an athlete in a programme, from what was done in its order."""
import math

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.core.planning.prescription import Intensity
from negtrain_ros.core.planning.program import (
    Dose,
    Program,
    ProgramTest,
    standing,
    Trained,
    TrainingBlock,
)
from negtrain_ros.core.planning.strength import DAY, Maximum, StrengthMethod
from negtrain_ros.core.types import Method
import pytest

LINE, PUSH = StrengthMethod.LOAD_VELOCITY, StrengthMethod.ISOMETRIC
PROGRAM = Program('alternating', 'In turn', 'A test, two, a test, two, a test.', ('row',), (
    ProgramTest(LINE),
    TrainingBlock('regular', Method.REGULAR, Intensity(0.6, 0.6), Dose(sessions=2)),
    ProgramTest(LINE),
    TrainingBlock('negative', Method.NEGATIVE, Intensity(0.505, 0.842), Dose(sessions=2)),
    ProgramTest(LINE),
))


def accepted(day: float, method: StrengthMethod = LINE) -> Maximum:
    return Maximum(100.0, method, day * DAY)


def trained(*days_and_steps: tuple[float, int]) -> list[Trained]:
    return [Trained(day * DAY, step) for day, step in days_and_steps]


@pytest.mark.parametrize('sessions, tests, done, following', [
    ([], [], 0, 'strength test, load velocity'),
    ([], [accepted(0)], 1, 'regular, session 1 of 2'),
    ([], [accepted(0, PUSH)], 0, 'strength test, load velocity'),
    (trained((1, 2)), [accepted(0)], 2, 'regular, session 2 of 2'),
    (trained((1, 2), (2, 3)), [accepted(0)], 3, 'strength test, load velocity'),
    (trained((1, 2), (2, 3)), [accepted(0), accepted(1.5)], 3, 'strength test, load velocity'),
    (trained((1, 2), (2, 3)), [accepted(0), accepted(2.5)], 4, 'negative, session 1 of 2'),
    (trained((1, 2), (1, 2), (2, 3)), [accepted(0), accepted(3)], 4, 'negative, session 1 of 2'),
    (trained((1, 2), (2, 3), (4, 5), (5, 6)), [accepted(0), accepted(3), accepted(6)], 7, None),
])
def test_what_was_done_decides_what_comes_next(sessions, tests, done, following):
    stands = standing(PROGRAM, sessions, tests, now=7 * DAY)
    assert stands.done == done
    assert (stands.next.text if stands.next else None) == following


def test_an_expired_maximum_is_no_test():
    assert standing(PROGRAM, [], [accepted(0)], now=91 * DAY).done == 0


def test_a_maximum_that_expires_later_still_counts_for_the_begin():
    assert standing(PROGRAM, trained((1, 2)), [accepted(0)], now=200 * DAY).done == 2


@given(st.lists(st.tuples(st.floats(0, 50), st.integers(1, 7))),
       st.lists(st.builds(accepted, st.floats(0, 50), st.sampled_from([LINE, PUSH]))),
       st.floats(0, 30), st.integers(1, 7))  # days in which none of the tests expires
def test_more_work_never_sets_an_athlete_back(sessions, tests, day, step):
    before = standing(PROGRAM, trained(*sessions), tests, now=60 * DAY).done
    after = standing(PROGRAM, trained(*sessions, (60.0 + day, step)), tests, now=60 * DAY).done
    assert before <= after <= before + 1
    assert 0 <= before <= len(PROGRAM.steps)


def test_all_velocity_may_be_lost_where_nothing_else_is_said():
    assert math.isnan(Dose().stop_at_loss)
    assert Dose(velocity_loss=0.2).stop_at_loss == 0.2


@pytest.mark.parametrize(('share', 'counted', 'done'), [
    (0.8, 19, False), (0.8, 20, True), (1.0, 23, False), (1.0, 24, True), (0.0, 0, True)])
def test_a_session_is_done_by_the_share_of_its_repetitions_that_its_block_names(
        share, counted, done):
    dose = Dose(sets=2, repetitions=12, done=share)
    block = TrainingBlock('block', Method.NEGATIVE, Intensity(0.5, 0.8), dose)
    program = Program('one', 'One', 'one block', ('chest_press',), (block,))
    assert standing(program, [Trained(0.0, 1, counted)], []).done == int(done)
