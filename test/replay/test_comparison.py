# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain replay` of a session: the phases of its recording come out again, bit for bit."""
from dataclasses import replace
import json
import math

import pytest

pytest.importorskip('mcap', reason='mcap is not there')

from cli_runner import cli_runner
from negtrain_ros.core import types
from negtrain_ros.core.phase.phase_detector import PhaseDetector, PhaseSettings
from negtrain_ros.core.phase.repetition_counter import RepetitionCounter, RepetitionSettings
from negtrain_ros.history.mcap_writer import McapWriter
from negtrain_ros.replay.command import replay
from negtrain_ros.replay.comparison import Comparison, content
from negtrain_ros.replay.mcap_reader import read_session
from negtrain_ros.shell import conversions
from negtrain_ros.sim.closed_loop import ClosedLoop, ClosedLoopSettings
from negtrain_ros.sim.fault_catalogue import FaultInjection
from rclpy.serialization import serialize_message
import typer

app = typer.Typer()
app.command()(replay)


def run(*arguments):
    return cli_runner().invoke(app, [str(argument) for argument in arguments])


class Overheard(ClosedLoop):
    """A rehearsal of which is kept what a phase detector hears, in its order."""

    def __init__(self, **options):
        super().__init__(ClosedLoopSettings(
            repetitions=2, rate=100.0, patience=30.0), **options)
        self.heard = []

    def step(self):
        before = self._inputs.handle
        super().step()
        self.heard.append(self._inputs.machine)
        if self._inputs.handle is not before:
            self.heard.append(self._inputs.handle)

    def load(self, prescription):
        self.heard.append(prescription)
        super().load(prescription)


def said(heard):
    """Give the messages of a machine in the order in which the detector heard and said them."""
    detector, counter = PhaseDetector(PhaseSettings()), RepetitionCounter()
    load = math.nan
    for value in heard:
        message = conversions.to_msg(value)
        yield message
        value = conversions.from_msg(type(value), message)
        if isinstance(value, types.Prescription):
            detector.expect(value)
            counter.expect(value)
            counter.reset()
        elif isinstance(value, types.MachineState):
            load = value.load
        else:
            estimate = replace(detector.step(value), repetition=counter.count)
            yield conversions.to_msg(estimate)
            counter.step(value, estimate, load)


TOPICS = {'HandleState': 'handle', 'PhaseState': 'phase', 'MachineState': 'machine_state',
          'Prescription': 'prescription'}


def write(path, messages):
    """Record messages as the session manager does."""
    with McapWriter(path) as recording:
        for number, message in enumerate(messages):
            kind = type(message).__name__
            recording.write(f'/press/{TOPICS[kind]}', f'negtrain_interfaces/msg/{kind}',
                            serialize_message(message), 1_000_000 * number)
    return path


def of(kind, messages):
    return [message for message in messages if type(message).__name__ == kind]


def phases(messages):
    return [conversions.from_msg(types.PhaseState, message)
            for message in of('PhaseState', messages)]


def again(path):
    """Return what a replay makes of the samples, and how it agrees."""
    redetection = Comparison(read_session(path), PhaseSettings(), RepetitionSettings())
    return list(redetection.run()), redetection.agreement


@pytest.fixture(scope='module')
def messages():
    rehearsal = Overheard()
    outcome = rehearsal.run()
    assert not outcome.ended and outcome.counted == 2
    messages = list(said(rehearsal.heard))
    assert len(of('Prescription', messages)) == 2
    return messages


@pytest.fixture(scope='module')
def recording(messages, tmp_path_factory):
    return write(tmp_path_factory.mktemp('recordings') / 'session.mcap', messages)


def test_every_phase_of_a_whole_recording_comes_out_again(messages, recording):
    moments, agreement = again(recording)
    recorded = phases(messages)
    assert [content(moment.estimate) for moment in moments] == [*map(content, recorded)]
    assert str(agreement) == (
        f'{len(recorded)} of {len(recorded)} phases re-detected bit for bit, 0 differ')


@pytest.mark.parametrize('shift', [-30, 30], ids=['earlier', 'later'])
def test_a_prescription_may_be_recorded_before_or_after_it_was_heard(messages, tmp_path, shift):
    prescriptions = {id(message) for message in of('Prescription', messages)}
    order = sorted(enumerate(messages), key=lambda each: each[0] + (
        shift + 0.5 if id(each[1]) in prescriptions else 0))
    agreement = again(write(tmp_path / 'a.mcap', [message for _, message in order]))[1]
    assert agreement.same == len(phases(messages))


def test_topics_may_be_recorded_in_another_order_than_they_were_said(messages, tmp_path):
    def late(each):
        return each[0] + (12.5 if type(each[1]).__name__ == 'HandleState' else 0)
    order = [message for _, message in sorted(enumerate(messages), key=late)]
    assert order != messages
    assert again(write(tmp_path / 'a.mcap', order))[1].same == len(phases(messages))


@pytest.fixture(scope='module')
def silenced():
    """Give what was said from where the encoder was silent for a second."""
    rehearsal = Overheard(injections=[FaultInjection(types.Fault.ENCODER_SILENT, 8.0, 1.0)])
    rehearsal.run()
    messages = list(said(rehearsal.heard))
    faulty = next(index for index, message in enumerate(messages)
                  if getattr(message, 'quality', 0) == types.Quality.FAULTY)
    return of('Prescription', messages[:faulty])[-1:] + messages[faulty:]


def test_from_a_faulty_handle_on_every_phase_comes_out_again(silenced, tmp_path):
    """Of the prescription, whoever comes late hears the latest."""
    agreement = again(write(tmp_path / 'a.mcap', silenced))[1]
    assert agreement.same == len(phases(silenced))
    assert {estimate.phase for estimate in phases(silenced)} > {types.Phase.CONCENTRIC}


def test_one_phase_that_is_another_by_one_bit_is_found(silenced, tmp_path):
    told = [each for each in of('PhaseState', silenced) if each.phase != types.Phase.UNKNOWN]
    wrong = told[100]
    other = conversions.to_msg(conversions.from_msg(types.PhaseState, wrong))
    other.confidence = math.nextafter(wrong.confidence, 2.0)
    changed = [other if message is wrong else message for message in silenced]
    agreement = again(write(tmp_path / 'a.mcap', changed))[1]
    assert (agreement.different, agreement.apart) == (1, 0)
    assert agreement.since == conversions.seconds(wrong.header.stamp)


def test_what_follows_a_lost_handle_is_not_blamed(silenced, tmp_path):
    """Without the handle at the very turning point the phase seems to have begun elsewhere."""
    recorded = phases(silenced)
    turn = next(each.start for each in recorded if each.phase is types.Phase.ECCENTRIC)
    kept = [message for message in silenced if type(message).__name__ != 'HandleState'
            or conversions.seconds(message.header.stamp) != turn]
    agreement = again(write(tmp_path / 'a.mcap', kept))[1]
    assert agreement.different == 0 < agreement.apart
    assert agreement.same + agreement.apart == len(recorded) - 1


def test_a_recording_that_begins_in_the_middle_comes_to_agree(messages, tmp_path):
    begin = round(0.3 * len(messages))
    latest = of('Prescription', messages[:begin])[-1:]
    moments, agreement = again(write(tmp_path / 'a.mcap', latest + messages[begin:]))
    assert agreement.different == 0 < agreement.apart < agreement.same
    recorded = phases(messages)[-len(moments):]
    apart = [index for index, (moment, told) in enumerate(zip(moments, recorded, strict=True))
             if moment.estimate.phase is not told.phase]
    assert 0 < len(apart) < 0.05 * len(moments)


def test_the_command_tells_the_repetitions_and_how_many_phases_are_the_same(recording, tmp_path):
    picture = tmp_path / 'session.png'
    result = run(recording, '--plot', picture)
    assert result.exit_code == 0
    assert len(result.stderr.splitlines()) == 1
    assert 're-detected bit for bit, 0 differ' in result.stderr
    assert 'repetitions counted' in result.stdout
    assert picture.read_bytes().startswith(b'\x89PNG')
    events = [json.loads(line) for line in
              run(recording, '--format', 'jsonl').stdout.splitlines()]
    counted = [event for event in events if event['event'] == 'repetition']
    assert [event['number'] for event in counted[-2:]] == [1, 2]
    assert all(event['eccentric']['mean_load'] > 70.0 for event in counted[-2:])


@pytest.mark.parametrize(('damage', 'told'), [
    (lambda whole: b'', 'it is empty'),
    (lambda whole: whole[:20], 'no handle in it, which has no end'),
    (lambda whole: whole[:5000] + bytes(500) + whole[5500:], 'damaged'),
    (lambda whole: b'time,position\n0,0\n', 'no movement'),
], ids=['empty', 'begun', 'holed', 'no MCAP'])
def test_a_damaged_recording_gets_one_line(recording, damage, told, tmp_path):
    path = tmp_path / 'damaged.mcap'
    path.write_bytes(damage(recording.read_bytes()))
    result = run(path)
    assert result.exit_code == 2
    assert str(path) in result.stderr and told in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize('tail', [b'', bytes(4096)], ids=['cut', 'zeros of the file system'])
@pytest.mark.parametrize('share', [0.3, 0.5, 0.9, 0.9999])
def test_a_recording_that_was_cut_off_is_read_as_far_as_it_goes(
        recording, share, tail, tmp_path):
    content = recording.read_bytes()
    path = tmp_path / 'cut.mcap'
    path.write_bytes(content[:int(share * len(content))] + tail)
    whole, cut = read_session(recording), read_session(path)
    assert 0 < len(cut.steps) <= len(whole.steps)
    assert [step.handle for step in cut.steps] == [
        step.handle for step in whole.steps[:len(cut.steps)]]
    assert len(cut.steps) >= (share - 0.25) * len(whole.steps)
    result = run(path)
    assert result.exit_code == 0
    assert 'cut.mcap has no end' in result.stderr and 'bit for bit, 0 differ' in result.stderr


@pytest.mark.parametrize('name', ['SESSION.MCAP', 'session', 'session.csv'])
def test_a_session_is_told_by_its_content(recording, name, tmp_path):
    path = tmp_path / name
    path.write_bytes(recording.read_bytes())
    assert run(path).stdout == run(recording).stdout


def test_the_folder_of_a_bag_is_read_in_the_order_of_its_metadata(messages, recording, tmp_path):
    folder = tmp_path / 'bag'
    folder.mkdir()
    half = len(messages) // 2
    for name, part in (('bag_10.mcap', messages[half:]), ('bag_9.mcap', messages[:half])):
        write(folder / name, part)
    assert 'that no metadata.yaml says' in run(folder).stderr
    (folder / 'metadata.yaml').write_text(
        'rosbag2_bagfile_information:\n  relative_file_paths: [bag_9.mcap, bag_10.mcap]\n')
    assert run(folder).stdout == run(recording).stdout
    (folder / 'metadata.yaml').write_text('broken: [')
    assert run(folder).stdout == run(recording).stdout


def test_a_folder_without_a_session_gets_one_line(tmp_path):
    (tmp_path / 'bag_0.db3').write_bytes(b'SQLite format 3\0')
    result = run(tmp_path)
    assert result.exit_code == 2 and 'ros2 bag convert' in result.stderr


def test_the_units_of_a_session_are_not_asked_for(recording):
    assert run(recording, '--unit', 'mm').exit_code == 2


@pytest.mark.parametrize(('kinds', 'told'), [
    (['PhaseState'], 'no handle'), (['HandleState', 'PhaseState'], 'no phase'),
], ids=['no handle', 'others'])
def test_a_recording_of_something_else_gets_one_line(messages, tmp_path, kinds, told):
    parts = zip(kinds, (messages[:1000], messages[1000:2000]), strict=False)
    result = run(write(tmp_path / 'none.mcap', [each for kind, part in parts
                                                for each in of(kind, part)]))
    assert result.exit_code == 2
    assert told in result.stderr and len(result.stderr.splitlines()) == 1
