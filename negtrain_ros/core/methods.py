# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
The methods of training: how the load follows the movement.

A law is pure: (phase, fraction of the range, velocity, prescription, effort) → load [kg]. It says
what the method wants; ramps, turning points, speed and faults are the load controller's. Pictures
and sources are in docs/methods.md.
"""
from collections.abc import Callable
from dataclasses import dataclass
import math

from negtrain_ros.core.limits import Limits
from negtrain_ros.core.types import GRAVITY, Method, Phase, Prescription, Range

STIFFNESS = 2000.0  # kg/m, isometric: 100 kg hold the handle within 50 mm
HOLD_DAMPING = 400.0 / GRAVITY  # kg s/m, isometric
YIELD = 400.0 / GRAVITY  # kg s/m, isokinetic: 20 kg with 25 ms of delay stay well damped
BASE_SHARE = 0.2  # isokinetic: share of the load that is felt below the tempo
SLOWEST_SHARE = 0.5  # explosive: share of the load that is there before the handle moves
LARGEST_SPAN = 2.0  # m
TEMPO = (0.3, 30.0)  # s, from the quickest to the slowest phase that makes sense
LONGEST_PAUSE = 10.0  # s, between two ways


@dataclass(frozen=True, slots=True)
class Effort:
    """
    What adaptive training knows of the athlete's fatigue.

    :param share: of the prescribed load that he still moves well, 1 when fresh
    """

    share: float = 1.0


FRESH = Effort()

Law = Callable[[Phase, float, float, Prescription, Effort], float]


def _regular(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, effort: Effort,
) -> float:
    """Return the same load both ways."""
    return prescription.concentric


def _negative(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, effort: Effort,
) -> float:
    """Return more on the way back."""
    return prescription.eccentric if phase is Phase.ECCENTRIC else prescription.concentric


def _adaptive(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, effort: Effort,
) -> float:
    """Return the prescribed load as far as fatigue leaves it; never more."""
    return min(effort.share, 1.0) * _negative(phase, fraction, velocity, prescription, effort)


def _isokinetic(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, effort: Effort,
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
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, effort: Effort,
) -> float:
    """Return a load that grows with speed on the way up, as that of a fan or a flywheel does."""
    if phase is Phase.ECCENTRIC:
        return prescription.eccentric
    speed = max(0.0, velocity) / tempo(prescription)[0]
    share = SLOWEST_SHARE + (1.0 - SLOWEST_SHARE) * min(1.0, 0.5 * speed)
    return share * prescription.concentric


def _isometric(
    phase: Phase, fraction: float, velocity: float, prescription: Prescription, effort: Effort,
) -> float:
    """Return what keeps the handle from rising above the position of the hold."""
    if prescription.range is None:
        return 0.0
    above = (prescription.range.bottom + fraction * prescription.range.span
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
    if prescription.range is None:
        return math.inf, math.inf
    span = prescription.range.span
    return span / prescription.concentric_time, span / prescription.eccentric_time


def check(prescription: Prescription, limits: Limits) -> str | None:
    """Return in one line why a prescription is refused, or None when it can be trained."""
    if prescription.method not in LAWS:
        return f'unknown method {prescription.method!r}'
    return (_check_loads(prescription, limits) or _check_movement(prescription)
            or _check_method(prescription, limits))


def _check_loads(prescription: Prescription, limits: Limits) -> str | None:
    for name in ('concentric', 'eccentric', 'limit'):
        load = getattr(prescription, name)
        if not math.isfinite(load):
            return f'{name} load is not a finite number'
        if load <= 0.0:
            return f'{name} load {load:g} kg is not above zero'
    highest = max(prescription.concentric, prescription.eccentric)
    if highest > limits.machine_limit:
        return f'{highest:g} kg is above the limit of the machine, {limits.machine_limit:g} kg'
    if highest > prescription.limit:
        return f'{highest:g} kg is above the limit of the athlete, {prescription.limit:g} kg'
    return None


def _check_movement(prescription: Prescription) -> str | None:
    extent: Range | None = prescription.range
    if extent is not None:
        if not (math.isfinite(extent.bottom) and math.isfinite(extent.top)):
            return 'range of motion is not finite'
        if not 0.0 < extent.span <= LARGEST_SPAN:
            return f'range of motion of {extent.span:g} m is not within 0 .. {LARGEST_SPAN:g} m'
    for name, seconds in (('concentric', prescription.concentric_time),
                          ('eccentric', prescription.eccentric_time)):
        if not TEMPO[0] <= seconds <= TEMPO[1]:
            return f'{name} time {seconds:g} s is not within {TEMPO[0]:g} .. {TEMPO[1]:g} s'
    for end, seconds in (('bottom', prescription.bottom_pause), ('top', prescription.top_pause)):
        if not 0.0 <= seconds <= LONGEST_PAUSE:
            return f'{end} pause {seconds:g} s is not within 0 .. {LONGEST_PAUSE:g} s'
    loss = prescription.velocity_loss
    if not math.isnan(loss) and not 0.0 < loss < 1.0:
        return f'velocity loss {loss:g} is not within 0 .. 1'
    return None


def _check_method(prescription: Prescription, limits: Limits) -> str | None:
    up, down, method = prescription.concentric, prescription.eccentric, prescription.method
    if method in (Method.NEGATIVE, Method.ECCENTRIC_ONLY) and down < up:
        return f'eccentric load {down:g} kg is below the concentric {up:g} kg'
    if method in (Method.REGULAR, Method.ISOMETRIC) and down != up:
        return f'{method.name.lower()} has one load, not {up:g} and {down:g} kg'
    if method is Method.ECCENTRIC_ONLY:
        if up > limits.light:
            return f'{up:g} kg is not light: the way up has at most {limits.light:g} kg'
    elif down > limits.ratio * up:
        return f'eccentric load is {down / up:.3g} times the concentric, at most {limits.ratio:g}'
    if method is Method.ISOMETRIC and not math.isfinite(prescription.hold_position):
        return 'isometric needs the position of the hold'
    return None
