# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Measuring process that reports in lines of JSON."""
from collections.abc import Callable
import json
import signal
import subprocess
import sys
from threading import Thread
import time
from types import TracebackType
from typing import Any

from negtrain_ros.bringup.processes import end_with_parent

PATIENCE = 5.0  # s, from the request to end to the end by force


class Unmeasured(RuntimeError):
    """A measurement did not come to its end."""


class Reporter:
    """A module of this package in a process of its own; a context manager that ends it."""

    def __init__(self, module: str, *words: str) -> None:
        """Start a module with words on its command line."""
        self._module = module
        self._process = subprocess.Popen(
            [sys.executable, '-m', f'{__package__}.{module}', *words], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True, preexec_fn=end_with_parent)
        self._lines: list[str] = []
        # What is not read would stop it in the middle of its report.
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> 'Reporter':
        """Return the reporter itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()

    def report(self, number: int, patience: float, idle: Callable[[], object]) -> Any:
        """
        Return what a line of JSON says.

        :param number: of the line that is a report, from 0 on
        :param idle: called while waiting; takes a moment
        :raises Unmeasured: if the process ends before, or the patience [s]
        """
        end = time.monotonic() + patience
        while len(self._reports()) <= number:
            if self._process.poll() is not None:
                self._reader.join()
                if len(self._reports()) > number:
                    break
                last = self._lines[-1] if self._lines else 'no word'
                raise Unmeasured(f'{self._module} ended with status '
                                 f'{self._process.returncode}: {last}')
            if time.monotonic() > end:
                raise Unmeasured(f'{self._module} did not report within {patience:.0f} s')
            idle()
        return json.loads(self._reports()[number])

    def _reports(self) -> list[str]:
        return [line for line in self._lines if line.startswith('{')]

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            self._lines.extend(iter(output.readline, ''))
