# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Reconciliation of the load controller with the state that the session desires."""
from dataclasses import dataclass
from enum import auto, Enum

from negtrain_ros.core.planning.prescription_check import only_loads_differ
from negtrain_ros.core.types import LoadMode, LoadState, Prescription


@dataclass(frozen=True)
class DesiredState:
    """What the load controller is to be brought to: armed, with this prescription in force."""

    prescription: Prescription


class LoadRequest(Enum):
    """What can be asked of the load controller."""

    PRESCRIBE = auto()
    ARM = auto()
    DISARM = auto()


def reconcile(desired: DesiredState | None, load: LoadState | None) -> LoadRequest | None:
    """
    Return the next step that brings the load controller towards a wish.

    A fault in force is nobody's to clear but a person's: nothing is asked for then. A set in
    which only the loads are to change goes on: the load controller takes them over between two
    repetitions.

    :param load: newest word of the load controller, None while it was never heard
    """
    if load is None:
        return None
    if desired is None or load.prescription != desired.prescription:
        if load.mode is LoadMode.ARMED:
            if desired is not None and only_loads_differ(load.prescription, desired.prescription):
                return LoadRequest.PRESCRIBE
            return LoadRequest.DISARM
        if desired is None or load.mode is not LoadMode.DISARMED:
            return None
        return LoadRequest.PRESCRIBE
    return LoadRequest.ARM if load.mode is LoadMode.DISARMED else None
