# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Machine with a motor instead of a weight stack.

One degree of freedom along the path of the handle: inertia, friction, end stops, a motor with
controlled torque behind a drive that guards itself, and an incremental encoder. Nothing falls when
the torque goes: the moving mass is balanced, and its inertia is all that is felt of it.
"""
from dataclasses import dataclass
import math

from negtrain_ros.core.machine.kinematics import Kinematics, KinematicsSettings
from negtrain_ros.core.safety.machine_guard import MachineGuard, MachineGuardSettings
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import Fault, GRAVITY, LoadCommand, MachineState

SLIP = 0.005  # m/s, speed at which Coulomb friction is half developed


@dataclass(frozen=True)
class MachineSettings(Settings):
    """Mechanical and electrical properties of the machine."""

    stroke: float = parameter(0.8, 'path of the handle between the stops', 0.2, 2.0, unit='m')
    start: float = parameter(0.1, 'where the handle is at first', 0.0, 2.0, unit='m')
    mass: float = parameter(20.0, 'moving mass as felt at the handle', 2.0, 100.0, unit='kg')
    coulomb: float = parameter(8.0, 'friction at any speed', 0.0, 200.0, unit='N')
    viscous: float = parameter(10.0, 'friction that grows with speed', 0.0, 500.0, unit='N s/m')
    motor_lag: float = parameter(0.008, 'time constant of the torque', 0.001, 0.1, unit='s')
    motor_slew: float = parameter(
        40000.0, 'fastest change of the torque, as force at the handle', 1000.0, 1e6, unit='N/s')
    stop_stiffness: float = parameter(
        200000.0, 'stiffness of the end stops', 1e4, 1e6, unit='N/m')
    stop_damping: float = parameter(4000.0, 'damping of the end stops', 0.0, 1e4, unit='N s/m')
    resolution: float = parameter(
        0.00005, 'travel per count of the encoder', 1e-6, 0.01, unit='m')
    counter_bits: int = parameter(16, 'width of the counter of the encoder', 8, 32, unit='bit')
    counter_start: int = parameter(
        0, 'what the counter reads at the lower stop', -2**31, 2**31 - 1)
    cycle: float = parameter(0.002, 'cycle of the drive', 0.0002, 0.004, unit='s')


@dataclass
class Disturbance:
    """Disturbance of the machine: none, unless a fault is injected."""

    force: float = 0.0  # N, on the handle, up positive
    gain: float = 1.0  # of the motor: load on the handle over the one that the drive wants
    drive_fault: bool = False
    button: bool = False


class Machine:
    """
    Integrates the handle under the forces of motor and athlete.

    :ivar least_pull: of the motor while the handle goes up [N]; its drive brakes but never lifts
    :param start: time [s] at which the simulation begins
    """

    least_pull = 0.0

    def __init__(
        self, settings: MachineSettings, guard: MachineGuardSettings | None = None,
        kinematics: KinematicsSettings | None = None, start: float = 0.0,
    ) -> None:
        self.settings = settings
        self.guard = MachineGuard(guard or MachineGuardSettings())
        self.kinematics = Kinematics(kinematics or KinematicsSettings(), settings.stroke)
        self.disturbance = Disturbance()
        self.now = start
        self._start = start
        self._elapsed = 0.0
        self.position = settings.start
        self.velocity = 0.0
        self.load = 0.0
        self._tremor = 0.0
        self._torque = 0.0
        self._divide(settings.cycle)

    def restart(self) -> None:
        """Boot the drive anew: unloaded until the sender has let go."""
        self.guard.reset()

    def skip(self, duration: float) -> None:
        """Let time pass [s] in which nothing moves."""
        self._start += duration
        self.now += duration

    def command(self, command: LoadCommand, now: float) -> bool:
        """Take a command that arrived at `now` [s]; tell whether it was accepted."""
        return self.guard.accept(command, now)

    def step(
        self, dt: float, force: float, damping: float = 0.0, tremor: float = 0.0,
    ) -> tuple[MachineState, int]:
        """Advance and return what drive and encoder report; parameters as in advance()."""
        self.advance(dt, force, damping, tremor)
        return self.state(), self.counts()

    def advance(
        self, dt: float, force: float, damping: float = 0.0, tremor: float = 0.0,
    ) -> None:
        """
        Move on by `dt` [s], in cycles of the drive.

        :param force: of the athlete on the handle [N], up positive, at the present velocity
        :param damping: how much less it becomes as the handle gets faster [N s/m]
        :param tremor: displacement of the hand on top of what the forces do [m]
        """
        settings, guard, arm_at = self.settings, self.guard, self.kinematics.moment_arm
        if self.disturbance.button or self.disturbance.drive_fault or guard.causes:
            self._notice()
        if dt != self._dt:
            self._divide(dt)
        h, follow = self._cycle, self._follow
        slew, gain = settings.motor_slew * h, self.disturbance.gain * GRAVITY
        shaking = (tremor - self._tremor) / dt
        self._tremor = tremor
        push = force + self.disturbance.force
        mass, stroke, coulomb = settings.mass, settings.stroke, settings.coulomb
        viscous = damping + settings.viscous
        position, velocity, torque = self.position, self.velocity, self._torque
        pull, begin, now, least = 0.0, velocity, self.now, self.least_pull
        for _ in range(self._cycles):
            now += h
            guard.step(now, h, velocity + shaking)
            wanted = guard.load * gain
            if velocity < 0.0:
                wanted += guard.damping * velocity
            arm = arm_at(position)
            pull = torque / arm
            change = (wanted - pull) * follow
            if change > slew:
                change = slew
            elif change < -slew:
                change = -slew
            pull += change
            if velocity >= 0.0 and pull < least:
                pull = least
            torque = pull * arm
            # The damping terms are taken at the new velocity: stable however stiff they are.
            forces = push + damping * begin - pull
            forces -= coulomb * velocity / (abs(velocity) + SLIP)
            resistance = viscous
            if not 0.0 < position < stroke:
                stop = 0.0 if position <= 0.0 else stroke
                forces += settings.stop_stiffness * (stop - position)
                resistance += settings.stop_damping
            velocity = (velocity * mass + forces * h) / (mass + resistance * h)
            position += velocity * h
        # Summed up apart from the start: a day's seconds swallow the digits of a cycle.
        self._elapsed += dt
        self.now = self._start + self._elapsed
        self.position, self.velocity, self._torque = position, velocity, torque
        self.load = pull / GRAVITY

    def state(self) -> MachineState:
        """Return what the drive reports now."""
        guard = self.guard
        return MachineState(
            self.now, max(0.0, self.load), guard.enabled, self.disturbance.button, guard.watchdog,
            guard.limited, guard.faults, guard.sequence)

    def counts(self) -> int:
        """Return what the counter of the encoder reads now."""
        settings = self.settings
        travelled = math.floor((self.position + self._tremor) / settings.resolution)
        half = 1 << (settings.counter_bits - 1)
        return (travelled + settings.counter_start + half) % (2 * half) - half

    def _divide(self, dt: float) -> None:
        """Divide a step of the simulation [s] into cycles of the drive."""
        self._dt = dt
        self._cycles = max(1, round(dt / self.settings.cycle))
        self._cycle = dt / self._cycles
        self._follow = 1.0 - math.exp(-self._cycle / self.settings.motor_lag)

    def _notice(self) -> None:
        """Tell the guard of the button and of the drive."""
        guard, disturbance = self.guard, self.disturbance
        for fault, present in ((Fault.EMERGENCY_STOP, disturbance.button),
                               (Fault.DRIVE, disturbance.drive_fault)):
            if present:
                guard.trip(fault, lasting=True)
            else:
                guard.clear(fault)
