# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Drive, machine and athlete together, in the time of this computer."""
from collections.abc import Callable
import math
from threading import Lock

from durand.scheduler import set_scheduler, VirtualScheduler
from negtrain_ros.core.machine.transmission import Transmission
from negtrain_ros.core.types import Fault
from negtrain_ros.drives import cia402
from negtrain_ros.sim.fault_injector import FaultInjector
from negtrain_ros.sim.motor import TorqueMachine
from negtrain_ros.sim.plant import Plant
from negtrain_ros.simulated_drive.network import PolledNetwork
from negtrain_ros.simulated_drive.profile import Cia402Device, Identity

CYCLE = 0.002  # s, longest time that the drive waits for a frame
LONGEST = 0.05  # s of a computer that was busy, or a process that stood still, to catch up with


class SimulatedDrive:
    """
    Steps all of it whenever a frame comes, and at least once a cycle.

    :ivar lock: held while anything moves; for whoever looks at the machine from another thread
    """

    def __init__(
        self, network: PolledNetwork, number: int, identity: Identity, station: Plant,
        machine: TorqueMachine, transmission: Transmission, injector: FaultInjector,
        clock: Callable[[], float],
    ) -> None:
        """
        Boot the drive.

        :param clock: seconds that never step
        """
        self.lock = Lock()
        self._scheduler = VirtualScheduler()
        set_scheduler(self._scheduler)
        self.device = Cia402Device(network, number, identity, clock, self._answer)
        self._network = network
        self._station = station
        self._machine = machine
        self._transmission = transmission
        self._injector = injector
        self._clock = clock
        self._last = clock()
        self._running = True
        self._counts = 0
        self._restarting = False
        self._lost_with = {
            Fault.COMMAND_LOST: cia402.COMMAND_ID + number,
            Fault.ENCODER_SILENT: cia402.MOTION_ID + number}

    def run(self) -> None:
        """Go on until somebody calls stop()."""
        while self._running:
            self.cycle()
        self._network.close()

    def stop(self) -> None:
        """End run() after its cycle."""
        self._running = False

    def cycle(self) -> None:
        """Wait for a frame, take all that are there, and let time pass."""
        message = self._network.receive(CYCLE)
        with self.lock:
            while message is not None:
                self._network.handle(message)
                message = self._network.receive(0.0)
            self._advance()

    def _answer(self) -> None:
        """Bring the drive up to date before it answers a SYNC."""
        self._advance()
        self.device.publish(self._counts)

    def _advance(self) -> None:
        """Let machine, athlete and drive live until now."""
        now = self._clock()
        elapsed, self._last = now - self._last, now
        if elapsed <= 0.0:
            return
        machine, device = self._machine, self.device
        if elapsed > LONGEST:
            machine.skip(elapsed - LONGEST)
            elapsed = LONGEST
        while elapsed > 0.0:
            dt = min(elapsed, CYCLE)
            elapsed -= dt
            self._break(machine.now)
            if device.has_voltage:
                machine.pull(self._transmission.torque(device.torque))
            else:
                machine.cut()
            self._station.step(dt)
            self._scheduler.run(dt)
            self._measure(machine.now)
            actual = self._transmission.motor_torque(machine.torque)
            device.step(dt, self._counts, actual)

    def _break(self, now: float) -> None:
        """Do to the drive what is to go wrong now."""
        self._injector.step(now, self._station)
        wrong = self._machine.disturbance
        self.device.set_safe_torque_off(wrong.button)
        self.device.set_hot(wrong.drive_fault)
        restarting = self._injector.acting(Fault.RESTARTED) is not None
        if restarting and not self._restarting:
            self.device.reboot()
        self._restarting = restarting
        lost = {fault: self._injector.acting(fault) is not None for fault in self._lost_with}
        self._network.lost = frozenset(
            self._lost_with[fault] for fault, acts in lost.items() if acts)

    def _measure(self, now: float) -> None:
        """Read the encoder, spoiled by what is to go wrong with it."""
        machine, resolution = self._machine, self._machine.settings.resolution
        place = math.floor(machine.place / resolution)
        sample = self._injector.sample(now, place, resolution)
        angle = machine.angle
        if sample is not None and sample.counts != place:
            spoiled = (sample.counts + 0.5) * resolution
            inside = min(max(spoiled, 0.0), machine.kinematics.stroke)
            angle = machine.kinematics.angle(inside)
            angle += (spoiled - inside) / machine.kinematics.moment_arm(inside)
        self._counts = self._transmission.counts(angle)
