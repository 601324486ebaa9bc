# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Recordings are written with rosbag2 where it is, else with mcap, else not at all."""
from pathlib import Path
import sys
from types import ModuleType

from negtrain_ros.history.bag import McapBag
from negtrain_ros.history.database import HistoryError
from negtrain_ros.shell import rosbag
import pytest

KIND = 'std_msgs/msg/Empty'


class Rosbag2(ModuleType):
    """What is called of rosbag2_py, with the signatures of Jazzy (src/rosbag2_py/*.cpp)."""

    def __init__(self, *storages):
        super().__init__('rosbag2_py')
        self.calls = calls = []

        class StorageOptions:
            def __init__(self, uri, storage_id='', max_bagfile_size=0, max_bagfile_duration=0,
                         max_cache_size=0, storage_preset_profile='', storage_config_uri='',
                         snapshot_mode=False, start_time_ns=-1, end_time_ns=-1, custom_data=None):
                assert storage_preset_profile in ('', 'none', 'fastwrite', 'zstd_fast')
                self.uri, self.storage_id = uri, storage_id

        class ConverterOptions:
            def __init__(self, input_serialization_format='', output_serialization_format=''):
                assert input_serialization_format == output_serialization_format

        class TopicMetadata:
            def __init__(self, id, name, type, serialization_format, offered_qos_profiles=(),
                         type_description_hash=''):
                self.id, self.name = id, name

        class SequentialWriter:
            def open(self, options, converter):
                assert isinstance(converter, ConverterOptions)
                try:
                    Path(options.uri).mkdir()
                except FileExistsError:
                    raise RuntimeError('Bag directory already exists') from None
                calls.append(('open', options.storage_id))

            def create_topic(self, topic):
                calls.append(('topic', topic.id, topic.name))

            def write(self, topic, data, stamp):
                assert isinstance(data, bytes) and isinstance(stamp, int)
                calls.append(('write', topic))

            def close(self):
                calls.append(('close',))

        self.StorageOptions, self.ConverterOptions = StorageOptions, ConverterOptions
        self.TopicMetadata, self.SequentialWriter = TopicMetadata, SequentialWriter
        self.get_registered_writers = lambda: {*storages}


@pytest.fixture
def installed(monkeypatch):
    """Return a function that says what is installed."""
    def install(rosbag2, *libraries):
        monkeypatch.setitem(sys.modules, 'rosbag2_py', rosbag2)
        monkeypatch.setattr(rosbag, 'find_spec', lambda name: name in libraries or None)
    return install


def test_rosbag2_writes_where_it_has_the_storage(installed, tmp_path):
    rosbag2 = Rosbag2('mcap', 'sqlite3')
    installed(rosbag2, 'mcap')
    bag = rosbag.begin_bag(tmp_path / '42')
    for topic in ('/a', '/b', '/a'):
        bag.write(topic, KIND, b'', 1)
    bag.close()
    assert rosbag2.calls == [
        ('open', 'mcap'), ('topic', 0, '/a'), ('write', '/a'), ('topic', 1, '/b'), ('write', '/b'),
        ('write', '/a'), ('close',)]
    with pytest.raises(HistoryError, match='already exists'):
        rosbag.begin_bag(tmp_path / '42')


@pytest.mark.parametrize('rosbag2', [None, Rosbag2('sqlite3')], ids=['none', 'sqlite3'])
def test_mcap_writes_where_rosbag2_cannot(installed, tmp_path, rosbag2):
    pytest.importorskip('mcap', reason='mcap is not there')
    installed(rosbag2, 'mcap')
    bag = rosbag.begin_bag(tmp_path / '42')
    bag.close()
    assert isinstance(bag, McapBag)


def test_without_either_one_line_says_how_to_get_one(installed, tmp_path):
    installed(None)
    with pytest.raises(HistoryError, match=r'apt install ros-.*pip install') as refused:
        rosbag.begin_bag(tmp_path / '42')
    assert '\n' not in str(refused.value)
    assert not (tmp_path / '42').exists()
