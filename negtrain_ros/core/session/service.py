# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Decisions about sessions: from a goal and what is known to an activity, a question or a refusal.

Each function takes what the history knows as values and raises Refusal, in one line, for what
cannot be. An activity with a question begins only once somebody at the machine has agreed.
"""
from collections.abc import Iterable
from dataclasses import dataclass, replace
import difflib
from typing import Generic, TypeVar
import unicodedata

from negtrain_ros.core.planning.exercise import Exercise
from negtrain_ros.core.planning.gate import Evidence, Gate
from negtrain_ros.core.planning.next_session import NextSession
from negtrain_ros.core.planning.prescription import PrescriptionSettings
from negtrain_ros.core.planning.program import TrainingBlock
from negtrain_ros.core.planning.strength import StrengthMethod, StrengthSettings
from negtrain_ros.core.session.activities import Activity, Calibration, Training
from negtrain_ros.core.session.range_calibration import CalibrationSettings
from negtrain_ros.core.session.strength_protocols import trials
from negtrain_ros.core.session.strength_test import StrengthTesting
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import Prescription

MOST_SETS, LONGEST_REST = 100, 3600.0  # s
RESUMABLE = 86400.0  # s, age at which an interrupted session is not gone on with any more
ALIKE = 0.85  # similarity from which two names may be the same person's


Decided = TypeVar('Decided', bound=Activity, covariant=True)


class Asked(Refusal):
    """Nothing was begun: its text is a question that somebody at the machine has to agree to."""


@dataclass(frozen=True, slots=True)
class Decision(Generic[Decided]):
    """An activity that may begin, once its question, if it has one, is agreed to."""

    activity: Decided
    question: str = ''

    def agreed(self, consent: bool) -> Decided:
        """Return the activity; :raises Asked: if its question was not agreed to."""
        if self.question and not consent:
            raise Asked(self.question)
        return self.activity


@dataclass(frozen=True, slots=True)
class InterruptedSession:
    """
    What an interrupted session has left to do.

    :ivar prescription: of its last set
    :ivar rest: between its sets [s]
    :ivar begun: when it began [s]
    """

    prescription: Prescription
    sets: int
    sets_done: int
    rest: float
    begun: float
    program: str = ''
    step: int = 0


def calibration(
    athlete: str, exercise: Exercise, evidence: Evidence, settings: CalibrationSettings,
) -> Decision[Calibration]:
    """Return the calibration of a range, with a load that no cap forbids."""
    limits = evidence.limits
    if not limits.allowed:
        raise Refusal(f'{exercise.name} is not allowed for this athlete: change it with '
                      'negtrain athlete set')
    lightest = PrescriptionSettings().lightest
    if limits.heaviest < lightest:
        raise Refusal(f'a cap of {limits.heaviest:g} kg is below the lightest load, '
                      f'{lightest:g} kg')
    settings = replace(settings, load=min(settings.load, limits.heaviest))
    return Decision(Calibration(
        athlete, exercise.name, exercise.begins, settings, exercise.smallest_range))


def free_training(
    wish: Prescription, sets: int, rest: float, evidence: Evidence, gate: Gate, now: float,
) -> Decision[Training]:
    """Return sets of what a trainer wishes for at `now` [s], with a rest [s] between."""
    if not sets or not wish.repetitions:
        raise Refusal('a training needs at least one set of one repetition')
    if sets > MOST_SETS:
        raise Refusal(f'a training has {MOST_SETS} sets at most, not {sets}')
    if not 0.0 <= rest <= LONGEST_REST:
        raise Refusal(f'a rest lasts 0 to {LONGEST_REST:g} s, not {rest:g}')
    answer = gate.training(wish, evidence, now)
    return Decision(Training((answer.prescription,) * sets, rest), answer.question)


def program_training(plan: NextSession) -> Decision[Training]:
    """Return the next session of a programme."""
    step = plan.standing.next
    if plan.answer is None or step is None or not isinstance(step.part, TrainingBlock):
        raise Refusal(plan.reason)
    dose = step.part.dose
    return Decision(Training(
        (plan.answer.prescription,) * dose.sets, dose.rest, program=plan.standing.program.name,
        step=step.number), plan.answer.question)


def resumed_training(
    left: InterruptedSession | None, athlete: str, exercise: str, evidence: Evidence, gate: Gate,
    now: float,
) -> Decision[Training]:
    """Return what is left of an interrupted session, if it may still be trained at `now` [s]."""
    if left is None:
        raise Refusal(f'{athlete} has no interrupted session at {exercise}')
    if now - left.begun > RESUMABLE:
        raise Refusal(
            f'the session was interrupted {(now - left.begun) / RESUMABLE:.0f} days ago: '
            'begin a new one')
    answer = gate.training(left.prescription, evidence, now)
    return Decision(Training(
        (answer.prescription,) * left.sets, left.rest, program=left.program, step=left.step,
        first=left.sets_done + 1), answer.question)


def strength_test(
    athlete: str, method: StrengthMethod, expected: float, evidence: Evidence, gate: Gate,
    settings: StrengthSettings,
) -> Decision[StrengthTesting]:
    """Return a strength test of which no trial goes beyond the gate."""
    exercise = gate.exercise
    rom = gate.rom(athlete, evidence)
    answer = gate.test(expected, evidence, isometric=method is StrengthMethod.ISOMETRIC)
    base = Prescription(
        athlete=athlete, exercise=exercise.name, order=exercise.begins, rom=rom,
        limit=answer.ceiling, hold_position=gate.hold_position(rom))
    machine = PrescriptionSettings(step=exercise.step, machine_limit=answer.ceiling)
    course = trials(method, answer.expected, exercise.minimum_velocity, settings, machine)
    return Decision(
        StrengthTesting(method, course, base, settings), answer.question)


def name_question(name: str, known: Iterable[str]) -> str:
    """
    Return what to ask before a new athlete is made of a name; empty: nothing.

    :param known: names of all athletes
    """
    alike = similar_names(name, known)
    if name in alike or not alike:
        return ''
    return (f'{name} is new, and {" and ".join(alike)} known already: '
            f'is {name} really somebody else?')


def similar_names(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names that differ in case, accents, spaces or a letter or two at most."""
    plain = _plain(name)
    return [one for one in known if _plain(one) == plain or difflib.SequenceMatcher(
        None, _plain(one), plain).ratio() >= ALIKE]


def _plain(name: str) -> str:
    """Return a name without accents, capitals and more than single spaces."""
    letters = unicodedata.normalize('NFKD', name.casefold())
    return ' '.join(''.join(
        letter for letter in letters if not unicodedata.combining(letter)).split())
