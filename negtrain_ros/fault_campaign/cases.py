# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Cases of the fault campaign and their outcomes."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from negtrain_ros.fault_campaign.test_stand import FaultTestStand


@dataclass(frozen=True)
class FaultCase:
    """
    Something that breaks.

    :ivar name: of the fault, or what is done to which node
    :ivar meaning: for people
    :ivar bound: from the onset until less than 5 kg are applied [s]
    :ivar wrong: makes it happen, returns the onset [s]
    :ivar right: makes it good again
    :ivar shows: whether it is there; for what the athlete does only later than asked
    :ivar refused: it must not happen at all: the load stays, the request is refused
    :ivar blind: the simulation itself is what breaks; the load is the commanded one then
    """

    name: str
    meaning: str
    bound: float
    wrong: Callable[[FaultTestStand], float]
    right: Callable[[FaultTestStand], None] = lambda ground: None
    shows: Callable[[FaultTestStand], bool] | None = None
    refused: bool = False
    blind: bool = False


@dataclass(frozen=True)
class CaseOutcome:
    """What became of a case; times since the onset [s], NaN: never."""

    case: FaultCase
    detected: float
    light: float
    recovered: bool
    remark: str = ''

    @property
    def passed(self) -> bool:
        """Tell whether every result is as required."""
        in_time = self.case.refused or self.light <= self.case.bound
        return in_time and self.recovered
