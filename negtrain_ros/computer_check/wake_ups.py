# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Wake-ups of a process at a fixed rate, under the scheduling that a node would get.

`python -m negtrain_ros.computer_check.wake_ups RATE SECONDS PRIORITY` says in one line of JSON how
long it was away between two of them, as cyclictest would.
"""
import gc
import json
import sys
import time

from negtrain_ros.shell import realtime


def gaps(rate: float, seconds: float) -> list[float]:
    """Return the times between wake-ups that are due `rate` times a second [s]."""
    period, found = 1.0 / rate, []
    last = due = time.monotonic()
    end = last + seconds
    while last < end:
        due += period
        time.sleep(max(0.0, due - time.monotonic()))
        now = time.monotonic()
        found.append(now - last)
        last = now
        if now - due > period:  # what was missed is not made up for
            due = now
    return found


def main(rate: float, seconds: float, priority: int) -> None:
    """Measure and report."""
    memory = realtime.lock_memory() if priority else []
    refused = realtime.schedule(priority) if priority else []
    gc.freeze()
    print(json.dumps({'gaps': gaps(rate, seconds), 'scheduling': realtime.scheduling(),
                      'priority': ' and '.join(refused), 'memory': ' and '.join(memory)}))


if __name__ == '__main__':
    main(float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
