# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Real-time scheduling of a process of its own, with and without the right to it."""
import json
import subprocess
import sys

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not there')

# What the process of a node does: threads of DDS, threads of Python, then real time.
PROGRAM = """
import json, os, resource, sys, threading
from negtrain_ros.shell import realtime
import psutil
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

rclpy.init()
node = Node('node')
stay = threading.Event()
before = threading.Thread(target=stay.wait, daemon=True)
before.start()
if sys.argv[1] == 'deprived':
    resource.setrlimit(resource.RLIMIT_RTPRIO, (0, 0))
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (65536, 65536))
    if os.getuid() == 0:
        os.setuid(65534)
executor = SingleThreadedExecutor()
executor.add_node(node)
realtime.attend(50, node)
while any(timer.timer_period_ns == 0 for timer in node.timers):
    executor.spin_once()
after = threading.Thread(target=stay.wait, daemon=True)
after.start()
python = {before.native_id, after.native_id}
fifo = {thread.id: os.sched_getscheduler(thread.id) & ~os.SCHED_RESET_ON_FORK == os.SCHED_FIFO
        for thread in psutil.Process().threads()}
print(json.dumps({
    'own': realtime.scheduling(), 'locked': realtime.locked_memory(),
    'path': [each for thread, each in fifo.items() if thread not in python],
    'aside': [fifo[thread] for thread in python]}), flush=True)
os._exit(0)
"""


def process(rights):
    """Return what a process that asked for real time says about itself."""
    said = subprocess.run(
        [sys.executable, '-c', PROGRAM, rights], capture_output=True, text=True,
        timeout=60, check=False)
    assert said.returncode == 0, said.stderr
    warnings = [line for line in said.stderr.splitlines() if 'no real time' in line]
    return {'warnings': warnings, **json.loads(said.stdout.splitlines()[-1])}


def test_the_path_gets_what_it_asks_for_or_one_warning_and_the_rest_gets_nothing():
    said = process('given')
    assert not any(said['aside'])
    if said['warnings']:
        assert len(said['warnings']) == 1
    else:
        assert said['own'] == 'SCHED_FIFO 50'
        assert len(said['path']) > 3 and all(said['path'])
        assert said['locked'] > 0


def test_who_may_not_goes_on_with_one_warning_that_names_the_way_out():
    said = process('deprived')
    warning, = said['warnings']
    assert all(word in warning for word in ('SCHED_FIFO 50', 'memory', 'docs/realtime.md'))
    assert said['own'] == 'SCHED_OTHER'
    assert not any(said['path']) and not said['locked']

