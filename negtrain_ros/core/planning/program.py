# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Programmes of blocks and tests, and the progress of an athlete in one.

A programme is the same for each of its exercises; an athlete goes through it exercise by
exercise.
"""
from collections.abc import Iterable
from dataclasses import dataclass
import math

from negtrain_ros.core.planning.prescription import Intensity
from negtrain_ros.core.planning.strength import Maximum, StrengthMethod, StrengthSettings
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import Method


@dataclass(frozen=True)
class Dose(Settings):
    """How much is done and how fast."""

    sessions: int = parameter(6, 'in a block', 1, 100)
    sets: int = parameter(2, 'in a session', 1, 10)
    repetitions: int = parameter(12, 'in a set', 1, 50)
    concentric_time: float = parameter(1.5, 'tempo on the way up', 0.3, 10.0, unit='s')
    eccentric_time: float = parameter(3.0, 'tempo on the way down', 0.5, 10.0, unit='s')
    bottom_pause: float = parameter(0.0, 'tempo: rest at the bottom', 0.0, 10.0, unit='s')
    top_pause: float = parameter(0.0, 'tempo: rest at the top', 0.0, 10.0, unit='s')
    rest: float = parameter(90.0, 'between two sets', 0.0, 600.0, unit='s')
    velocity_loss: float = parameter(
        1.0, 'share of velocity that may be lost before a set ends; 1: all of it', 0.05, 1.0)
    done: float = parameter(
        0.8, 'share of the repetitions of a session that has to be counted for the session to be '
        'done', 0.0, 1.0)

    def is_done_by(self, repetitions: float) -> bool:
        """Tell whether a session with so many counted repetitions is done."""
        needed = self.done * self.sets * self.repetitions
        return repetitions >= needed or math.isclose(repetitions, needed)

    @property
    def stop_at_loss(self) -> float:
        """The velocity loss as a prescription has it: NaN is never."""
        return math.nan if self.velocity_loss >= 1.0 else self.velocity_loss


@dataclass(frozen=True, slots=True)
class TrainingBlock:
    """Some sessions that are all alike."""

    name: str
    method: Method
    intensity: Intensity
    dose: Dose


@dataclass(frozen=True, slots=True)
class ProgramTest:
    """A strength test between blocks."""

    __test__ = False  # not one of pytest's

    method: StrengthMethod


@dataclass(frozen=True, slots=True)
class Program:
    """What an athlete does over some weeks, with each of the exercises."""

    name: str
    title: str
    purpose: str
    exercises: tuple[str, ...]
    parts: tuple[TrainingBlock | ProgramTest, ...]

    @property
    def steps(self) -> tuple['ProgramStep', ...]:
        """All that is to be done with one exercise, in its order."""
        steps: list[ProgramStep] = []
        for part in self.parts:
            sessions = part.dose.sessions if isinstance(part, TrainingBlock) else 1
            steps += [ProgramStep(len(steps) + session, part, session)
                      for session in range(1, sessions + 1)]
        return tuple(steps)


@dataclass(frozen=True, slots=True)
class ProgramStep:
    """One session or one test of a programme."""

    number: int
    part: TrainingBlock | ProgramTest
    session: int

    @property
    def text(self) -> str:
        """What it is, for people."""
        if isinstance(self.part, ProgramTest):
            return f'strength test, {self.part.method.name.lower().replace("_", " ")}'
        return f'{self.part.name}, session {self.session} of {self.part.dose.sessions}'


@dataclass(frozen=True, slots=True)
class Trained:
    """
    A session of a programme that was ended [s], and which step it was.

    :param repetitions: that were counted; a set that ended because the lifts had become too slow
        has all that were prescribed
    """

    at: float
    step: int
    repetitions: float = math.inf


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an athlete has come with one exercise."""

    program: Program
    done: int

    @property
    def next(self) -> ProgramStep | None:
        """What comes next; None: the programme is finished."""
        steps = self.program.steps
        return steps[self.done] if self.done < len(steps) else None


def standing(
    program: Program, trained: Iterable[Trained], maxima: Iterable[Maximum],
    settings: StrengthSettings | None = None, *, now: float = -math.inf,
) -> Standing:
    """
    Return how far an athlete has come with one exercise of a programme.

    A test is done by an accepted maximum of its method that was measured after the session
    before it. The first one may be from before the programme, if it has not expired at its begin.

    :param trained: ended sessions of this programme and exercise; those with too few repetitions
        are no step
    :param maxima: accepted ones of this exercise
    :param now: when this is asked [s], which is the begin if nothing was trained yet
    """
    settings = settings or StrengthSettings()
    sessions = sorted(trained, key=lambda session: session.at)
    begin = sessions[0].at if sessions else now
    tests = sorted(
        (maximum for maximum in maxima if begin - maximum.taken_at <= settings.expires_after),
        key=lambda maximum: maximum.taken_at)
    since, done = -math.inf, 0
    for step in program.steps:
        if isinstance(step.part, ProgramTest):
            ends = [test.taken_at for test in tests
                    if test.method is step.part.method and test.taken_at > since]
        else:
            ends = [session.at for session in sessions
                    if session.step == step.number and session.at > since
                    and step.part.dose.is_done_by(session.repetitions)]
        if not ends:
            break
        since, done = ends[0], done + 1
    return Standing(program, done)
