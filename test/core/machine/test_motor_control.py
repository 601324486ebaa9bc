# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever a drive does or says, the handle ends light, and nothing comes back by itself."""
from dataclasses import replace
import math

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from negtrain_ros.core.machine.kinematics import Kinematics, KinematicsSettings
from negtrain_ros.core.machine.motor_control import (
    DriveState,
    Feedback,
    MotorControl,
    MotorSettings,
    TorqueOrder,
)
from negtrain_ros.core.machine.transmission import Transmission, TransmissionSettings
from negtrain_ros.core.safety.machine_guard import MachineGuard, MachineGuardSettings
from negtrain_ros.core.types import Fault, GRAVITY, LoadCommand
import pytest

CYCLE = 0.004
SETTINGS = MotorSettings()
PATH = Kinematics(KinematicsSettings(), SETTINGS.stroke)
MIDDLE = 0.4


class Stand:
    """A motor control with a drive that does as it is told, a cycle later, until it is changed."""

    def __init__(self, *, passed=True):
        self.control = MotorControl(SETTINGS, MachineGuard(MachineGuardSettings()), PATH)
        self.control.check.passed = passed
        self.now, self.position, self.velocity, self.sequence = 0.0, MIDDLE, 0.0, 0
        self.order = TorqueOrder(0.0, enable=False)
        self.spoil = lambda feedback: feedback
        self.orders = []

    def feedback(self):
        arm = PATH.moment_arm(self.position)
        state = DriveState.ENABLED if self.order.enable else DriveState.LIGHT
        return self.spoil(Feedback(
            PATH.angle(self.position), self.velocity / arm,
            self.order.torque if self.order.enable else 0.0, state))

    def run(self, duration, load=None, *, enable=True):
        """Go on for a while [s], commanding a load in every cycle unless None."""
        for _ in range(round(duration / CYCLE)):
            self.now += CYCLE
            self.position += self.velocity * CYCLE
            if load is not None:
                self.sequence += 1
                self.control.accept(LoadCommand(
                    self.now, self.sequence, enable, load, 0.0, 0.15), self.now)
            self.order = self.control.step(self.feedback(), self.now, CYCLE)
            self.orders.append(self.order)
        return self

    @property
    def load(self):
        """Load that the ordered torque is at the handle [kg]."""
        return self.order.torque / PATH.moment_arm(self.position) / GRAVITY

    @property
    def faults(self):
        return self.control.state(self.now).faults


@pytest.fixture
def stand():
    """Return a stand with the full load on the handle."""
    return Stand().run(0.1, 0.0, enable=False).run(1.0, 85.0)


def light(order):
    return order.torque == 0.0 and not order.enable


def test_a_load_becomes_the_torque_of_the_lever(stand):
    assert stand.load == pytest.approx(85.0)
    state = stand.control.state(stand.now)
    assert state.load == pytest.approx(85.0) and state.enabled and not state.faults
    assert stand.control.counts() == pytest.approx(MIDDLE / SETTINGS.resolution, abs=1)


@pytest.mark.parametrize('change, fault', [
    ({'state': DriveState.FAULT}, Fault.DRIVE),
    ({'safe_torque_off': True}, Fault.EMERGENCY_STOP),
    ({'state': DriveState.LIGHT, 'watchdog': True}, Fault.COMMAND_LOST),
    ({'state': DriveState.LIGHT}, Fault.DRIVE),
    ({'state': DriveState.STARTING}, Fault.DRIVE),
], ids=str)
def test_what_a_drive_says_becomes_a_fault_and_a_light_handle(stand, change, fault):
    stand.spoil = lambda feedback: replace(feedback, **change) and replace(
        feedback, torque=0.0, **change)
    stand.run(0.1, 85.0)
    assert fault in stand.faults and light(stand.order)
    assert Fault.DRIVE not in stand.faults or fault is Fault.DRIVE
    stand.spoil = lambda feedback: feedback
    stand.run(0.5, 85.0)
    assert light(stand.order), 'the load came back though nobody has let go'
    stand.run(0.2, 0.0, enable=False).run(1.0, 85.0)
    assert stand.load == pytest.approx(85.0)


def test_a_drive_that_does_not_answer_is_a_fault_and_pulls_no_more(stand):
    stand.spoil = lambda feedback: None
    stand.run(SETTINGS.silence, 85.0)
    assert stand.load == pytest.approx(85.0)
    stand.run(2 * CYCLE, 85.0)
    assert light(stand.order) and stand.faults == (Fault.DRIVE,)
    assert stand.control.words == 'the drive does not answer'


def test_a_computer_that_stands_still_does_not_blame_the_drive(stand):
    stand.now += 3.0
    stand.sequence += 1
    stand.control.accept(LoadCommand(stand.now, stand.sequence, True, 85.0, 0.0, 0.15), stand.now)
    stand.control.step(stand.feedback(), stand.now, 3.0)
    assert Fault.DRIVE not in stand.faults


@pytest.mark.parametrize('gain, faulty', [(1.0, False), (1.05, False), (1.2, True), (0.8, True)])
def test_a_torque_that_is_not_the_wanted_one_is_a_fault(stand, gain, faulty):
    stand.spoil = lambda feedback: replace(feedback, torque=gain * feedback.torque)
    begin = stand.now
    while not stand.faults and stand.now < begin + 1.0:
        stand.run(CYCLE, 85.0)
    assert (stand.faults == (Fault.LOAD_MISMATCH,)) is faulty
    assert not faulty or stand.now - begin < 0.35


def test_a_falling_handle_is_braked_and_never_pushed(stand):
    stand.velocity = -0.8
    stand.run(0.02, 85.0)
    assert stand.order.torque < 0.0 and stand.order.enable, 'the brake needs the motor'
    stand.velocity = 0.0
    stand.run(0.02, 85.0)
    assert stand.order.torque == 0.0
    stand.velocity = 0.3
    stand.run(0.1, 85.0)
    assert all(order.torque >= 0.0 for order in stand.orders[-20:])


def test_a_fault_of_the_drive_is_acknowledged_only_at_rest_and_let_go():
    stand = Stand().run(0.1, 0.0, enable=False).run(0.5, 85.0)
    stand.spoil = lambda feedback: replace(feedback, state=DriveState.FAULT, torque=0.0)
    stand.run(2.0, 85.0)
    assert not any(order.reset for order in stand.orders)
    stand.velocity = -0.1
    stand.run(1.0, 0.0, enable=False)
    assert not any(order.reset for order in stand.orders)
    stand.velocity = 0.0
    before = len(stand.orders)
    stand.run(2.5, 0.0, enable=False)
    assert sum(order.reset for order in stand.orders[before:]) == 3


def test_until_position_and_speed_have_agreed_there_is_little_load():
    stand = Stand(passed=False).run(0.1, 0.0, enable=False).run(1.0, 85.0)
    assert stand.load == pytest.approx(SETTINGS.first_load)
    assert stand.control.state(stand.now).limited
    stand.velocity = 0.2
    stand.run(0.3, 85.0)
    assert stand.control.check.passed
    stand.run(0.5, 85.0)
    assert stand.load == pytest.approx(85.0)


@pytest.mark.parametrize('share', [-1.0, 0.5, 2.0, 0.0, 60.0])
def test_a_speed_that_contradicts_the_position_is_refused(share):
    stand = Stand(passed=False).run(0.1, 0.0, enable=False)
    stand.spoil = lambda feedback: replace(feedback, speed=share * feedback.speed)
    stand.velocity = 0.2
    stand.run(0.4, 85.0)
    assert stand.faults == (Fault.DRIVE,) and light(stand.order)
    assert 'speed says' in stand.control.words and 'speed_unit' in stand.control.words
    stand.velocity = 0.0
    stand.run(0.5, 0.0, enable=False).run(0.5, 85.0)
    assert light(stand.order), 'refused until the machine is set up anew'


@pytest.mark.parametrize('position', [-0.2, 1.1])
def test_a_handle_beyond_its_stops_is_refused_at_the_start(position):
    stand = Stand(passed=False)
    stand.spoil = lambda feedback: replace(
        feedback, angle=feedback.angle + (position - MIDDLE) / PATH.moment_arm(MIDDLE))
    stand.run(0.1, 0.0, enable=False).run(0.5, 85.0)
    assert stand.faults and light(stand.order)
    assert 'outside the stroke' in stand.control.words


FEEDBACKS = st.none() | st.builds(
    Feedback, angle=st.floats(-1.0, 2.0), speed=st.floats(-5.0, 5.0),
    torque=st.floats(-2000.0, 2000.0), state=st.sampled_from(DriveState),
    safe_torque_off=st.booleans(), watchdog=st.booleans(), words=st.just(''))
COMMANDS = st.none() | st.tuples(st.booleans(), st.floats(0.0, 200.0))


@examples(max_examples=150)
@given(st.lists(st.tuples(FEEDBACKS, COMMANDS, st.integers(1, 30)), max_size=30))
def test_nothing_that_a_drive_answers_gets_past_the_limits(events):
    stand = Stand()
    largest = MachineGuardSettings().maximum_load * GRAVITY * 0.9
    for feedback, command, cycles in events:
        stand.spoil = lambda _, feedback=feedback: feedback
        enable, load = command or (False, None)
        before = stand.order.torque
        stand.run(cycles * CYCLE, load, enable=enable)
        for order in stand.orders[-cycles:]:
            assert math.isfinite(order.torque) and order.torque <= largest * 1.001
            rise = order.torque - before
            assert order.torque == 0.0 or rise <= SETTINGS.torque_slope * CYCLE * 1.001
            before = order.torque
        if feedback is None or feedback.state is not DriveState.ENABLED:
            assert cycles * CYCLE <= SETTINGS.silence or stand.order.torque == 0.0


@given(st.integers(-10**6, 10**6), st.floats(-5000.0, 5000.0), st.sampled_from([1, -1]),
       st.floats(0.5, 200.0))
def test_a_transmission_leads_back_to_where_it_came_from(counts, torque, direction, gear):
    transmission = Transmission(TransmissionSettings(
        gear=gear, direction=direction, zero=123, speed_unit=0.1))
    assert abs(transmission.counts(transmission.angle(counts)) - counts) <= 1
    assert transmission.torque(transmission.motor_torque(torque)) == pytest.approx(torque)
    assert transmission.units(transmission.speed(counts)) == counts
    upwards = transmission.speed(direction)
    assert upwards > 0.0, 'a positive angle leads upwards'
    assert transmission.motor_torque(1.0) * direction < 0.0, 'a load pulls down'
