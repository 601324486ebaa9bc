# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain sim`: a whole training, or one line that says why not, and nothing is left behind."""
import os
from pathlib import Path
import signal
import subprocess
import sys
import time

from harness.probe import Probe
from negtrain_ros.bringup import node_list
import psutil
import pytest

PATIENCE = 100.0  # s
REFUSED = [
    (('--namespace', 'press-1'), 'press_1 would do'), (('--namespace', 'größe'), 'groesse'),
    (['--maximum', '-5'], 'maximum'),
    (['--maximum', 'nan'], 'maximum'),
    (['--maximum', '0'], 'maximum'),
    (['--maximum', '5000'], ''),
    (['--concentric', '60', '--eccentric', '50'], 'eccentric'),
    (['--exercise', 'flying'], 'flying'),
    (['--method', 'magic'], 'magic'),
    (['--real-time-factor', '-1'], 'real-time-factor'),
]


def command(*words, output):
    """Start `negtrain sim` without a display, as fast as its samples are answered."""
    return subprocess.Popen(
        [str(Path(sys.executable).parent / 'negtrain'), 'sim', '--no-display',
         '--real-time-factor', '0', '--output', str(output), *words],
        text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def ours():
    """Return the nodes that run in the domain of the environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if (process.environ().get('ROS_DOMAIN_ID') == os.environ['ROS_DOMAIN_ID']
                    and Path(process.cmdline()[-1 if len(process.cmdline()) == 1 else 1]).name
                    in node_list.SIMULATION):
                found.append(process)
        except (psutil.Error, IndexError):
            continue
    return found


def nobody_is_left():
    """Wait until no node runs in the domain any more; say whether that came to pass."""
    end = time.monotonic() + 20.0
    while ours() and time.monotonic() < end:
        psutil.wait_procs(ours(), timeout=1.0)
    return not ours()


def test_a_short_training_ends_well(own_domain, tmp_path):
    process = command('--repetitions', '2', output=tmp_path)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert '2 of 2 repetitions counted' in said
    picture, = tmp_path.rglob('*.png')
    assert picture.read_bytes().startswith(b'\x89PNG')
    assert str(picture) in said
    assert nobody_is_left()


@pytest.mark.parametrize(('words', 'word'), REFUSED, ids=lambda value: ''.join(value))
def test_wrong_input_is_refused_in_one_line(words, word, tmp_path):
    process = command(*words, output=tmp_path)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode not in (0, None)
    assert word in said
    assert 'Traceback' not in said
    if said.startswith('negtrain: '):
        assert len(said.splitlines()) == 1
    assert not list(tmp_path.iterdir())
    assert not ours()


def test_a_broken_parameters_file_is_named(own_domain, tmp_path):
    broken = tmp_path / 'broken.yaml'
    broken.write_text('/**:\n  ros__parameters: [1, 2\n')
    process = command('--params-file', str(broken), output=tmp_path / 'out')
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode not in (0, None)
    assert 'broken.yaml' in said.splitlines()[-1]
    assert nobody_is_left()


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_an_interrupted_training_leaves_nothing_behind(own_domain, tmp_path, number):
    process = command(output=tmp_path)
    with Probe(topics=['machine_state']) as probe:
        probe.wait_for('machine_state', lambda state: state.load > 1.0)
        assert ours()
        second = command(output=tmp_path / 'second')
        said, _ = second.communicate(timeout=PATIENCE)
        assert second.returncode not in (0, None)
        assert 'there is a machine already' in said
        process.send_signal(number)
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode not in (0, None)
    assert 'Traceback' not in said
    assert nobody_is_left()
