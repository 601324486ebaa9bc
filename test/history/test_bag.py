# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""A recording is a folder that rosbag2 takes, whoever wrote it."""
import stat

from negtrain_ros.history.bag import McapBag
from negtrain_ros.history.database import HistoryError
import pytest
from ruamel.yaml import YAML

BEGIN = 1_700_000_000_000_000_000  # ns
KIND = 'std_msgs/msg/Empty'


@pytest.fixture
def find(tmp_path):
    """Find a message without a field."""
    definition = tmp_path / 'share' / 'msg' / 'Empty.msg'
    definition.parent.mkdir(parents=True)
    definition.touch()
    return lambda package: tmp_path / 'share'


def described(folder):
    """Return what metadata.yaml says, as rosbag2 reads it."""
    text = (folder / 'metadata.yaml').read_text()
    return YAML(typ='safe', pure=True).load(text)['rosbag2_bagfile_information']


def test_metadata_says_what_the_file_holds(tmp_path, find):
    reader = pytest.importorskip('mcap.reader', reason='mcap is not there')
    bag = McapBag(tmp_path / '42', find)
    for topic, stamp in (('/a', 5), ('/b', 3), ('/a', 9)):
        bag.write(topic, KIND, b'\0\1\0\0', BEGIN + stamp)
    bag.close()
    told = described(bag.path)
    assert sorted(path.name for path in bag.path.iterdir()) == ['42_0.mcap', 'metadata.yaml']
    with (bag.path / '42_0.mcap').open('rb') as file:
        statistics = reader.make_reader(file).get_summary().statistics
    assert told['message_count'] == statistics.message_count == 3
    assert told['starting_time'] == {'nanoseconds_since_epoch': statistics.message_start_time}
    assert told['duration'] == {
        'nanoseconds': statistics.message_end_time - statistics.message_start_time}
    assert {each['topic_metadata']['name']: each['message_count']
            for each in told['topics_with_message_count']} == {'/a': 2, '/b': 1}
    assert told['relative_file_paths'] == [file['path'] for file in told['files']] == ['42_0.mcap']
    assert (told['version'], told['storage_identifier']) == (9, 'mcap')


def test_metadata_has_every_field_that_rosbag2_reads(tmp_path, find):
    pytest.importorskip('mcap', reason='mcap is not there')
    bag = McapBag(tmp_path / '42', find)
    bag.write('/a', KIND, b'\0\1\0\0', BEGIN)
    bag.close()
    told = described(bag.path)
    # rosbag2_storage/yaml.hpp, decode() of BagMetadata, FileInformation, TopicMetadata
    assert told.keys() == {
        'version', 'storage_identifier', 'duration', 'starting_time', 'message_count',
        'topics_with_message_count', 'relative_file_paths', 'compression_format',
        'compression_mode', 'files', 'custom_data', 'ros_distro'}
    assert told['files'][0].keys() == {'path', 'starting_time', 'duration', 'message_count'}
    assert told['topics_with_message_count'][0]['topic_metadata'] == {
        'name': '/a', 'type': KIND, 'serialization_format': 'cdr', 'offered_qos_profiles': [],
        'type_description_hash': ''}


def test_a_bag_is_for_its_owner_and_never_written_over(tmp_path, find):
    pytest.importorskip('mcap', reason='mcap is not there')
    bag = McapBag(tmp_path / '42', find)
    bag.close()
    assert described(bag.path)['message_count'] == 0
    assert {stat.S_IMODE(path.stat().st_mode) for path in bag.path.iterdir()} == {0o600}
    assert stat.S_IMODE(bag.path.stat().st_mode) == 0o700
    with pytest.raises(HistoryError, match='42: File exists'):
        McapBag(bag.path, find)
