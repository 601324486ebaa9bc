# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""A recording opens in any MCAP reader and gives every message back."""
from pathlib import Path
import stat
import struct

from negtrain_ros.history.database import HistoryError
from negtrain_ros.history.mcap_writer import definition, McapWriter
import pytest

make_reader = pytest.importorskip('mcap.reader', reason='mcap is not there').make_reader
DecoderFactory = pytest.importorskip('mcap_ros2.decoder').DecoderFactory

INTERFACES = Path(__file__).parents[2] / 'negtrain_interfaces'
CDR = b'\x00\x01\x00\x00'  # little endian


@pytest.fixture
def find(tmp_path):
    """Find our interfaces in the source tree, and what they contain in a folder made here."""
    for kind, text in (
            ('std_msgs/msg/Header', 'builtin_interfaces/Time stamp\nstring frame_id\n'),
            ('builtin_interfaces/msg/Time', 'int32 sec\nuint32 nanosec\n')):
        path = tmp_path / f'{kind}.msg'
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return lambda package: (
        INTERFACES if package == 'negtrain_interfaces' else tmp_path / package)


def test_every_message_comes_back(tmp_path, find):
    path = tmp_path / 'session.mcap'
    with McapWriter(path, find) as recording:
        for index in range(1000):
            data = CDR + struct.pack('<iII', 7, index, 1) + b'\0\0\0\0' + struct.pack('<i', -index)
            recording.write('press_1/encoder_counts', 'negtrain_interfaces/msg/EncoderCounts',
                            data, 1_000_000 * index, index)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open('rb') as file:
        messages = list(make_reader(
            file, decoder_factories=[DecoderFactory()]).iter_decoded_messages())
    assert [decoded.counts for *_, decoded in messages] == [-i for i in range(1000)]
    assert [message.log_time for _, _, message, _ in messages] == [
        1_000_000 * i for i in range(1000)]
    assert messages[-1][3].header.stamp.nanosec == 999
    assert {channel.topic for _, channel, _, _ in messages} == {'press_1/encoder_counts'}


@pytest.mark.parametrize('message', sorted(
    path.stem for path in (INTERFACES / 'msg').glob('*.msg')))
def test_all_our_messages_have_a_whole_definition(message, find):
    text = definition(f'negtrain_interfaces/msg/{message}', find)
    parts = text.split('=' * 80)
    named = {part.strip().splitlines()[0] for part in parts[1:]}
    for kind, name in (('PhaseMeasure concentric', 'MSG: negtrain_interfaces/PhaseMeasure'),
                       ('std_msgs/Header header', 'MSG: std_msgs/Header'),
                       ('Time start', 'MSG: builtin_interfaces/Time')):
        assert (kind in text) <= (name in named)


def test_a_message_that_nobody_has_is_refused(tmp_path, find):
    with McapWriter(tmp_path / 'a.mcap', find) as recording, \
            pytest.raises(HistoryError, match='No such file'):
        recording.write('a', 'negtrain_interfaces/msg/Nothing', b'', 0)


def test_no_recording_is_written_over(tmp_path, find):
    McapWriter(tmp_path / 'a.mcap', find).close()
    with pytest.raises(HistoryError, match='there already'):
        McapWriter(tmp_path / 'a.mcap', find)
