# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Trade-off of delay and false turns, for the phase detector and two classical ones.

    python -m bench.trade_off [--sets N] [--seed N] [--output DIR]

Random synthetic sets as in bench.detector, but with sharp turns only, are scored while the demand
of evidence is varied, or the margins over sway and tremor, and beside them the thresholds of
velocity averages and zigzags.
"""
import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from bench.detector import Flips, judge, product, velocity_average, zigzag
from negtrain_ros.core.phase.phase_detector import PhaseSettings
from negtrain_ros.sim.synthetic_recording import (
    random_movement,
    record,
    SyntheticMovement,
    SyntheticRecording,
)
import numpy as np

DEMANDS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
MARGINS = (0.65, 0.8, 1.0, 1.25, 1.5)       # of the margins over sway and tremor
SPEEDS = (0.003, 0.01, 0.03, 0.1)           # m/s
DISTANCES = (0.003, 0.006, 0.012, 0.02, 0.05)  # m
MEMORIES = (0.05, 0.2)                      # s


@dataclass(frozen=True)
class Point:
    """One setting of a detector and what it brought."""

    detector: str
    setting: str
    false: float   # turns that were none, for each true one
    missed: float  # of the true ones
    delay: float   # s, median


def points(sets: int, seed: int) -> list[Point]:
    """Score every setting of everybody on the same sets."""
    sharp = []
    for number in range(sets):
        random = np.random.default_rng(seed + number)
        movement = replace(random_movement(random), top_rest=0.0, bottom_rest=0.0)
        sharp.append((movement, record(movement, random)))
    return [_point(name, setting, [(movement, recording, detect(movement, recording))
                                   for movement, recording in sharp])
            for name, setting, detect in _settings()]


def _settings():
    """Give names, settings and detectors."""
    for demand in DEMANDS:
        yield 'negtrain, demand of evidence', f'{demand:g}', (
            lambda movement, recording, demand=demand: product(
                movement, recording, PhaseSettings(demand=demand))[0])
    usual = PhaseSettings()
    for factor in MARGINS:
        settings = replace(
            usual, **{name: factor * getattr(usual, name) for name in (
                'swing_margin', 'hurry_margin', 'tremor_margin', 'tremor_hurry')})
        yield 'negtrain, margins over sway and tremor', f'×{factor:g}', (
            lambda movement, recording, settings=settings: product(
                movement, recording, settings)[0])
    for memory in MEMORIES:
        for speed in SPEEDS:
            yield f'velocity average {1e3 * memory:.0f} ms', f'{1e3 * speed:g} mm/s', (
                lambda _, recording, memory=memory, speed=speed: velocity_average(
                    recording, memory, speed))
    for distance in DISTANCES:
        yield 'zigzag', f'{1e3 * distance:g} mm', (
            lambda _, recording, distance=distance: zigzag(recording, distance))


def _point(
    name: str, setting: str, judged: list[tuple[SyntheticMovement, SyntheticRecording, Flips]]
) -> Point:
    """Sum up what a detector made of all sets."""
    turns, false, missed, delays = 0, 0, 0, []
    for movement, recording, flips in judged:
        wrong, lost, late = judge(movement, recording, flips)
        turns += len(recording.turns)
        false += wrong
        missed += lost
        delays += late
    return Point(name, setting, false / turns, missed / turns, float(np.median(delays)))


def plot(points: list[Point], path: Path) -> None:
    """Draw false turns over the delay, one line for each detector."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    figure = Figure(figsize=(10, 4.5), layout='constrained')
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for name in dict.fromkeys(point.detector for point in points):
        some = [point for point in points if point.detector == name]
        axes.plot([1e3 * point.delay for point in some], [100.0 * point.false for point in some],
                  '.-', label=name)
        for point, height in ((some[0], 5), (some[-1], -11 if 'demand' in name else 5)):
            axes.annotate(point.setting, (1e3 * point.delay, 100.0 * point.false), fontsize=7,
                          textcoords='offset points', xytext=(-3, height))
    axes.set_yscale('symlog', linthresh=1.0)
    axes.set_ylim(-0.2, 5000.0)
    axes.set_xlim(left=0.0)
    axes.set_xlabel('median delay at sharp turns [ms]')
    axes.set_ylabel('false turns for each 100 true ones')
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Measure, print and draw it."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--sets', type=int, default=40)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--output', type=Path, default=Path('bench/results'))
    options = parser.parse_args()
    scored = points(options.sets, options.seed)
    for point in scored:
        print(f'{point.detector:40s} {point.setting:>9s}  false {100.0 * point.false:6.1f} %  '
              f'missed {100.0 * point.missed:5.1f} %  delay p50 {1e3 * point.delay:5.0f} ms')
    options.output.mkdir(parents=True, exist_ok=True)
    plot(scored, options.output / 'trade_off.png')


if __name__ == '__main__':
    main()
