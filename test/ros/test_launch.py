# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Both launch files with the real launch: all nodes come up in their namespace, and end."""
from pathlib import Path
import signal
import subprocess
import sys

from harness.probe import Probe
from negtrain_ros.bringup import node_list
import pytest

pytest.importorskip('launch_ros', reason='launch comes with an installed ROS 2, not from PyPI')
pytest.importorskip('launch_pytest', reason='launch_pytest comes with an installed ROS 2')

from launch import LaunchDescription
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
import launch_pytest

PATIENCE = 100.0  # s
FILES = {'machine': node_list.MACHINE, 'simulation': node_list.SIMULATION}


def path(name):
    """Return where a launch file is installed."""
    return str(node_list.share() / 'launch' / f'{name}.launch.py')


@launch_pytest.fixture
def machine(own_domain, isolated_history):
    """Describe the nodes of a real machine."""
    return launched('machine', namespace='left')


@launch_pytest.fixture
def simulation(own_domain, isolated_history):
    """Describe a simulation that is as fast as its samples are answered."""
    return launched('simulation', namespace='left', real_time_factor='0.0', seed='7')


@launch_pytest.fixture
def composed(own_domain, isolated_history):
    """Describe a simulation in one process."""
    return launched('simulation', namespace='left', real_time_factor='0.0', composed='true')


def launched(name, **arguments):
    """Describe a launch file with arguments."""
    return LaunchDescription([IncludeLaunchDescription(
        PythonLaunchDescriptionSource(path(name)), launch_arguments=arguments.items())])


@pytest.fixture
def isolated_history(tmp_path, monkeypatch):
    """Have the history of this test begin empty and end with it."""
    monkeypatch.setenv('XDG_DATA_HOME', str(tmp_path))


@pytest.mark.launch(fixture=machine)
def test_a_machine_comes_up_in_its_namespace_and_stays_unloaded():
    with Probe('left') as probe:
        probe.until(lambda: probe.nodes() == set(node_list.MACHINE))
        assert probe.prescribe().accepted
        answer = probe.until(lambda: probe.ask('arm'))
        assert not answer.success
        assert not probe.wait_for('load_command').enable


@pytest.mark.launch(fixture=simulation)
def test_a_simulation_comes_up_in_its_namespace_and_its_values_flow():
    with Probe('left') as probe:
        probe.until(lambda: probe.nodes() == set(node_list.SIMULATION))
        command = probe.wait_for('load_command')
        probe.wait_for('machine_state', lambda state: state.sequence >= command.sequence)
        probe.until(lambda: probe.node.count_publishers('clock') == 1)
        probe.calibrate()


@pytest.mark.launch(fixture=composed)
def test_one_process_is_the_same_simulation():
    with Probe('left') as probe:
        probe.until(lambda: probe.nodes() == set(node_list.SIMULATION))
        probe.until(lambda: probe.node.count_publishers('clock') == 1)
        probe.calibrate()


def ros2_launch(*words):
    """Start a launch file as a person does."""
    return subprocess.Popen(
        [str(Path(sys.executable).parent / 'ros2'), 'launch', *words], text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


ros2launch = pytest.mark.skipif(
    not (Path(sys.executable).parent / 'ros2').exists(), reason='no ros2 launch beside Python')


@ros2launch
@pytest.mark.parametrize('name', FILES)
def test_every_argument_is_described(name):
    said, _ = ros2_launch(path(name), '--show-args').communicate(timeout=PATIENCE)
    for argument in ('namespace', 'params_file', 'use_sim_time', 'log_level', 'composed',
                     'realtime_priority'):
        assert f"'{argument}':" in said
    assert 'no description given' not in said


@ros2launch
@pytest.mark.parametrize(('name', 'words', 'node', 'why'), [
    ('simulation', ['seed:=-1'], 'mock_machine', 'simulation.seed'),
    ('simulation', ['seed:=-1', 'composed:=true'], 'composed', 'simulation.seed'),
    ('simulation', ['params_file:=/nowhere.yaml'], '', '/nowhere.yaml'),
    ('machine', ['params_file:=/nowhere.yaml'], '', '/nowhere.yaml'),
    ('machine', ['log_level:=loud'], '', 'log_level'),
    ('machine', ['namespace:=press-1'], '', 'press_1 would do'),
    ('simulation', ['namespace:=größe'], '', 'groesse would do'),
])
def test_a_start_that_fails_ends_all_with_a_status_and_the_reason(
        own_domain, isolated_history, name, words, node, why):
    process = ros2_launch(path(name), *words)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert why in said.splitlines()[-1]
    assert not node or f'{node} ended with status 1' in said.splitlines()[-1]
    assert 'Traceback' not in said


@ros2launch
def test_ctrl_c_ends_every_node_well(own_domain, isolated_history):
    process = ros2_launch(path('simulation'), 'namespace:=left', 'real_time_factor:=0.0')
    with Probe('left') as probe:
        probe.until(lambda: probe.nodes() == set(node_list.SIMULATION))
        probe.wait_for('session')
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
        assert 'Traceback' not in said
        assert said.count('process has finished cleanly') == len(node_list.SIMULATION)
