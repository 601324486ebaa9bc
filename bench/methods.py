# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Draw the law of every method over one repetition: `python -m bench.methods [FILE.png]`."""
from dataclasses import replace
import sys

import matplotlib
from matplotlib import pyplot
from negtrain_ros.core.load.training_methods import Fatigue, FRESH, LAWS
from negtrain_ros.core.types import Method, Phase, Prescription, RangeOfMotion
import numpy as np

UP, DOWN = 1.5, 3.0  # s
REPETITION = Prescription(
    concentric=51.0, eccentric=85.0, limit=101.0, rom=RangeOfMotion(0.1, 0.5), concentric_time=UP,
    eccentric_time=DOWN, hold_position=0.4)
HOLDING = 40.0  # kg, isokinetic: what has held the tempo so far
LOADS = {Method.REGULAR: (51.0, 51.0), Method.ECCENTRIC_ONLY: (2.0, 30.0),
         Method.EXPLOSIVE: (51.0, 51.0), Method.ISOMETRIC: (85.0, 85.0)}


def movement(seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return fraction of the range and velocity [m/s] of a smooth repetition."""
    up = seconds < UP
    angle = np.pi * np.where(up, seconds / UP, 1.0 + (seconds - UP) / DOWN)
    rate = np.pi / np.where(up, UP, DOWN)
    return 0.5 - 0.5 * np.cos(angle), 0.5 * np.sin(angle) * rate * 0.4


def main(path: str = 'docs/images/methods.png') -> None:
    """Write the picture."""
    matplotlib.use('Agg')
    seconds = np.linspace(0.0, UP + DOWN, 400)
    fractions, velocities = movement(seconds)
    figure, axes = pyplot.subplots(4, 2, figsize=(9, 9), sharex=True, layout='constrained')
    axes.flat[0].plot(seconds, fractions, 'k')
    axes.flat[0].set(title='movement', ylabel='fraction of the range')
    for method, axis in zip(Method, axes.flat[1:], strict=True):
        up, down = LOADS.get(method, (51.0, 85.0))
        prescription = replace(REPETITION, method=method, concentric=up, eccentric=down)
        efforts = {FRESH: '-', Fatigue(0.8): ':'} if method is Method.ADAPTIVE else {FRESH: '-'}
        for effort, style in efforts.items():
            axis.plot(seconds, [
                LAWS[method](Phase.CONCENTRIC if t < UP else Phase.ECCENTRIC, f, v, prescription,
                             effort, HOLDING)
                for t, f, v in zip(seconds, fractions, velocities, strict=True)], style)
        axis.set(title=method.name.lower(), ylabel='load [kg]', ylim=(0.0, 95.0))
    for axis in axes[-1]:
        axis.set_xlabel('time [s]; adaptive dotted: at 80 % effort; isokinetic: held by 40 kg')
    figure.savefig(path, dpi=110)


if __name__ == '__main__':
    main(*sys.argv[1:])
