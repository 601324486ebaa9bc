# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Machine guard: the machine checks every load command itself.

It trusts nobody: a command must be finite, within limits, newer than the last and young enough.
The load rises slowly, falls with the speed of a falling handle, and is gone when commands stop.
What has tripped stays unloaded until the sender has let go of the machine (enable = false) while
the handle rests and the cause is gone: nothing comes back by itself.
"""
from dataclasses import dataclass
import math

from negtrain_ros.core.safety.load_limits import MACHINE_LIMIT
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import Fault, LoadCommand


@dataclass(frozen=True)
class MachineGuardSettings(Settings):
    """Limits within which the machine follows a command."""

    maximum_load: float = parameter(
        MACHINE_LIMIT, 'largest load at all', 1.0, 500.0, unit='kg')
    maximum_damping: float = parameter(
        2000.0, 'largest damping of a falling handle', 0.0, 10000.0, unit='N s/m')
    rise: float = parameter(200.0, 'fastest increase of the load', 1.0, 200.0, unit='kg/s')
    fall: float = parameter(
        1000.0, 'fastest decrease of the load in normal use', 1.0, 5000.0, unit='kg/s')
    jump: float = parameter(
        5.0, 'rise between two commands that is reported as too fast', 0.5, 100.0, unit='kg')
    unload: float = parameter(
        4000.0, 'decrease of the load after a trip, or when told to let go', 500.0, 10000.0,
        unit='kg/s')
    trusted_for: float = parameter(
        0.15, 'longest time that a command is believed', 0.02, 0.5, unit='s')
    speed_check: bool = parameter(True, 'whether the speed of a falling handle limits the load')
    speed_limit: float = parameter(
        0.6, 'falling speed above which the load is taken back', 0.2, 1.5, unit='m/s')
    speed_band: float = parameter(
        0.15, 'further speed over which the load goes to zero', 0.05, 1.0, unit='m/s')
    speed_time: float = parameter(
        0.1, 'time above the falling speed after which the handle is out of control', 0.01, 1.0,
        unit='s')
    runaway: float = parameter(
        1.6, 'falling speed at which the torque is switched off', 0.8, 3.0, unit='m/s')
    brake: float = parameter(
        600.0, 'damping of a handle that falls too fast', 0.0, 5000.0, unit='N s/m')
    rest: float = parameter(
        0.05, 'speed below which the handle rests', 0.005, 0.2, unit='m/s')


ABRUPT = frozenset({Fault.OVER_SPEED, Fault.RUNAWAY, Fault.DRIVE})
"""Trips that switch the load off at once; the others ramp it down."""


class MachineGuard:
    """
    Turns commands into what the motor may do.

    Call accept() for each command and step() at the cycle of the drive. What it promises lasts one
    cycle longer than at an instant: docs/machine.md has the figures for 250 and 500 Hz.
    `load` [kg] and `damping` [N s/m] are what the motor is to do now; `causes` are the lasting
    ones of what has tripped.
    """

    def __init__(self, settings: MachineGuardSettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Restart unloaded; commands are ignored until one has asked for no load."""
        self.load = 0.0
        self.damping = 0.0
        self.enabled = False
        self.limited = False
        self.watchdog = True
        self.sequence = 0
        self.trips: set[Fault] = {Fault.RESTARTED}
        self.causes: set[Fault] = set()
        self._noted: Fault | None = None
        self._wanted = False
        self._target = 0.0
        self._asked_damping = 0.0
        self._expiry = -math.inf
        self._resting = True
        self._fallen = 0.0

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Faults that have tripped, and faults of the last command."""
        if self._noted is None:
            return tuple(sorted(self.trips)) if self.trips else ()
        return tuple(sorted(self.trips | {self._noted}))

    def trip(self, fault: Fault, *, lasting: bool = False) -> None:
        """Unload for a reason; a lasting cause stands until it is cleared."""
        self.trips.add(fault)
        if lasting:
            self.causes.add(fault)

    def clear(self, fault: Fault) -> None:
        """Note that a lasting cause is gone; the trip stays until the machine is disabled."""
        self.causes.discard(fault)

    def accept(self, command: LoadCommand, now: float) -> bool:
        """Accept or refuse a command at `now` [s]; after a refusal the last one stays in force."""
        if not self._plausible(command, now):
            self._noted = Fault.COMMAND_INVALID
            return False
        load = command.load if command.enable else 0.0
        jumps = load > self._target + self.settings.jump
        self._noted = Fault.SLEW_EXCEEDED if jumps else None
        self._wanted, self._target = command.enable, load
        self._asked_damping = command.damping
        trusted_for = min(command.trusted_for, self.settings.trusted_for)
        self._expiry = min(command.stamp, now) + trusted_for
        self.sequence = command.sequence
        if not command.enable and self._resting:
            self.trips &= self.causes
        return True

    def step(self, now: float, dt: float, velocity: float) -> None:
        """Decide load and damping for the next `dt` [s]; velocity [m/s], up positive."""
        s = self.settings
        self._resting = -s.rest < velocity < s.rest
        self.watchdog = now > self._expiry
        if self.watchdog and self._wanted:
            self._wanted = False
            self.trips.add(Fault.COMMAND_LOST)
        if velocity < -s.speed_limit:
            self._fall(dt, -velocity)
        elif self.trips:
            self._unload(dt, -velocity)
        else:
            self._fallen = 0.0
            wanted, load = self._target, self.load
            if wanted > load:
                self.load = min(wanted, load + s.rise * dt)
            elif wanted < load:
                self.load = max(wanted, load - (s.fall if self._wanted else s.unload) * dt)
            self.damping = self._asked_damping
            self.limited = self.load != wanted
        self.enabled = self._wanted and not self.trips

    def _fall(self, dt: float, falling: float) -> None:
        """Reduce the load of a falling handle with its speed [m/s], and add damping."""
        s = self.settings
        share = 1.0
        if s.speed_check:
            self._fallen += dt
            share = max(0.0, 1.0 - (falling - s.speed_limit) / s.speed_band)
            if falling > s.runaway:
                self.trips.add(Fault.RUNAWAY)
            elif share == 0.0 or self._fallen > s.speed_time:
                self.trips.add(Fault.OVER_SPEED)
        if self.trips:
            self._unload(dt, falling)
            return
        # The rate of a fall of the load is for comfort; nothing may delay this one.
        self.load = min(self._target, self.load + s.rise * dt, share * self._target)
        self.damping = max(self._asked_damping, (1.0 - share) * s.brake)
        self.limited = self.load != self._target

    def _unload(self, dt: float, falling: float) -> None:
        """Remove the load, and brake a handle that still falls fast."""
        abrupt = not self.trips.isdisjoint(ABRUPT)
        self.load = 0.0 if abrupt else max(0.0, self.load - self.settings.unload * dt)
        brakes = self.settings.speed_check and falling > self.settings.rest
        self.damping = self.settings.brake if brakes else 0.0
        self.limited = True

    def _plausible(self, command: LoadCommand, now: float) -> bool:
        """Tell whether a command is finite, within limits, new and recent."""
        s = self.settings
        if not (math.isfinite(command.stamp) and 0.0 < command.trusted_for < math.inf):
            return False
        # What is not a number is not within limits either.
        if not (0.0 <= command.load <= s.maximum_load
                and 0.0 <= command.damping <= s.maximum_damping):
            return False
        if not command.enable:
            return True
        newer = 0 < (command.sequence - self.sequence) % 2**32 < 2**31
        return newer and now - command.stamp <= s.trusted_for
