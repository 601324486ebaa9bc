# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Next session of an athlete in a programme, with its loads."""
from dataclasses import dataclass

from negtrain_ros.core.planning.exercise import Exercise
from negtrain_ros.core.planning.prescription import loads, PrescriptionSettings, Proposal, propose
from negtrain_ros.core.planning.program import Program, ProgramTest, Standing, TrainingBlock
from negtrain_ros.core.planning.strength import Maximum, StrengthMethod, StrengthSettings
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import Prescription, RangeOfMotion
from negtrain_ros.history import queries
from sqlalchemy.engine import Engine


@dataclass(frozen=True, slots=True)
class NextSession:
    """The next step; without a proposal, `reason` says why it cannot be trained now."""

    standing: Standing
    maximum: Maximum | None = None
    proposal: Proposal | None = None
    reason: str = ''


def plan(
    engine: Engine, athlete: str, program: Program, exercise: Exercise, now: float,
    settings: StrengthSettings | None = None,
) -> NextSession:
    """
    Return what comes next at `now` [s].

    The maximum is the newest one of the method that the programme tests with: maxima of
    different methods are never mixed.
    """
    standing = queries.stands(engine, athlete, program, exercise.name, now)
    step = standing.next
    if step is None:
        return NextSession(standing, reason='the programme is finished')
    if isinstance(step.part, ProgramTest):
        return NextSession(standing, reason=step.text)
    method = _tested_with(program, step.number)
    maximum = next((maximum for maximum in reversed(queries.maxima(
        engine, athlete, exercise.name)) if method in (None, maximum.method)), None)
    if maximum is None:
        return NextSession(standing, reason='no maximum has been accepted')
    if maximum.expired(now, settings):
        return NextSession(standing, maximum, reason='the maximum has expired: a new test is due')
    profile = queries.profile(engine, athlete)
    machine = PrescriptionSettings(
        step=exercise.step, machine_limit=exercise.machine_limit,
        highest_share=profile.highest_share)
    try:
        wanted = loads(maximum.value, step.part.method, step.part.intensity, machine,
                       cap=profile.cap)
    except Refusal as refusal:
        return NextSession(standing, maximum, reason=str(refusal))
    last = queries.last_loads(engine, athlete, exercise.name, step.part.method)
    return NextSession(standing, maximum, propose(wanted, last))


def prescription_of(
    athlete: str,
    exercise: Exercise,
    block: TrainingBlock,
    proposal: Proposal,
    rom: RangeOfMotion | None,
    *,
    consent: bool,
) -> Prescription:
    """Return what each set of a session asks for; without consent no load is higher than last."""
    load = proposal.answered(consent)
    return Prescription(
        athlete=athlete, exercise=exercise.name, method=block.method,
        concentric=load.concentric, eccentric=load.eccentric, limit=load.limit,
        order=exercise.begins, rom=rom, concentric_time=block.dose.concentric_time,
        eccentric_time=block.dose.eccentric_time, bottom_pause=block.dose.bottom_pause,
        top_pause=block.dose.top_pause, repetitions=block.dose.repetitions,
        velocity_loss=block.dose.stop_at_loss)


def _tested_with(program: Program, number: int) -> StrengthMethod | None:
    """Return the method of the last test before a step; None: the programme has none there."""
    return next((step.part.method for step in reversed(program.steps[:number])
                 if isinstance(step.part, ProgramTest)), None)
