# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Processes of the nodes of one machine, started without the launch system."""
from collections import deque
import ctypes
import signal
import subprocess
import sys
from threading import Thread
from types import TracebackType
from typing import IO

from negtrain_ros.bringup.node_list import Start

PATIENCE = 5.0  # s, from the request to end to the end by force
PR_SET_PDEATHSIG = 1  # prctl(2)


class NodeDied(RuntimeError):
    """A node ended although nobody asked it to."""


class ProcessRunner:
    """
    Start nodes, see that they live, end them; a context manager.

    The nodes end with this process, whatever ends it.
    """

    def __init__(self, nodes: tuple[str, ...], start: Start, log: IO[str] | None = None) -> None:
        """
        Prepare to run nodes.

        :param nodes: their executables
        :param start: what they are started with; a process has the name of its executable
        :param log: where their output goes, besides the last lines that are always kept
        """
        self._commands = start.processes(nodes)
        self._log = log
        self._words: dict[str, deque[str]] = {name: deque(maxlen=20) for name in self._commands}
        self._readers: dict[str, Thread] = {}
        self.processes: dict[str, subprocess.Popen[str]] = {}

    def __enter__(self) -> 'ProcessRunner':
        """Start the nodes."""
        try:
            for name in self._commands:
                self.start(name)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the nodes."""
        self.stop()

    def start(self, node: str) -> None:
        """Start one process, for the first time or again."""
        process = subprocess.Popen(
            self._commands[node], text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            preexec_fn=end_with_parent)
        self.processes[node] = process
        self._readers[node] = Thread(target=self._read, args=(node, process.stdout), daemon=True)
        self._readers[node].start()

    def check(self) -> None:
        """Raise NodeDied, with its name and last words, if a node has ended."""
        for node, process in self.processes.items():
            if process.poll() is not None:
                self._readers[node].join(PATIENCE)
                raise NodeDied(f'{node} ended with status {process.returncode}: '
                               f'{self.last_words(node).removeprefix(f"{node}: ")}')

    def last_words(self, node: str) -> str:
        """Return the last line that a node wrote, and why it died if it said so."""
        return next((line for line in reversed(self._words[node]) if line.strip()), 'no word')

    def stop(self) -> dict[str, int]:
        """End all nodes, by force where asking does not help; return their statuses."""
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.send_signal(signal.SIGINT)
        for process in self.processes.values():
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for reader in self._readers.values():
            reader.join()
        return {node: process.returncode for node, process in self.processes.items()}

    def _read(self, node: str, output: IO[str]) -> None:
        for line in output:
            self._words[node].append(line.rstrip())
            if self._log is not None:
                self._log.write(f'[{node}] {line}')
                self._log.flush()
        output.close()


def end_with_parent() -> None:
    """Have the kernel end this process when the one that started it is gone, killed included."""
    if sys.platform == 'linux':
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
