# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Training methods: the load of each method as a function of the movement.

A law is pure: (phase, fraction of the range, velocity, prescription, effort) → load [kg]. It says
what the method wants; ramps, turning points, speed and faults are the load controller's. Pictures
and sources are in docs/methods.md.
"""
from dataclasses import dataclass
import math
from typing import Protocol

from negtrain_ros.core.types import GRAVITY, Method, Phase, Prescription

STIFFNESS = 2000.0  # kg/m, isometric: 100 kg hold the handle within 50 mm
HOLD_DAMPING = 400.0 / GRAVITY  # kg s/m, isometric
YIELD = 400.0 / GRAVITY  # kg s/m, isokinetic: 20 kg with 25 ms of delay stay well damped
FOLLOW = 2000.0 / GRAVITY  # kg/m, isokinetic: YIELD² / 4 mass, the quickest without overshoot
BASE_SHARE = 0.2  # isokinetic: share of the load that is felt below the tempo, and first of all
EASIER = 0.85  # isokinetic: share of the held load with which the next lift begins
BRAKING = 0.8  # isokinetic: share of a way after which the athlete comes to rest by himself
FORGET = 10.0  # kg/s, isokinetic: by which it falls while the athlete waits at the bottom
SLOWEST_SHARE = 0.5  # explosive: share of the load that is there before the handle moves


@dataclass(frozen=True, slots=True)
class Fatigue:
    """
    What adaptive training knows of the athlete's fatigue.

    :param share: of the prescribed load that the athlete still moves well, 1 when fresh
    """

    share: float = 1.0


FRESH = Fatigue()

class Law(Protocol):
    """Load [kg] that a method wants; `holding` is what SpeedHold has found out [kg]."""

    def __call__(
        self, phase: Phase, fraction: float, velocity: float, prescription: Prescription,
        fatigue: Fatigue, holding: float = 0.0,
    ) -> float:
        """Return the load, at most the prescribed one of the phase."""


class SpeedHold:
    """
    Integral part of the isokinetic method: the load at which the lift keeps to the tempo.

    It is kept from one repetition to the next: within one lift there is hardly time to find it.
    It begins light, and the athlete's own effort raises it.

    :ivar load: what has held the tempo up so far [kg]
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything: a new set begins light."""
        self.load = 0.0
        self._before = Phase.UNKNOWN

    def step(
        self, phase: Phase, fraction: float, velocity: float, prescription: Prescription,
        dt: float,
    ) -> None:
        """
        Follow the movement for `dt` [s].

        :param fraction: of the range; near the top the athlete brakes, which tells nothing
        :param velocity: of the handle [m/s]
        """
        begins, self._before = phase is not self._before, phase
        if phase is Phase.CONCENTRIC:
            if begins:
                self.load *= EASIER
            if fraction < BRAKING:
                self.load += FOLLOW * (velocity - tempo(prescription)[0]) * dt
        elif phase is Phase.BOTTOM_HOLD:
            self.load -= FORGET * dt
        self.load = _within(
            self.load, BASE_SHARE * prescription.concentric, prescription.concentric)


def _within(load: float, low: float, high: float) -> float:
    return min(max(load, low), high)


def _regular(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, fatigue: Fatigue,
    holding: float = 0.0,
) -> float:
    """Return the same load both ways."""
    return prescription.concentric


def _negative(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, fatigue: Fatigue,
    holding: float = 0.0,
) -> float:
    """Return the eccentric load while lowering."""
    return prescription.eccentric if phase is Phase.ECCENTRIC else prescription.concentric


def _adaptive(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, fatigue: Fatigue,
    holding: float = 0.0,
) -> float:
    """Return the prescribed load as far as fatigue leaves it; never more."""
    return min(fatigue.share, 1.0) * _negative(phase, fraction, velocity, prescription, fatigue)


def _isokinetic(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, fatigue: Fatigue,
    holding: float = 0.0,
) -> float:
    """
    Return a resistance that follows the effort, so that the handle comes back to its tempo.

    Up, it is the load that has held the tempo so far, more while the handle is faster and less
    while it is slower. Down, it is in the prescribed ratio to it and gives way once the handle is
    faster. The prescribed loads are the most that is ever returned: who is stronger moves faster.
    """
    up, down = tempo(prescription)
    base = BASE_SHARE * prescription.concentric
    if phase is Phase.ECCENTRIC:
        shown = max(base, holding) / prescription.concentric * prescription.eccentric
        return _within(shown - YIELD * max(0.0, -velocity - down), 0.0, prescription.eccentric)
    return _within(holding + YIELD * (velocity - up), base, prescription.concentric)


def _explosive(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, fatigue: Fatigue,
    holding: float = 0.0,
) -> float:
    """Return a load that grows with speed on the way up, as that of a fan or a flywheel does."""
    if phase is Phase.ECCENTRIC:
        return prescription.eccentric
    speed = max(0.0, velocity) / tempo(prescription)[0]
    share = SLOWEST_SHARE + (1.0 - SLOWEST_SHARE) * min(1.0, 0.5 * speed)
    return share * prescription.concentric


def _isometric(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, fatigue: Fatigue,
    holding: float = 0.0,
) -> float:
    """Return the load that keeps the handle at the position of the hold."""
    if prescription.rom is None:
        return 0.0
    above = (prescription.rom.bottom + fraction * prescription.rom.length
             - prescription.hold_position)
    return max(0.0, min(prescription.concentric, STIFFNESS * above + HOLD_DAMPING * velocity))


LAWS: dict[Method, Law] = {
    Method.REGULAR: _regular,
    Method.NEGATIVE: _negative,
    Method.ECCENTRIC_ONLY: _negative,
    Method.ADAPTIVE: _adaptive,
    Method.ISOKINETIC: _isokinetic,
    Method.EXPLOSIVE: _explosive,
    Method.ISOMETRIC: _isometric,
}
"""Every method and its law."""


def tempo(prescription: Prescription) -> tuple[float, float]:
    """Return the mean speeds of the prescribed tempo, up and down [m/s]; inf: no range known."""
    if prescription.rom is None:
        return math.inf, math.inf
    span = prescription.rom.length
    return span / prescription.concentric_time, span / prescription.eccentric_time


