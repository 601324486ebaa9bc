# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Keys of the terminal, read one by one while something else goes on."""
import os
import select
import termios
import tty
from types import TracebackType

KEYS = {
    'p': ('pause', 'pause'),
    'r': ('resume', 'resume'),
    's': ('stop', 'stop'),
    'n': ('skip', 'next set'),
    ' ': ('ready', 'ready'),
    '-': ('less', 'less'),
    '+': ('more', 'more'),
    'c': ('reset_faults', 'clear fault'),
}
"""Service that each key calls, and what it is called on the screen."""

STANDARD_INPUT = 0
LEGEND = '  '.join(f'{"space" if key == " " else key} {label}' for key, (_, label) in KEYS.items())


class Keyboard:
    """
    The keys that were pressed since it was last asked; a context manager.

    :ivar live: whether there is a terminal to be read; without one no key is ever pressed
    """

    def __init__(self, descriptor: int = STANDARD_INPUT) -> None:
        """Read a terminal."""
        self._descriptor = descriptor
        self.live = os.isatty(descriptor)

    def __enter__(self) -> 'Keyboard':
        """Have keys arrive at once and unseen; Ctrl-C stays what it is."""
        if self.live:
            self._before = termios.tcgetattr(self._descriptor)
            tty.setcbreak(self._descriptor)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the terminal as it was."""
        if self.live:
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)

    def requests(self) -> list[str]:
        """Return the services that the keys pressed meanwhile ask for; other keys mean nothing."""
        if not self.live or not select.select([self._descriptor], [], [], 0.0)[0]:
            return []
        pressed = os.read(self._descriptor, 64).decode(errors='ignore').lower()
        return [KEYS[key][0] for key in pressed if key in KEYS]
