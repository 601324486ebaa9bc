# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""How position and load went during one repetition, thinned to what a picture needs."""
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

POINTS = 120
Sample = tuple[float, float, float]
"""Time [s], position [m], applied load [kg]."""


def pack(samples: Iterable[Sample]) -> bytes:
    """
    Return samples as little-endian 32-bit floats, time counted from the first one.

    Thinned by picking, not by averaging: a load between two samples was never applied.
    """
    points = np.array(list(samples), dtype=float).reshape(-1, 3)
    if len(points) > POINTS:
        points = points[np.linspace(0, len(points) - 1, POINTS).round().astype(int)]
    points[:, 0] -= points[:1, 0]
    return points.astype('<f4').tobytes()


def unpack(trace: bytes | None) -> NDArray[np.float32]:
    """Return an array of shape (n, 3): time [s], position [m], load [kg]."""
    return np.frombuffer(trace or b'', dtype='<f4').reshape(-1, 3)
