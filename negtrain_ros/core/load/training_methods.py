# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Training methods: the load of each method as a function of the movement.

A law is pure: (phase, fraction of the range, velocity, prescription, effort) → load [kg]. It says
what the method wants; ramps, turning points, speed and faults are the load controller's. Pictures
and sources are in docs/methods.md.
"""
from collections.abc import Callable
from dataclasses import dataclass
import math

from negtrain_ros.core.types import GRAVITY, Method, Phase, Prescription

STIFFNESS = 2000.0  # kg/m, isometric: 100 kg hold the handle within 50 mm
HOLD_DAMPING = 400.0 / GRAVITY  # kg s/m, isometric
YIELD = 400.0 / GRAVITY  # kg s/m, isokinetic: 20 kg with 25 ms of delay stay well damped
BASE_SHARE = 0.2  # isokinetic: share of the load that is felt below the tempo
SLOWEST_SHARE = 0.5  # explosive: share of the load that is there before the handle moves


@dataclass(frozen=True, slots=True)
class Fatigue:
    """
    What adaptive training knows of the athlete's fatigue.

    :param share: of the prescribed load that the athlete still moves well, 1 when fresh
    """

    share: float = 1.0


FRESH = Fatigue()

Law = Callable[[Phase, float, float, Prescription, Fatigue], float]


def _regular(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, fatigue: Fatigue,
) -> float:
    """Return the same load both ways."""
    return prescription.concentric


def _negative(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, fatigue: Fatigue,
) -> float:
    """Return the eccentric load while lowering."""
    return prescription.eccentric if phase is Phase.ECCENTRIC else prescription.concentric


def _adaptive(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, fatigue: Fatigue,
) -> float:
    """Return the prescribed load as far as fatigue leaves it; never more."""
    return min(fatigue.share, 1.0) * _negative(phase, fraction, velocity, prescription, fatigue)


def _isokinetic(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, fatigue: Fatigue,
) -> float:
    """
    Return a resistance that follows the effort, so that the tempo is kept.

    Up, it grows from nothing once the handle is faster than the tempo; down, it gives way once
    the handle is faster. The prescribed loads are the most that is ever returned.
    """
    up, down = tempo(prescription)
    if phase is Phase.ECCENTRIC:
        return max(0.0, prescription.eccentric - YIELD * max(0.0, -velocity - down))
    base = BASE_SHARE * prescription.concentric
    return min(prescription.concentric, base + YIELD * max(0.0, velocity - up))


def _explosive(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, fatigue: Fatigue,
) -> float:
    """Return a load that grows with speed on the way up, as that of a fan or a flywheel does."""
    if phase is Phase.ECCENTRIC:
        return prescription.eccentric
    speed = max(0.0, velocity) / tempo(prescription)[0]
    share = SLOWEST_SHARE + (1.0 - SLOWEST_SHARE) * min(1.0, 0.5 * speed)
    return share * prescription.concentric


def _isometric(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, fatigue: Fatigue,
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


