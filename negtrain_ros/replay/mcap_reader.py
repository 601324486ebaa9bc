# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Reader of recorded sessions: what the phase detector heard and said, from MCAP files."""
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from math import nan
from pathlib import Path
from typing import Any, BinaryIO

from mcap.reader import NonSeekingReader
from mcap_ros2.decoder import DecoderFactory
from negtrain_ros.core.types import HandleState, MachineState, PhaseState, Prescription, Quality
from negtrain_ros.replay.inputs import session_files
from negtrain_ros.replay.sample import RecordingError
from negtrain_ros.shell import conversions

KINDS = {'handle': HandleState, 'phase': PhaseState, 'machine_state': MachineState,
         'prescription': Prescription}
SILENCE = 0.1  # s; an encoder that is silent for so long has said meanwhile that it is faulty


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """
    A handle of the recording.

    :param load: the newest applied load that is not younger [kg]; NaN: none
    :param told: what the phase detector made of the handle; None: not recorded
    :param received: when the recorder had received that [ns]
    :param follows: whether no handle is known to be missing before this one
    """

    handle: HandleState
    load: float
    told: PhaseState | None
    received: int
    follows: bool


@dataclass(frozen=True)
class RecordedSession:
    """
    A recorded session.

    :param steps: the handles in the order in which they were published
    :param prescriptions: when each was received [ns], and what it says; the first may be older
        than the recording
    :param cut: one line about what is missing at the end; empty: it is whole
    """

    steps: list[RecordedStep]
    prescriptions: list[tuple[int, Prescription]]
    cut: str = ''


def read_session(path: Path) -> RecordedSession:
    """
    Read a recording of the session manager or of `ros2 bag record`, as far as it goes.

    :param path: an MCAP file, or a folder with those of one recording
    :raises Unusable: it is no such recording, or damaged before its end
    """
    heard: dict[str, list[tuple[int, Any]]] = {name: [] for name in KINDS}
    machines = set()
    cut = ''
    for part in session_files(path):
        try:
            with part.open('rb') as file:
                for topic, received, message in _messages(file):
                    machine, _, name = topic.rpartition('/')
                    machines.add(machine)
                    heard[name].append((received, conversions.from_msg(KINDS[name], message)))
        except OSError as problem:
            raise RecordingError(f'{part}: {problem.strerror}') from None
        except CutOff:
            cut = f'{part.name} has no end, its writer was stopped: read as far as it goes'
        # What a damaged file makes of lengths and definitions ends in many ways.
        except Exception as problem:
            said = ' '.join(str(problem).split()) or type(problem).__name__
            raise RecordingError(f'{part}: damaged, `mcap recover` may help: {said}') from None
    if len(machines) > 1:
        raise RecordingError(f'{path}: more than one machine: {", ".join(sorted(machines))}')
    if not heard['handle']:
        raise RecordingError(f'{path}: no handle in it{", which has no end" if cut else ""}')
    steps = list(_steps(heard['handle'], heard['phase'], heard['machine_state']))
    if heard['phase'] and all(step.told is None for step in steps):
        raise RecordingError(f'{path}: no phase in it belongs to a handle')
    return RecordedSession(steps, heard['prescription'], cut)


class CutOff(Exception):
    """A file ends before its end."""


def _messages(file: BinaryIO) -> Iterator[tuple[str, int, Any]]:
    """
    Give topic, time of receipt [ns] and content of what concerns the detector, as it came.

    Of messages that came at the same simulated time only the file knows the order.

    :raises CutOff: the file was read whole and has no end
    """
    reader = NonSeekingReader(file, validate_crcs=True)
    decoders: dict[int, Any] = {}
    messages = reader.iter_messages(log_time_order=False)
    while True:
        try:
            schema, channel, message = next(messages)
        except StopIteration:
            return
        except Exception:
            # A file system may fill with zeros what it had not written yet.
            if any(block.strip(b'\0') for block in iter(partial(file.read, 1 << 20), b'')):
                raise
            raise CutOff from None
        if channel.topic.rpartition('/')[2] in KINDS:
            if channel.id not in decoders:
                decoders[channel.id] = DecoderFactory().decoder_for(
                    channel.message_encoding, schema)
            yield channel.topic, message.log_time, decoders[channel.id](message.data)


def _steps(
    handles: list[tuple[int, HandleState]], phases: list[tuple[int, PhaseState]],
    machine: list[tuple[int, MachineState]],
) -> Iterator[RecordedStep]:
    """Bring together what has the same stamp: topics are not recorded in a common order."""
    named = list(_named(handle for _, handle in handles))
    told = dict(zip(_named(phase for _, phase in phases), phases, strict=True))
    missing = sorted(stamp for stamp, _ in told.keys() - set(named))
    loads, load, before, lost = iter(machine), nan, None, 0
    ahead = next(loads, None)
    for name, (received, handle) in zip(named, handles, strict=True):
        while ahead is not None and ahead[1].stamp <= handle.stamp:
            load = ahead[1].load
            ahead = next(loads, None)
        known = bisect_right(missing, handle.stamp)
        follows = before is not None and known == lost and (
            handle.stamp - before <= SILENCE or handle.quality is Quality.FAULTY)
        before, lost = handle.stamp, known
        received, phase = told.get(name, (received, None))
        yield RecordedStep(handle, load, phase, received, follows)


def _named(values: Iterable[HandleState | PhaseState]) -> Iterator[tuple[float, int]]:
    """Name each value by its stamp and how many had the same before it."""
    seen: Counter[float] = Counter()
    for value in values:
        yield value.stamp, seen[value.stamp]
        seen[value.stamp] += 1
