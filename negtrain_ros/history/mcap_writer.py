# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Recording what a session publishes, as MCAP with ROS 2 messages (https://mcap.dev/spec).

Foxglove, PlotJuggler and `ros2 bag` open the file as it is: every message definition is inside.
"""
from collections.abc import Callable
from pathlib import Path
import re
from types import TracebackType

from negtrain_ros.history.database import HistoryError, make_private

CHUNK = 65536  # bytes; at most this much is lost when the recorder is killed
PRIMITIVE = {'bool', 'byte', 'char', 'float32', 'float64', 'int8', 'uint8', 'int16', 'uint16',
             'int32', 'uint32', 'int64', 'uint64', 'string', 'wstring'}
SEPARATOR = '=' * 80
FIELD = re.compile(r'^\s*([A-Za-z][\w/]*)(?:<=\d+)?(?:\[[^\]]*\])?\s+[a-z]\w*', re.MULTILINE)

Find = Callable[[str], Path]
"""From the name of a package to its share folder."""


class McapWriter:
    """One file, for its owner only; a message is written as it came, serialised."""

    def __init__(self, path: Path, find: Find | None = None) -> None:
        """
        Begin a file.

        :param find: where packages keep their messages; None: the ament index
        :raises HistoryError: if there is a file already or it cannot be made
        """
        from mcap.writer import CompressionType, Writer
        self.path = path
        self._find = find or _share_folder
        self._channels: dict[str, int] = {}
        try:
            make_private(path)
            if path.stat().st_size:
                raise HistoryError(f'{path} is there already')
            self._file = path.open('wb')
        except OSError as error:
            raise HistoryError(f'{path}: {error.strerror}') from error
        self._writer = Writer(self._file, chunk_size=CHUNK, compression=CompressionType.ZSTD)
        self._writer.start(profile='ros2', library='negtrain')

    def write(self, topic: str, kind: str, data: bytes, stamp: int, sequence: int = 0) -> None:
        """
        Add a message.

        :param kind: type of the message, such as negtrain_interfaces/msg/HandleState
        :param data: CDR
        :param stamp: when it was received [ns since 1970]
        """
        if topic not in self._channels:
            schema = self._writer.register_schema(
                kind, 'ros2msg', definition(kind, self._find).encode())
            self._channels[topic] = self._writer.register_channel(
                topic, 'cdr', schema, {'offered_qos_profiles': ''})
        self._writer.add_message(
            self._channels[topic], log_time=stamp, publish_time=stamp, data=data,
            sequence=sequence)

    def close(self) -> None:
        """Write the index and end the file."""
        self._writer.finish()
        self._file.close()

    def __enter__(self) -> 'McapWriter':
        """Give the recording, which the end of the block closes."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> None:
        """Close it."""
        self.close()


def definition(kind: str, find: Find) -> str:
    """
    Return the definition of a message, followed by those of all messages in it.

    :raises HistoryError: if a package does not have the message
    """
    texts: dict[str, str] = {}
    wanted = [kind]
    while wanted:
        name = wanted.pop(0)
        if name in texts:
            continue
        package, _, message = name.partition('/msg/')
        path = find(package) / 'msg' / f'{message}.msg'
        try:
            texts[name] = path.read_text()
        except OSError as error:
            raise HistoryError(f'{path}: {error.strerror}') from error
        wanted += [_full_name(field, package) for field in FIELD.findall(texts[name])
                   if field not in PRIMITIVE]
    return f'\n{SEPARATOR}\n'.join(
        text if name == kind else f'MSG: {name.replace("/msg/", "/")}\n{text}'
        for name, text in texts.items())


def _full_name(field: str, package: str) -> str:
    """Return the type of a field as package/msg/Name."""
    parts = field.split('/')
    return f'{parts[0] if len(parts) > 1 else package}/msg/{parts[-1]}'


def _share_folder(package: str) -> Path:
    from ament_index_python.packages import get_package_share_directory
    return Path(get_package_share_directory(package))
