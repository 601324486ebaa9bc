# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Facts about the computer: kernel, governor, processors, system clock and disk."""
from collections.abc import Callable
import gzip
import os
from pathlib import Path
import platform
import re
from tempfile import TemporaryFile
import time

from negtrain_ros.computer_check.verdicts import Flushes, Processors
import psutil

BLOCK = bytes(4096)
FLUSH_PERIOD = 0.05  # s between two writes to the disk
TRIES = 20           # readings of two clocks, of which the closest together counts


def preemption() -> str | None:
    """Return PREEMPT_RT or the mode of preempt= that is in force; None: it cannot be known."""
    real_time = _read('/sys/kernel/realtime')
    if real_time == '1' or 'PREEMPT_RT' in platform.version():
        return 'PREEMPT_RT'
    chosen = re.search(r'\((\w+)\)', _read('/sys/kernel/debug/sched/preempt'))
    if chosen:
        return chosen[1]
    asked = re.search(r'\bpreempt=(\w+)', _read('/proc/cmdline'))
    if asked:
        return asked[1]
    built = re.search(r'^CONFIG_PREEMPT(_NONE|_VOLUNTARY|_LAZY|)=y$', _configuration(), re.M)
    if built:
        return built[1].strip('_').lower() or 'full'
    return None


def governors() -> list[str]:
    """Return what sets the clock rate of each processor; empty: it is not shown."""
    folders = sorted(Path('/sys/devices/system/cpu').glob('cpu[0-9]*/cpufreq'))
    return [name for folder in folders if (name := _read(folder / 'scaling_governor'))]


class ProcessorWatch:
    """Use of the processors since it was made."""

    def __init__(self) -> None:
        self._before = psutil.cpu_times()

    def measured(self) -> Processors:
        """Return the shares up to now."""
        after = psutil.cpu_times()
        spent = {name: getattr(after, name) - getattr(self._before, name)
                 for name in after._fields if not name.startswith('guest')}
        whole = sum(spent.values()) or 1.0
        waiting = spent['idle'] + spent.get('iowait', 0.0)
        stolen = spent.get('steal', 0.0)
        return Processors((whole - waiting - stolen) / whole, stolen / whole)


class ClockWatch:
    """
    Steps of the system clock against one that is never set.

    :ivar largest: the largest so far, forward positive [s]
    """

    def __init__(self) -> None:
        self.largest = 0.0
        self._offset = _offset()

    def look(self) -> None:
        """Compare the clocks; call it several times a second, slewing is no step then."""
        offset = _offset()
        step, self._offset = offset - self._offset, offset
        self.largest = max(self.largest, step, key=abs)


def flushes(folder: Path, seconds: float, idle: Callable[[], object]) -> Flushes:
    """
    Write to the disk of a folder for some time.

    :param idle: called between two writes
    """
    place = next(each for each in (folder.absolute(), *folder.absolute().parents)
                 if each.is_dir())
    times: list[float] = []
    try:
        with TemporaryFile(dir=place) as file:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                begin = time.monotonic()
                file.write(BLOCK)
                file.flush()
                os.fsync(file.fileno())
                times.append(time.monotonic() - begin)
                idle()
                time.sleep(FLUSH_PERIOD)
    except OSError as error:
        return Flushes(str(folder), times, error.strerror or str(error))
    return Flushes(str(folder), times)


def _offset() -> float:
    """Return the system clock minus the monotonic one [s]."""
    readings = []
    for _ in range(TRIES):
        before, now, after = time.monotonic(), time.time(), time.monotonic()
        readings.append((after - before, now - (before + after) / 2.0))
    return min(readings)[1]


def _configuration() -> str:
    """Return how the kernel was built; empty: it does not say."""
    try:
        return gzip.decompress(Path('/proc/config.gz').read_bytes()).decode()
    except OSError:
        return _read(f'/boot/config-{platform.release()}')


def _read(path: str | Path) -> str:
    """Return what a file of the kernel says; empty: it is not there or not for us."""
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ''
