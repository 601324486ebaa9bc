# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Check of a prescription against the limits of machine, athlete and method."""
from dataclasses import replace
import math

from negtrain_ros.core.safety.load_limits import LoadLimits
from negtrain_ros.core.types import Method, Prescription, RangeOfMotion

LARGEST_SPAN = 2.0  # m
LONGEST_PAUSE = 10.0  # s, between two phases
TEMPO = (0.3, 30.0)  # s, from the quickest to the slowest phase that makes sense


def check(prescription: Prescription, limits: LoadLimits) -> str | None:
    """Return in one line why a prescription is refused, or None when it can be trained."""
    if prescription.method not in tuple(Method):
        return f'unknown method {prescription.method!r}'
    return (_check_loads(prescription, limits) or _check_movement(prescription)
            or _check_method(prescription, limits))


def only_loads_differ(one: Prescription, other: Prescription) -> bool:
    """Tell whether two prescriptions ask for the same work, perhaps with other loads."""
    return replace(one, concentric=other.concentric, eccentric=other.eccentric) == other


def _check_loads(prescription: Prescription, limits: LoadLimits) -> str | None:
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
    rom: RangeOfMotion | None = prescription.rom
    if rom is not None:
        if not (math.isfinite(rom.bottom) and math.isfinite(rom.top)):
            return 'range of motion is not finite'
        if not 0.0 < rom.length <= LARGEST_SPAN:
            return f'range of motion of {rom.length:g} m is not within 0 .. {LARGEST_SPAN:g} m'
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


def _check_method(prescription: Prescription, limits: LoadLimits) -> str | None:
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
