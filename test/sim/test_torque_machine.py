# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Behind a drive the machine does what the torque says, and nothing checks it."""
from negtrain_ros.core.types import GRAVITY
from negtrain_ros.sim.machine import MachineSettings
from negtrain_ros.sim.motor import TorqueMachine
import pytest

STEP = 0.002


def machine(**settings):
    """Return a machine whose handle is in the middle."""
    return TorqueMachine(MachineSettings(start=0.4, **settings))


def run(machine, torque, duration, force=0.0):
    """Go on for a while [s] with a torque of the joint [N m]."""
    for _ in range(round(duration / STEP)):
        machine.pull(torque)
        machine.advance(STEP, force)
    return machine


@pytest.mark.parametrize('load', [10.0, 85.0])
def test_a_torque_is_the_load_of_the_lever(load):
    held = machine(mass=100.0)
    torque = load * GRAVITY * held.kinematics.moment_arm(0.4)
    run(held, torque, 0.1, force=load * GRAVITY)
    assert held.load == pytest.approx(load, rel=0.02)
    assert held.torque == pytest.approx(torque, rel=0.01)
    assert held.position == pytest.approx(0.4, abs=0.05)


def test_nothing_keeps_the_motor_from_letting_the_handle_fall_or_lifting_it():
    fallen = run(machine(), 700.0, 0.15)
    assert fallen.velocity < -2.0 and fallen.load > 50.0
    lifted = run(machine(), -50.0, 0.3)
    assert lifted.velocity > 0.2


def test_without_voltage_there_is_no_torque_at_once():
    falling = run(machine(), 500.0, 0.1)
    before = falling.velocity
    falling.cut()
    falling.advance(STEP, 0.0)
    assert falling.torque == 0.0
    assert falling.velocity >= before
