# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Folder of one recording, as rosbag2 lays it out: metadata.yaml and an MCAP file.

The form is version 9 of rosbag2_storage/yaml.hpp (ROS 2 Jazzy); `ros2 bag info` and
`ros2 bag play` take the folder.
"""
from collections import Counter
import json
from pathlib import Path
from typing import Protocol

from negtrain_ros.history.database import HistoryError, make_private
from negtrain_ros.history.mcap_writer import Find, McapWriter

METADATA = 'metadata.yaml'
VERSION = 9
UNNAMED = ''  # for what nobody knows or uses


class Bag(Protocol):
    """A recording under way."""

    path: Path

    def write(self, topic: str, kind: str, data: bytes, stamp: int) -> None:
        """Add a message, serialised, that was received at `stamp` [ns since 1970]."""

    def close(self) -> None:
        """End the recording."""


class McapBag:
    """A recording that needs no rosbag2; its folder is for its owner only."""

    def __init__(self, path: Path, find: Find | None = None) -> None:
        """
        Begin a folder.

        :param find: where packages keep their messages; None: the ament index
        :raises HistoryError: if it is there already or cannot be made
        """
        self.path = path
        self._counts: Counter[tuple[str, str]] = Counter()
        self._first = self._last = 0
        try:
            path.mkdir(mode=0o700)
        except OSError as error:
            raise HistoryError(f'{path}: {error.strerror}') from error
        self._recording = McapWriter(path / f'{path.name}_0.mcap', find)

    def write(self, topic: str, kind: str, data: bytes, stamp: int) -> None:
        """Add a message, serialised, that was received at `stamp` [ns since 1970]."""
        self._recording.write(topic, kind, data, stamp)
        known = bool(self._counts)
        self._first = min(self._first, stamp) if known else stamp
        self._last = max(self._last, stamp) if known else stamp
        self._counts[topic, kind] += 1

    def close(self) -> None:
        """End the file, and describe it."""
        self._recording.close()
        path = self.path / METADATA
        make_private(path)
        # JSON is YAML, and needs no library.
        path.write_text(json.dumps({'rosbag2_bagfile_information': self._information()}, indent=1))

    def _information(self) -> dict[str, object]:
        times = {'starting_time': {'nanoseconds_since_epoch': self._first},
                 'duration': {'nanoseconds': self._last - self._first},
                 'message_count': self._counts.total()}
        name = self._recording.path.name
        return {
            'version': VERSION, 'storage_identifier': 'mcap', **times,
            'topics_with_message_count': [{
                'topic_metadata': {
                    'name': topic, 'type': kind, 'serialization_format': 'cdr',
                    'offered_qos_profiles': [], 'type_description_hash': UNNAMED},
                'message_count': count} for (topic, kind), count in self._counts.items()],
            'compression_format': UNNAMED, 'compression_mode': UNNAMED,
            'relative_file_paths': [name], 'files': [{'path': name, **times}],
            'custom_data': {}, 'ros_distro': UNNAMED}
