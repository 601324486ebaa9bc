# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Writer of recordings with rosbag2, and the choice between it and the library mcap."""
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from negtrain_ros.history.bag import Bag, McapBag
from negtrain_ros.history.database import HistoryError

STORAGE = 'mcap'
ABSENT = ('no library writes recordings: apt install ros-$ROS_DISTRO-rosbag2-py '
          "ros-$ROS_DISTRO-rosbag2-storage-mcap, or pip install 'negtrain_ros[recording]'")


class RosbagBag:
    """A recording that rosbag2 writes."""

    def __init__(self, rosbag2_py: Any, path: Path) -> None:
        """
        Begin a folder.

        :raises HistoryError: if it is there already or cannot be made
        """
        self.path = path
        self._rosbag2 = rosbag2_py
        self._topics: set[str] = set()
        self._writer = rosbag2_py.SequentialWriter()
        try:
            self._writer.open(
                rosbag2_py.StorageOptions(
                    uri=str(path), storage_id=STORAGE, storage_preset_profile='zstd_fast'),
                rosbag2_py.ConverterOptions('cdr', 'cdr'))
            path.chmod(0o700)
        except (OSError, RuntimeError) as error:
            raise HistoryError(f'{path}: {error}') from error

    def write(self, topic: str, kind: str, data: bytes, stamp: int) -> None:
        """Add a message, serialised, that was received at `stamp` [ns since 1970]."""
        if topic not in self._topics:
            self._writer.create_topic(self._rosbag2.TopicMetadata(
                id=len(self._topics), name=topic, type=kind, serialization_format='cdr'))
            self._topics.add(topic)
        self._writer.write(topic, data, stamp)

    def close(self) -> None:
        """Write the index and metadata.yaml."""
        self._writer.close()


def begin_bag(path: Path) -> Bag:
    """
    Begin a recording with what is installed.

    :raises HistoryError: if nothing is, the folder is there already or cannot be made
    """
    try:
        import rosbag2_py
    except ImportError:
        pass
    else:
        if STORAGE in rosbag2_py.get_registered_writers():
            return RosbagBag(rosbag2_py, path)
    if find_spec('mcap') is None:
        raise HistoryError(ABSENT)
    return McapBag(path)
