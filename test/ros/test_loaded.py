# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever breaks or is asked for in the middle of a training, the handle becomes light."""
import signal

from negtrain_interfaces.action import Train
from negtrain_interfaces.msg import LoadState
import pytest

LIGHT = 5.0  # kg, the most that a machine which has unloaded may pull with
WHILE = 0.5  # s of simulated time, longer than any load is trusted


def stamp(message):
    """Return when a message was measured [s]."""
    return message.header.stamp.sec + message.header.stamp.nanosec * 1e-9


@pytest.fixture(scope='module')
def calibrated():
    """Remember whether the athlete of this module has shown his range."""
    return []


@pytest.fixture
def training(probe, calibrated):
    """Return the action of a training that has just put the load on the handle."""
    if not calibrated:
        probe.calibrate()
        calibrated.append(True)
    return probe.train()


def cancel(probe, training):
    """End a training before its time."""
    training.cancel_goal_async()
    assert probe.result(training).outcome == Train.Result.STOPPED


def recover(probe):
    """Acknowledge faults until the controller is disarmed."""
    def disarmed():
        probe.ask('reset_faults')
        return probe.wait_for('load_state').mode == LoadState.DISARMED
    probe.until(disarmed)


def stays_light(probe):
    """Tell whether the handle stays light from now on, for a while."""
    since = stamp(probe.wait_for('machine_state'))
    probe.wait_for('machine_state', lambda state: stamp(state) > since + WHILE)
    return all(state.load < LIGHT for state in probe.heard['machine_state']
               if stamp(state) >= since)


def test_an_emergency_stop_unloads_until_it_is_reset(probe, training):
    assert probe.ask('emergency_stop').success
    probe.wait_for('machine_state', lambda state: state.load < LIGHT and not state.enabled)
    assert not probe.ask('arm').success
    assert stays_light(probe)
    cancel(probe, training)
    recover(probe)
    assert stays_light(probe)


def test_a_cancelled_training_unloads(probe, training):
    cancel(probe, training)
    probe.wait_for('machine_state', lambda state: state.load < LIGHT)
    assert stays_light(probe)


@pytest.mark.parametrize('node', ['phase_detector', 'load_controller', 'encoder_publisher'])
def test_the_death_of_a_node_unloads_and_its_return_does_not_load(probe, graph, training, node):
    graph.processes[node].send_signal(signal.SIGKILL)
    probe.wait_for('machine_state', lambda state: state.load < LIGHT)
    assert stays_light(probe)
    cancel(probe, training)
    graph.start(node)
    recover(probe)
    assert stays_light(probe)
