# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Base class of values that are created for every sample."""
from dataclasses import dataclass
from typing import TypeVar

from typing_extensions import dataclass_transform

Kind = TypeVar('Kind')


@dataclass_transform(frozen_default=True)
def value(kind: type[Kind]) -> type[Kind]:
    """
    Make a frozen dataclass of something that is made for every sample.

    It is the checker of types that freezes it: freezing at run time makes each one several times
    as dear.
    """
    return dataclass(slots=True)(kind)
