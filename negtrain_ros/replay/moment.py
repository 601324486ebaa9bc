# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""What a replay makes of each sample of a recording."""
from typing import NamedTuple

from negtrain_ros.core.types import Handle, PhaseEstimate, Repetition


class Unusable(Exception):
    """A recording cannot be read; the message says where and why."""


class Moment(NamedTuple):
    """What the core made of one sample."""

    handle: Handle
    estimate: PhaseEstimate
    repetition: Repetition | None
