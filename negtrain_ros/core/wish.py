# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""What a session wishes of the load controller, and which request leads there."""
from dataclasses import dataclass
from enum import auto, Enum

from negtrain_ros.core.types import LoadState, Mode, Prescription


@dataclass(frozen=True)
class Wish:
    """What the load controller is to be brought to: armed, with this prescription in force."""

    prescription: Prescription


class Request(Enum):
    """What can be asked of the load controller."""

    PRESCRIBE = auto()
    ARM = auto()
    DISARM = auto()


def next_request(wish: Wish | None, load: LoadState | None) -> Request | None:
    """
    Return the next step that brings the load controller towards a wish.

    A fault in force is nobody's to clear but a person's: nothing is asked for then.

    :param load: newest word of the load controller, None while it was never heard
    """
    if load is None:
        return None
    if wish is None or load.prescription != wish.prescription:
        if load.mode is Mode.ARMED:
            return Request.DISARM
        if wish is None or load.mode is not Mode.DISARMED:
            return None
        return Request.PRESCRIBE
    return Request.ARM if load.mode is Mode.DISARMED else None
