# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Fuzzing of the readers: whatever a file holds, it is read or refused in one line.

`python -m bench.fuzz --minutes 30` mutates files that are read, with no more than randomness.
"""
from collections import Counter
from pathlib import Path
import random
from tempfile import TemporaryDirectory
import time
from typing import Annotated

from negtrain_ros.replay import csv_reader
from negtrain_ros.replay.detector_settings import detector
from negtrain_ros.replay.sample import RecordingError
import typer

TABLES = [
    'time,position\n' + ''.join(f'{k / 50},{0.1 + k / 100}\n' for k in range(30)),
    '\ufeffTime [ms];Position [mm];load\n' + ''.join(f'{k * 20},5;{k * 10};\n' for k in range(30)),
    '# t x\n' + ''.join(f'{k / 50:.3f} {k / 100}\n' for k in range(30)),
    'date time\tpos\n' + ''.join(
        f'2026-11-25 12:00:{k / 50:06.3f}\t{k / 100}\n' for k in range(30)),
]
FILES = [
    '/**:\n  ros__parameters:\n    phase.demand: 8.0\n    phase: {expected: 0.5}\n',
    'press:\n  phase_detector:\n    ros__parameters: {phase.min_range: 0.45, a: [1, 2]}\n',
    '/**/phase_detector: {ros__parameters: {phase.order: "concentric_first"}}\n',
]
TOKENS = [
    'time', 'position', ',', ';', '\t', '\n', '\r', '"', "'", '0', '-1', '1e9', '1e400', 'nan',
    '\0', '\ufeff', 'é', '#', '[mm]', '{', '}', '[', ']', ':', ': ', '/**', '*', '&a', '*a', '|',
    '---', '!!int', '  ', 'ros__parameters', '9' * 400, '12:00:00', '(', '\ud7ff', '%']


def mutated(chance: random.Random, text: str) -> bytes:
    """Return a text with parts of it changed, doubled, moved or taken out."""
    encoding = chance.choice(['utf-8', 'utf-8', 'utf-8', 'utf-16', 'utf-16-le', 'cp1252'])
    for _ in range(chance.randint(1, 8)):
        begin = chance.randrange(len(text) + 1)
        end = min(len(text), begin + chance.choice([0, 1, 2, 5, 50]))
        part = chance.choice(['', chance.choice(TOKENS), text[begin:end] * 2,
                              chr(chance.randrange(0xd000))])
        text = text[:begin] + part + text[end:]
    content = text.encode(encoding, errors='replace')
    if chance.random() < 0.2 and content:
        place = chance.randrange(len(content))
        content = content[:place] + chance.randbytes(chance.randint(1, 4)) + content[place + 1:]
    return content


def main(
    minutes: Annotated[float, typer.Option(help='for how long')] = 1.0,
    seed: Annotated[int, typer.Option(help='of everything random')] = 1,
) -> None:
    """Read mutated files; anything but a result or a refusal in one line ends the run."""
    chance, done = random.Random(seed), Counter[str]()
    end = time.monotonic() + 60.0 * minutes
    with TemporaryDirectory() as folder:
        path = Path(folder) / 'parameters.yaml'
        while time.monotonic() < end:
            content = mutated(chance, chance.choice(TABLES))
            try:
                csv_reader.parse(csv_reader.decode(content))
                done['tables read'] += 1
            except RecordingError as refusal:
                assert '\n' not in str(refusal), content
                done['tables refused'] += 1
            except Exception:
                print(repr(content))
                raise
            content = mutated(chance, chance.choice(FILES))
            path.write_bytes(content)
            try:
                detector(path)
                done['parameter files read'] += 1
            except RecordingError as refusal:
                assert '\n' not in str(refusal), content
                done['parameter files refused'] += 1
            except Exception:
                print(repr(content))
                raise
    print(', '.join(f'{count} {name}' for name, count in sorted(done.items())))


if __name__ == '__main__':
    typer.run(main)
