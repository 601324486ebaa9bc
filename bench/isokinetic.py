# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Print how well the isokinetic method holds its speed: `python -m bench.isokinetic`."""
import sys

from negtrain_ros.core.types import Instruction, Method, Prescription, RangeOfMotion
from negtrain_ros.sim.athlete import AthleteSettings
from negtrain_ros.sim.closed_loop import ClosedLoop, ClosedLoopAborted
from negtrain_ros.sim.muscle import MuscleSettings

RANGE = RangeOfMotion(0.1, 0.5)
LOAD = 100.0  # kg, prescribed: the most that resists
STRENGTHS = (0.5, 1.0, 1.5)  # maximum of the athlete over the prescribed load
REPETITIONS = 6
PATIENCE = 60.0  # s, for the set


def hold_speed(
    strength: float, load: float = LOAD, concentric_time: float = 1.5,
) -> list[tuple[float, float, float]]:
    """
    Let an athlete lift with all his force against the method.

    :param strength: maximum of the athlete over the prescribed load
    :return: mean and peak speed up over the set speed, and mean load up [kg], by repetition
    """
    loop = ClosedLoop(
        seed=1, muscle=MuscleSettings(maximum=strength * load),
        athlete=AthleteSettings(concentric_time=concentric_time))
    loop.calibrate()
    loop.load(Prescription(
        method=Method.ISOKINETIC, concentric=load, eccentric=load * min(1.0, strength),
        limit=load, rom=RANGE, concentric_time=concentric_time, repetitions=REPETITIONS))
    loop.wait(loop.COUNTDOWN)
    loop.repetitions.clear()
    loop.athlete.on_instruction(Instruction.LIFT_FAST)
    end = loop.station.machine.now + PATIENCE
    while len(loop.repetitions) < REPETITIONS and loop.controller.armed:
        if loop.station.machine.now > end:
            raise ClosedLoopAborted(f'no {REPETITIONS} repetitions in {PATIENCE:g} s')
        loop.step()
    speed = RANGE.length / concentric_time
    return [(each.concentric.mean_velocity / speed, each.concentric.peak_velocity / speed,
             each.concentric.mean_load) for each in loop.repetitions]


def main() -> None:
    """Print a table."""
    print('athlete  repetition  mean speed  peak speed  load up')
    for strength in STRENGTHS:
        for number, (mean, peak, load) in enumerate(hold_speed(strength), 1):
            print(f'{strength:6.0%}  {number:10}  {mean:9.2f}x  {peak:9.2f}x  {load:4.0f} kg')


if __name__ == '__main__':
    sys.exit(main())
