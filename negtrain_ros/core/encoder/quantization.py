# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Quantization of the encoder, and the motion that its steps reveal.

A reading says only between which edges the handle is; when it changes, the handle is at an edge.
So a position moves no further than the reading demands, and a count that flickers is no movement.
A handle that crosses back over the edge by which it came has turned in between. When its speed had
foreseen that, and the way there and back fits between two edges, it is known how far it went: a
parabola over a time t that ends with the speed v is v t / 4 high. It is believed until the next
edge is overdue, and never at a speed that a tremor between two edges could have. A count that goes
there, back and there again within a cycle of tremor trembles, by up to a step more than it shows.
"""
from collections import deque
from math import inf

SAME = 1e-9      # m; less is no change
COARSEST = 0.02  # m; no encoder has larger steps
DUE = 0.4        # of the time between the edges; when a handle that has turned meets the next one
HIDDEN_SPEED = 31.0    # 1/s; speed, in steps, of a tremor of 10 Hz that stays between two edges
CYCLE = 0.3      # s, longest, of a tremor


class EncoderQuantization:
    """Follow the edge last crossed; learn the step of the encoder from the smallest change."""

    __slots__ = ('_due', '_raw', '_repeats', '_returned', '_reversals', '_rising', '_smallest',
                 '_up', 'arch', 'pace', 'position', 'stamp', 'step')

    def __init__(self, position: float, stamp: float) -> None:
        self.position = self._raw = position  # m, of the edge
        self.stamp = stamp                    # s, when it was crossed
        self.step = 0.0                       # m, between two edges; 0: no steps are seen
        self.pace = 0.0                       # 1/s, edges of late
        self.arch = 0.0                       # m, from the furthest point back to the edge
        self._smallest = inf
        self._repeats = self._returned = False
        self._up = True
        self._due = 0.0
        self._rising = True
        self._reversals = deque((-inf, -inf, -inf), maxlen=3)  # s, when the count turned back

    def begin(self, position: float, stamp: float) -> None:
        """Begin again at a position; the step of the encoder is the same."""
        self.position = self._raw = position
        self.stamp = stamp
        self.pace = self.arch = 0.0
        self._returned = False

    def trembles(self, stamp: float) -> bool:
        """Whether the count has recently crossed one edge three times."""
        return stamp - self._reversals[0] < CYCLE

    def read(self, position: float, stamp: float, foreseen: float) -> None:
        """
        Take a reading.

        :param foreseen: speed that was estimated before it [m/s]
        """
        change, rising = abs(position - self._raw), position > self._raw
        self._raw = position
        if change < SAME:
            self._repeats = True
        else:
            if change < self._smallest:
                self._smallest = change
            if rising is not self._rising:
                self._rising = rising
                self._reversals.append(stamp)
        # changes without repetition are those of a fast handle or a fine encoder
        self.step = self._smallest if self._repeats and self._smallest < COARSEST else 0.0
        half = 0.5 * self.step
        beyond = position - self.position
        if abs(beyond) > half + SAME:
            self._up = beyond > 0.0
            self.pace = 1.0 / (stamp - self.stamp)
            self.position = position - half if self._up else position + half
            self.stamp = stamp
            self.arch, self._returned = 0.0, False
        elif half == 0.0 or (beyond > 0.0) == self._up:
            self.arch, self._returned = 0.0, False
        elif not self._returned:
            self._returned = True
            self._turn(stamp, foreseen)
        elif stamp > self._due:
            self.arch = 0.0

    def _turn(self, stamp: float, foreseen: float) -> None:
        """Measure the arch of a turn between two edges, if it was one."""
        away = stamp - self.stamp
        arch = 0.25 * foreseen * away
        if ((arch < 0.0) == self._up and abs(arch) < self.step
                and abs(foreseen) > HIDDEN_SPEED * self.step):
            self.arch, self.stamp, self._due = arch, stamp, stamp + DUE * away
