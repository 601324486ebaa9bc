# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain replay`: recordings in, events out, one line for what cannot be read."""
import json

from negtrain_ros.replay.command import replay
from negtrain_ros.sim.movement import Movement, record
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

app = typer.Typer()
app.command()(replay)


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope='module')
def recording(tmp_path_factory):
    path = tmp_path_factory.mktemp('recordings') / 'set.csv'
    made = record(Movement(repetitions=3, tremor=0.001), np.random.default_rng(1))
    rows = zip(made.times, made.positions, strict=True)
    path.write_text('time,position\n' + ''.join(f'{t:.4f},{x:.5f}\n' for t, x in rows))
    return path


def test_events_are_those_of_the_core_in_the_order_in_which_they_became_known(recording):
    result = run(recording, '--format', 'jsonl', '--min-rom', 0.15, '--order', 'con-ecc')
    assert result.exit_code == 0
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event['time'] for event in events] == sorted(event['time'] for event in events)
    assert [e['number'] for e in events if e['event'] == 'repetition'] == [1, 2, 3]
    words = {event['phase'] for event in events if event['event'] == 'phase'}
    assert {'concentric', 'eccentric'} <= words


def test_the_table_names_every_repetition(recording):
    result = run(recording)
    assert result.exit_code == 0
    assert '3 repetitions counted' in result.stdout


def test_a_plot_is_drawn(recording, tmp_path):
    picture = tmp_path / 'set.png'
    assert run(recording, '--plot', picture).exit_code == 0
    assert picture.read_bytes().startswith(b'\x89PNG')


def test_no_later_sample_is_used(recording, tmp_path):
    lines = recording.read_text().splitlines(keepends=True)
    half = tmp_path / 'half.csv'
    half.write_text(''.join(lines[:len(lines) // 2]))
    whole, part = (run(path, '--format', 'jsonl').stdout.splitlines()
                   for path in (recording, half))
    assert whole[:len(part)] == part and len(part) > 4


@pytest.mark.parametrize(('content', 'told'), [
    ('', ':1: no column time'),
    ('time,place\n0,1\n', ':1: no column position'),
    ('time,position\n', ':1: no movement'),
    ('time,position\n0,0\n0.1,up\n', ":3: position is 'up'"),
    ('time,position\n0,0\n0.1\n', ":3: position is ''"),
    ('time,position\n0,0\n0.1,nan\n', ':3: position is nan'),
    ('time,position\n0,0\n0.2,0\n0.1,0\n', ':4: time 0.1 is before 0.2'),
    ('\x00\xff', ':1: no column'),
])
def test_what_is_no_recording_gets_one_line_with_its_number(content, told, tmp_path):
    path = tmp_path / 'wrong.csv'
    path.write_text(content)
    result = run(path)
    assert result.exit_code == 2
    assert told in result.stderr and len(result.stderr.splitlines()) == 1


def test_a_missing_file_gets_one_line(tmp_path):
    result = run(tmp_path / 'none.csv')
    assert result.exit_code == 2 and len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(('section', 'counted'), [
    ('{}', 3),
    ('{phase.min_range: 0.9, repetition.min_range: 0.9}', 0),
    ('{repetition: {min_range: 0.9}}', 0),
])
@pytest.mark.parametrize('node', ['/**/phase_detector', 'phase_detector', '/**'])
def test_the_detector_of_a_machine_is_that_of_its_parameters(
        node, section, counted, recording, tmp_path):
    file = tmp_path / 'parameters.yaml'
    file.write_text(f'{node}:\n  ros__parameters: {section}\n'
                    'encoder_publisher:\n  ros__parameters: {encoder.silence: 0.1}\n')
    result = run(recording, '--params-file', file)
    assert result.exit_code == 0, result.stderr
    assert f'{counted} repetitions counted' in result.stdout
    assert '3 repetitions counted' in run(
        recording, '--params-file', file, '--min-rom', 0.15).stdout


@pytest.mark.parametrize(('content', 'told'), [
    ('/**: {ros__parameters: {phase.demand: 1000.0}}', 'phase.demand = 1000.0 is outside'),
    ('/**: {ros__parameters: {phase.demnad: 8.0}}', 'there is no parameter phase.demnad'),
    ('/**: {ros__parameters: {phase.order: 3}}', 'phase.order = 3 is not of type str'),
    ('[1, 2]', 'no parameters of nodes'),
    ('phase_detector: 3', 'no parameters of nodes'),
    ('phase_detector: {phase.demand: 8.0}', 'no parameters of nodes'),
    ('a: b: c', 'no parameters of nodes'),
    ('', 'no parameters of nodes'),
    (None, 'No such file'),
])
def test_what_are_no_parameters_gets_one_line(content, told, recording, tmp_path):
    file = tmp_path / 'parameters.yaml'
    if content is not None:
        file.write_text(content)
    result = run(recording, '--params-file', file)
    assert result.exit_code == 2
    assert told in result.stderr and len(result.stderr.splitlines()) == 1
