# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Gaps in the samples, and the motion that one may hide.

A hand that is not seen may have gone elsewhere and come back, the further the longer the gap. What
matters is that distance, not the time: a handle that is where it was going has gone there.
"""
from negtrain_ros.core.types import Fault, HandleState, Quality

ACCELERATION = 10.0  # m/s², of a hand
PLAY = 0.01          # m; distance from the expected place that is none
HIDDEN = 0.025       # m; a shorter way there and back is no movement that matters


def is_gap(handle: HandleState) -> bool:
    """Tell whether nothing but missing samples makes a handle faulty."""
    return handle.quality is Quality.FAULTY and handle.faults == (Fault.ENCODER_SILENT,)


def hidden(seconds: float) -> float:
    """Return how far a hand may have left its course and returned unseen [m]."""
    return ACCELERATION * seconds * seconds / 16.0


def reaches(before: HandleState, position: float, seconds: float) -> bool:
    """
    Tell whether a handle is where it was going.

    :param before: the last one seen
    :param position: where it is now [m]
    :param seconds: since it was seen
    """
    missed = abs(position - before.position - before.velocity * seconds)
    return missed <= PLAY + 0.5 * ACCELERATION * seconds * seconds


def bridged(
    before: HandleState | None, end: HandleState, after: HandleState, least: float,
) -> bool:
    """
    Tell whether a movement goes on after a gap as if there had been none.

    :param before: last good handle before the gap; None: there was none
    :param end: the last handle that told of the gap; it is a sample unless it has the time of the
        one before
    :param after: first good handle after it
    :param least: travel of half a repetition [m]
    """
    if before is None:
        return False
    first = end if end.stamp > before.stamp else after
    seconds = first.stamp - before.stamp
    return (seconds > 0.0 and hidden(seconds) <= max(HIDDEN, 0.5 * least)
            and reaches(before, first.position, seconds))
