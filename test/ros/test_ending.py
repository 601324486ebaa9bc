# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Every node ends when it is asked to, and tells in one line why it does not begin."""
from contextlib import ExitStack
import signal
import subprocess
import sys

from harness.probe import Probe
from negtrain_ros.bringup import node_list
from negtrain_ros.bringup.processes import NodeDied
import pytest

BROKEN = """/**:
  ros__parameters: [1, 2
"""
REFUSED = [
    ('encoder_publisher', 'encoder.silence', 'long', 'is not of type float'),
    ('phase_detector', 'phase.there_is_none_of_this_name', '1.0', 'there is no parameter'),
    ('load_controller', 'load.limits.machine_limit', '501.0', 'is outside'),
    ('load_controller', 'load.limits.rise', '.nan', 'is outside'),
    ('session_manager', 'calibration.repetitions', 'true', 'is not of type int'),
    ('mock_machine', 'simulation.seed', '-1', 'is outside'),
]


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_ends_every_node_with_status_0(own_domain, start_graph, number):
    with start_graph() as runner:
        with Probe() as probe:
            probe.until(lambda: {'load_command', 'phase', 'session'} <= set(probe.last()))
            for process in runner.processes.values():
                process.send_signal(number)
                process.send_signal(number)
            probe.until(lambda: all(process.poll() is not None
                                    for process in runner.processes.values()))
        assert runner.stop() == dict.fromkeys(node_list.SIMULATION, 0)
        assert 'Traceback' not in runner.said()


def test_a_node_that_has_ended_publishes_and_serves_no_more(own_domain, start_graph):
    with start_graph() as runner, Probe() as probe:
        asked = '/load_controller/get_parameters'
        probe.until(lambda: 'load_command' in probe.last() and probe.node.count_services(asked))
        runner.processes['load_controller'].terminate()
        assert runner.processes['load_controller'].wait() == 0
        # Sooner than DDS gives up one that was killed.
        probe.until(lambda: not (probe.node.count_publishers('load_command')
                                 or probe.node.count_services(asked)), 5.0)


def test_a_node_that_dies_is_named_with_its_last_words(own_domain, start_graph):
    with start_graph() as runner, Probe() as probe:
        probe.until(lambda: 'phase' in probe.last())
        runner.check()
        runner.processes['phase_detector'].kill()
        runner.processes['phase_detector'].wait()
        with pytest.raises(NodeDied, match='phase_detector ended with status -9'):
            runner.check()


def started(node, *words):
    """Return a node that has been started with further words on its command line."""
    return subprocess.Popen(
        [*node_list.Start().command(node), *words], text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


FAULTY = """
import math
from negtrain_ros.shell import spin
from rclpy.node import Node

def make():
    node = Node('faulty')
    node.create_timer(0.01, lambda: math.sqrt(-1.0))
    return node

spin.spin(make)
"""


def test_an_error_of_the_program_ends_a_node_with_its_traceback(own_domain):
    ended = subprocess.run([sys.executable, '-c', FAULTY], text=True, stdin=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, timeout=60, check=False)
    assert ended.returncode == 1
    assert 'Traceback' in ended.stderr
    assert ended.stderr.splitlines()[-1] == 'ValueError: math domain error'


@pytest.fixture(scope='module')
def last_lines(tmp_path_factory):
    """Return status and output of every node that must not begin, all started at once."""
    broken = tmp_path_factory.mktemp('parameters') / 'broken.yaml'
    broken.write_text(BROKEN)
    starts = {(node, name): started(node, '-p', f'{name}:={value}')
              for node, name, value, _ in REFUSED}
    for node in node_list.SIMULATION:
        starts[node, 'broken'] = started(node, '--params-file', str(broken))
    with ExitStack() as stack:
        for process in starts.values():
            stack.callback(process.kill)
        yield {key: (process.communicate(timeout=100)[0], process.returncode)
               for key, process in starts.items()}


@pytest.mark.parametrize(('node', 'name', 'value', 'why'), REFUSED)
def test_a_wrong_parameter_is_named_in_one_line(last_lines, node, name, value, why):
    output, status = last_lines[node, name]
    assert status == 1
    line, = output.splitlines()
    assert all(word in line for word in (node, name, why))


@pytest.mark.parametrize('node', node_list.SIMULATION)
def test_a_broken_parameters_file_is_named(last_lines, node):
    output, status = last_lines[node, 'broken']
    assert status == 1
    assert 'Traceback' not in output
    assert 'broken.yaml' in output.splitlines()[-1]
