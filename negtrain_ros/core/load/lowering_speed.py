# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Speed of the handle on its way down, without tremor."""

TIME_CONSTANT = 0.08  # s, that tells movement from tremor


class LoweringSpeed:
    """
    Lowering speed behind two low-passes of the same time constant.

    :ivar value: speed downwards [m/s]; negative in a lift
    :ivar half: the same behind the first low-pass alone, from which tremor is told [m/s]
    """

    def __init__(self) -> None:
        """Start at rest."""
        self.value = self.half = 0.0

    def reset(self) -> None:
        """Forget the movement."""
        self.value = self.half = 0.0

    def step(self, velocity: float, dt: float) -> None:
        """
        Follow the handle.

        :param velocity: newest [m/s], up positive
        :param dt: time since the last call [s]
        """
        weight = dt / (dt + TIME_CONSTANT)
        self.half += (-velocity - self.half) * weight
        self.value += (self.half - self.value) * weight
