# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Bus of a simulated drive, for the library `durand`, in one thread."""
from collections.abc import Callable
from typing import Any

import can
from durand.network import NetworkABC

Callback = Callable[[int, bytes], None]


class PolledNetwork(NetworkABC):  # type: ignore[misc]
    """
    Passes frames on when it is asked to, in the thread that asks.

    :ivar lost: identifiers of frames that get lost, to and fro
    """

    def __init__(self, bus: Any) -> None:
        self._bus = bus
        self._callbacks: dict[int, Callback] = {}
        self.lost: frozenset[int] = frozenset()

    def add_subscription(self, cob_id: int, callback: Callback) -> None:
        """Hear an identifier."""
        self._callbacks[cob_id] = callback

    def remove_subscription(self, cob_id: int) -> None:
        """Hear it no more."""
        self._callbacks.pop(cob_id, None)

    def send(self, cob_id: int, msg: bytes) -> None:
        """Send a frame, unless it is lost."""
        if cob_id not in self.lost:
            self._bus.send(can.Message(arbitration_id=cob_id, data=msg, is_extended_id=False))

    def receive(self, patience: float) -> Any:
        """Return the next frame, for which it waits at most so long [s], or None."""
        return self._bus.recv(patience)

    def handle(self, message: Any) -> None:
        """Pass a frame on to whom it concerns, unless it is lost."""
        identifier = message.arbitration_id
        callback = self._callbacks.get(identifier)
        if callback is not None and not message.is_error_frame and identifier not in self.lost:
            callback(identifier, bytes(message.data))

    def close(self) -> None:
        """Leave the bus."""
        self._bus.shutdown()
