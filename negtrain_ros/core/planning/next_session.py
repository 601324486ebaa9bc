# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Next session of an athlete in a programme, with the loads that the gate lets through."""
from collections.abc import Sequence
from dataclasses import dataclass, replace

from negtrain_ros.core.planning.gate import Answer, Evidence, Gate
from negtrain_ros.core.planning.prescription import loads
from negtrain_ros.core.planning.program import Program, ProgramTest, Standing, TrainingBlock
from negtrain_ros.core.planning.strength import Maximum, StrengthMethod, StrengthSettings
from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import Prescription


@dataclass(frozen=True, slots=True)
class NextSession:
    """The next step of a programme; without an answer, `reason` says why it is not trained now."""

    standing: Standing
    maximum: Maximum | None = None
    answer: Answer | None = None
    reason: str = ''


def next_session(
    athlete: str, standing: Standing, maxima: Sequence[Maximum], evidence: Evidence, gate: Gate,
    now: float, strength: StrengthSettings | None = None,
) -> NextSession:
    """
    Return what comes next at `now` [s].

    The maximum is the newest one of the method that the programme tests with: maxima of
    different methods are never mixed.

    :param maxima: accepted ones, in the order of their acceptance
    :param evidence: what is known otherwise; its maximum is replaced
    """
    step = standing.next
    if step is None:
        return NextSession(standing, reason='the programme is finished')
    if isinstance(step.part, ProgramTest):
        return NextSession(standing, reason=step.text)
    method = _tested_with(standing.program, step.number)
    fitting = [one for one in maxima if method in (None, one.method)]
    if not fitting:
        return NextSession(standing, reason='no maximum has been accepted')
    maximum = fitting[-1]
    if maximum.expired(now, strength):
        return NextSession(standing, maximum, reason='the maximum has expired: a new test is due')
    known = replace(evidence, maximum=maximum, previous=fitting[-2] if fitting[1:] else None)
    try:
        answer = gate.training(_wish(athlete, step.part, maximum, known, gate), known, now)
    except Refusal as refusal:
        return NextSession(standing, maximum, reason=str(refusal))
    return NextSession(standing, maximum, answer)


def _wish(
    athlete: str, block: TrainingBlock, maximum: Maximum, evidence: Evidence, gate: Gate,
) -> Prescription:
    """Return what a block asks for, no heavier than what the caps leave of it."""
    load = loads(maximum.value, block.method, block.intensity, gate.settings(evidence),
                 cap=evidence.limits.heaviest)
    dose = block.dose
    return Prescription(
        athlete=athlete, exercise=gate.exercise.name, method=block.method,
        concentric=load.concentric, eccentric=load.eccentric, limit=load.limit,
        concentric_time=dose.concentric_time, eccentric_time=dose.eccentric_time,
        bottom_pause=dose.bottom_pause, top_pause=dose.top_pause, repetitions=dose.repetitions,
        velocity_loss=dose.stop_at_loss)


def _tested_with(program: Program, number: int) -> StrengthMethod | None:
    """Return the method of the last test before a step; None: the programme has none there."""
    return next((step.part.method for step in reversed(program.steps[:number])
                 if isinstance(step.part, ProgramTest)), None)
