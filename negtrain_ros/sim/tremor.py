# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Tremor of the hand: 4-8 Hz while it moves, 8-12 Hz and a third of that while it holds.

Physiological tremor in slow movement is slower and several times larger than at rest (Vallbo and
Wessberg 1993, 10.1113/jphysiol.1993.sp019837).
"""
import math

import numpy as np

FADE = 0.15  # s, time constant of changes of the amplitude
SWELL = 4.4  # rad/s
HELD = 1.0 / 3.0  # of the amplitude while moving


class HandTremor:
    """A displacement that swells, fades and changes its frequency, without a jump."""

    def __init__(self, random: np.random.Generator) -> None:
        self.displacement = 0.0
        self._random = random
        self._moving, self._held = 0.0, 0.0
        self._clock = 0.0
        self._slow, self._quick = random.uniform(0.0, math.tau, 2).tolist()
        self._slow_rate, self._quick_rate = 0.0, 0.0
        self.vary()

    def vary(self) -> None:
        """Draw new frequencies, with the phases as they are."""
        slow = math.tau * float(self._random.uniform(4.0, 8.0))
        quick = math.tau * float(self._random.uniform(8.0, 12.0))
        self._slow += (self._slow_rate - slow) * self._clock
        self._quick += (self._quick_rate - quick) * self._clock
        self._slow_rate, self._quick_rate = slow, quick

    def step(self, dt: float, amplitude: float, moves: bool) -> float:
        """Return the displacement [m] after `dt` [s] for an amplitude [m] while moving."""
        fade = dt / (dt + FADE)
        moving, held = (amplitude, 0.0) if moves else (0.0, amplitude * HELD)
        self._moving += (moving - self._moving) * fade
        self._held += (held - self._held) * fade
        self._clock += dt
        clock = self._clock
        swell = 0.8 + 0.2 * math.sin(SWELL * clock)
        self.displacement = swell * (
            self._moving * math.sin(self._slow_rate * clock + self._slow)
            + self._held * math.sin(self._quick_rate * clock + self._quick))
        return self.displacement
