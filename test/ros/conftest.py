# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Graphs of real processes, each module of tests in a domain of its own."""
from io import StringIO
import os
from pathlib import Path
import random
import socket

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not there')
pytest.importorskip('negtrain_interfaces', reason='negtrain_interfaces is not built')

from harness.graph import FASTEST, PATIENT
from harness.probe import CHEST_PRESS, Probe
from negtrain_ros.bringup import node_list, transport
from negtrain_ros.bringup.processes import ProcessRunner
from negtrain_ros.history.store import keep_maximum

PORT = 42700  # of the first domain; who holds it on the loopback device has the domain


@pytest.fixture(scope='module')
def claim_domain():
    """Return a function that makes a domain nobody else uses the one of the environment."""
    held = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
        for name, value in transport.environment_variables(os.environ).items():
            patch.setenv(name, value)

        def claim():
            for domain in random.sample(range(1, 100), 99):
                port = socket.socket()
                held.append(port)
                try:
                    port.bind(('127.0.0.1', PORT + domain))
                except OSError:
                    continue
                patch.setenv('ROS_DOMAIN_ID', str(domain))
                return domain
            raise AssertionError('every domain is taken')
        yield claim
    for port in held:
        port.close()


@pytest.fixture(scope='module', autouse=True)
def domain(claim_domain):
    """Put a module of tests into a domain of its own."""
    return claim_domain()


@pytest.fixture
def own_domain(claim_domain):
    """Put one test into a domain of its own."""
    return claim_domain()


@pytest.fixture(scope='module')
def start_graph(tmp_path_factory):
    """Return a function that prepares a simulated machine, as fast as its samples are answered."""
    def start(namespace=''):
        said = StringIO()
        history = str(tmp_path_factory.mktemp('history'))
        keep_maximum(Path(history), CHEST_PRESS.athlete, CHEST_PRESS.exercise, CHEST_PRESS.limit)
        runner = ProcessRunner(node_list.SIMULATION, node_list.Start(
            namespace=namespace, use_sim_time=True,
            parameters={**FASTEST, 'session_manager': {'history.folder': history, **PATIENT}}),
            said)
        runner.said = said.getvalue
        return runner
    return start


@pytest.fixture(scope='module')
def graph(start_graph):
    """Run one simulated machine for a module of tests."""
    with start_graph() as runner:
        yield runner
        runner.check()


@pytest.fixture
def probe(graph):
    """Return a probe that has heard from every node."""
    with Probe() as probe:
        probe.until(lambda: {'handle', 'phase', 'load_command', 'machine_state', 'load_state',
                             'session'} <= set(probe.last()))
        probe.until(lambda: probe.last()['session'].header.stamp.sec)  # it knows the time
        yield probe
