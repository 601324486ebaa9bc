# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The athlete moves as people do, and no better than his muscles allow."""
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st
from negtrain_ros.core.safety.machine_guard import MachineGuardSettings
from negtrain_ros.core.types import Fault, GRAVITY, Instruction, LoadCommand
from negtrain_ros.sim.athlete import Athlete, AthleteSettings, Intention
from negtrain_ros.sim.machine import Machine, MachineSettings
from negtrain_ros.sim.muscle import Muscle, MuscleSettings
from negtrain_ros.sim.plant import Plant
import numpy as np
import pytest

PERIOD = 0.004


def constant(load):
    """Return a load [kg] that does not depend on anything."""
    return lambda station: load


def negative(station):
    """Return what a perfect controller would ask for: more where he lowers."""
    lowers = station.athlete.intention is Intention.LOWERING
    return 85.0 if lowers and 0.14 < station.machine.position < 0.49 else 51.0


class Gym:
    """An athlete at a machine whose load is a function of what happens."""

    def __init__(self, load, *, seed=0, muscle=None, guard=None, start=0.1, rise=200.0,
                 **athlete):
        self.athlete = Athlete(AthleteSettings(**athlete), muscle, seed)
        self.station = Plant(Machine(MachineSettings(start=start), guard), self.athlete)
        self.law, self.rise = load, rise
        self.load, self.sequence = 0.0, 0
        self.rows = []
        self.faults = set()

    def run(self, duration, instruction):
        """Go on for a while [s]; return what happened as arrays."""
        machine = self.station.machine
        first = len(self.rows)
        for _ in range(round(duration / PERIOD)):
            self.athlete.on_instruction(instruction)
            step = self.law(self.station) - self.load
            self.load += min(max(step, -1000.0 * PERIOD), self.rise * PERIOD)
            self.sequence += 1
            machine.command(LoadCommand(
                machine.now, self.sequence, self.sequence > 5, self.load, 0.0, 0.15), machine.now)
            state, counts = self.station.step(PERIOD)
            self.faults.update(state.faults)
            self.rows.append((
                machine.now, machine.position, machine.velocity, self.station.effort.force,
                self.athlete.intention, machine.load,
                counts * machine.settings.resolution))
        names = ('time', 'position', 'velocity', 'force', 'intention', 'load', 'counted')
        return SimpleNamespace(**dict(zip(names, np.array(self.rows[first:]).T, strict=True)))


def turns(position, least=0.05):
    """Return how often a movement turned by more than a distance [m]."""
    count, extreme, direction = 0, position[0], 0
    for value in position:
        if direction * (value - extreme) > 0:
            extreme = value
        elif abs(value - extreme) > least:
            count += direction != 0
            direction, extreme = np.sign(value - extreme), value
    return count


# Muscle

@given(st.floats(-1.0, 2.5), st.floats(0.001, 0.5))
def test_more_speed_upwards_never_means_more_force(velocity, more):
    muscle = Muscle(MuscleSettings())
    slow, quick = muscle.share(velocity)[0], muscle.share(velocity + more)[0]
    assert quick <= slow + 1e-12
    assert 0.0 <= quick <= 1.4


@given(st.floats(-1.0, 1.7))
def test_the_damping_is_the_slope_of_the_force(velocity):
    muscle, step = Muscle(MuscleSettings()), 1e-6
    slope = (muscle.share(velocity + step)[0] - muscle.share(velocity - step)[0]) / (2 * step)
    if abs(velocity) > 2 * step:
        assert muscle.share(velocity)[1] == pytest.approx(-slope, rel=1e-3, abs=1e-6)


def test_lowering_is_stronger_than_holding_up_to_a_plateau():
    muscle = Muscle(MuscleSettings())
    assert muscle.share(0.0)[0] == 1.0
    assert muscle.share(-0.05)[0] == pytest.approx(1.2)
    assert muscle.share(-1.0)[0] == pytest.approx(1.4, abs=0.03)


def test_the_maximum_is_what_can_be_lifted_at_the_threshold_velocity():
    muscle = Muscle(MuscleSettings(maximum=101.0, threshold_velocity=0.17))
    assert muscle.isometric * muscle.share(0.17)[0] == pytest.approx(101.0 * GRAVITY)


def test_work_tires_and_rest_recovers():
    muscle = Muscle(MuscleSettings())
    fresh = muscle.isometric
    for _ in range(250 * 30):
        muscle.tire(PERIOD, fresh)
    tired = muscle.isometric
    assert 0.85 * fresh < tired < 0.95 * fresh
    for _ in range(250 * 90):
        muscle.tire(PERIOD, 0.0)
    assert tired < muscle.isometric < fresh


# Behaviour

@pytest.mark.parametrize('up, down', [(1.0, 2.0), (2.0, 4.0), (4.0, 8.0)])
@pytest.mark.parametrize('tremor', [0.0, 0.003])
def test_he_trains_at_his_tempo_and_through_his_range(up, down, tremor):
    gym = Gym(constant(51.0), concentric_time=up, eccentric_time=down, tremor=tremor)
    gym.run(2.0, Instruction.TAKE_POSITION)
    part = gym.run(3 * (up + down + 0.6), Instruction.TRAIN)
    assert turns(part.position) == 5
    assert part.position.max() == pytest.approx(0.5, abs=0.04)
    assert part.position.min() == pytest.approx(0.1, abs=0.04)
    lifting = part.intention == Intention.LIFTING
    lowering = part.intention == Intention.LOWERING
    assert part.velocity[lifting].max() < 0.4 / (up - 0.25) * 1.35
    assert part.velocity[lowering].min() > -0.4 / (down - 0.25) * 1.35
    assert not gym.faults - {Fault.RESTARTED}


@pytest.mark.parametrize('seed', range(5))
def test_he_survives_the_change_of_the_load_without_being_overrun(seed):
    gym = Gym(negative, seed=seed)
    gym.run(2.0, Instruction.TAKE_POSITION)
    part = gym.run(30.0, Instruction.TRAIN)
    assert part.load.max() == pytest.approx(85.0, abs=0.5)
    assert part.velocity.min() > -0.5
    assert turns(part.position) >= 10
    assert not gym.faults - {Fault.RESTARTED}


@pytest.mark.parametrize('instruction', [
    Instruction.NOTHING, Instruction.TAKE_POSITION, Instruction.REST])
def test_he_moves_only_when_asked_to(instruction):
    gym = Gym(constant(20.0))
    gym.run(1.5, Instruction.TAKE_POSITION)
    assert np.ptp(gym.run(5.0, instruction).position) < 0.02


def test_he_needs_a_moment_to_react():
    gym = Gym(constant(20.0), reaction_time=0.25)
    gym.run(1.5, Instruction.TAKE_POSITION)
    part = gym.run(2.0, Instruction.TRAIN)
    began = part.time[np.argmax(part.position > part.position[0] + 0.01)] - part.time[0]
    assert 0.25 * 0.8 < began < 1.2


def test_told_to_rest_in_a_lift_he_brings_the_handle_back_and_lets_it_go():
    gym = Gym(lambda station: 0.0 if station.machine.now > 8.0 else 40.0)
    gym.run(1.5, Instruction.TAKE_POSITION)
    assert gym.run(1.5, Instruction.TRAIN).position[-1] > 0.15
    assert gym.run(7.0, Instruction.REST).position[-1] < 0.15
    assert gym.athlete.intention is Intention.RESTING and gym.station.effort.force == 0.0


def test_tremor_is_an_oscillation_of_its_amplitude_in_its_band():
    gym = Gym(constant(51.0), tremor=0.003, eccentric_time=8.0)
    gym.run(2.0, Instruction.TAKE_POSITION)
    part = gym.run(12.0, Instruction.TRAIN)
    moving = slice(900, 1924)
    shake = (part.counted - part.position)[moving]
    assert 0.002 < np.abs(shake).max() < 0.0032
    power = np.abs(np.fft.rfft(shake * np.hanning(len(shake)))) ** 2
    frequency = np.fft.rfftfreq(len(shake), PERIOD)[np.argmax(power)]
    assert 3.5 < frequency < 8.5
    assert set(part.intention[moving]) == {Intention.LOWERING}


@pytest.mark.parametrize('share', [0.4, 0.6, 0.8])
def test_a_maximal_lift_is_as_fast_as_the_force_velocity_curve_allows(share):
    muscle = MuscleSettings()
    gym = Gym(constant(share * 101.0), muscle=muscle, concentric_time=0.5, tremor=0)
    gym.run(2.5, Instruction.TAKE_POSITION)
    part = gym.run(2.0, Instruction.LIFT_FAST)
    even = part.velocity[np.argmax(part.position > 0.3)]
    speeds = np.linspace(0.0, 1.8, 1801)
    fresh = Muscle(muscle)
    force = [fresh.isometric * fresh.share(v)[0] - 8.0 - 10.0 * v for v in speeds]
    expected = speeds[np.argmin(np.abs(np.array(force) - share * 101.0 * GRAVITY))]
    assert even == pytest.approx(expected, rel=0.1)


def test_above_his_maximum_he_does_not_lift():
    gym = Gym(constant(130.0), rise=60.0, tremor=0.0)
    gym.run(3.0, Instruction.TAKE_POSITION)
    assert gym.run(4.0, Instruction.TRAIN).position.max() < 0.2


def lower_in_spite_of_full_effort(share):
    """Return speeds [m/s] and faults of a lowering at a share of the isometric force."""
    muscle = MuscleSettings(endurance=1e4)
    load = share * Muscle(muscle).isometric / GRAVITY
    gym = Gym(lambda station: load if station.machine.now > 4.0 else 1.0, muscle=muscle,
              tremor=0.0, start=0.8)
    gym.run(4.0, Instruction.PUSH)
    assert gym.station.machine.position > 0.79, 'not at the upper stop'
    part = gym.run(8.0, Instruction.PUSH)
    falling = (part.time > 5.5) & (part.position > 0.05) & (part.position < 0.75)
    return part.velocity[falling], gym.faults


def test_overloaded_he_can_brake_but_not_stop_and_more_load_is_faster():
    speeds = []
    for share in (1.1, 1.2, 1.3):
        velocity, faults = lower_in_spite_of_full_effort(share)
        assert Fault.OVER_SPEED not in faults
        assert (velocity < 0.0).all()
        speeds.append(-np.median(velocity))
    assert 0.005 < speeds[0] < speeds[1] < speeds[2] < 0.5


def test_beyond_the_plateau_he_is_overrun_until_over_speed_trips():
    _, faults = lower_in_spite_of_full_effort(1.6)
    assert Fault.OVER_SPEED in faults


# What happens to him

@pytest.mark.parametrize('intention', ['lifting', 'lowering'])
def test_he_lets_go_when_and_where_he_is_told_to(intention):
    gym = Gym(negative, incident='lets_go', incident_repetition=2, incident_fraction=0.5,
              incident_intention=intention)
    gym.run(2.0, Instruction.TAKE_POSITION)
    part = gym.run(15.0, Instruction.TRAIN)
    gone = np.argmax(part.force == 0.0)
    assert gym.athlete.repetition == 2 and gym.athlete.condition.gone
    assert part.position[gone] == pytest.approx(0.3, abs=0.02)
    assert (part.velocity[gone - 1] > 0) == (intention == 'lifting')
    assert (part.force[gone:] == 0.0).all()


def test_he_fails_to_finish_a_lift_and_gives_it_up():
    gym = Gym(constant(51.0), incident='fails', incident_repetition=1, incident_fraction=0.5,
              incident_intention='lifting', incident_strength=0.35, patience=2.0)
    gym.run(2.0, Instruction.TAKE_POSITION)
    part = gym.run(10.0, Instruction.TRAIN)
    assert part.position.max() < 0.45
    assert part.position[-1] < 0.2


def test_he_stalls_with_the_load_in_his_hands():
    gym = Gym(negative, incident='stalls', incident_repetition=1, incident_fraction=0.5)
    gym.run(2.0, Instruction.TAKE_POSITION)
    part = gym.run(12.0, Instruction.TRAIN)
    assert np.ptp(part.position[-1000:]) < 0.005
    assert part.position[-1] == pytest.approx(0.3, abs=0.05)
    assert part.force[-1] == pytest.approx(85.0 * GRAVITY, rel=0.05)


def test_he_leaves_between_two_repetitions():
    gym = Gym(constant(20.0), incident='leaves', incident_repetition=3)
    gym.run(2.0, Instruction.TAKE_POSITION)
    part = gym.run(20.0, Instruction.TRAIN)
    assert turns(part.position) == 3
    assert gym.athlete.repetition == 3
    assert part.force[-1] == 0.0 and part.position[-1] < 0.03


def test_fatigue_slows_the_last_repetitions_of_a_hard_set():
    gym = Gym(constant(80.0), muscle=MuscleSettings(endurance=60.0), concentric_time=0.8,
              eccentric_time=2.0, rise=100.0)
    gym.run(2.5, Instruction.TAKE_POSITION)
    early = gym.run(7.0, Instruction.LIFT_FAST).velocity.max()
    gym.run(10.0, Instruction.LIFT_FAST)
    late = gym.run(7.0, Instruction.LIFT_FAST).velocity.max()
    assert late < 0.93 * early


def test_the_same_seed_gives_the_same_set_and_another_one_another():
    ends = []
    for seed in (1, 1, 2):
        gym = Gym(negative, seed=seed)
        gym.run(2.0, Instruction.TAKE_POSITION)
        ends.append(gym.run(10.0, Instruction.TRAIN).position)
    assert (ends[0] == ends[1]).all()
    assert (ends[0] != ends[2]).any()


@pytest.mark.parametrize('period', [0.001, 0.004, 0.02])
def test_the_motion_does_not_depend_on_the_rate_of_the_encoder(period):
    def peak(step):
        athlete = Athlete(AthleteSettings(variation=0.0, tremor=0.0))
        station = Plant(Machine(MachineSettings(), MachineGuardSettings()), athlete)
        athlete.on_instruction(Instruction.TRAIN)
        speeds = []
        for sequence in range(round(6.0 / step)):
            machine = station.machine
            machine.command(LoadCommand(
                machine.now, sequence, sequence * step > 0.1, min(30.0, 60.0 * machine.now), 0.0,
                0.15), machine.now)
            station.step(step)
            speeds.append(machine.velocity)
        return max(speeds), min(speeds)

    assert peak(period) == pytest.approx(peak(0.002), rel=0.03)
