# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""What the phase detector heard and said in a session, from the MCAP file of its recorder."""
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Any

from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory
from negtrain_ros.core.types import Handle, MachineState, PhaseEstimate, Prescription, Quality
from negtrain_ros.replay.moment import Unusable
from negtrain_ros.shell import conversions

KINDS = {'handle': Handle, 'phase': PhaseEstimate, 'machine_state': MachineState,
         'prescription': Prescription}
SILENCE = 0.1  # s; an encoder that is silent for so long has said meanwhile that it is faulty


@dataclass(frozen=True, slots=True)
class Step:
    """
    A handle of the recording.

    :param load: the newest applied load that is not younger [kg]; NaN: none
    :param told: what the phase detector made of the handle; None: not recorded
    :param received: when the recorder had received that [ns]
    :param follows: whether no handle is known to be missing before this one
    """

    handle: Handle
    load: float
    told: PhaseEstimate | None
    received: int
    follows: bool


@dataclass(frozen=True)
class Session:
    """
    A recorded session.

    :param steps: the handles in the order in which they were published
    :param prescriptions: when each was received [ns], and what it says; the first may be older
        than the recording
    """

    steps: list[Step]
    prescriptions: list[tuple[int, Prescription]]


def read_mcap(path: Path) -> Session:
    """
    Read a recording of the session manager.

    :raises Unusable: it is no such recording, cut off or damaged
    """
    heard: dict[str, list[tuple[int, Any]]] = {name: [] for name in KINDS}
    machines = set()
    try:
        with path.open('rb') as file:
            for topic, received, message in _messages(file):
                machine, _, name = topic.rpartition('/')
                machines.add(machine)
                heard[name].append((received, conversions.from_msg(KINDS[name], message)))
    except OSError as problem:
        raise Unusable(f'{path}: {problem}') from None
    # What a damaged file makes of lengths, definitions and compressed chunks ends in many ways.
    except Exception as problem:
        said = ' '.join(str(problem).split()) or type(problem).__name__
        raise Unusable(f'{path}: cut off or damaged, `mcap recover` may help: {said}') from None
    if len(machines) > 1:
        raise Unusable(f'{path}: more than one machine: {", ".join(sorted(machines))}')
    if not heard['handle']:
        raise Unusable(f'{path}: no handle in it')
    steps = list(_steps(heard['handle'], heard['phase'], heard['machine_state']))
    if heard['phase'] and all(step.told is None for step in steps):
        raise Unusable(f'{path}: no phase in it belongs to a handle')
    return Session(steps, heard['prescription'])


def _messages(file: Any) -> Iterator[tuple[str, int, Any]]:
    """Give topic, time of receipt [ns] and content of what concerns the detector, as it came."""
    reader = make_reader(file, validate_crcs=True, decoder_factories=[DecoderFactory()])
    summary = reader.get_summary()
    channels = summary.channels.values() if summary is not None else ()
    topics = [channel.topic for channel in channels
              if channel.topic.rpartition('/')[2] in KINDS]
    # of messages that came at the same simulated time only the file knows the order
    for _, channel, message, content in reader.iter_decoded_messages(
            topics=topics, log_time_order=False):
        yield channel.topic, message.log_time, content


def _steps(
    handles: list[tuple[int, Handle]], phases: list[tuple[int, PhaseEstimate]],
    machine: list[tuple[int, MachineState]],
) -> Iterator[Step]:
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
        yield Step(handle, load, phase, received, follows)


def _named(values: Iterable[Handle | PhaseEstimate]) -> Iterator[tuple[float, int]]:
    """Name each value by its stamp and how many had the same before it."""
    seen: Counter[float] = Counter()
    for value in values:
        yield value.stamp, seen[value.stamp]
        seen[value.stamp] += 1
