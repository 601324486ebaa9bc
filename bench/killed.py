# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""A session that is killed at any moment: what was announced has to be there, once."""
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
import os
from pathlib import Path
import random
import select
import signal
import struct
import time
from typing import Any

from negtrain_ros.core.types import (
    Method,
    PhaseMeasure,
    Prescription,
    RangeOfMotion,
    Repetition,
    RepetitionStage,
    SetEnd,
    Verdict,
)
from negtrain_ros.history import tables_for_people
from negtrain_ros.history.outbox.entries import Status
from negtrain_ros.history.store import History
from negtrain_ros.history.tables_for_people import Choice

ATHLETE, EXERCISE, MACHINE = 'Ann', 'chest_press', 'press 1'
PRESCRIPTION = Prescription(
    athlete=ATHLETE, exercise=EXERCISE, method=Method.NEGATIVE, concentric=51.0, eccentric=85.0,
    limit=101.0, rom=RangeOfMotion(0.1, 0.5))
MEASURE = PhaseMeasure(*(float(value) for value in range(14)))
SAMPLES = [(0.02 * index, 0.1 + 0.003 * index, 51.0) for index in range(120)]
ANNOUNCEMENT = struct.Struct('=qii')  # session, set, ordinal


@dataclass(frozen=True)
class Outcome:
    """What is left after some kills."""

    kills: int
    announced: int
    lost: int
    doubled: int
    unannounced: int
    running: int

    @property
    def good(self) -> bool:
        """Whether nothing is lost or there twice, and no session claims to be running."""
        return not (self.lost or self.doubled or self.running) and self.unannounced <= self.kills


def repetition(number: int) -> Repetition:
    """Return a complete repetition."""
    return Repetition(1000.0 + number, RepetitionStage.COMPLETE, number, Verdict.COUNTED, MEASURE,
                      MEASURE)


def train(history: History, announce: int) -> None:
    """Train for ever, announcing each repetition once it is kept."""
    interrupted = history.interrupted(ATHLETE, EXERCISE)
    session = (history.resume(interrupted) if interrupted
               else history.begin(ATHLETE, EXERCISE, Method.NEGATIVE, 10**6))
    number = session.sets_done
    while True:
        number += 1
        session.begin_set(number, PRESCRIPTION)
        for ordinal in range(1, 13):
            session.repetition(repetition(ordinal), SAMPLES)
            os.write(announce, ANNOUNCEMENT.pack(session.number, number, ordinal))
        session.end_set(SetEnd.COUNT)


def kill_often(url: str, folder: Path, kills: int, seed: int) -> Outcome:
    """Kill a session manager some times at random moments, and look at what it has left."""
    History(url, folder, machine=MACHINE).close()
    rng = random.Random(seed)
    read, write = os.pipe()
    announced: list[tuple[int, int, int]] = []
    for _ in range(kills):
        child = os.fork()
        if child == 0:
            try:
                train(History(url, folder, machine=MACHINE), write)
            finally:
                os._exit(1)
        if rng.random() < 0.7:
            select.select([read], [], [], 10.0)
        time.sleep(rng.uniform(0.0, 0.1))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.write(write, ANNOUNCEMENT.pack(0, 0, 0))
        while (announcement := ANNOUNCEMENT.unpack(os.read(read, ANNOUNCEMENT.size)))[0]:
            announced.append(announcement)
    os.close(read)
    os.close(write)
    return look(url, folder, kills, announced,
                lambda row: (row['session'], row['set'], row['ordinal']))


def look(
    url: str, folder: Path, kills: int, announced: Sequence[Hashable],
    key: Callable[[dict[str, Any]], Hashable],
) -> Outcome:
    """Compare what was announced with what is there, by the key of a repetition."""
    history = History(url, folder, machine=MACHINE)
    rows = history.ask(lambda engine: tables_for_people.repetitions(engine, Choice()))
    sessions = history.ask(lambda engine: tables_for_people.sessions(engine, Choice()))
    history.close()
    there = [key(row) for row in rows]
    return Outcome(
        kills=kills, announced=len(announced), lost=len(set(announced) - set(there)),
        doubled=len(there) - len(set(there)) + len(announced) - len(set(announced)),
        unannounced=len(set(there) - set(announced)),
        running=sum(row['status'] == Status.RUNNING.name.lower() for row in sessions))
