# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The nodes keep out of shared memory, and tools with the usual settings hear them."""
import os
from pathlib import Path
import subprocess
import sys

from harness.probe import Probe
from negtrain_ros.bringup import node_list, transport
import psutil
import pytest

PATIENCE = 100.0  # s
LOOPBACK = {
    transport.RANGE: 'SYSTEM_DEFAULT',
    transport.PROFILES: str(node_list.share() / 'config' / 'loopback.xml'),
}
WITHOUT_SHARED_MEMORY = {transport.TRANSPORTS: 'UDPv4'}
LOCAL = {transport.RANGE: 'LOCALHOST'}
CHOSEN = [
    ({}, WITHOUT_SHARED_MEMORY),
    ({'ROS_STATIC_PEERS': '192.0.2.1'}, WITHOUT_SHARED_MEMORY),
    ({transport.RANGE: 'SUBNET'}, WITHOUT_SHARED_MEMORY),
    ({transport.RANGE: 'SYSTEM_DEFAULT'}, {}),
    (LOCAL, LOOPBACK),
    ({**LOCAL, 'RMW_IMPLEMENTATION': 'rmw_fastrtps_cpp'}, LOOPBACK),
    ({**LOCAL, 'RMW_IMPLEMENTATION': 'rmw_cyclonedds_cpp'}, {}),
    ({**LOCAL, 'ROS_STATIC_PEERS': '192.0.2.1'}, {}),
    ({**LOCAL, 'ROS_DISCOVERY_SERVER': '192.0.2.1:11811'}, {}),
    ({**LOCAL, transport.PROFILES: 'mine.xml'}, {}),
    ({transport.PROFILES: 'mine.xml'}, {}),
    ({**LOCAL, transport.TRANSPORTS: 'DEFAULT'}, {}),
    ({'ROS_LOCALHOST_ONLY': '1'}, {}),
    ({'ROS_LOCALHOST_ONLY': '0'}, WITHOUT_SHARED_MEMORY),
]
VISITOR = """
from harness.probe import Probe
with Probe(topics=['handle', 'load_state']) as probe:
    probe.wait_for('handle')
    probe.wait_for('load_state')
    assert probe.ask('emergency_stop').success
"""


@pytest.mark.parametrize(('environment', 'added'), CHOSEN, ids=str)
def test_a_choice_of_the_environment_holds(environment, added):
    assert transport.environment_variables(environment) == added
    assert transport.environment_variables({**environment, **added}) == {}


def test_a_killed_node_leaves_nothing_in_shared_memory_and_its_successor_hears(graph, probe):
    for process in graph.processes.values():
        maps = psutil.Process(process.pid).memory_maps()
        assert not [each.path for each in maps if each.path.startswith('/dev/shm/fastrtps')]
    graph.processes['load_controller'].kill()
    graph.processes['load_controller'].wait()
    graph.start('load_controller')
    assert probe.prescribe().accepted


@pytest.mark.parametrize('discovery', ['LOCALHOST', 'SUBNET'])
def test_whoever_looks_with_usual_settings_hears_and_is_answered(graph, discovery):
    with Probe(topics=['load_state']) as probe:
        probe.wait_for('load_state')
    environment = {name: value for name, value in os.environ.items() if name != transport.PROFILES}
    visitor = subprocess.run(
        [sys.executable, '-c', VISITOR], cwd=Path(__file__).parents[1], text=True,
        timeout=PATIENCE, env={**environment, transport.RANGE: discovery}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    assert visitor.returncode == 0, visitor.stdout
    assert 'XMLPARSER' not in graph.said()
