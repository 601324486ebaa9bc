# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""A session manager that is killed at any moment; `python -m bench.history crashes` does more."""
import signal

from bench.crashed import crash_often, know, manager
from negtrain_ros.history.opening import open_to_read
from negtrain_ros.history.tables_for_people import Choice, sessions
import pytest

CRASHES = 3


@pytest.mark.timeout(400)
def test_every_announced_repetition_is_there_once_and_the_session_goes_on(domain, tmp_path):
    outcome = crash_often(tmp_path, CRASHES, seed=3)
    assert outcome.announced > 0
    assert outcome.good, outcome
    session, = sessions(open_to_read(folder=tmp_path), Choice())
    assert session['status'] == 'interrupted'


def test_a_session_manager_that_is_told_to_end_closes_what_it_keeps(domain, tmp_path):
    mcap = pytest.importorskip('mcap.reader', reason='mcap is not there')
    know(tmp_path)
    with manager(tmp_path) as (process, machine):
        machine.train()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert not list((tmp_path / 'spool').rglob('*.owed'))
    recording, = (tmp_path / 'recordings').glob('*/*.mcap')
    with recording.open('rb') as file:
        assert mcap.make_reader(file).get_summary().statistics.message_count > 0
