# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Sample of a recording with the phase that the replay detected at it."""
from typing import NamedTuple

from negtrain_ros.core.types import HandleState, PhaseState, Repetition


class RecordingError(Exception):
    """A recording cannot be read; the message says where and why."""


class ReplaySample(NamedTuple):
    """What the core made of one sample."""

    handle: HandleState
    estimate: PhaseState
    repetition: Repetition | None
