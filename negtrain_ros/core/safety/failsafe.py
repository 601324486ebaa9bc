# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Failsafe: the reaction to fault signs, and the faults that have ended a set."""
from negtrain_ros.core.safety.fault_detector import (
    FaultDetector,
    FaultDetectorSettings,
    FaultSigns,
)
from negtrain_ros.core.safety.fault_table import ClearCondition, FailsafeAction, fault_names, RULES
from negtrain_ros.core.safety.inputs import InputAges, LoadInputs
from negtrain_ros.core.safety.load_limits import LoweringSpeedLimits
from negtrain_ros.core.types import Fault, HandleState, Prescription


class Failsafe:
    """
    Turns what is heard into the reaction that is due.

    `held` are the faults that have ended a set and have not cleared; `faults` these and the ones
    that are seen now.
    """

    def __init__(
        self, settings: FaultDetectorSettings, ages: InputAges | None = None,
        lowering: LoweringSpeedLimits | None = None,
    ) -> None:
        """Start without any fault."""
        self.settings = settings
        self.held: set[Fault] = set()
        self.faults: tuple[Fault, ...] = ()
        self._since: dict[Fault, float] = {}
        self._detector = FaultDetector(settings, ages, lowering)

    def begin(self, now: float) -> None:
        """Begin a set, armed at `now` [s]: what was seen before does not count."""
        self._since.clear()
        self._detector.begin(now)

    def hold(self, fault: Fault) -> None:
        """Latch a fault that another part has detected and that ends the set."""
        self.held.add(fault)
        self.faults = tuple(sorted(self.held.union(self._since)))

    def acknowledge(self) -> str | None:
        """Clear the latched faults if their causes are gone; return why not."""
        lasting = self.held.intersection(self._since)
        if lasting:
            return f'still there: {fault_names(lasting)}'
        self.held = set()
        self.faults = tuple(sorted(self._since))
        return None

    def step(
        self, inputs: LoadInputs, prescription: Prescription, commanded: float, now: float, *,
        loaded: bool, gap: float = 0.0,
    ) -> FailsafeAction:
        """Return the severest reaction that is due; parameters as for the fault detector."""
        signs = self._detector.step(
            inputs, prescription, commanded, now, loaded=loaded, gap=gap)
        if not signs and not self._since and not self.held:
            return FailsafeAction.NOTE
        return self._weigh(signs, inputs.handle, now, loaded)

    def _weigh(
        self, signs: FaultSigns, handle: HandleState | None, now: float, loaded: bool,
    ) -> FailsafeAction:
        """Let each sign and each held fault ask for its reaction; the severest wins."""
        since = {fault: self._since.get(fault, now) for fault in signs}
        self._since = since
        worst = FailsafeAction.NOTE
        for fault, certain in signs.items():
            rule = RULES[fault]
            final = certain or now - since[fault] >= rule.patience
            reaction = rule.last if final else rule.first
            if reaction >= FailsafeAction.END:
                self.held.add(fault)
            worst = max(worst, reaction)
        at_rest = handle is not None and abs(handle.velocity) < self.settings.rest
        for fault in tuple(self.held):
            clears = RULES[fault].clears
            lasts = fault in signs or loaded or clears is ClearCondition.ACKNOWLEDGED
            if lasts or (clears is ClearCondition.AT_REST and not at_rest):
                worst = max(worst, RULES[fault].last)
            else:
                self.held.discard(fault)
        self.faults = tuple(sorted(self.held.union(signs)))
        return worst
