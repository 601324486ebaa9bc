# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Control of a motor by load commands: guard, kinematics, torque slope, and the signs of a drive.

Stands between the load controller and a drive that follows a torque. What the drive says becomes
faults of the fault table; what the drive must hold by itself is written to it by drives/.
"""
from dataclasses import dataclass, replace
from enum import Enum
import math

from negtrain_ros.core.machine.kinematics import Kinematics
from negtrain_ros.core.safety.machine_guard import MachineGuard
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import Fault, GRAVITY, LoadCommand, MachineState, value

LONGEST_CYCLE = 0.05  # s; no ramp goes on by more than this, however late a cycle comes
FOLLOWING = 0.03      # s, time constant with which the torque of a motor follows
RESET_PERIOD = 1.0    # s between two attempts to acknowledge a fault of the drive
AGREEMENT = 0.2       # share by which speed and change of position may differ


class DriveState(Enum):
    """Whether a drive pulls, as far as whoever commands it is concerned."""

    LIGHT = 'no voltage at the motor'
    STARTING = 'on the way to torque'
    ENABLED = 'follows the torque'
    FAULT = 'has a fault'


@value
class Feedback:
    """What a drive reports of its motor, as seen at the joint."""

    angle: float               # rad, from the lower stop, upwards positive
    speed: float               # rad/s
    torque: float              # N m, downwards positive, as the load pulls
    state: DriveState
    safe_torque_off: bool = False
    watchdog: bool = False     # the drive has missed its commands
    words: str = ''            # what is wrong with it


@value
class TorqueOrder:
    """What a drive is to do in the next cycle."""

    torque: float  # N m at the joint, downwards positive
    enable: bool
    reset: bool = False  # acknowledge a fault


@dataclass(frozen=True)
class MotorSettings(Settings):
    """How a motor is commanded, and what is taken for a fault of it."""

    stroke: float = parameter(0.8, 'path of the handle between the stops', 0.2, 2.0, unit='m')
    resolution: float = parameter(
        0.00005, 'travel of the handle per published count', 1e-6, 0.01, unit='m')
    torque_slope: float = parameter(
        36000.0, 'fastest rise of the torque of the joint', 100.0, 1e6, unit='N m/s')
    silence: float = parameter(
        0.05, 'time without an answer that is a fault of the drive', 0.005, 0.2, unit='s')
    mismatch: float = parameter(
        5.0, 'difference of wanted and actual load that is a fault, or 10 % if that is more',
        1.0, 20.0, unit='kg')
    mismatch_time: float = parameter(
        0.2, 'time for which wanted and actual load have to differ for a fault', 0.05, 1.0,
        unit='s')
    first_load: float = parameter(
        10.0, 'most load until position and speed have been seen to agree', 1.0, 20.0, unit='kg')
    first_travel: float = parameter(
        0.05, 'travel of the handle over which they are compared', 0.02, 0.3, unit='m')
    overhang: float = parameter(
        0.03, 'travel beyond the stops that only a wrong scale shows at the start', 0.005, 0.2,
        unit='m')


class ScaleCheck:
    """
    Compares, once after the start, the speed with the change of position over some travel.

    :ivar passed: whether they have agreed
    :ivar reason: why they never will; None: not yet known, or they agree
    """

    def __init__(self, settings: MotorSettings) -> None:
        self._settings = settings
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.passed = False
        self.reason: str | None = None
        self._begin = math.nan
        self._integral = 0.0

    def step(self, position: float, velocity: float, dt: float) -> None:
        """Take a position [m] and a velocity [m/s], `dt` [s] after the last ones."""
        if self.passed or self.reason is not None:
            return
        s = self._settings
        if not -s.overhang <= position <= s.stroke + s.overhang:
            self.reason = (f'position {position:.3f} m is outside the stroke of {s.stroke:g} m: '
                           'check transmission.zero, direction, gear and counts_per_turn')
        elif math.isnan(self._begin) or dt > LONGEST_CYCLE:
            self._begin, self._integral = position, 0.0
        else:
            self._integral += velocity * dt
            self._compare(position - self._begin)

    def _compare(self, moved: float) -> None:
        """Decide once the handle has gone far enough by either of both."""
        farthest = max(abs(moved), abs(self._integral))
        if farthest < self._settings.first_travel:
            return
        self.passed = abs(moved - self._integral) <= AGREEMENT * farthest
        if not self.passed:
            self.reason = (f'speed says {self._integral:+.3f} m, position {moved:+.3f} m: check '
                           'transmission.speed_unit and counts_per_turn')


class MotorControl:
    """
    Turns load commands into torque, one cycle of the bus at a time.

    :ivar words: what is wrong with the drive, for people; empty if nothing is
    """

    def __init__(
        self, settings: MotorSettings, guard: MachineGuard, kinematics: Kinematics
    ) -> None:
        self.settings = settings
        self.guard = guard
        self.kinematics = kinematics
        self.check = ScaleCheck(settings)
        self.words = ''
        self._feedback: Feedback | None = None
        self._position = self._velocity = 0.0
        self._arm = kinematics.moment_arm(0.0)
        self._unseen = 0.0
        self._let_go = True
        self._capped = False
        self._ordered = self._dropped = self._broken = False
        self._torque = self._expected = 0.0
        self._off = 0.0
        self._last_reset = -math.inf

    def accept(self, command: LoadCommand, now: float) -> bool:
        """Take a command that arrived at `now` [s]; tell whether it was accepted."""
        self._capped = not self.check.passed and command.load > self.settings.first_load
        if self._capped:
            command = replace(command, load=self.settings.first_load)
        accepted = self.guard.accept(command, now)
        if accepted:
            self._let_go = not command.enable
        return accepted

    def step(self, feedback: Feedback | None, now: float, dt: float) -> TorqueOrder:
        """
        Decide what the drive is to do next.

        :param feedback: what it has answered in this cycle, None: nothing
        :param now: time of the answer [s], by the clock of the commands
        :param dt: time since the last step [s]
        """
        gap, dt = dt, min(max(dt, 0.0), LONGEST_CYCLE)
        # A drive is not silent while nobody asks it.
        self._unseen += dt
        if feedback is not None:
            self._see(feedback, gap)
        self._notice(feedback)
        guard, known = self.guard, self._feedback
        guard.step(now, dt, self._velocity)
        # How fast the handle of a broken drive goes is not known: it is not even braked.
        enabled = (known is not None and known.state is DriveState.ENABLED
                   and not self._broken)
        if not enabled:
            guard.load, guard.limited = 0.0, True
        brakes = enabled and guard.damping > 0.0 and self._velocity < -guard.settings.rest
        self._torque = self._wanted(dt) if enabled else 0.0
        self._compare(dt, enabled=enabled)
        self._ordered = guard.enabled or guard.load > 0.0 or brakes
        return TorqueOrder(self._torque, self._ordered, self._acknowledges(now))

    def state(self, now: float) -> MachineState:
        """Return what the machine reports at `now` [s]."""
        guard, known = self.guard, self._feedback
        load = 0.0 if known is None else known.torque / self._arm / GRAVITY
        pulls = known is not None and known.state is DriveState.ENABLED
        return MachineState(
            now, max(0.0, load), guard.enabled and pulls,
            known is not None and known.safe_torque_off, guard.watchdog,
            guard.limited or self._capped, guard.faults, guard.sequence)

    def counts(self) -> int:
        """Return the position of the handle on its path, as counts of the resolution."""
        return math.floor(self._position / self.settings.resolution)

    def _see(self, feedback: Feedback, gap: float) -> None:
        """Take note of where the handle is, and whether the drive has let it go by itself."""
        before, self._feedback = self._feedback, feedback
        self._dropped = (
            self._ordered and before is not None and before.state is DriveState.ENABLED
            and feedback.state in (DriveState.LIGHT, DriveState.STARTING))
        self._position = self.kinematics.position(feedback.angle)
        self._arm = self.kinematics.moment_arm(self._position)
        self._velocity = feedback.speed * self._arm
        self.check.step(self._position, self._velocity, max(gap, self._unseen))
        self._unseen = 0.0

    def _notice(self, feedback: Feedback | None) -> None:
        """Make faults of what the drive says, and of its silence."""
        guard = self.guard
        known = self._feedback
        silent = self._unseen > self.settings.silence
        if silent:
            self.words = 'the drive does not answer'
        else:
            self.words = self.check.reason or (known.words if known else '')
        self._broken = (silent or self.check.reason is not None
                        or (known is not None and known.state is DriveState.FAULT))
        stopped = known is not None and known.safe_torque_off
        for fault, present in ((Fault.DRIVE, self._broken and not stopped),
                               (Fault.EMERGENCY_STOP, stopped)):
            if present:
                guard.trip(fault, lasting=True)
            else:
                guard.clear(fault)
        if feedback is None:
            return
        if feedback.watchdog:
            guard.trip(Fault.COMMAND_LOST)
        elif self._dropped and not stopped:
            guard.trip(Fault.DRIVE)

    def _wanted(self, dt: float) -> float:
        """Return the torque for load and brake [N m]; it falls at once, and rises in its slope."""
        guard = self.guard
        force = guard.load * GRAVITY
        if self._velocity < 0.0:
            force += guard.damping * self._velocity
        return min(force * self._arm, self._torque + self.settings.torque_slope * dt)

    def _compare(self, dt: float, *, enabled: bool) -> None:
        """Compare the torque that is there with the one that was wanted."""
        known = self._feedback
        self._expected += (self._torque - self._expected) * dt / (dt + FOLLOWING)
        if known is None or not enabled:
            self._off = 0.0
            return
        allowed = max(self.settings.mismatch * GRAVITY * self._arm, 0.1 * abs(self._expected))
        off = abs(known.torque - self._expected) > allowed
        self._off = self._off + dt if off else 0.0
        if self._off > self.settings.mismatch_time:
            self.guard.trip(Fault.LOAD_MISMATCH)

    def _acknowledges(self, now: float) -> bool:
        """Tell whether a fault of the drive is acknowledged now: at rest, and let go."""
        known = self._feedback
        if (known is None or known.state is not DriveState.FAULT or not self._let_go
                or self.guard.watchdog or abs(self._velocity) > self.guard.settings.rest
                or 0.0 <= now - self._last_reset < RESET_PERIOD):
            return False
        self._last_reset = now
        return True
