# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Turns phases into kilograms.

The eccentric load is commanded only while armed, with a known range, a fresh encoder and the phase
ECCENTRIC; everything else gets the lower of both loads, and every fault ends with a light handle.
"""
from dataclasses import dataclass
from enum import auto, Enum
import math

from negtrain_ros.core.effort import Pace
from negtrain_ros.core.limits import Limiter, Limits
from negtrain_ros.core.methods import check, LAWS
from negtrain_ros.core.ramp import Ramp
from negtrain_ros.core.safety import Clears, Reaction, RULES
from negtrain_ros.core.settings import parameter
from negtrain_ros.core.spotter import Spotter, SpotterSettings
from negtrain_ros.core.supervisor import Inputs, Supervisor, SupervisorSettings
from negtrain_ros.core.turn import Turn, TurnSettings
from negtrain_ros.core.types import (
    Fault, Limit, LoadCommand, LoadState, Method, Mode, Phase, Prescription, Quality)

__all__ = ['TRANSITIONS', 'Event', 'Inputs', 'LoadController', 'LoadSettings']


@dataclass(frozen=True)
class LoadSettings(Limits, SupervisorSettings, SpotterSettings, TurnSettings):
    """Everything that can be set about the load."""

    curve: float = parameter(
        10000.0, 'how sharply a rise of the load begins and ends at most', 200.0, 50000.0,
        unit='kg/s²')
    rise_share: float = parameter(
        0.12, 'duration of the rise to the eccentric load, as a share of the time down',
        0.02, 0.15)
    rise_longest: float = parameter(
        0.6, 'longest duration of that rise', 0.1, 2.0, unit='s')
    engage: float = parameter(
        50.0, 'rise of the load after arming', 10.0, 200.0, unit='kg/s')


class Event(Enum):
    """What changes the mode."""

    ARM = auto()       # somebody asked for it, and everything is right
    END = auto()       # the set is over, by request or for a reason that needs no acknowledgement
    FAULT = auto()     # something needs an acknowledgement
    UNLOADED = auto()  # nothing is commanded any more
    CLEARED = auto()   # acknowledged


TRANSITIONS: dict[tuple[Mode, Event], Mode] = {
    **{(mode, event): mode for mode in Mode for event in Event},
    (Mode.DISARMED, Event.ARM): Mode.ARMED,
    (Mode.ARMED, Event.END): Mode.UNLOADING,
    (Mode.UNLOADING, Event.UNLOADED): Mode.DISARMED,
    (Mode.FAULT, Event.CLEARED): Mode.DISARMED,
    **{(mode, Event.FAULT): Mode.FAULT for mode in Mode},
}
"""The next mode; an event that means nothing in a mode leaves it."""

LOADED = (Mode.ARMED, Mode.UNLOADING)
REWIND = 0.05  # s, by which time may go back without being a fault: late messages
AT_REST = 0.02  # m/s
UNLOADED = 0.01  # kg
PHASES = (Phase.CONCENTRIC, Phase.ECCENTRIC)

TEXTS = {
    Limit.NOTHING: 'prescribed load',
    Limit.NOT_ARMED: 'not armed',
    Limit.RANGE_UNKNOWN: 'range of motion not known: the lower load',
    Limit.PHASE_UNCERTAIN: 'no certain movement: the lower load',
    Limit.RAMP: 'on the way to the load',
    Limit.RANGE_END: 'taken back before the turning point',
    Limit.SPEED: 'handle falls too fast',
    Limit.SPOTTER: 'the spotter helps',
    Limit.CAP: 'limit of athlete or machine',
    Limit.UNLOAD: 'unloaded',
}


class LoadController:
    """Decides every load command; step() it at each phase and, when none comes, by a timer."""

    def __init__(self, settings: LoadSettings | None = None) -> None:
        """Start disarmed and unloaded."""
        self.settings = settings or LoadSettings()
        self.mode = Mode.DISARMED
        self.prescription: Prescription | None = None
        self._supervisor = Supervisor(self.settings)
        self._spotter = Spotter(self.settings)
        self._turn = Turn(self.settings)
        self._pace = Pace()
        self._ramp = Ramp()
        self._limiter = Limiter(self.settings)
        self._inputs = Inputs()
        self._now = -math.inf
        self._sequence = 0
        self._engaged = False
        self._finishing = False
        self._rise = (self.settings.engage, self.settings.curve)
        self._ended = ''
        self._ended_by = Limit.NOT_ARMED

    @property
    def commanded(self) -> float:
        """Load of the last command [kg]."""
        return self._limiter.load

    def prescribe(self, prescription: Prescription, now: float) -> str | None:
        """Put a prescription in force for the next arming; return why not."""
        if self.mode in LOADED:
            return f'{self.mode.name.lower()}: disarm first'
        refusal = check(prescription, self.settings)
        if refusal is None:
            self.prescription = prescription
        return refusal

    def arm(self, now: float) -> str | None:
        """Begin to load the handle; return why not."""
        refusal = self._why_not_armed(now)
        if refusal is not None:
            return refusal
        self._supervisor.begin(now)
        self._spotter.reset()
        self._pace.reset()
        self._ramp.reset()
        self._limiter.reset()
        self._engaged = self._finishing = False
        self._rise = self._gentle_rise()
        self._ended, self._ended_by = '', Limit.NOT_ARMED
        self._change(Event.ARM)
        return None

    def disarm(self, now: float) -> None:
        """End the set; always works."""
        self._end('disarmed', Limit.UNLOAD)

    def emergency_stop(self, now: float) -> None:
        """Unload at once and stay so until reset_faults; always works."""
        self._supervisor.hold(Fault.EMERGENCY_STOP)
        self._change(Event.FAULT)

    def reset_faults(self, now: float) -> str | None:
        """Acknowledge the faults whose cause is gone; return why not all."""
        handle = self._inputs.handle
        if self.mode is Mode.FAULT and handle is not None and abs(self._turn.slow) > AT_REST:
            return 'the handle moves'
        refusal = self._supervisor.acknowledge()
        if refusal is None:
            self._change(Event.CLEARED)
        return refusal

    def step(self, inputs: Inputs, now: float) -> tuple[LoadCommand, LoadState]:
        """Return what to command at `now` [s] and why, from the newest word of everybody."""
        self._inputs = inputs
        dt = self._advance(now)
        now = self._now
        prescription = self.prescription or Prescription()
        loaded = self.mode in LOADED
        reaction = self._supervisor.step(
            inputs, prescription, self._limiter.load, now, loaded=loaded, gap=dt)
        self._react(reaction)
        share = self._follow(inputs, prescription, min(dt, 0.1))
        if self.mode is Mode.ARMED:
            target, limit = self._target(inputs, prescription, reaction, share)
        else:
            target, limit = 0.0, self._ended_by
        load, damping, limit = self._shape(target, limit, prescription, reaction, dt)
        if self.mode is Mode.UNLOADING and load < UNLOADED:
            self._change(Event.UNLOADED)
        self._sequence = (self._sequence + 1) & 0xFFFFFFFF
        enable = self.mode in LOADED or (self.mode is Mode.FAULT and damping > 0.0)
        command = LoadCommand(
            now, self._sequence, enable, load, damping, self.settings.trusted_for)
        state = LoadState(
            now, self.mode, target, load, limit, self._supervisor.faults,
            self._explain(limit), prescription)
        return command, state

    def _advance(self, now: float) -> float:
        """Return the time since the last step [s]; a clock that goes back ends the set."""
        last = self._now
        if last == -math.inf or not math.isfinite(now):
            self._now = now if math.isfinite(now) else last
            return 0.0
        if now < last - REWIND:
            self._now = now
            self._turn.reset()
            if self.mode in LOADED:
                self._supervisor.begin(now)
                self._supervisor.hold(Fault.TIME_INVALID)
            return 0.0
        self._now = max(now, last)
        return self._now - last

    def _react(self, reaction: Reaction) -> None:
        """Change the mode as the severest fault demands."""
        if reaction < Reaction.FINISH:
            return
        if reaction is Reaction.FINISH:
            self._finishing = True
            return
        held = self._supervisor.held
        if any(RULES[fault].clears is Clears.ACKNOWLEDGED for fault in held):
            self._change(Event.FAULT)
        elif self.mode is Mode.ARMED:
            limit = Limit.SPOTTER if held <= FAILURES else Limit.UNLOAD
            self._end(RULES[min(held)].meaning, limit)

    def _end(self, reason: str, limit: Limit) -> None:
        if self.mode is Mode.ARMED:
            self._ended, self._ended_by = reason, limit
        self._change(Event.END)

    def _change(self, event: Event) -> None:
        self.mode = TRANSITIONS[self.mode, event]

    def _follow(self, inputs: Inputs, prescription: Prescription, dt: float) -> float:
        """Keep up with the movement; return the share of the overload that may stay."""
        handle, estimate = inputs.handle, inputs.estimate
        if handle is None or estimate is None or handle.quality is not Quality.GOOD:
            return 0.0
        extent = prescription.range
        fraction = extent.fraction(handle.position) if extent is not None else math.nan
        share = self._turn.step(estimate.phase, fraction, handle.velocity, prescription, dt)
        if self.mode is not Mode.ARMED or extent is None:
            return share
        self._pace.step(estimate.phase, fraction, dt, self._now)
        self._spotter.step(
            estimate.phase, fraction, handle.position, -self._turn.slow, prescription, self._now)
        if self._spotter.failed:
            self._supervisor.hold(Fault.STALL)
            self._end(self._spotter.reason, Limit.SPOTTER)
        elif self._set_is_over(estimate.phase, prescription):
            self._end('the lifts have become too slow', Limit.SPOTTER)
        elif self._finishing and estimate.phase is Phase.BOTTOM_HOLD:
            self._supervisor.hold(Fault.SESSION_LOST)
            self._end(RULES[Fault.SESSION_LOST].meaning, Limit.UNLOAD)
        return share

    def _set_is_over(self, phase: Phase, prescription: Prescription) -> bool:
        return phase is Phase.BOTTOM_HOLD and self._pace.loss >= prescription.velocity_loss

    def _target(
        self, inputs: Inputs, prescription: Prescription, reaction: Reaction, share: float,
    ) -> tuple[float, Limit]:
        """Return the load that the movement asks for [kg], and what keeps it from being more."""
        handle, estimate, extent = inputs.handle, inputs.estimate, prescription.range
        if handle is None or estimate is None:
            return 0.0, Limit.PHASE_UNCERTAIN
        lower = min(prescription.concentric, prescription.eccentric)
        phase, limit = estimate.phase, Limit.NOTHING
        fraction = extent.fraction(handle.position) if extent is not None else math.nan
        load = LAWS[prescription.method](
            phase, fraction, handle.velocity, prescription, self._pace.effort)
        if extent is None:
            load, limit = min(load, lower), Limit.RANGE_UNKNOWN
        elif phase not in PHASES or reaction >= Reaction.LIGHTEN or self._finishing:
            load, limit = min(load, lower), Limit.PHASE_UNCERTAIN
        elif phase is Phase.ECCENTRIC and load > prescription.concentric and share < 1.0:
            load = prescription.concentric + share * (load - prescription.concentric)
            limit = Limit.RANGE_END
        if self._spotter.share < 1.0:
            load, limit = load * self._spotter.share, Limit.SPOTTER
        return load, limit

    def _shape(
        self, target: float, limit: Limit, prescription: Prescription, reaction: Reaction,
        dt: float,
    ) -> tuple[float, float, Limit]:
        """Return load [kg] and damping [N s/m] to command, and what limits them now."""
        settings, handle = self.settings, self._inputs.handle
        rise, curve = self._rise if self._engaged else (settings.engage, settings.curve)
        wanted = self._ramp.step(
            target, min(dt, settings.trusted_for), rise=rise, fall=settings.fall,
            curve=curve)
        if wanted < target:
            limit = Limit.RAMP if limit is Limit.NOTHING else limit
        else:
            self._engaged = self.mode is Mode.ARMED
        damping, left = 0.0, 1.0
        lowering = -handle.velocity if handle is not None else 0.0
        if lowering > settings.over_speed:
            left = settings.share_left(lowering)
            damping = settings.brake * (1.0 - left)
            limit = Limit.SPEED if self.mode is Mode.ARMED else limit
        at_once = reaction >= Reaction.UNLOAD or self.mode is Mode.FAULT or left < 1.0
        if reaction >= Reaction.UNLOAD or self.mode in (Mode.FAULT, Mode.DISARMED):
            wanted = 0.0
        load = self._limiter.step(
            left * wanted, prescription.limit, min(dt, settings.trusted_for), at_once=at_once)
        if load != wanted:
            self._ramp.reset(load)
        return load, damping, limit

    def _gentle_rise(self) -> tuple[float, float]:
        """
        Return slope [kg/s] and curve [kg/s²] of the rise to the eccentric load.

        A rise by D over T with the slope 1.5 D / T begins and ends in a third of T each. T is a
        share of the time down: a hand that is loaded more slowly is pushed off its course less.
        """
        settings, prescription = self.settings, self.prescription or Prescription()
        step = abs(prescription.eccentric - prescription.concentric)
        duration = min(settings.rise_longest, settings.rise_share * prescription.eccentric_time)
        slope = min(settings.rise, max(settings.engage, 1.5 * step / duration))
        left = max(duration - step / slope, slope / settings.curve)
        return slope, slope / left

    def _explain(self, limit: Limit) -> str:
        """Return one line for people."""
        if self.mode is Mode.FAULT:
            held = sorted(self._supervisor.held)
            return f'unloaded: {", ".join(RULES[fault].meaning for fault in held)}'
        if self.mode is not Mode.ARMED:
            return f'unloaded: {self._ended}' if self._ended else 'not armed'
        if limit is Limit.SPOTTER:
            return f'the spotter helps: {self._spotter.reason}'
        return TEXTS[limit]

    def _why_not_armed(self, now: float) -> str | None:
        """Return what is missing before the handle may be loaded."""
        inputs, settings, prescription = self._inputs, self.settings, self.prescription
        if self.mode is not Mode.DISARMED:
            return f'{self.mode.name.lower()}: {self._explain(Limit.UNLOAD)}'
        if prescription is None:
            return 'nothing is prescribed'
        refusal = check(prescription, settings)
        if refusal is not None:
            return refusal
        if prescription.range is None:
            up, down = prescription.concentric, prescription.eccentric
            if up != down or up > settings.light or prescription.method is not Method.REGULAR:
                return (f'range of motion not known: only {settings.light:g} kg and less, '
                        'the same both ways')
        return inputs.graph or self._why_not_ready(now)

    def _why_not_ready(self, now: float) -> str | None:
        """Return what encoder, machine or session lack."""
        inputs, settings = self._inputs, self.settings
        handle, machine, heard = inputs.handle, inputs.machine, inputs.session_heard
        if handle is None or not abs(now - handle.stamp) <= settings.stale:
            return 'encoder is silent'
        if handle.quality is not Quality.GOOD:
            return 'encoder cannot be trusted'
        if abs(self._turn.slow) > AT_REST:
            return f'the handle moves at {-self._turn.slow:.2g} m/s: bring it to rest'
        estimate = inputs.estimate
        if estimate is None or not abs(now - estimate.stamp) <= settings.phase_stale:
            return 'phase detector is silent'
        if machine is None or not abs(now - machine.stamp) <= settings.machine_stale:
            return 'machine is silent'
        if machine.emergency_stop:
            return 'emergency stop is pressed'
        if machine.faults:
            return f'machine: {", ".join(RULES[fault].meaning for fault in machine.faults)}'
        if machine.watchdog:
            return 'machine does not hear commands'
        if heard is not None and now - heard > settings.session_stale:
            return 'session manager is silent'
        if self._supervisor.held:
            return ', '.join(RULES[fault].meaning for fault in sorted(self._supervisor.held))
        return None


FAILURES = frozenset({Fault.STALL, Fault.OVER_SPEED})
"""Faults that are a failed repetition."""
