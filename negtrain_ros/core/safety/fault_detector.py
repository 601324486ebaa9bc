# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Fault detector over the inputs of the load controller."""
from collections import deque
from dataclasses import dataclass
import math

from negtrain_ros.core.safety.inputs import InputAges, LoadInputs
from negtrain_ros.core.safety.load_limits import LoweringSpeedLimits
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import (
    DIRECTIONS,
    Fault,
    HandleState,
    MachineState,
    Phase,
    PhaseState,
    Prescription,
    Quality,
    RangeOfMotion,
)


@dataclass(frozen=True)
class FaultDetectorSettings(Settings):
    """Thresholds of the faults."""

    trusted_for: float = parameter(
        0.15, 'for how long a command may be believed', 0.05, 0.5, unit='s')
    longest_phase: float = parameter(
        20.0, 'longest movement up or down', 5.0, 60.0, unit='s')
    outside: float = parameter(
        0.05, 'travel outside the range that is a fault, or 10 % of it if that is more', 0.02, 0.3,
        unit='m')
    mismatch: float = parameter(
        5.0, 'difference of applied and commanded load that is a fault', 1.0, 20.0, unit='kg')
    mismatch_time: float = parameter(
        0.2, 'time for which applied and commanded load have to differ for a fault', 0.05, 1.0,
        unit='s')
    gone_time: float = parameter(
        3.0, 'rest below the range after which the athlete has left', 1.0, 30.0, unit='s')
    rest: float = parameter(0.02, 'speed below which the handle rests', 0.005, 0.1, unit='m/s')
    handshake: float = parameter(
        0.5, 'time that the machine has to enable after arming', 0.05, 2.0, unit='s')


ANY_TIME = frozenset({
    Fault.EMERGENCY_STOP, Fault.RUNAWAY, Fault.LOAD_MISMATCH, Fault.DRIVE})
"""Faults of the machine that count even while it is unloaded."""

STEADY = 0.05  # s, time constant of a commanded load that the applied one is compared with
FLIPS = 6  # changes of direction within a second that are chatter
FLIP = 0.15  # m/s, speed each way that makes a change of direction
DRIFT = 0.03  # m/s, speed that a movement of unknown phase has at least
BELOW = 0.015  # m, below the range that is no longer in it

FaultSigns = dict[Fault, bool]
"""Faults that show; True: beyond doubt, there is nothing to wait for."""


class FaultDetector:
    """Detects signs of faults during a set."""

    def __init__(
        self, settings: FaultDetectorSettings, ages: InputAges | None = None,
        lowering: LoweringSpeedLimits | None = None,
    ) -> None:
        """Start without a set."""
        self.settings, self._ages = settings, ages or InputAges()
        self._lowering = lowering or LoweringSpeedLimits()
        self.begin(0.0)

    def begin(self, now: float) -> None:
        """Begin a set, armed at `now` [s]: what was seen before does not count."""
        self._armed = self._held = now
        self._flips: deque[float] = deque(maxlen=FLIPS)
        self._direction = 0
        self._fast = (math.nan, 0)
        self._off = self._steady = 0.0
        self._rest_begin = math.nan
        self._lifted = False

    def step(
        self, inputs: LoadInputs, prescription: Prescription, commanded: float, now: float, *,
        loaded: bool, gap: float,
    ) -> FaultSigns:
        """
        Return the present signs of faults.

        :param commanded: load of the last command [kg]
        :param loaded: whether the load controller may be loading the handle
        :param gap: time since the last call [s]
        """
        signs: FaultSigns = {}
        self._see_machine(inputs.machine, now, loaded, signs)
        self._see_mismatch(inputs.machine, commanded, gap, signs)
        if not loaded:
            return signs
        if gap > self.settings.trusted_for:
            signs[Fault.COMMAND_LOST] = True
        self._see_handle(inputs.handle, prescription.rom, now, signs)
        self._see_phase(inputs.estimate, inputs.handle, prescription, now, signs)
        heard = inputs.session_heard
        if heard is not None and now - heard > self._ages.session_stale:
            signs[Fault.SESSION_LOST] = False
        if inputs.graph is not None:
            signs[Fault.GRAPH_INVALID] = True
        return signs

    def _see_machine(
        self, machine: MachineState | None, now: float, loaded: bool, signs: FaultSigns,
    ) -> None:
        if machine is None:
            if loaded:
                signs[Fault.DRIVE] = True
            return
        if machine.emergency_stop:
            signs[Fault.EMERGENCY_STOP] = True
        for fault in machine.faults:
            if loaded or fault in ANY_TIME:
                signs[fault] = False
        if not loaded:
            return
        if not now - machine.stamp <= self._ages.machine_stale:
            signs[Fault.DRIVE] = True
        elif now - self._armed > self.settings.handshake:
            if machine.watchdog:
                signs[Fault.COMMAND_LOST] = True
            elif not machine.enabled and not machine.faults:
                signs[Fault.RESTARTED] = True

    def _see_mismatch(
        self, machine: MachineState | None, commanded: float, gap: float, signs: FaultSigns,
    ) -> None:
        """Compare only while the commanded load is steady: transport and motor take their time."""
        if machine is None:
            return
        settings = self.settings
        self._steady += (commanded - self._steady) * gap / (gap + STEADY)
        allowed = max(settings.mismatch, 0.1 * commanded)
        difference = machine.load - commanded
        if -allowed <= difference <= allowed:
            self._off = 0.0
        elif abs(self._steady - commanded) < allowed and (
                difference > 0.0 or not machine.limited):
            self._off += gap
            if self._off > settings.mismatch_time:
                signs[Fault.LOAD_MISMATCH] = True

    def _see_handle(
        self, handle: HandleState | None, rom: RangeOfMotion | None, now: float, signs: FaultSigns,
    ) -> None:
        stale = self._ages.stale
        if handle is None:
            signs[Fault.ENCODER_SILENT] = True
            return
        age = now - handle.stamp
        if age > stale:
            signs[Fault.ENCODER_SILENT] = True
        elif not age >= -stale:
            signs[Fault.TIME_INVALID] = True
        faulty = handle.quality is Quality.FAULTY
        for fault in handle.faults:
            signs[fault] = signs.get(fault, False) or faulty
        if not (math.isfinite(handle.position) and math.isfinite(handle.velocity)) or (
                faulty and not handle.faults):
            signs[Fault.ENCODER_INVALID] = True
            return
        self._see_fall(handle, signs)
        self._see_chatter(handle.velocity, now, signs)
        if rom is not None:
            self._see_place(handle, rom, now, signs)

    def _see_fall(self, handle: HandleState, signs: FaultSigns) -> None:
        limits, lowering = self._lowering, -handle.velocity
        if lowering <= limits.over_speed + limits.over_speed_band:
            self._fast = (handle.stamp, 0)
            return
        stamp, count = self._fast
        if handle.stamp != stamp:
            self._fast = (handle.stamp, count + 1)
            if count >= 1:
                signs[Fault.OVER_SPEED] = True
        if lowering > limits.runaway:
            signs[Fault.RUNAWAY] = True

    def _see_chatter(self, velocity: float, now: float, signs: FaultSigns) -> None:
        if velocity * self._direction < -FLIP or (self._direction == 0 and velocity > FLIP):
            self._direction = 1 if velocity > 0.0 else -1
            self._flips.append(now)
        if len(self._flips) == FLIPS and now - self._flips[0] < 1.0:
            signs[Fault.CHATTER] = False

    def _see_place(
        self, handle: HandleState, rom: RangeOfMotion, now: float, signs: FaultSigns
    ) -> None:
        """Tell a handle far outside the range, and one that was put down below it and left."""
        settings, position = self.settings, handle.position
        outside = max(rom.bottom - position, position - rom.top)
        if position >= rom.bottom:
            self._lifted = True
        if not self._lifted:
            return
        if outside > settings.outside and outside > 0.1 * rom.length:
            signs[Fault.OVER_TRAVEL] = False
        if position >= rom.bottom - BELOW or abs(handle.velocity) > settings.rest:
            self._rest_begin = math.nan
        elif math.isnan(self._rest_begin):
            self._rest_begin = now
        elif now - self._rest_begin >= settings.gone_time:
            signs[Fault.ATHLETE_GONE] = True

    def _see_phase(
        self, estimate: PhaseState | None, handle: HandleState | None, prescription: Prescription,
        now: float, signs: FaultSigns,
    ) -> None:
        settings = self.settings
        if estimate is None or not abs(now - estimate.stamp) <= self._ages.phase_stale:
            signs[Fault.PHASE_UNKNOWN] = True
        elif estimate.phase in DIRECTIONS:
            # What goes on after a rest counts from the rest: a way may wait for hours to be ended.
            lasted = now - max(estimate.start, self._held)
            if lasted > settings.longest_phase and lasted > 2.0 * prescription.eccentric_time:
                signs[Fault.PHASE_TOO_LONG] = True
        elif estimate.phase is not Phase.UNKNOWN:
            self._held = now
        elif handle is not None and abs(handle.velocity) > DRIFT:
            signs[Fault.PHASE_UNKNOWN] = False
