# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Prescription of both loads from a measured maximum.

The shares of the negative method are those of the published example: a maximum of 101 kg gives
51 kg on the way up and 85 kg on the way down (EGYM, chest press).
"""
from dataclasses import dataclass
import math

from negtrain_ros.core.safety.load_limits import MACHINE_LIMIT
from negtrain_ros.core.settings import parameter, Refusal, Settings
from negtrain_ros.core.types import Method

ROUNDING = 1e-9  # a product such as 0.505 × 100 may fall short of its half by this share of a step


@dataclass(frozen=True)
class PrescriptionSettings(Settings):
    """What the machine can set, and how far a prescription may go."""

    step: float = parameter(1.0, 'smallest difference between two loads', 0.1, 10.0, unit='kg')
    lightest: float = parameter(2.0, 'lightest load', 0.0, 5.0, unit='kg')
    machine_limit: float = parameter(
        MACHINE_LIMIT, 'heaviest load of machine and exercise', 10.0, 500.0, unit='kg')
    highest_share: float = parameter(
        1.0, 'largest share of the maximum; above 1, on the way down, a trainer has unlocked it',
        0.2, 1.2)


@dataclass(frozen=True, slots=True)
class Intensity:
    """Shares of the maximum on the way up and on the way down."""

    concentric: float
    eccentric: float


INTENSITIES = {
    Method.REGULAR: Intensity(0.7, 0.7),
    Method.NEGATIVE: Intensity(0.505, 0.842),
    Method.ECCENTRIC_ONLY: Intensity(0.0, 0.3),
    Method.ADAPTIVE: Intensity(0.7, 0.7),
    Method.ISOKINETIC: Intensity(1.0, 1.0),  # the most there is to resist with, not a load
    Method.EXPLOSIVE: Intensity(0.4, 0.4),
    Method.ISOMETRIC: Intensity(1.0, 1.0),
}
"""What a method asks for when the trainer names no intensity."""


@dataclass(frozen=True, slots=True)
class Loads:
    """Loads on the way up and on the way down, and what is never exceeded [kg]."""

    concentric: float
    eccentric: float
    limit: float


def loads(
    maximum: float, method: Method, intensity: Intensity | None = None,
    settings: PrescriptionSettings | None = None, *, cap: float = math.inf,
) -> Loads:
    """
    Return the loads of a method for an athlete.

    :param maximum: measured maximum of athlete and exercise [kg]
    :param intensity: shares of the maximum; None: those of the method
    :param cap: heaviest load a trainer allows this athlete [kg]
    :raises Refusal: in one line, when no load can follow from this
    """
    settings = settings or PrescriptionSettings()
    intensity = intensity or INTENSITIES[method]
    _check_maximum(maximum, settings)
    check_intensity(intensity, method, settings)
    if not cap >= settings.lightest:
        raise Refusal(
            f'a cap of {cap:g} kg is below the lightest load, {settings.lightest:g} kg')
    limit = max(settings.lightest, round_down(
        min(settings.machine_limit, cap, maximum * settings.highest_share),
        settings.step))
    concentric, eccentric = (
        min(limit, max(settings.lightest, round_to_step(share * maximum, settings.step)))
        for share in (intensity.concentric, intensity.eccentric))
    return Loads(concentric, eccentric, limit)


def check_intensity(
    intensity: Intensity, method: Method, settings: PrescriptionSettings,
) -> None:
    """Raise Refusal, in one line, for shares that a method cannot have."""
    for way, share, highest in (
            ('concentric', intensity.concentric, 1.0),
            ('eccentric', intensity.eccentric, max(1.0, settings.highest_share))):
        if not 0.0 <= share <= highest:
            raise Refusal(f'{way} intensity {share:g} is outside 0 .. {highest:g}')
    if method in (Method.NEGATIVE, Method.ECCENTRIC_ONLY) \
            and intensity.eccentric < intensity.concentric:
        raise Refusal(
            f'{method.name.lower()}: eccentric intensity {intensity.eccentric:g} is below '
            f'the concentric {intensity.concentric:g}')
    if method is Method.REGULAR and intensity.eccentric != intensity.concentric:
        raise Refusal('regular: both intensities have to be equal')


def round_to_step(load: float, step: float) -> float:
    """Return the nearest load [kg] that the machine can set; half a step rounds up."""
    return round(math.floor(load / step + 0.5 + ROUNDING) * step, 6)


def round_down(load: float, step: float) -> float:
    """Return the heaviest load [kg] that the machine can set and that is not above this one."""
    return round(math.floor(load / step + ROUNDING) * step, 6)


def _check_maximum(maximum: float, settings: PrescriptionSettings) -> None:
    if not math.isfinite(maximum) or maximum <= 0.0:
        raise Refusal(f'a maximum of {maximum:g} kg is no weight')
    if maximum < settings.lightest:
        raise Refusal(
            f'a maximum of {maximum:g} kg is below the lightest load, {settings.lightest:g} kg')
    if maximum > settings.machine_limit:
        raise Refusal(
            f'a maximum of {maximum:g} kg is above the limit of the machine, '
            f'{settings.machine_limit:g} kg')
