# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Kinds of recordings, told by their content: neither name nor ending is believed."""
from pathlib import Path
import re

from negtrain_ros.replay.sample import RecordingError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

MCAP = b'\x89MCAP0\r\n'
OTHERS = {
    b'SQLite format 3\0': 'a SQLite database, as older bags are: `ros2 bag convert` makes MCAP',
    b'#ROSBAG': 'a bag of ROS 1: `rosbags-convert` makes one of ROS 2',
    b'\x1f\x8b': 'compressed: unpack it with `gunzip`',
    b'\x28\xb5\x2f\xfd': 'compressed: unpack it with `unzstd`',
    b'PK\x03\x04': 'a workbook or an archive: save it as CSV, or unpack it',
    b'\xd0\xcf\x11\xe0': 'a workbook: save it as CSV',
    b'%PDF': 'a PDF, no recording',
    b'\x89PNG': 'a picture, no recording',
}


def is_session(path: Path) -> bool:
    """
    Tell whether a recording is one of messages, not of positions as text.

    :raises Unusable: it is not there, or neither
    """
    if path.is_dir():
        return bool(session_files(path))
    if path.exists() and not path.is_file():
        return False  # a pipe can be read only once
    begin = _begin(path)
    for magic, said in OTHERS.items():
        if begin.startswith(magic):
            raise RecordingError(f'{path}: {said}')
    return begin.startswith(MCAP)


def session_files(path: Path) -> list[Path]:
    """
    Return the MCAP files of a recording in their order: the file itself, or those of a folder.

    :raises Unusable: a folder has none
    """
    if not path.is_dir():
        return [path]
    try:
        inside = sorted((each for each in path.iterdir() if each.is_file()), key=_natural)
    except OSError as problem:
        raise RecordingError(f'{path}: {problem.strerror}') from None
    begins = {each: _begin(each) for each in inside}
    files = [each for each in inside if begins[each].startswith(MCAP)]
    if not files:
        for begin in begins.values():
            for magic, said in list(OTHERS.items())[:4]:
                if begin.startswith(magic):
                    raise RecordingError(f'{path}: {said}')
        raise RecordingError(f'{path}: a folder without an MCAP file')
    if not (path / 'metadata.yaml').exists() and len(files) > 1:
        raise RecordingError(
            f'{path}: {len(files)} MCAP files that no metadata.yaml says to belong '
            'together; name one'
        )
    order = _ordered(path / 'metadata.yaml')
    return sorted(files, key=lambda each: order.get(each.name, len(order)))


def _ordered(metadata: Path) -> dict[str, int]:
    """Return the place of each file that a bag names; empty: it does not say."""
    try:
        said = YAML(typ='safe').load(metadata.read_text(encoding='utf-8'))
        names = said['rosbag2_bagfile_information']['relative_file_paths']
        return {Path(name).name: place for place, name in enumerate(names)}
    except (OSError, ValueError, KeyError, TypeError, YAMLError):
        return {}


def _begin(path: Path) -> bytes:
    try:
        with path.open('rb') as file:
            return file.read(16)
    except OSError as problem:
        raise RecordingError(f'{path}: {problem.strerror}') from None


def _natural(path: Path) -> list[tuple[int, str]]:
    """Order names by the numbers in them: 2 before 10."""
    return [(int(part), '') if part.isdecimal() else (-1, part)
            for part in re.split(r'(\d+)', path.name)]
