# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""What an athlete does next with an exercise of a programme, and with which loads."""
from dataclasses import dataclass

from negtrain_ros.core.exercise import Exercise
from negtrain_ros.core.prescription import loads, PrescriptionSettings, Proposal, propose
from negtrain_ros.core.program import Block, Program, Standing, Test
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.strength import Maximum, StrengthMethod, StrengthSettings
from negtrain_ros.core.types import Prescription, Range
from negtrain_ros.history import reading
from sqlalchemy.engine import Engine


@dataclass(frozen=True, slots=True)
class Plan:
    """The next step; without a proposal, `reason` says why it cannot be trained now."""

    standing: Standing
    maximum: Maximum | None = None
    proposal: Proposal | None = None
    reason: str = ''


def plan(
    engine: Engine, athlete: str, program: Program, exercise: Exercise, now: float,
    settings: StrengthSettings | None = None,
) -> Plan:
    """
    Return what comes next at `now` [s].

    The maximum is the newest one of the method that the programme tests with: maxima of
    different methods are never mixed.
    """
    standing = reading.stands(engine, athlete, program, exercise.name, now)
    step = standing.next
    if step is None:
        return Plan(standing, reason='the programme is finished')
    if isinstance(step.part, Test):
        return Plan(standing, reason=step.text)
    method = _tested_with(program, step.number)
    maximum = next((maximum for maximum in reversed(reading.maxima(
        engine, athlete, exercise.name)) if method in (None, maximum.method)), None)
    if maximum is None:
        return Plan(standing, reason='no maximum has been accepted')
    if maximum.expired(now, settings):
        return Plan(standing, maximum, reason='the maximum has expired: a new test is due')
    profile = reading.profile(engine, athlete)
    machine = PrescriptionSettings(
        step=exercise.step, machine_limit=exercise.machine_limit,
        highest_share=profile.highest_share)
    try:
        wanted = loads(maximum.value, step.part.method, step.part.intensity, machine,
                       cap=profile.cap)
    except Refusal as refusal:
        return Plan(standing, maximum, reason=str(refusal))
    last = reading.last_loads(engine, athlete, exercise.name, step.part.method)
    return Plan(standing, maximum, propose(wanted, last))


def prescription_of(
    athlete: str, exercise: Exercise, block: Block, proposal: Proposal, span: Range | None, *,
    consent: bool,
) -> Prescription:
    """Return what each set of a session asks for; without consent no load is higher than last."""
    load = proposal.answered(consent)
    return Prescription(
        athlete=athlete, exercise=exercise.name, method=block.method,
        concentric=load.concentric, eccentric=load.eccentric, limit=load.limit,
        order=exercise.begins, range=span, concentric_time=block.dose.concentric_time,
        eccentric_time=block.dose.eccentric_time, bottom_pause=block.dose.bottom_pause,
        top_pause=block.dose.top_pause, repetitions=block.dose.repetitions,
        velocity_loss=block.dose.stop_at_loss)


def _tested_with(program: Program, number: int) -> StrengthMethod | None:
    """Return the method of the last test before a step; None: the programme has none there."""
    return next((step.part.method for step in reversed(program.steps[:number])
                 if isinstance(step.part, Test)), None)
