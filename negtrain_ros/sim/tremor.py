# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Tremor of the hand: 4-8 Hz while it moves, 8-12 Hz and a third of that while it holds.

Physiological tremor in slow movement is slower and several times larger than at rest (Vallbo and
Wessberg 1993, 10.1113/jphysiol.1993.sp019837).
"""
import math

import numpy as np


class Tremor:
    """A displacement that swells, fades and changes its frequency, without a jump."""

    FADE = 0.15  # s, time constant of changes of the amplitude
    SWELL = 0.7  # Hz
    HELD = 1.0 / 3.0  # of the amplitude while moving

    def __init__(self, random: np.random.Generator) -> None:
        self.displacement = 0.0
        self._random = random
        self._moving, self._held = 0.0, 0.0
        self._slow, self._quick, self._swell = random.uniform(0.0, math.tau, 3).tolist()
        self.vary()

    def vary(self) -> None:
        """Draw new frequencies."""
        self._slow_rate = math.tau * float(self._random.uniform(4.0, 8.0))
        self._quick_rate = math.tau * float(self._random.uniform(8.0, 12.0))

    def step(self, dt: float, amplitude: float, moves: bool) -> float:
        """Return the displacement [m] after `dt` [s] for an amplitude [m] while moving."""
        fade = min(1.0, dt / self.FADE)
        self._moving += ((amplitude if moves else 0.0) - self._moving) * fade
        self._held += ((0.0 if moves else amplitude * self.HELD) - self._held) * fade
        self._slow += self._slow_rate * dt
        self._quick += self._quick_rate * dt
        self._swell += math.tau * self.SWELL * dt
        self.displacement = (0.8 + 0.2 * math.sin(self._swell)) * (
            self._moving * math.sin(self._slow) + self._held * math.sin(self._quick))
        return self.displacement
