# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Sees the faults that a load controller can see, and holds on to those that have ended a set."""
from collections import deque
from dataclasses import dataclass
import math

from negtrain_ros.core.limits import SpeedLimits
from negtrain_ros.core.safety import Clears, Reaction, Rule, RULES
from negtrain_ros.core.settings import parameter
from negtrain_ros.core.types import (
    Fault, Handle, MachineState, Phase, PhaseEstimate, Prescription, Quality)


@dataclass(frozen=True)
class SupervisorSettings(SpeedLimits):
    """What counts as a fault."""

    stale: float = parameter(
        0.05, 'age at which the encoder counts as silent', 0.01, 0.5, unit='s')
    phase_stale: float = parameter(
        0.1, 'age at which the phase detector counts as silent', 0.02, 1.0, unit='s')
    machine_stale: float = parameter(
        0.3, 'age at which the machine counts as silent', 0.05, 2.0, unit='s')
    session_stale: float = parameter(
        1.0, 'age at which the session manager counts as silent', 0.6, 10.0, unit='s')
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
        0.2, 'how long it has to last', 0.05, 1.0, unit='s')
    gone_time: float = parameter(
        3.0, 'rest below the range after which the athlete has left', 1.0, 30.0, unit='s')
    rest: float = parameter(0.02, 'speed below which the handle rests', 0.005, 0.1, unit='m/s')
    handshake: float = parameter(
        0.5, 'time that the machine has to enable after arming', 0.05, 2.0, unit='s')


@dataclass(frozen=True, slots=True)
class Inputs:
    """
    The newest word of everybody the load controller hears.

    :param session_heard: time of the last heartbeat of the session manager [s]; None: never
    :param graph: why the graph of nodes is not as it has to be; None: it is
    """

    handle: Handle | None = None
    estimate: PhaseEstimate | None = None
    machine: MachineState | None = None
    session_heard: float | None = None
    graph: str | None = None


ANY_TIME = frozenset({
    Fault.EMERGENCY_STOP, Fault.DRIVE, Fault.LOAD_MISMATCH})
"""Faults that count even while the machine is unloaded."""

FLIPS = 6  # changes of direction within a second that are chatter
BELOW = 0.015  # m, below the range that is no longer in it
FLIP = 0.15  # m/s, speed each way that makes a change of direction
MOVING = (Phase.CONCENTRIC, Phase.ECCENTRIC)


class Supervisor:
    """
    Turns what is heard into the reaction that is due.

    `held` are the faults that have ended a set and have not cleared; `faults` these and the ones
    that are seen now.
    """

    def __init__(self, settings: SupervisorSettings) -> None:
        """Start without any fault."""
        self.settings = settings
        self.held: set[Fault] = set()
        self.faults: tuple[Fault, ...] = ()
        self._since: dict[Fault, float] = {}
        self.begin(0.0)

    def begin(self, now: float) -> None:
        """Begin a set, armed at `now` [s]: what was seen before does not count."""
        self._armed = now
        self._since.clear()
        self._flips: deque[float] = deque(maxlen=FLIPS)
        self._direction = 0
        self._fast = (math.nan, 0)
        self._off = 0.0
        self._rest_begin = math.nan
        self._lifted = False
        self._steady = 0.0

    def hold(self, fault: Fault) -> None:
        """Take note of a fault that somebody else has seen and that ends the set."""
        self.held.add(fault)
        self.faults = tuple(sorted(self.held.union(self._since)))

    def acknowledge(self) -> str | None:
        """Let go of the held faults whose cause is gone; return why not all, if so."""
        lasting = self.held.intersection(self._since)
        self.held = lasting
        self.faults = tuple(sorted(self.held.union(self._since)))
        if lasting:
            return f'still there: {", ".join(RULES[f].meaning for f in sorted(lasting))}'
        return None

    def step(
        self, inputs: Inputs, prescription: Prescription, commanded: float, now: float, *,
        loaded: bool, gap: float = 0.0,
    ) -> Reaction:
        """
        Return the severest reaction that is due.

        :param commanded: load of the last command [kg]
        :param loaded: whether the load controller may be loading the handle
        :param gap: time since the last call [s]
        """
        seen: dict[Fault, bool] = {}
        self._see_machine(inputs.machine, commanded, now, gap, loaded, seen)
        if loaded:
            if gap > self.settings.trusted_for:
                seen[Fault.COMMAND_LOST] = True
            self._see_handle(inputs.handle, prescription, commanded, now, seen)
            self._see_phase(inputs.estimate, inputs.handle, prescription, now, seen)
            heard = inputs.session_heard
            if heard is not None and now - heard > self.settings.session_stale:
                seen[Fault.SESSION_LOST] = False
            if inputs.graph is not None:
                seen[Fault.GRAPH_INVALID] = True
        if not seen and not self._since and not self.held:
            return Reaction.NOTE
        return self._arbitrate(seen, inputs.handle, now, loaded)

    def _arbitrate(
        self, seen: dict[Fault, bool], handle: Handle | None, now: float, loaded: bool,
    ) -> Reaction:
        """Weigh what is seen (True: beyond doubt) and what is held."""
        since = {fault: self._since.get(fault, now) for fault in seen}
        self._since = since
        worst = Reaction.NOTE
        for fault, certain in seen.items():
            rule = RULES[fault]
            final = certain or now - since[fault] >= rule.patience
            reaction = rule.last if final else rule.first
            if reaction >= Reaction.END:
                self.held.add(fault)
            worst = max(worst, reaction)
        at_rest = handle is not None and abs(handle.velocity) < self.settings.rest
        for fault in tuple(self.held):
            if self._has_cleared(RULES[fault], fault in seen, at_rest, loaded):
                self.held.discard(fault)
            else:
                worst = max(worst, RULES[fault].last)
        self.faults = tuple(sorted(self.held.union(seen)))
        return worst

    @staticmethod
    def _has_cleared(rule: Rule, seen: bool, at_rest: bool, loaded: bool) -> bool:
        if seen or loaded or rule.clears is Clears.ACKNOWLEDGED:
            return False
        return at_rest or rule.clears is Clears.BY_ITSELF

    def _see_machine(
        self, machine: MachineState | None, commanded: float, now: float, gap: float, loaded: bool,
        seen: dict[Fault, bool],
    ) -> None:
        if machine is None:
            if loaded:
                seen[Fault.DRIVE] = True
            return
        if machine.emergency_stop:
            seen[Fault.EMERGENCY_STOP] = True
        for fault in machine.faults:
            if loaded or fault in ANY_TIME:
                seen[fault] = False
        settings = self.settings
        if loaded:
            if now - machine.stamp > settings.machine_stale:
                seen[Fault.DRIVE] = True
            elif now - self._armed > settings.handshake:
                if machine.watchdog:
                    seen[Fault.COMMAND_LOST] = True
                elif not machine.enabled and not machine.faults:
                    seen[Fault.RESTARTED] = True
        self._see_mismatch(machine, commanded, gap, seen)

    def _see_mismatch(
        self, machine: MachineState, commanded: float, gap: float, seen: dict[Fault, bool],
    ) -> None:
        """Compare only while the commanded load is steady: transport and motor take their time."""
        settings = self.settings
        self._steady += (commanded - self._steady) * gap / (gap + 0.05)
        allowed = max(settings.mismatch, 0.1 * commanded)
        difference = machine.load - commanded
        if abs(difference) <= allowed:
            self._off = 0.0
        elif abs(self._steady - commanded) < allowed and (
                difference > 0.0 or not machine.limited):
            self._off += gap
            if self._off > settings.mismatch_time:
                seen[Fault.LOAD_MISMATCH] = True

    def _see_handle(
        self, handle: Handle | None, prescription: Prescription, commanded: float, now: float,
        seen: dict[Fault, bool],
    ) -> None:
        settings = self.settings
        if handle is None:
            seen[Fault.ENCODER_SILENT] = True
            return
        age = now - handle.stamp
        if age > settings.stale:
            seen[Fault.ENCODER_SILENT] = True
        elif not age >= -settings.stale:
            seen[Fault.TIME_INVALID] = True
        faulty = handle.quality is Quality.FAULTY
        for fault in handle.faults:
            seen[fault] = seen.get(fault, False) or faulty
        if not (math.isfinite(handle.position) and math.isfinite(handle.velocity)) or (
                faulty and not handle.faults):
            seen[Fault.ENCODER_INVALID] = True
            return
        self._see_fall(handle, seen)
        self._see_chatter(handle.velocity, now, seen)
        extent = prescription.range
        if extent is None:
            return
        outside = max(extent.bottom - handle.position, handle.position - extent.top)
        if outside <= 0.0:
            self._lifted = True
        if self._lifted and outside > max(settings.outside, 0.1 * extent.span):
            seen[Fault.OVER_TRAVEL] = False
        self._see_rest(handle, extent.bottom, now, seen)

    def _see_fall(self, handle: Handle, seen: dict[Fault, bool]) -> None:
        settings = self.settings
        lowering = -handle.velocity
        if lowering <= settings.over_speed + settings.over_speed_band:
            self._fast = (handle.stamp, 0)
            return
        stamp, count = self._fast
        if handle.stamp != stamp:
            self._fast = (handle.stamp, count + 1)
            if count >= 1:
                seen[Fault.OVER_SPEED] = True
        if lowering > settings.runaway:
            seen[Fault.RUNAWAY] = True

    def _see_chatter(self, velocity: float, now: float, seen: dict[Fault, bool]) -> None:
        if velocity * self._direction < -FLIP or (self._direction == 0 and velocity > FLIP):
            self._direction = 1 if velocity > 0.0 else -1
            self._flips.append(now)
        if len(self._flips) == FLIPS and now - self._flips[0] < 1.0:
            seen[Fault.CHATTER] = False

    def _see_rest(
        self, handle: Handle, bottom: float, now: float, seen: dict[Fault, bool],
    ) -> None:
        """Tell whether the handle was put down below the range and left there."""
        settings = self.settings
        down = self._lifted and handle.position < bottom - BELOW
        if not down or abs(handle.velocity) > settings.rest:
            self._rest_begin = math.nan
            return
        if math.isnan(self._rest_begin):
            self._rest_begin = now
        if now - self._rest_begin >= settings.gone_time:
            seen[Fault.ATHLETE_GONE] = True

    def _see_phase(
        self, estimate: PhaseEstimate | None, handle: Handle | None, prescription: Prescription,
        now: float, seen: dict[Fault, bool],
    ) -> None:
        settings = self.settings
        if estimate is None or not abs(now - estimate.stamp) <= settings.phase_stale:
            seen[Fault.PHASE_UNKNOWN] = True
            return
        phase = estimate.phase
        if phase in MOVING:
            longest = max(settings.longest_phase, 2.0 * prescription.eccentric_time)
            if now - estimate.start > longest:
                seen[Fault.PHASE_TOO_LONG] = True
        elif phase is Phase.UNKNOWN\
                and handle is not None and abs(handle.velocity) > FLIP / 5:
            seen[Fault.PHASE_UNKNOWN] = False
