# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The states of a repetition and what leads from one to the next."""
from itertools import product

from negtrain_ros.core.phase.repetition_counter import IGNORED, State, TRANSITIONS, Trigger
from negtrain_ros.core.types import RepetitionStage, Verdict
import pytest


def test_every_trigger_has_its_place_in_every_state():
    pairs = set(product(State, Trigger))
    assert set(TRANSITIONS) | IGNORED == pairs
    assert not set(TRANSITIONS) & IGNORED


def test_every_state_is_reached_and_every_verdict_told():
    assert {step.state for step in TRANSITIONS.values()} == set(State)
    told = {
        step.verdict for step in TRANSITIONS.values() if step.stage is RepetitionStage.COMPLETE
    }
    assert told == set(Verdict)


@pytest.mark.parametrize('state', State)
def test_what_ends_the_samples_ends_the_repetition(state):
    for trigger in (Trigger.ENDED, Trigger.ENDED_SHORT, Trigger.MISSED, Trigger.LOST):
        assert TRANSITIONS[state, trigger].state is State.WAITING


@pytest.mark.parametrize('state', [State.FIRST_WAY, State.HALF_DONE, State.WAY_BACK])
def test_a_repetition_under_way_is_never_dropped_without_a_word(state):
    for trigger in (Trigger.ENDED_SHORT, Trigger.MISSED, Trigger.LOST):
        step = TRANSITIONS[state, trigger]
        assert step.stage is RepetitionStage.COMPLETE and step.verdict is not Verdict.COUNTED


def test_what_counts_is_told_as_counted_whatever_comes():
    for (state, _), step in TRANSITIONS.items():
        if state is State.COUNTED:
            assert (step.stage, step.verdict) == (RepetitionStage.COMPLETE, Verdict.COUNTED)
