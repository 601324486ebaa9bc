# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain replay`: recordings in, events out, one line for what cannot be read."""
import json

from cli_runner import cli_runner
from negtrain_ros.replay.command import replay
from negtrain_ros.sim.synthetic_recording import record, SyntheticMovement
import numpy as np
import pytest
import typer

app = typer.Typer()
app.command()(replay)


def run(*arguments):
    return cli_runner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope='module')
def recording(tmp_path_factory):
    path = tmp_path_factory.mktemp('recordings') / 'set.csv'
    made = record(SyntheticMovement(repetitions=3, tremor=0.001), np.random.default_rng(1))
    rows = zip(made.times, made.positions, strict=True)
    path.write_text('time,position\n' + ''.join(f'{t:.4f},{x:.5f}\n' for t, x in rows))
    return path


def test_events_are_those_of_the_core_in_the_order_in_which_they_became_known(recording):
    result = run(recording, '--format', 'jsonl', '--min-rom', 0.15, '--order', 'concentric_first')
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


@pytest.mark.parametrize('width', [80, 40])
def test_no_number_of_the_table_is_cut_and_each_has_its_unit(width, recording, monkeypatch):
    monkeypatch.setenv('COLUMNS', str(width))
    said = run(recording).stdout
    assert '…' not in said
    events = [json.loads(line) for line in run(recording, '--format', 'jsonl').stdout.splitlines()]
    for event in events:
        if event['event'] == 'repetition':
            assert f'{1e3 * event["eccentric"]["range"]:.0f}' in said
            assert f'{event["eccentric"]["mean_velocity"]:.2f}' in said
    for unit, columns in {'[s]': 3, '[mm]': 2, '[m/s]': 4}.items():
        assert said.count(unit) == columns
    assert all(len(line) <= 80 for line in said.splitlines())


def test_the_table_tells_seconds_from_the_beginning(recording, tmp_path):
    later = tmp_path / 'later.csv'
    head, *rows = recording.read_text().splitlines()
    moved = (f'{1795359506 + float(time)!r},{x}' for time, x in (row.split(',') for row in rows))
    later.write_text('\n'.join([head, *moved]))
    times = [[line.split()[1] for line in run(path).stdout.splitlines() if 'counted' in line][:3]
             for path in (recording, later)]
    # A stamp since 1970 may fall on the other side of a half when it is rounded.
    told, told_later = ([float(time) for time in each] for each in times)
    assert told_later == pytest.approx(told, abs=0.011) and told[-1] < 60.0


@pytest.mark.parametrize(('name', 'told'), [
    ('none/set.png', 'there is no folder'), ('set.gif', 'say set.png'), ('', 'a picture is a PNG'),
])
def test_a_picture_that_cannot_be_written_is_refused_before_the_run(
        name, told, recording, tmp_path):
    result = run(recording, '--plot', tmp_path / name)
    assert result.exit_code == 2 and result.stdout == ''
    assert told in result.stderr and len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(('words', 'told'), [
    (('--columns', 'time'), 'say TIME,POSITION'), (('--columns', 'time,hand'), "no column 'hand'"),
    (('--columns', '1,1'), 'one column twice'),
])
def test_a_wrong_answer_about_a_file_gets_one_line(words, told, recording):
    result = run(recording, *words)
    assert result.exit_code == 2
    assert told in result.stderr and len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(('content', 'told'), [
    (b'SQLite format 3\0', 'ros2 bag convert'), (b'PK\x03\x04', 'save it as CSV'),
    (b'\x1f\x8b\x08', 'gunzip'), (b'\x89PNG\r\n', 'a picture'), (b'#ROSBAG V2.0', 'ROS 1'),
])
@pytest.mark.parametrize('name', ['set.csv', 'set.mcap', 'set'])
def test_what_is_neither_text_nor_session_is_named_by_its_content(content, told, name, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    result = run(path)
    assert result.exit_code == 2
    assert told in result.stderr and len(result.stderr.splitlines()) == 1


def test_a_recording_that_begins_at_the_top_is_asked_about(recording, tmp_path):
    turned = tmp_path / 'turned.csv'
    head, *rows = recording.read_text().splitlines()
    pairs = (row.split(',') for row in rows)
    turned.write_text('\n'.join([head, *(f'{time},{-float(x)}' for time, x in pairs)]))
    assert '--invert' in run(turned).stderr
    result = run(turned, '--invert')
    assert result.stderr == '' and '3 repetitions counted' in result.stdout


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
    *part, last = part
    assert whole[:len(part)] == part and len(part) > 4
    assert json.loads(last)['verdict'] == 'not_finished', 'only the end itself tells more'


@pytest.mark.parametrize(('content', 'told'), [
    ('', 'it is empty'),
    ('time,place\n0,1\n', 'no column position among time, place'),
    ('time,position\n', ':1: no movement'),
    ('time,position\n0,0\n0.1,up\n', ":3: position is 'up'"),
    ('time,position\n0,0\n0.1\n', ':3: no movement in it, 1 samples'),
    ('time,position\n0,0\n0.1,nan\n', ':3: no movement in it, 1 samples'),
    ('time,position\n0,0\n0.2,0\n0.1,0\n', ':4: time 0.1 is before 0.2'),
    ('\x00\xff', 'no text'),
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
    ('{phase.min_range: 0.9}', 0),
    ('{phase: {min_range: 0.9}}', 0),
])
@pytest.mark.parametrize('node', [
    '/**/phase_detector', 'phase_detector', '/**', '/press/phase_detector', '/*/phase_detector'])
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


@pytest.mark.parametrize(('namespace', 'counted'), [('press', 0), ('/row', 3)])
def test_of_several_machines_one_is_named(namespace, counted, recording, tmp_path):
    file = tmp_path / 'parameters.yaml'
    file.write_text('press: {phase_detector: {ros__parameters: {phase.min_range: 0.9}}}\n'
                    'row: {phase_detector: {ros__parameters: {phase.min_range: 0.2}}}\n')
    result = run(recording, '--params-file', file)
    assert result.exit_code == 2 and 'say --namespace' in result.stderr
    result = run(recording, '--params-file', file, '--namespace', namespace)
    assert f'{counted} repetitions counted' in result.stdout
    result = run(recording, '--params-file', file, '--namespace', 'bench')
    assert result.exit_code == 2 and 'none in /bench' in result.stderr


@pytest.mark.parametrize(('content', 'told'), [
    ('/**: {ros__parameters: {phase.demand: 1000.0}}', 'phase.demand = 1000.0 is outside'),
    ('/**: {ros__parameters: {phase.demnad: 8.0}}', 'there is no parameter phase.demnad'),
    ('/**: {ros__parameters: {phase.order: 3}}', 'phase.order = 3 is not of type str'),
    ('[1, 2]', 'no parameters of nodes'),
    ('phase_detector: 3', 'no parameters of nodes'),
    ('phase_detector: {phase.demand: 8.0}', 'no parameters of nodes'),
    ('a: b: c', 'no parameters of nodes'),
    (None, 'No such file'),
])
def test_what_are_no_parameters_gets_one_line(content, told, recording, tmp_path):
    file = tmp_path / 'parameters.yaml'
    if content is not None:
        file.write_text(content)
    result = run(recording, '--params-file', file)
    assert result.exit_code == 2
    assert told in result.stderr and len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(('short', 'word'), [
    ('con-ecc', 'concentric_first'), ('ecc-con', 'eccentric_first')])
def test_an_order_has_a_short_word(recording, short, word):
    results = [run(recording, '--format', 'jsonl', '--order', each) for each in (short, word)]
    assert results[0].exit_code == 0
    assert results[0].stdout == results[1].stdout
