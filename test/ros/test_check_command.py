# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain check` over a real graph: every line is there, and what is wrong is refused."""
import os
from pathlib import Path
import subprocess
import sys

from harness.probe import Probe
from negtrain_ros.computer_check import computer
import psutil
import pytest

PATIENCE = 110.0  # s
SUBJECTS = (
    'wake-ups', 'sample to load command', 'nodes', 'real-time priority', 'locked memory',
    'kernel preemption', 'processor governor', 'processors', 'system clock',
    'disk of the history', 'domain and namespace')
VERDICTS = ('fit', 'not measured', 'warning', 'do not train')
BROKEN = """/**/encoder_publisher:
  ros__parameters:
    encoder.silence: 5.0
"""


def check(*words, folder):
    """Run `negtrain check` to its end; return its status and what it said."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / 'negtrain'), 'check', '--output', str(folder), *words],
        capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert 'Traceback' not in done.stdout + done.stderr
    return done.returncode, done.stdout, done.stderr


def nobody_is_left():
    """Tell whether no process of a check runs in the domain of the environment."""
    for process in psutil.process_iter():
        try:
            if (process.environ().get('ROS_DOMAIN_ID') == os.environ['ROS_DOMAIN_ID']
                    and process.pid != os.getpid()):
                return False
        except psutil.Error:
            continue
    return True


@pytest.mark.timeout(2 * PATIENCE)
def test_every_line_is_judged_and_the_gaps_are_drawn(own_domain, tmp_path):
    status, said, _ = check(
        '--seconds', '3', '--folder', str(tmp_path / 'history'), folder=tmp_path / 'new')
    assert status in (0, 1, 2), said
    lines = {subject: next(line for line in said.splitlines() if line.strip().startswith(subject))
             for subject in SUBJECTS}
    assert all(any(word in line for word in VERDICTS) for line in lines.values()), said
    worst = 2 if any('do not train' in line for line in lines.values()) else 1 if any(
        word in line for line in lines.values() for word in ('not measured', 'warning')) else 0
    assert status == worst
    assert 'lost' in lines['sample to load command']
    picture = tmp_path / 'new' / 'gaps.png'
    assert picture.read_bytes().startswith(b'\x89PNG') and str(picture) in said
    assert not (tmp_path / 'history').exists()
    assert nobody_is_left()


@pytest.mark.timeout(2 * PATIENCE)
def test_a_namespace_that_is_taken_is_named(own_domain, tmp_path):
    with Probe('left') as probe:
        probe.node.create_publisher(*taken())
        status, said, _ = check(
            '--seconds', '2', '--namespace', 'left', '--folder', str(tmp_path), folder=tmp_path)
    assert status == 2
    line = next(line for line in said.splitlines() if 'domain and namespace' in line)
    assert 'do not train' in line and 'a publisher of handle' in line


def taken():
    """Return a topic on which only a machine may speak, for a publisher."""
    from negtrain_ros.shell import topics
    kind, quality = topics.MACHINE['handle']
    return kind, 'handle', quality


@pytest.mark.parametrize(('words', 'word'), [
    (['--seconds', '0'], 'seconds'),
    (['--seconds', 'nan'], 'seconds'),
    (['--rate', '5000'], 'rate'),
    (['--priority', '99'], 'priority'),
    (['--namespace', 'a b'], 'a b'),
    (['--params-file', '/nowhere.yaml'], '/nowhere.yaml'),
    (['--output', '/dev/null/here'], '/dev/null'),
], ids=str)
def test_wrong_input_is_refused_at_once(words, word, tmp_path):
    status, said, error = check(*words, folder=tmp_path)
    assert status == 2
    assert word in error and not said
    if error.startswith('negtrain: '):
        assert len(error.splitlines()) == 1


def test_what_a_node_refuses_is_said_in_one_line(own_domain, tmp_path):
    (tmp_path / 'broken.yaml').write_text(BROKEN)
    status, _, error = check('--seconds', '2', '--params-file', str(tmp_path / 'broken.yaml'),
                             folder=tmp_path)
    assert status == 2
    line, = error.splitlines()
    assert 'encoder.silence' in line
    assert nobody_is_left()


def test_a_clock_is_compared_with_one_that_is_never_set():
    watch = computer.ClockWatch()
    for _ in range(100):
        watch.look()
    assert abs(watch.largest) < 0.05


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path):
    assert computer.flushes(Path('/proc/self/none'), 0.1, lambda: None).trouble
    flushed = computer.flushes(tmp_path / 'not' / 'yet', 0.1, lambda: None)
    assert flushed.times and not flushed.trouble and not list(tmp_path.iterdir())
