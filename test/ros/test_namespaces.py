# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Two machines in one domain do not hear each other."""
from harness.probe import Probe
from negtrain_interfaces.msg import LoadState
from negtrain_ros.bringup import node_list
from negtrain_ros.shell.topics import SIMULATION
import pytest

SHARED = {'/diagnostics', '/parameter_events', '/rosout'}


@pytest.fixture(scope='module')
def machines(start_graph):
    """Run two machines, each in a namespace of its own."""
    with start_graph('left') as left, start_graph('right') as right:
        yield
        left.check()
        right.check()


def test_what_happens_at_one_machine_does_not_happen_at_the_other(machines):
    with Probe('left') as left, Probe('right') as right:
        for probe in (left, right):
            probe.until(lambda probe=probe: {'phase', 'session', 'machine_state', 'load_state'}
                        <= set(probe.last()))
            probe.until(lambda probe=probe: all(
                probe.node.count_publishers(topic) == 1 for topic in (*SIMULATION, 'clock')))
        assert left.prescribe().accepted
        assert left.ask('emergency_stop').success
        left.wait_for('load_state', lambda state: state.mode == LoadState.FAULT)
        left.now('prescription')
        right.wait_for('load_state')
        assert {state.mode for state in right.heard['load_state']} == {LoadState.DISARMED}
        assert not right.heard['prescription']
        for node in node_list.SIMULATION:
            said = {name for name, _ in
                    left.node.get_publisher_names_and_types_by_node(node, '/left')}
            assert {name for name in said if not name.startswith('/left/')} <= SHARED
