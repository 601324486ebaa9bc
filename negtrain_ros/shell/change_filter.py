# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Filter that publishes a state when it has changed, and now and then when it has not."""
from collections.abc import Iterable
from dataclasses import fields
from operator import attrgetter
from typing import Any

ROUNDING = 1e-6  # s; stamps since 1970 are no finer


class ChangeFilter:
    """Tells whether a state is worth saying after the last one that was."""

    def __init__(self, kind: type, period: float, apart: Iterable[str]) -> None:
        """
        Start with nothing said.

        :param kind: dataclass of the states, with a stamp [s]
        :param period: after which a state is said although nothing has changed [s]
        :param apart: names of fields that change all the time and are no reason, besides the stamp
        """
        self._period = period - ROUNDING
        self._content = attrgetter(
            *(each.name for each in fields(kind) if each.name not in {'stamp', *apart}))
        self._said: Any = None

    def should_publish(self, state: Any) -> bool:
        """Take a state; return whether it has changed, or has not been said for long."""
        said = self._said
        # A clock that was put back must not keep a heartbeat silent for as long.
        worth = (said is None or not 0.0 <= state.stamp - said.stamp < self._period
                 or self._content(state) != self._content(said))
        if worth:
            self._said = state
        return worth
