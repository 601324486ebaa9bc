# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Trace of position and load during one repetition, thinned for a picture."""
from collections.abc import Iterable
import struct

POINTS = 120
POINT = struct.Struct('<fff')
Sample = tuple[float, float, float]
"""Time [s], position [m], applied load [kg]."""


def pack(samples: Iterable[Sample]) -> bytes:
    """
    Return samples as little-endian 32-bit floats, time counted from the first one.

    Thinned by picking, not by averaging: a load between two samples was never applied.
    """
    points = list(samples)
    if len(points) > POINTS:
        last = len(points) - 1
        points = [points[round(index * last / (POINTS - 1))] for index in range(POINTS)]
    return b''.join(POINT.pack(time - points[0][0], position, load)
                    for time, position, load in points)


def unpack(trace: bytes | None) -> list[Sample]:
    """Return the samples."""
    return list(POINT.iter_unpack(trace or b''))
