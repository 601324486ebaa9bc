# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Protocol of a drive: what moves a real motor, whatever it is made of."""
from typing import Protocol, runtime_checkable

from negtrain_ros.core.machine.motor_control import Feedback, TorqueOrder
from negtrain_ros.core.settings import Refusal


class DriveRefused(Refusal):
    """A drive that may not be used, with the reason in one line."""


@runtime_checkable
class Drive(Protocol):
    """
    A motor that follows a torque.

    prepare() once, and again after a loss; then read() and command() in each cycle; close() at
    the end. A drive that is not commanded becomes light by itself.

    :ivar trouble: what is wrong with bus or drive, for people; empty if nothing is
    """

    trouble: str

    @property
    def prepared(self) -> bool:
        """Tell whether the drive still has what prepare() wrote to it."""

    def prepare(self, patience: float = 0.0) -> None:
        """
        Find the drive, write what it must hold by itself, and read it back.

        :param patience: time that the drive has to answer at all [s]
        :raises DriveRefused: it is not there, another one, or does not take what was written
        """

    def read(self) -> Feedback | None:
        """Ask for position, speed, torque and state; None: no answer within the cycle."""

    def command(self, order: TorqueOrder) -> None:
        """Have it do what is ordered; a drive that cannot be reached shows in read()."""

    def close(self) -> None:
        """Let the motor go and leave the bus."""
