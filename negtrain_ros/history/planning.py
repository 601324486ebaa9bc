# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Next session of a programme, with what the history knows."""
from negtrain_ros.core.planning.exercise import Exercise
from negtrain_ros.core.planning.gate import Gate
from negtrain_ros.core.planning.next_session import next_session, NextSession
from negtrain_ros.core.planning.program import Program, TrainingBlock
from negtrain_ros.core.planning.strength import StrengthSettings
from negtrain_ros.core.safety.load_limits import LoadLimits
from negtrain_ros.history import queries
from sqlalchemy.engine import Engine


def plan(
    engine: Engine, athlete: str, program: Program, exercise: Exercise, now: float,
    geometry: str, limits: LoadLimits, strength: StrengthSettings | None = None,
) -> NextSession:
    """Return what comes next at `now` [s] on a machine of a geometry and its limits."""
    standing = queries.stands(engine, athlete, program, exercise.name, now, geometry)
    step = standing.next
    method = step.part.method if step and isinstance(step.part, TrainingBlock) else None
    return next_session(
        athlete, standing, queries.maxima(engine, athlete, exercise.name, geometry),
        queries.evidence(engine, athlete, exercise.name, geometry, method),
        Gate(exercise, limits, strength), now, strength)
