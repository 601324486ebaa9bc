# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Simulated drive as a process: on the bus as a drive, in the graph as the athlete."""
from contextlib import suppress
from dataclasses import dataclass
import os
from threading import Thread
import time

from negtrain_interfaces.msg import SessionState, Truth
from negtrain_ros.core import types
from negtrain_ros.core.machine.kinematics import KinematicsSettings
from negtrain_ros.core.machine.transmission import Transmission, TransmissionSettings
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.drives.canopen_drive import BusSettings, open_bus
from negtrain_ros.shell import conversions, fault_injection, parameters, qos, spin
from negtrain_ros.shell.realtime import RealTimeSettings
from negtrain_ros.sim.athlete import Athlete, AthleteSettings
from negtrain_ros.sim.fault_injector import FaultInjector
from negtrain_ros.sim.machine import MachineSettings
from negtrain_ros.sim.motor import TorqueMachine
from negtrain_ros.sim.muscle import MuscleSettings
from negtrain_ros.sim.plant import Plant
from negtrain_ros.simulated_drive.bench import SimulatedDrive
from negtrain_ros.simulated_drive.network import PolledNetwork
from negtrain_ros.simulated_drive.profile import Identity
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from std_msgs.msg import Header

LOOK = 0.005  # s between two looks at the truth


@dataclass(frozen=True)
class SimulatedDriveSettings(Settings):
    """What the drive is."""

    rated_torque: float = parameter(40.0, 'of the motor', 0.1, 1000.0, unit='N m')
    counts_per_turn: int = parameter(65536, 'of the encoder of the motor', 16, 2**24)
    vendor: int = parameter(0x4E54, 'that it names (0x1018:01)', 0, 2**31 - 1)
    product: int = parameter(0x402, 'code that it names (0x1018:02)', 0, 2**31 - 1)


@dataclass(frozen=True)
class SeedSettings(Settings):
    """What the simulation as a whole is run with."""

    seed: int = parameter(1, 'of everything random', 0, 2**31 - 1)


class SimulatedDriveNode(Node):
    """Subscribe `session`, publish `truth`; what else it says and hears goes over the bus."""

    def __init__(self, **options):
        """Boot the drive; parameters as in docs/parameters.md."""
        super().__init__('simulated_drive', automatically_declare_parameters_from_overrides=True,
                         **options)
        (simulation, own, bus, transmission, machine, kinematics, athlete, muscle,
         realtime) = parameters.declare(
            self, simulation=SeedSettings, drive=SimulatedDriveSettings, bus=BusSettings,
            transmission=TransmissionSettings, machine=MachineSettings,
            kinematics=KinematicsSettings, athlete=AthleteSettings, muscle=MuscleSettings,
            realtime=RealTimeSettings)
        self._priority = realtime.priority
        self._machine = TorqueMachine(machine, kinematics)
        self._station = Plant(self._machine, Athlete(athlete, muscle, simulation.seed))
        injector = FaultInjector()
        fault_injection.accept(self, injector, lambda: self._machine.now)
        self._make_drive = lambda: SimulatedDrive(
            PolledNetwork(open_bus(bus)), bus.node,
            Identity(own.vendor, own.product, own.counts_per_turn, own.rated_torque),
            self._station, self._machine, Transmission(transmission), injector, time.monotonic)
        self.create_subscription(SessionState, 'session', self._on_session, qos.STATE)
        self._truths = self.create_publisher(Truth, 'truth', qos.EVERY_SAMPLE)
        self.create_timer(LOOK, self._on_timer, clock=Clock(clock_type=ClockType.STEADY_TIME))

    @classmethod
    def booted(cls):
        """Return a node whose drive is on the bus, or raise Refusal."""
        node = cls()
        node._machine.skip(time.time() - node._machine.now)
        node._drive = node._make_drive()
        node._thread = Thread(target=node._run, daemon=True)
        node._thread.start()
        return node

    def destroy_node(self):
        """Leave the bus, then the graph."""
        self._drive.stop()
        super().destroy_node()

    def _run(self):
        # In place of a processor that a drive has for itself; other threads of Python get none.
        if self._priority:
            with suppress(OSError):
                os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(self._priority))
        self._drive.run()

    def _on_session(self, message):
        with self._drive.lock:
            self._station.athlete.on_instruction(types.Instruction(message.instruction))

    def _on_timer(self):
        if not self._thread.is_alive():
            raise RuntimeError('the drive has ended')
        with self._drive.lock:
            machine, station = self._machine, self._station
            truth = Truth(
                header=Header(stamp=conversions.to_time(machine.now)), position=machine.position,
                velocity=machine.velocity, load=machine.load, athlete_force=station.effort.force,
                intention=getattr(Truth, station.athlete.intention.name))
        self._truths.publish(truth)


def main(args=None):
    """Run the node."""
    spin.spin(SimulatedDriveNode.booted, args)
