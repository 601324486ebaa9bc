# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Draw what measurements have left behind."""
from pathlib import Path

from bench.measuring import load
import matplotlib

matplotlib.use('Agg')
from matplotlib import pyplot as plt


def draw(folder: Path) -> None:
    """Draw latency.png, turn.png and soak.png into a folder, as far as they were measured."""
    for name, plot in {'latency': _latency, 'turn': _turn, 'soak': _soak}.items():
        kept = load(name)
        if kept is not None and kept.curves:
            figure, axes = plt.subplots(figsize=(8, 4.5), layout='constrained')
            plot(axes, kept.curves)
            axes.grid(alpha=0.3)
            axes.legend(fontsize='small')
            figure.savefig(folder / f'{name}.png', dpi=110)
            plt.close(figure)


def _latency(axes: plt.Axes, curves: dict[str, list[float]]) -> None:
    """Draw which share of the samples has its load command after which time."""
    for name, quantiles in curves.items():
        axes.plot(quantiles, range(1, len(quantiles) + 1),
                  ':' if name.endswith('relays') else '-', label=name)
    axes.set(xscale='log', xlabel='sample to load command [ms]', ylabel='share of samples [%]')


def _turn(axes: plt.Axes, curves: dict[str, list[float]]) -> None:
    """Draw what the time from the turn to the full load consists of."""
    parts = ('phase known', 'load commanded', 'load at the motor', 'full load')
    for number, part in reversed(list(enumerate(parts))):
        axes.barh(list(curves), [marks[number] for marks in curves.values()], label=part)
    axes.set(xlabel='time since the true turn at the top [ms]', ylabel='time of the way down [s]')


def _soak(axes: plt.Axes, curves: dict[str, list[float]]) -> None:
    """Draw memory and time of a sample over the training."""
    for name, values in curves.items():
        axes.plot([value / values[0] for value in values], label=name)
    axes.set(xlabel='part of the training', ylabel='relative to the first')
