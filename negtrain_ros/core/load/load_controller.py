# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Controller of the load: from the phase of the movement to the load command.

The eccentric load is commanded only while armed, with a known range, a fresh encoder and the phase
ECCENTRIC; everything else gets the lower of both loads, and every fault ends with a light handle.
"""
from collections.abc import Set
from dataclasses import dataclass, field
import math

from negtrain_ros.core.load.arming_checks import (
    AT_REST,
    prescription_check,
    readiness_check,
    session_check,
)
from negtrain_ros.core.load.fatigue import VelocityLoss
from negtrain_ros.core.load.load_profile import LoadProfile, LoadProfileSettings
from negtrain_ros.core.load.lowering_speed import LoweringSpeed
from negtrain_ros.core.load.overload_taper import OverloadTaper, OverloadTaperSettings
from negtrain_ros.core.load.spotter import between_repetitions, Spotter, SpotterSettings
from negtrain_ros.core.load.state_machine import explain, LOADED, LoadTrigger, TRANSITIONS
from negtrain_ros.core.load.training_methods import LAWS, SpeedHold
from negtrain_ros.core.planning.prescription_check import check, only_loads_differ
from negtrain_ros.core.safety.failsafe import Failsafe
from negtrain_ros.core.safety.fault_detector import FaultDetectorSettings
from negtrain_ros.core.safety.fault_table import ClearCondition, FailsafeAction, fault_names, RULES
from negtrain_ros.core.safety.inputs import InputAges, LoadInputs
from negtrain_ros.core.safety.load_limits import LoadLimits, LoweringSpeedLimits
from negtrain_ros.core.settings import Settings
from negtrain_ros.core.types import (
    DIRECTIONS,
    EndCause,
    Fault,
    LimitReason,
    LoadCommand,
    LoadMode,
    LoadState,
    Order,
    Phase,
    Prescription,
)


@dataclass(frozen=True)
class LoadSettings(Settings):
    """Settings of the load controller."""

    limits: LoadLimits = field(default_factory=LoadLimits)
    lowering: LoweringSpeedLimits = field(default_factory=LoweringSpeedLimits)
    profile: LoadProfileSettings = field(default_factory=LoadProfileSettings)
    taper: OverloadTaperSettings = field(default_factory=OverloadTaperSettings)
    spotter: SpotterSettings = field(default_factory=SpotterSettings)
    inputs: InputAges = field(default_factory=InputAges)
    faults: FaultDetectorSettings = field(default_factory=FaultDetectorSettings)


UNPRESCRIBED = Prescription()
REWIND = 0.05  # s, by which time may go back without being a fault: late messages
LONGEST = 0.1  # s, between two measurements, as far as movement is concerned
NO_LOAD = 0.01  # kg
FAILURES = frozenset({Fault.STALL, Fault.OVER_SPEED, Fault.CHATTER})
"""Faults that are a failed repetition; a handle chatters in a hand that gives way."""
ENDED = {
    EndCause.NOT_ENDED: LimitReason.NOT_ARMED,
    EndCause.REQUESTED: LimitReason.UNLOAD,
    EndCause.FAILED: LimitReason.SPOTTER,
    EndCause.LEFT: LimitReason.UNLOAD,
    EndCause.BROKEN_OFF: LimitReason.UNLOAD,
}
"""What limits the load once a set has ended, for people."""


class LoadController:
    """
    Decides every load command; step() it at each phase and, when none comes, by a timer.

    :ivar armed: whether the mode is ARMED
    """

    def __init__(self, settings: LoadSettings | None = None) -> None:
        """Start disarmed and unloaded."""
        self.settings = settings or LoadSettings()
        self.mode, self.armed = LoadMode.DISARMED, False
        self.prescription: Prescription | None = None
        self._next_loads: Prescription | None = None
        self._phase = Phase.UNKNOWN
        self._failsafe = Failsafe(
            self.settings.faults, self.settings.inputs, self.settings.lowering)
        self._spotter = Spotter(self.settings.spotter)
        self._lowering = LoweringSpeed()
        self._taper = OverloadTaper(self.settings.taper, self._lowering)
        self._velocity_loss = VelocityLoss()
        self._speed_hold = SpeedHold()
        self._profile = LoadProfile(
            self.settings.profile, self.settings.limits, self.settings.lowering)
        self._inputs = LoadInputs()
        self._now = self._measured = -math.inf
        self._sequence = 0
        self._finishing = False
        self._release = math.inf
        self._ended, self._ended_by = '', EndCause.NOT_ENDED

    @property
    def commanded(self) -> float:
        """Load of the last command [kg]."""
        return self._profile.load

    def prescribe(self, prescription: Prescription, now: float) -> str | None:
        """
        Set the prescription for the next arming; return the reason of a refusal, or None.

        While armed only the loads may change, and they do between two repetitions.
        """
        present = self.prescription or UNPRESCRIBED
        changes_loads = self.armed and only_loads_differ(present, prescription)
        if self.mode in LOADED and not changes_loads:
            return f'{self.mode.name.lower()}: disarm first'
        refusal = check(prescription, self.settings.limits)
        if refusal is None and changes_loads:
            self._next_loads = prescription
        elif refusal is None:
            self.prescription = prescription
        return refusal

    def arm(self, now: float) -> str | None:
        """Start to load the handle; return the reason of a refusal, or None."""
        if self.mode is not LoadMode.DISARMED:
            return f'{self.mode.name.lower()}: {self._explain(LimitReason.UNLOAD)}'
        refusal = (prescription_check(self.prescription, self.settings.limits)
                   or readiness_check(self._inputs, self.settings.inputs,
                                      -self._lowering.value, now)
                   or session_check(self.prescription, self._inputs.session_limit)
                   or fault_names(self._failsafe.held))
        if refusal:
            return refusal
        self._failsafe.begin(now)
        self._spotter.reset()
        self._velocity_loss.reset()
        self._speed_hold.reset()
        self._profile.begin(self.prescription or UNPRESCRIBED)
        self._next_loads = None
        self._finishing, self._release = False, math.inf
        self._ended, self._ended_by = '', EndCause.NOT_ENDED
        self._change(LoadTrigger.ARM)
        return None

    def disarm(self, now: float) -> None:
        """End the set; always accepted."""
        self._end('disarmed', EndCause.REQUESTED)

    def emergency_stop(self, now: float) -> None:
        """Unload at once and stay unloaded until reset_faults; always accepted."""
        self._failsafe.hold(Fault.EMERGENCY_STOP)
        self._change(LoadTrigger.FAULT)

    def reset_faults(self, now: float) -> str | None:
        """Acknowledge faults whose cause is gone; return the reason why some remain, or None."""
        moves = not abs(self._lowering.value) <= AT_REST
        if self.mode is LoadMode.FAULT and self._inputs.handle is not None and moves:
            return 'the handle moves'
        if self.mode is LoadMode.FAULT and self.commanded > 0.0:
            return 'not unloaded yet'
        refusal = self._failsafe.acknowledge()
        if refusal is None:
            self._change(LoadTrigger.CLEARED)
        return refusal

    def step(self, inputs: LoadInputs, now: float) -> tuple[LoadCommand, LoadState]:
        """Return the load command at `now` [s] and the load state, from the newest inputs."""
        self._inputs = inputs
        dt, now = self._advance(now), self._now
        prescription = self.prescription or UNPRESCRIBED
        reaction = self._failsafe.step(
            inputs, prescription, self._profile.load, now, loaded=self.mode in LOADED, gap=dt)
        if reaction:
            self._react(reaction)
        fraction = self._follow(prescription)
        target, limit = 0.0, ENDED[self._ended_by]
        if self.armed:
            target, limit = self._target(prescription, reaction, fraction)
        load, damping, limit = self._shape(target, limit, reaction, dt)
        if load < NO_LOAD and self.mode is LoadMode.UNLOADING:
            load = 0.0
            self._change(LoadTrigger.UNLOADED)
        self._sequence = (self._sequence + 1) & 0xFFFFFFFF
        enable = self.mode in LOADED or (damping > 0.0 and self.mode is LoadMode.FAULT)
        return (
            LoadCommand(now, self._sequence, enable, load, damping,
                        self.settings.faults.trusted_for),
            LoadState(now, self.mode, target, load, limit, self._failsafe.faults,
                      self._explain(limit), prescription, self._ended_by,
                      self.settings.limits.machine_limit))

    def _advance(self, now: float) -> float:
        """Return the time since the last step [s]; a clock that goes back ends the set."""
        last = self._now
        if last < now < math.inf:
            self._now = now
            return now - last if last > -math.inf else 0.0
        if -math.inf < now < last - REWIND:
            self._now = now
            if self.mode in LOADED:
                self._failsafe.begin(now)
                self._failsafe.hold(Fault.TIME_INVALID)
        return 0.0

    def _react(self, reaction: FailsafeAction) -> None:
        """Change the mode as the severest fault demands."""
        if reaction is FailsafeAction.FINISH:
            self._finishing = True
        if reaction <= FailsafeAction.FINISH:
            return
        held = self._failsafe.held
        if any(RULES[fault].clears is ClearCondition.ACKNOWLEDGED for fault in held):
            self._change(LoadTrigger.FAULT)
        else:
            cause = _cause(held, self._put_down)
            put_down = cause is EndCause.FAILED and Fault.OVER_TRAVEL in held
            self._end('handle put down' if put_down else RULES[min(held)].meaning, cause)

    @property
    def _put_down(self) -> bool:
        """Whether the handle lies below the range of whoever had it in hand."""
        handle, rom = self._inputs.handle, (self.prescription or UNPRESCRIBED).rom
        return handle is not None and rom is not None and handle.position < rom.bottom

    def _end(self, reason: str, cause: EndCause) -> None:
        if self.armed:
            self._ended, self._ended_by = reason, cause
            if not self._failsafe.held:
                moves = self._inputs.estimate is None or self._inputs.estimate.phase in DIRECTIONS
                profile = self.settings.profile
                self._release = profile.cancel if moves else profile.release
        self._change(LoadTrigger.END)

    def _change(self, event: LoadTrigger) -> None:
        if self.armed and event is LoadTrigger.FAULT:
            self._ended_by = EndCause.BROKEN_OFF
        self.mode = TRANSITIONS.get((self.mode, event), self.mode)
        self.armed = self.mode is LoadMode.ARMED

    def _follow(self, prescription: Prescription) -> float:
        """Update the position in the range, if it is known, and return it as a fraction."""
        handle, estimate = self._inputs.handle, self._inputs.estimate
        rom = prescription.rom
        if handle is None or estimate is None or not self._inputs.measured:
            self._taper.share = 0.0
            return math.nan
        fraction = rom.fraction(handle.position) if rom is not None else math.nan
        # Movement goes by the stamps of its measurement: the times of messages jitter.
        dt = handle.stamp - self._measured
        if -REWIND < dt <= 0.0:
            return fraction
        self._measured = handle.stamp
        if dt <= 0.0:
            self._lowering.reset()
            self._taper.reset()
            return fraction
        dt = min(dt, LONGEST)
        phase = estimate.phase
        self._lowering.step(handle.velocity, dt)
        self._taper.step(phase, fraction, handle.velocity, prescription, dt)
        if self.armed and rom is not None:
            self._velocity_loss.step(phase, fraction, dt, self._now)
            self._speed_hold.step(phase, fraction, handle.velocity, prescription, dt)
            self._spotter.step(
                phase, fraction, handle.position, -self._lowering.value, prescription,
                self._now)
            self._finish(phase, prescription)
            self._change_loads(phase, fraction, prescription.order)
        self._phase = phase
        return fraction

    def _change_loads(self, phase: Phase, fraction: float, order: Order) -> None:
        """Put other loads in force where one repetition ends and the next one begins."""
        if self._next_loads is None or not self.armed or self._spotter.reason:
            return
        if between_repetitions(self._phase, phase, fraction, order):
            self.prescription, self._next_loads = self._next_loads, None
            self._profile.prescribe(self.prescription)

    def _finish(self, phase: Phase, prescription: Prescription) -> None:
        """End a set whose end follows from the movement."""
        if self._spotter.failed:
            self._end(self._spotter.reason, EndCause.FAILED)
            self._failsafe.hold(Fault.STALL)
        elif phase is not Phase.BOTTOM_HOLD:
            return
        elif self._finishing:
            self._failsafe.hold(Fault.SESSION_LOST)
            self._end(RULES[Fault.SESSION_LOST].meaning, EndCause.BROKEN_OFF)

    def _target(
        self, prescription: Prescription, reaction: FailsafeAction, fraction: float,
    ) -> tuple[float, LimitReason]:
        """Return the target load of the movement [kg], and what limits it."""
        handle, estimate = self._inputs.handle, self._inputs.estimate
        if handle is None or estimate is None:
            return 0.0, LimitReason.PHASE_UNCERTAIN
        phase, limit, share = estimate.phase, LimitReason.NOTHING, self._taper.share
        up, down = prescription.concentric, prescription.eccentric
        load = LAWS[prescription.method](
            phase, fraction, handle.velocity, prescription, self._velocity_loss.fatigue,
            self._speed_hold.load)
        if prescription.rom is None:
            load, limit = min(load, up, down), LimitReason.RANGE_UNKNOWN
        elif phase not in DIRECTIONS or reaction or self._finishing:
            load, limit = min(load, up, down), LimitReason.PHASE_UNCERTAIN
        elif load > up and share < 1.0 and phase is Phase.ECCENTRIC:
            load, limit = up + share * (load - up), LimitReason.RANGE_END
        if self._spotter.share < 1.0:
            load, limit = load * self._spotter.share, LimitReason.SPOTTER
        return load, limit

    def _shape(
        self, target: float, limit: LimitReason, reaction: FailsafeAction, dt: float,
    ) -> tuple[float, float, LimitReason]:
        """Return load [kg] and damping [N s/m] to command, and what limits them now."""
        handle = self._inputs.handle
        gentle = reaction < FailsafeAction.END or self._failsafe.held == {Fault.STALL}
        load, damping, shaped = self._profile.step(
            target, -handle.velocity if handle is not None else 0.0,
            min(dt, self.settings.faults.trusted_for),
            at_once=reaction >= FailsafeAction.UNLOAD or self.mode not in LOADED,
            release=self._release if gentle else math.inf)
        if shaped is not limit and self.armed and (
                shaped is LimitReason.SPEED or limit is LimitReason.NOTHING):
            limit = shaped
        return load, damping, limit

    def _explain(self, limit: LimitReason) -> str:
        return explain(
            self.mode, limit, self._failsafe.held, self._spotter.reason, self._ended)


def _cause(held: Set[Fault], put_down: bool) -> EndCause:
    """
    Return what ended a set whose faults need no acknowledgement.

    :param put_down: the handle is below the range; who cannot hold it ends there
    """
    if Fault.ATHLETE_GONE in held:
        return EndCause.LEFT
    failures = FAILURES | {Fault.OVER_TRAVEL} if put_down else FAILURES
    return EndCause.FAILED if held <= failures else EndCause.BROKEN_OFF
