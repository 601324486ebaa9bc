# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The machine puts the commanded load on the handle, and lets go of it in time."""
from negtrain_ros.core.machine.kinematics import KinematicsSettings
from negtrain_ros.core.safety.machine_guard import MachineGuardSettings
from negtrain_ros.core.types import Fault, GRAVITY, LoadCommand
from negtrain_ros.sim.machine import Machine, MachineSettings
import pytest

PERIOD = 0.004
HELD = 1e5  # N s/m, a hand that does not give way


class Bench:
    """A machine without an athlete, commanded every period."""

    def __init__(self, *, start=0.4, guard=None, kinematics=None, **settings):
        self.machine = Machine(MachineSettings(start=start, **settings), guard, kinematics)
        self.sequence = 0
        self.states = []
        self.run(PERIOD, enable=False)

    def run(self, duration, load=0.0, *, force=None, hand=0.0, enable=True, silent=False,
            damping=0.0):
        """Go on for a while [s]; force None: balance what is applied."""
        machine = self.machine
        for _ in range(round(duration / PERIOD)):
            if not silent:
                self.sequence += 1
                machine.command(LoadCommand(
                    machine.now, self.sequence, enable, load, damping, 0.15), machine.now)
            push = machine.load * GRAVITY if force is None else force
            self.states.append(machine.step(PERIOD, push, hand)[0])
        return self.states[-1]

    def time_until(self, light):
        """Return how long it took, from now on, until a load [kg] was not exceeded [s]."""
        begin, first = self.machine.now, len(self.states)
        self.run(1.0, silent=True, hand=HELD)
        later = (state.stamp for state in self.states[first:] if state.load <= light)
        return next(later) - begin


@pytest.mark.parametrize('mechanism', ['lever', 'carriage'])
@pytest.mark.parametrize('start', [0.05, 0.4, 0.75])
@pytest.mark.parametrize('load', [5.0, 51.0, 200.0])
def test_the_load_at_the_handle_is_the_commanded_one(mechanism, start, load):
    bench = Bench(start=start, kinematics=KinematicsSettings(mechanism=mechanism))
    assert bench.run(1.5, load, hand=HELD).load == pytest.approx(load, abs=0.01)


def test_a_moving_handle_feels_the_commanded_load_too():
    bench = Bench(start=0.1)
    bench.run(0.5, 51.0, hand=HELD)
    bench.run(1.0, 51.0, force=51.0 * GRAVITY + 8.0 + 4.0)
    loads = [state.load for state in bench.states[-200:]]
    assert bench.machine.position > 0.2
    assert min(loads) > 50.8 and max(loads) < 51.2


def test_without_torque_nothing_falls():
    bench = Bench()
    bench.run(2.0, enable=False, force=0.0)
    assert bench.machine.position == pytest.approx(0.4, abs=1e-6)


def test_inertia_is_what_is_left_without_load():
    bench = Bench(start=0.1, coulomb=0.0, viscous=0.0)
    bench.run(0.5, enable=False, force=20.0)
    assert bench.machine.velocity == pytest.approx(20.0 / 20.0 * 0.5, rel=0.01)


@pytest.mark.parametrize('force, stop', [(-400.0, 0.0), (400.0, 0.8)])
def test_the_stops_hold(force, stop):
    bench = Bench(start=0.4)
    positions = []
    for _ in range(500):
        bench.run(PERIOD, enable=False, force=force)
        positions.append(bench.machine.position)
    assert all(-0.03 < position < 0.83 for position in positions)
    assert positions[-1] == pytest.approx(stop, abs=0.004)
    assert abs(bench.machine.velocity) < 1e-3


@pytest.mark.parametrize('bits, begin', [(8, 0), (12, 2000), (16, 32000), (32, 2**31 - 100)])
def test_the_counter_is_quantised_and_wraps_around(bits, begin):
    resolution = 0.0001
    bench = Bench(start=0.05, resolution=resolution, counter_bits=bits, counter_start=begin)
    seen = [bench.machine.counts()]
    travelled = 0
    for _ in range(300):
        bench.run(PERIOD, enable=False, force=30.0)
        seen.append(bench.machine.counts())
        half = 1 << (bits - 1)
        assert -half <= seen[-1] < half
        travelled += (seen[-1] - seen[-2] + half) % (2 * half) - half
    assert travelled * resolution == pytest.approx(bench.machine.position - 0.05, abs=resolution)
    assert travelled > 2000


def test_the_tremor_of_the_hand_is_seen_by_the_encoder_only():
    bench = Bench()
    still = bench.machine.counts()
    bench.machine.step(PERIOD, 0.0, 0.0, 0.002)
    assert bench.machine.counts() - still == pytest.approx(40, abs=1)
    assert bench.machine.position == pytest.approx(0.4, abs=1e-4)


def test_a_silent_sender_is_noticed_and_the_handle_is_light_soon():
    bench = Bench()
    bench.run(1.0, 85.0, hand=HELD)
    assert bench.time_until(5.0) < 0.3
    state = bench.states[-1]
    assert state.watchdog and not state.enabled and Fault.COMMAND_LOST in state.faults


def test_the_button_unloads_and_stays_in_force():
    bench = Bench()
    bench.run(1.0, 85.0, hand=HELD)
    bench.machine.disturbance.button = True
    state = bench.run(0.2, 85.0, hand=HELD)
    assert state.emergency_stop and not state.enabled and state.load < 0.1
    bench.machine.disturbance.button = False
    assert bench.run(1.0, 85.0, hand=HELD).load < 0.1
    bench.run(0.1, enable=False, hand=HELD)
    assert bench.run(1.0, 85.0, hand=HELD).load == pytest.approx(85.0, abs=0.1)


def test_a_drive_fault_unloads():
    bench = Bench()
    bench.run(1.0, 85.0, hand=HELD)
    bench.machine.disturbance.drive_fault = True
    assert bench.run(0.1, 85.0, hand=HELD).load < 5.0


def test_the_drive_alone_catches_a_handle_that_is_let_go():
    bench = Bench(start=0.5)
    bench.run(1.0, 85.0, hand=HELD)
    fastest = 0.0
    for _ in range(250):
        bench.run(PERIOD, 85.0, force=0.0)
        fastest = min(fastest, bench.machine.velocity)
    assert -1.2 < fastest < -0.5
    assert bench.states[-1].load == 0.0 and Fault.OVER_SPEED in bench.states[-1].faults
    assert bench.machine.position > 0.3


def test_without_the_check_of_speed_the_handle_crashes():
    bench = Bench(start=0.5, guard=MachineGuardSettings(speed_check=False))
    bench.run(1.0, 85.0, hand=HELD)
    fastest = 0.0
    for _ in range(50):
        bench.run(PERIOD, 85.0, force=0.0)
        fastest = min(fastest, bench.machine.velocity)
    assert fastest < -4.0


def test_the_brake_never_pulls():
    bench = Bench(start=0.6)
    bench.run(1.0, 20.0, hand=HELD)
    speeds = []
    for push in (-60.0, 0.0):
        for _ in range(250):
            bench.run(PERIOD, 20.0, force=20.0 * GRAVITY + push, damping=2000.0)
            speeds.append(bench.machine.velocity)
    assert min(speeds) == pytest.approx(-(60.0 - 8.0) / 2010.0, rel=0.3)
    assert max(speeds) < 0.01


def test_time_goes_on_exactly_from_any_beginning():
    machine = Machine(MachineSettings(), start=1.7e9)
    for _ in range(250):
        machine.step(PERIOD, 0.0)
    assert machine.now == pytest.approx(1.7e9 + 1.0, abs=1e-6)
