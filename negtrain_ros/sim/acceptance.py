# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Acceptance of a simulated set: compares it with its prescription by the true motion."""
from dataclasses import dataclass

from negtrain_ros.core.types import RangeOfMotion, Repetition, Verdict
from negtrain_ros.sim.athlete import Intention
from negtrain_ros.sim.closed_loop import ClosedLoopResult, ClosedLoopSettings
from negtrain_ros.sim.trace import Marks, Trace
import numpy as np

TOLERANCE = 1.0  # kg
PLATEAU = (0.80, 0.15)  # fractions of the range on the way down: 20 % to 85 % of the way
IN_TIME = 0.20  # of the range, travelled from the turn
TAKEN_BACK = 0.20  # of the overload; less is what tremor does


@dataclass(frozen=True)
class Lowering:
    """
    One way down of the athlete.

    :param plateau: mean load over the travel within PLATEAU [kg]
    :param reached: load when IN_TIME of the range has been travelled [kg]
    :param taken_back: largest fall of the load from the end of the lift to that of PLATEAU [kg]
    """

    repetition: int
    plateau: float
    reached: float
    taken_back: float


def lowerings(trace: Trace, rom: RangeOfMotion) -> list[Lowering]:
    """Return the ways down in which the whole plateau was travelled."""
    found = []
    for repetition in range(1, int(trace.repetition[trace.training].max(initial=0)) + 1):
        way = np.flatnonzero(trace.training & (trace.repetition == repetition)
                             & trace.means(Intention.LOWERING))
        if not len(way):
            continue
        fraction = (trace.position[way] - rom.bottom) / rom.length
        inside = np.flatnonzero((fraction <= PLATEAU[0]) & (fraction >= PLATEAU[1]))
        if len(inside) < 2 or fraction.min() > PLATEAU[1]:
            continue
        load, steps = trace.load[way][inside], np.abs(np.diff(fraction[inside]))
        plateau = float((0.5 * (load[1:] + load[:-1]) * steps).sum() / steps.sum())
        arrived = way[np.argmax(fraction <= fraction.max() - IN_TIME)]
        found.append(Lowering(
            repetition, plateau, float(trace.load[arrived]),
            _taken_back(trace, way[0], way[inside[-1]])))
    return found


def _taken_back(trace: Trace, begin: int, end: int) -> float:
    """Return by how much the load fell at most between the end of a lift and `end` [kg]."""
    lifted = np.flatnonzero(trace.means(Intention.LIFTING)[:begin])
    load = trace.load[(lifted[-1] if len(lifted) else begin):end]
    return float((np.maximum.accumulate(load) - load).max())


def heaviest_lift(trace: Trace) -> float:
    """Return the largest load applied in a lift of the set [kg], 0 without one."""
    lifting: Marks = np.logical_and(trace.lifting, trace.training)
    return float(trace.load[lifting].max(initial=0.0))


def shortfalls(outcome: ClosedLoopResult, settings: ClosedLoopSettings) -> list[str]:
    """Return in what a set falls short of its prescription, one line each."""
    short = [outcome.ended] if outcome.ended else []
    if outcome.counted != settings.repetitions:
        short.append(f'{outcome.counted} of {settings.repetitions} repetitions counted')
    short += [f'after repetition {each.number}: {each.verdict.name.lower()}'
              for each in outcome.repetitions if each.verdict is not Verdict.COUNTED]
    lift = heaviest_lift(outcome.trace)
    if lift > settings.concentric + TOLERANCE:
        short.append(f'{lift:.1f} kg in a lift')
    for each in outcome.repetitions:
        if each.verdict is Verdict.COUNTED:
            short += _measured(each, settings)
    if outcome.rom is not None:
        for way in lowerings(outcome.trace, outcome.rom):
            if abs(way.plateau - settings.eccentric) > TOLERANCE:
                short.append(f'repetition {way.repetition}: {way.plateau:.1f} kg down')
            if way.taken_back > TAKEN_BACK * (settings.eccentric - settings.concentric):
                short.append(f'repetition {way.repetition}: {way.taken_back:.1f} kg taken back '
                             'on the way down')
    return short


def _measured(repetition: Repetition, settings: ClosedLoopSettings) -> list[str]:
    """Return what the measurements of a repetition fall short of."""
    lines = []
    for name, load, wanted in (
            ('up', repetition.concentric.mean_load, settings.concentric),
            ('down', repetition.eccentric.plateau_load, settings.eccentric)):
        if not abs(load - wanted) <= TOLERANCE:
            lines.append(f'repetition {repetition.number}: {load:.1f} kg measured {name}')
    return lines
