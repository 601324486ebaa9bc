# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
From a torque that is commanded to its arrival at the drive, over a bus: `python -m bench.bus`.

A CiA 402 drive that is simulated in a process of its own stands beside a bare echo: a process that
takes the same two frames and answers with two as long. Both are asked in turn, at the rates of a
machine. With --let-go also: how fast a handle becomes that is let go at 85 kg, when only the drive
looks at its speed.
"""
from collections.abc import Callable
from functools import partial
import multiprocessing
import os
import time
from typing import Annotated, Any

from bench.measuring import Figure, in_turn, keep, Kept, quantile
import can
from negtrain_ros.bringup import node_list
from negtrain_ros.core.machine.kinematics import Kinematics, KinematicsSettings
from negtrain_ros.core.machine.motor_control import MotorControl, MotorSettings, TorqueOrder
from negtrain_ros.core.machine.transmission import Transmission, TransmissionSettings
from negtrain_ros.core.safety.machine_guard import MachineGuard, MachineGuardSettings
from negtrain_ros.core.types import GRAVITY, LoadCommand, MachineState
from negtrain_ros.drives import cia402
from negtrain_ros.drives.canopen_drive import (
    BusSettings,
    CanopenDrive,
    DriveSettings,
    NoAnswer,
    open_bus,
)
from negtrain_ros.sim.athlete import Athlete, AthleteSettings
from negtrain_ros.sim.fault_injector import FaultInjector
from negtrain_ros.sim.machine import MachineSettings
from negtrain_ros.sim.motor import TorqueMachine
from negtrain_ros.sim.plant import Plant
from negtrain_ros.simulated_drive.bench import SimulatedDrive
from negtrain_ros.simulated_drive.network import PolledNetwork
from negtrain_ros.simulated_drive.profile import Identity
import typer

RATES = (250, 500)
SHARES = {'p50': 0.5, 'p95': 0.95, 'p99': 0.99}
NUMBERS = 500  # torques that are told from each other [‰]
RELEASED = NUMBERS + 1  # place among the arrivals that says so
START = 0.7  # m, where a handle is let go
PATH = Kinematics(KinematicsSettings(), MachineSettings().stroke)
GEAR = Transmission(TransmissionSettings())
LOAD = 85.0  # kg


class Held(Plant):
    """A handle that is held where it is until it is let go."""

    def __init__(self, machine: TorqueMachine, is_held: Callable[[], bool]) -> None:
        super().__init__(machine, Athlete(AthleteSettings()))
        self._is_held = is_held

    def step(self, dt: float) -> tuple[MachineState, int]:
        """Move on, or not, by `dt` [s]."""
        state = super().step(dt)
        if self._is_held():
            self.machine.position, self.machine.velocity = START, 0.0
        return state


def drive(settings: BusSettings, priority: int, arrivals: Any) -> None:
    """Be a drive whose handle is held until it is released; note when each torque arrives."""
    def note(share: int) -> None:
        if abs(share) <= NUMBERS:
            arrivals[abs(share)] = time.monotonic()
    schedule(priority)
    machine = TorqueMachine(MachineSettings(start=START), KinematicsSettings())
    simulated = SimulatedDrive(
        PolledNetwork(open_bus(settings)), settings.node, Identity(),
        Held(machine, lambda: not arrivals[RELEASED]), machine, GEAR, FaultInjector(),
        time.monotonic)
    simulated.device.listen(cia402.TARGET_TORQUE, note)
    simulated.run()


def echo(settings: BusSettings, priority: int, arrivals: Any) -> None:
    """Answer each SYNC with frames as long as those of a drive; note when each torque arrives."""
    schedule(priority)
    bus, node = open_bus(settings), settings.node
    while True:
        message = bus.recv()
        if message is not None and message.arbitration_id == cia402.COMMAND_ID + node:
            arrivals[abs(cia402.COMMAND_FRAME.unpack(message.data)[1])] = time.monotonic()
        elif message is not None and message.arbitration_id == cia402.SYNC_ID:
            for base in (cia402.STATE_ID, cia402.MOTION_ID):
                bus.send(can.Message(
                    arbitration_id=base + node, data=bytes(8), is_extended_id=False))


def schedule(priority: int) -> None:
    """Ask for real-time scheduling, as the nodes of a machine do."""
    if priority:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))


def ask_drive(settings: BusSettings, arrivals: Any, seconds: float) -> list[float]:
    """Return how long torques take to a drive [ms]."""
    host = prepared(settings)
    per_mille = GEAR.torque(Identity().rated_torque) / 1000.0

    def cycle(number: int) -> bool:
        host.command(TorqueOrder(number * per_mille, enable=True))
        return host.read() is not None
    try:
        return timed(cycle, settings.rate, seconds, arrivals)
    finally:
        host.close()


def ask_echo(settings: BusSettings, arrivals: Any, seconds: float) -> list[float]:
    """Return how long the same frames take to an echo [ms]."""
    node = settings.node
    bus = open_bus(settings, [cia402.STATE_ID + node, cia402.MOTION_ID + node])

    def cycle(number: int) -> bool:
        while bus.recv(0.0) is not None:
            pass
        data = cia402.COMMAND_FRAME.pack(cia402.ENABLE_OPERATION, number)
        for identifier, content in ((cia402.COMMAND_ID + node, data), (cia402.SYNC_ID, b'')):
            bus.send(can.Message(
                arbitration_id=identifier, data=content, is_extended_id=False))
        return all(bus.recv(0.5 / settings.rate) is not None for _ in range(2))
    try:
        return timed(cycle, settings.rate, seconds, arrivals)
    finally:
        bus.shutdown()


def timed(
    cycle: Callable[[int], bool], rate: float, seconds: float, arrivals: Any,
) -> list[float]:
    """Go on at a rate [1/s]; return how long the torques of all cycles took [ms]."""
    durations = []
    end = due = time.monotonic()
    end += seconds
    number = 0
    while due < end:
        due += 1.0 / rate
        time.sleep(max(0.0, due - time.monotonic()))
        number = number % NUMBERS + 1
        begin = time.monotonic()
        if cycle(number) and arrivals[number] > begin:
            durations.append(1e3 * (arrivals[number] - begin))
    return durations


def prepared(settings: BusSettings) -> CanopenDrive:
    """Return a drive that is there."""
    host = CanopenDrive(settings, DriveSettings(), GEAR, PATH, 200.0)
    while True:
        try:
            host.prepare(60.0)
        except NoAnswer:
            continue
        return host


def let_go(settings: BusSettings, arrivals: Any, *, drive_looks: bool, guard_looks: bool) -> float:
    """
    Return how fast a handle falls that is let go at 85 kg, which stay commanded [m/s].

    :param drive_looks: whether the drive trips at its over-speed, as it is told to
    :param guard_looks: whether the guard of the node `machine` looks at the speed
    """
    host = CanopenDrive(
        settings, DriveSettings() if drive_looks else DriveSettings(speed_limit=5.0), GEAR, PATH,
        200.0)
    host.prepare(60.0)
    control = MotorControl(
        MotorSettings(), MachineGuard(MachineGuardSettings(speed_check=guard_looks)), PATH)
    control.check.passed = True
    fastest, position, number = 0.0, START, 0
    begin = last = time.monotonic()
    while position > 0.05 and last < begin + 5.0:
        due = last + 1.0 / settings.rate
        feedback = host.read()
        elapsed, last = time.monotonic() - last, time.monotonic()
        number += 1
        control.accept(LoadCommand(
            last, number, last > begin + 0.1, LOAD if last > begin + 0.1 else 0.0, 0.0, 0.15),
            last)
        host.command(control.step(feedback, last, elapsed))
        if feedback is not None:
            position = PATH.position(feedback.angle)
            arm = PATH.moment_arm(position)
            fastest = max(fastest, -feedback.speed * arm)
            if feedback.torque > 0.99 * LOAD * GRAVITY * arm:
                arrivals[RELEASED] = 1.0
        time.sleep(max(0.0, due - time.monotonic()))
    host.close()
    return fastest


def with_process(
    serve: Callable[..., None], ask: Callable[..., Any], rate: float, *arguments: Any,
    priority: int,
) -> Any:
    """Run the other end of a bus in a process, and ask it."""
    settings = BusSettings(
        interface='udp_multicast', channel=node_list.own_channel(), rate=float(rate))
    context = multiprocessing.get_context('spawn')
    arrivals = context.Array('d', NUMBERS + 2, lock=False)
    process = context.Process(target=serve, args=(settings, priority, arrivals), daemon=True)
    process.start()
    try:
        if serve is drive:
            prepared(settings).close()
        else:
            while not ask_echo(settings, arrivals, 0.05):
                pass
        return ask(settings, arrivals, *arguments)
    finally:
        process.kill()
        process.join()


def falls(rounds: int, priority: int) -> list[Figure]:
    """Let a handle go that different layers look at."""
    def fall(rate: int, *, drive_looks: bool, guard_looks: bool) -> tuple[float, ...]:
        ask = partial(let_go, drive_looks=drive_looks, guard_looks=guard_looks)
        return tuple(with_process(drive, ask, rate, priority=priority) for _ in range(rounds))
    free = fall(250, drive_looks=False, guard_looks=False)
    return [
        Figure(f'let go at 85 kg, {name}', 'm/s',
               fall(rate, drive_looks=drive_looks, guard_looks=not drive_looks),
               'nobody looks', free, '≤ 1.6')
        for name, rate, drive_looks in (
            ('the drive alone', 250, True), ('the guard alone at 250 Hz', 250, False),
            ('the guard alone at 500 Hz', 500, False))]


def main(
    rounds: Annotated[int, typer.Option(min=1)] = 3,
    seconds: Annotated[float, typer.Option(min=0.5, help='of each measurement')] = 4.0,
    priority: Annotated[int, typer.Option(help='SCHED_FIFO of all; 0: none')] = 0,
    let_go_too: Annotated[bool, typer.Option('--let-go')] = False,
) -> None:
    """Measure drive and echo in turn at every rate."""
    schedule(priority)
    measured = in_turn(rounds, {
        (rate, name): lambda rate=rate, serve=serve, ask=ask: with_process(
            serve, ask, rate, seconds, priority=priority)
        for rate in RATES for name, serve, ask in (
            ('drive', drive, ask_drive), ('echo', echo, ask_echo))})
    figures = [
        Figure(f'{rate} Hz: {share}', 'ms',
               tuple(quantile(each, part) for each in measured[rate, 'drive']), 'bare echo',
               tuple(quantile(each, part) for each in measured[rate, 'echo']),
               '≤ 1.25 × echo' if share == 'p50' else '')
        for rate in RATES for share, part in SHARES.items()]
    if let_go_too:
        figures += falls(rounds, priority)
    keep('bus', Kept(figures))


if __name__ == '__main__':
    typer.run(main)
