# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Change filter on a timeline."""
from dataclasses import replace

from negtrain_ros.core.types import SessionStage, SessionState
from negtrain_ros.shell.change_filter import ChangeFilter

RESTING = SessionState(stamp=1e9, stage=SessionStage.RESTING, rest_left=60.0)


def test_a_state_is_said_when_it_changes_or_was_not_said_for_long():
    changes = ChangeFilter(SessionState, 0.25, ['rest_left'])
    assert changes.should_publish(RESTING)
    for later, worth in ((0.05, False), (0.2, False), (0.25, True), (0.3, False), (0.5, True)):
        state = replace(RESTING, stamp=RESTING.stamp + later, rest_left=60.0 - later)
        assert changes.should_publish(state) is worth
    ready = replace(state, stage=SessionStage.COUNTDOWN)
    assert changes.should_publish(ready)
    assert not changes.should_publish(ready)
