# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Node that simulates the machine, its drive, its encoder and the athlete."""
from negtrain_interfaces.msg import EncoderCounts, LoadCommand, MachineState, SessionState, Truth
from negtrain_ros.core import types
from negtrain_ros.core.machine.kinematics import KinematicsSettings
from negtrain_ros.core.safety.machine_guard import MachineGuardSettings
from negtrain_ros.shell import conversions, fault_injection, parameters, qos, spin
from negtrain_ros.shell.change_filter import ChangeFilter
from negtrain_ros.shell.diagnostics import Diagnostics
from negtrain_ros.shell.realtime import RealTimeSettings
from negtrain_ros.shell.simulated_time import CONTROLLER, SESSION, TimeMaker
from negtrain_ros.sim.athlete import Athlete, AthleteSettings
from negtrain_ros.sim.clock import SimulationSettings
from negtrain_ros.sim.fault_injector import FaultInjector
from negtrain_ros.sim.faulty_plant import FaultyPlant
from negtrain_ros.sim.machine import Machine, MachineSettings
from negtrain_ros.sim.muscle import MuscleSettings
from negtrain_ros.sim.plant import Plant
from rclpy.node import Node
from std_msgs.msg import Header

STATE_PERIOD = 0.016  # s between states in which only the load and the command have changed


class MockMachineNode(Node):
    """Subscribe `load_command`, `session`; publish `encoder_counts`, `machine_state`, `truth`."""

    def __init__(self, **options):
        """Wire the simulation; parameters as in docs/parameters.md."""
        super().__init__(
            'mock_machine', automatically_declare_parameters_from_overrides=True, **options)
        simulation, machine, guard, kinematics, athlete, muscle, real_time = parameters.declare(
            self, simulation=SimulationSettings, machine=MachineSettings,
            guard=MachineGuardSettings,
            kinematics=KinematicsSettings, athlete=AthleteSettings, muscle=MuscleSettings,
            realtime=RealTimeSettings)
        self._machine = Machine(machine, guard, kinematics)
        self._station = Plant(self._machine, Athlete(athlete, muscle, simulation.seed))
        injector = FaultInjector()
        self._hardware = FaultyPlant(self._station, injector)
        fault_injection.accept(self, injector, lambda: self._machine.now)
        self._diagnostics = Diagnostics(self, lambda: self._machine.state().faults, real_time)
        self.create_subscription(LoadCommand, 'load_command', self._on_command, qos.COMMANDS)
        self.create_subscription(SessionState, 'session', self._on_session, qos.STATE)
        self._counts = self.create_publisher(EncoderCounts, 'encoder_counts', qos.SAMPLES)
        self._states = self.create_publisher(MachineState, 'machine_state', qos.SAMPLES)
        self._truths = self.create_publisher(Truth, 'truth', qos.EVERY_SAMPLE)
        self._changes = ChangeFilter(types.MachineState, STATE_PERIOD, ['load', 'sequence'])
        self._time = TimeMaker(self, simulation, self._advance)
        self._machine.skip(self._time.begin())

    def _on_command(self, message):
        command = conversions.from_msg(types.LoadCommand, message)
        self._diagnostics.heard('load_command', command.stamp)
        self._hardware.command(command)
        self._time.heard(CONTROLLER, command.stamp)

    def _on_session(self, message):
        self._station.athlete.on_instruction(types.Instruction(message.instruction))
        self._time.heard(SESSION, conversions.seconds(message.header.stamp))

    def _advance(self, steps):
        self._machine.skip(self._time.lost)
        for _ in range(steps):
            state, sample = self._hardware.step(self._time.step_time)
            header = Header(stamp=conversions.to_time(state.stamp))
            self._time.reached(state.stamp, awaits_answer=(
                sample is not None and sample.stamp == state.stamp))
            if self._changes.should_publish(state):
                self._states.publish(conversions.to_msg(state))
            if sample is not None:
                self._counts.publish(EncoderCounts(
                    header=Header(stamp=conversions.to_time(sample.stamp)), counts=sample.counts))
            if self._truths.get_subscription_count():
                self._truths.publish(self._truth(header))

    def _truth(self, header):
        machine, station = self._machine, self._station
        return Truth(header=header, position=machine.position, velocity=machine.velocity,
                     load=machine.load, athlete_force=station.effort.force,
                     intention=getattr(Truth, station.athlete.intention.name))


def main(args=None):
    """Run the node."""
    spin.spin(MockMachineNode, args)
