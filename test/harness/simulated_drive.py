# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""A simulated drive in a process of its own, and what a test does at its other end of the bus."""
from contextlib import contextmanager
import multiprocessing
import socket
import time

from negtrain_ros.core.machine.kinematics import Kinematics, KinematicsSettings
from negtrain_ros.core.machine.motor_control import TorqueOrder
from negtrain_ros.core.machine.transmission import Transmission, TransmissionSettings
from negtrain_ros.core.types import Fault
from negtrain_ros.drives.canopen_drive import (
    BusSettings,
    CanopenDrive,
    DriveSettings,
    open_bus,
)
from negtrain_ros.sim.athlete import Athlete, AthleteSettings
from negtrain_ros.sim.fault_catalogue import FaultInjection
from negtrain_ros.sim.fault_injector import FaultInjector
from negtrain_ros.sim.machine import MachineSettings
from negtrain_ros.sim.motor import TorqueMachine
from negtrain_ros.sim.plant import Plant

PATIENCE = 60.0  # s, for what takes a moment where nothing else runs
KINEMATICS = KinematicsSettings()
PATH = Kinematics(KINEMATICS, MachineSettings().stroke)
GEAR = Transmission(TransmissionSettings())
LIGHT = TorqueOrder(0.0, enable=False)


def bus_settings(**others):
    """Return a bus of this computer that nobody else uses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(('', 0))
        channel = f'239.74.163.2:{free.getsockname()[1]}'
    return BusSettings(interface='udp_multicast', channel=channel, **others)


def serve(bus, requests):
    """Be a drive until the parent ends; requests are a fault, the EDS, another drive."""
    from negtrain_ros.simulated_drive.bench import SimulatedDrive
    from negtrain_ros.simulated_drive.network import PolledNetwork
    from negtrain_ros.simulated_drive.profile import Identity
    channel = open_bus(bus)

    def boot(identity, stubborn):
        drive = SimulatedDrive(
            PolledNetwork(channel), bus.node, Identity(**identity), station, machine, GEAR,
            injector, time.monotonic)
        for item, number in stubborn:
            drive.device.keep(item, number)
        requests.send('booted')
        return drive
    machine = TorqueMachine(MachineSettings(), KINEMATICS, time.time())
    station = Plant(machine, Athlete(AthleteSettings()))
    injector = FaultInjector()
    drive = boot({}, ())
    while True:
        if requests.poll():
            request = requests.recv()
            if request[0] == 'EDS':
                requests.send(drive.device.eds)
            elif isinstance(request[0], str):
                injector.inject(FaultInjection(Fault[request[0]], machine.now, request[1]))
            else:
                drive = boot(*request)
        drive.cycle()


@contextmanager
def device(bus):
    """Run a simulated drive in a process; give the end of the pipe with which it is asked."""
    context = multiprocessing.get_context('spawn')
    ours, its = context.Pipe()
    process = context.Process(target=serve, args=(bus, its), daemon=True)
    process.start()
    try:
        assert ours.poll(PATIENCE), 'the simulated drive does not start'
        ours.recv()
        yield ours
    finally:
        process.kill()
        process.join()


class Host:
    """Somebody who commands a drive, cycle by cycle."""

    def __init__(self, bus, **settings):
        self.drive = CanopenDrive(bus, DriveSettings(**settings), GEAR, PATH, 200.0)
        self.period = 1.0 / bus.rate
        self.seen = []

    def prepare(self):
        """Prepare the drive, more than once where the computer is too busy for it to answer."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self.drive.prepare()
            except ValueError as refusal:
                if 'does not answer' not in str(refusal) or time.monotonic() > end:
                    raise

    def until(self, condition, order=LIGHT, patience=PATIENCE):
        """Go on in cycles until an answer is as wanted; return it, or fail after a while [s]."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            begin = time.monotonic()
            feedback = self.drive.read()
            self.drive.command(order)
            if feedback is not None:
                self.seen.append(feedback)
                if condition(feedback):
                    return feedback
            time.sleep(max(0.0, self.period - (time.monotonic() - begin)))
        raise AssertionError(f'in vain; last: {self.seen[-1:]}, {self.drive.trouble}')
