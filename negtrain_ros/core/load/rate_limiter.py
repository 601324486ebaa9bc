# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Rate limiter for the commanded load: rises are S-shaped, falls are linear."""
import math


def gentle_rise(
    step: float, duration: float, *, slowest: float, steepest: float, curve: float,
) -> tuple[float, float]:
    """
    Return slope [kg/s] and curve [kg/s²] of a rise that takes its time.

    A rise by D over T with the slope 1.5 D / T begins and ends in a third of T each.

    :param step: by how much [kg]
    :param duration: how long [s], if the slope permits
    :param slowest: least slope [kg/s]
    :param steepest: largest slope [kg/s]
    :param curve: largest change of the slope [kg/s²]
    """
    slope = min(steepest, max(slowest, 1.5 * step / duration))
    left = max(duration - step / slope, slope / curve)
    return slope, slope / left


class SCurve:
    """
    Follow a target with bounded slope; rises begin and end gently.

    A rise is shaped by a bounded second derivative: the slope grows from zero, stays at the
    steepest allowed one and shrinks to zero at the target. A rise by D takes D / rise +
    rise / curve, or 2 √(D / curve) where the steepest slope is never reached. Falls are linear:
    they make the handle lighter and have no time to lose.
    """

    def __init__(self) -> None:
        """Start at no load."""
        self.load = 0.0
        self.slope = 0.0

    def reset(self, load: float = 0.0) -> None:
        """Restart at a load [kg], at rest."""
        self.load, self.slope = load, 0.0

    def step(self, target: float, dt: float, *, rise: float, fall: float, curve: float) -> float:
        """
        Return the load [kg] after dt [s].

        :param target: where to go [kg]
        :param rise: steepest rise [kg/s]
        :param fall: steepest fall [kg/s]
        :param curve: largest change of the slope of a rise [kg/s²]
        """
        missing = target - self.load
        if missing <= 0.0:
            lowest = self.load - fall * dt
            self.load = lowest if lowest > target else target
            self.slope = 0.0
            return self.load
        # The slope from which the end is still reached gently; the step that is about to be made
        # counts as made, or a coarse dt would overshoot the curve.
        gentle = math.sqrt(curve * (2.0 * missing + 0.25 * curve * dt * dt)) - 0.5 * curve * dt
        slope = min(rise, self.slope + curve * dt, gentle)
        self.load = min(target, self.load + 0.5 * (self.slope + slope) * dt)
        self.slope = slope
        return self.load
