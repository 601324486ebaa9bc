# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""One simulated machine: values flow, late joiners are told, wrong requests are refused."""
from copy import deepcopy
import math
import re

from harness.graph import FASTEST
from harness.probe import CHEST_PRESS, Probe
from negtrain_interfaces.msg import LoadCommand, LoadState, SessionState
from negtrain_ros.bringup import node_list
from negtrain_ros.bringup.processes import NodeDied, ProcessRunner
from negtrain_ros.shell import qos
import pytest


def changed(**fields):
    """Return the chest press with some fields changed."""
    prescription = deepcopy(CHEST_PRESS)
    for name, value in fields.items():
        setattr(prescription, name, value)
    return prescription


def test_a_count_becomes_a_load_command_that_the_machine_takes(probe):
    command = probe.wait_for('load_command')
    stamps = {topic: {(message.header.stamp.sec, message.header.stamp.nanosec)
                      for message in probe.heard[topic]}
              for topic in ('encoder_counts', 'handle', 'phase')}
    assert stamps['phase'] & stamps['handle'] & stamps['encoder_counts']
    assert not command.enable and command.load == 0.0
    probe.wait_for('machine_state', lambda state: state.sequence >= command.sequence)


def test_every_topic_of_the_machine_has_one_publisher(probe):
    for topic in ('encoder_counts', 'handle', 'phase', 'load_command', 'machine_state', 'session',
                  'load_state', 'prescription', 'repetitions', 'clock'):
        probe.until(lambda topic=topic: probe.node.count_publishers(topic) == 1)


def test_nobody_speaks_outside_of_the_names_of_the_machine(probe):
    def names():
        return [name for name, _ in probe.node.get_topic_names_and_types()]
    probe.until(lambda: '/encoder_counts' in names())
    assert not [name for name in names() if name.endswith('mock_machine/encoder_counts')]


def test_who_comes_late_hears_session_load_state_and_prescription(probe):
    assert probe.prescribe().accepted
    with Probe(topics=['session', 'load_state', 'prescription']) as late:
        assert late.now('session').stage == SessionState.IDLE
        assert late.now('load_state').mode == LoadState.DISARMED
        assert late.now('prescription').eccentric == 85.0


@pytest.mark.parametrize(('fields', 'word'), [
    ({'concentric': -1.0}, 'concentric'),
    ({'eccentric': math.nan}, 'eccentric'),
    ({'eccentric': math.inf}, 'eccentric'),
    ({'limit': 0.0}, 'limit'),
    ({'limit': -5.0}, 'limit'),
    ({'eccentric': 40.0}, 'eccentric'),
    ({'eccentric': 1000.0, 'limit': 1000.0}, ''),
    ({'bottom': 0.5, 'top': 0.1}, 'range'),
    ({'method': 250}, '250'),
], ids=str)
def test_a_wrong_prescription_is_refused_with_the_reason(probe, fields, word):
    answer = probe.prescribe(changed(**fields))
    assert not answer.accepted
    assert word in answer.reason and answer.reason
    assert probe.wait_for('load_state').mode == LoadState.DISARMED


def test_a_second_publisher_keeps_the_handle_light(probe):
    assert probe.prescribe().accepted
    probe.until(lambda: probe.node.count_publishers('session'))

    def refusal():
        probe.ask('reset_faults')
        answer = probe.ask('arm')
        if answer.success:  # the newcomer has not been discovered yet
            probe.ask('disarm')
        return not answer.success and answer.message

    with Probe(topics=['load_state']) as second:
        second.node.create_publisher(LoadCommand, 'load_command', qos.COMMANDS)
        probe.until(lambda: {'2 publish', 'graph is'} & set(re.findall(
            '2 publish|graph is', refusal() or '')))
        probe.wait_for('machine_state', lambda state: state.load < 1.0)
    probe.ask('reset_faults')


def test_one_process_is_the_same_machine(own_domain, tmp_path):
    start = node_list.Start(namespace='left', use_sim_time=True, composed=True, parameters={
        **FASTEST, 'session_manager': {'history.folder': str(tmp_path)}})
    with ProcessRunner(node_list.SIMULATION, start) as runner, Probe('left') as probe:
        assert list(runner.processes) == [node_list.COMPOSED]
        assert probe.prescribe().accepted
        command = probe.wait_for('load_command')
        probe.wait_for('machine_state', lambda state: state.sequence >= command.sequence)
        assert probe.now('session').stage == SessionState.IDLE
        probe.until(lambda: probe.nodes() == set(node_list.SIMULATION))
        assert list(tmp_path.iterdir()), 'the folder of the history was not heard of'
        runner.check()


def test_one_process_refuses_what_a_node_refuses(own_domain, tmp_path):
    start = node_list.Start(composed=True, parameters={'phase_detector': {'phase.nonsense': 1.0}})
    with ProcessRunner(node_list.SIMULATION, start) as runner:
        process = runner.processes[node_list.COMPOSED]
        assert process.wait(60.0) == 1
        with pytest.raises(NodeDied, match='there is no parameter'):
            runner.check()
