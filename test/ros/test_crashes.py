# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""A session manager that is killed at any moment; `python -m bench.history crashes` does more."""
from bench.crashed import crash_often
from negtrain_ros.history.listing import Choice, sessions
from negtrain_ros.history.opening import open_to_read
import pytest

CRASHES = 3


@pytest.mark.timeout(400)
def test_every_announced_repetition_is_there_once_and_the_session_goes_on(domain, tmp_path):
    outcome = crash_often(tmp_path, CRASHES, seed=3)
    assert outcome.announced > 0
    assert outcome.good, outcome
    session, = sessions(open_to_read(folder=tmp_path), Choice())
    assert session['status'] == 'interrupted'
