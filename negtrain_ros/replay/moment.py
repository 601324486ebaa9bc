# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""What a replay makes of each sample of a recording."""
from dataclasses import dataclass

from negtrain_ros.core.types import Handle, PhaseEstimate, Repetition


class Unusable(Exception):
    """A recording cannot be read; the message says where and why."""


@dataclass(frozen=True)
class Moment:
    """What the core made of one sample."""

    handle: Handle
    estimate: PhaseEstimate
    repetition: Repetition | None
