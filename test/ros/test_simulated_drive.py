# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The node `machine` over a bus of this computer, with a simulated drive in its own process."""
from io import StringIO
import subprocess

import pytest

pytest.importorskip('canopen', reason='canopen is not installed')
pytest.importorskip('durand', reason='durand is not installed')

from harness.probe import Probe
from negtrain_ros.bringup import node_list
from negtrain_ros.bringup.processes import ProcessRunner

PATIENCE = 100.0  # s
FILE = node_list.parameters_file('cia402')


@pytest.fixture(scope='module')
def driven(domain, tmp_path_factory):
    """Run everything of a machine, its drive simulated."""
    history = str(tmp_path_factory.mktemp('history'))
    start = node_list.Start(params_file=FILE, parameters={
        **node_list.simulated('cia402', {}), 'session_manager': {'history.folder': history}})
    with ProcessRunner(node_list.SIMULATED_DRIVE, start, StringIO()) as runner:
        yield runner
        runner.check()


def test_position_and_state_of_a_drive_reach_the_graph(driven):
    with Probe() as probe:
        handle = probe.wait_for('handle', patience=PATIENCE)
        truth = probe.wait_for('truth')
        assert handle.position == pytest.approx(truth.position, abs=0.01)
        state = probe.wait_for('machine_state')
        assert state.load == 0.0 and not state.enabled and not state.emergency_stop
        probe.wait_for('load_command')
        probe.wait_for('machine_state', lambda state: state.sequence > 0 and not state.watchdog)


def test_a_machine_without_its_drive_ends_with_one_line(domain):
    command = node_list.Start(params_file=FILE, parameters={
        'machine': {'bus.channel': node_list.own_channel(), 'drive.boot_time': 0.0}},
    ).command('machine')
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith('node 1 does not answer on udp_multicast :')
    assert ended.stderr.count('\n') == 1
