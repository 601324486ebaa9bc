# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
The speed of a handle that is let go at 85 kg: caught by the drive, by the controller, by both.

`python -m bench.let_go` draws docs/images/let_go.png and prints the highest speeds.
"""
from pathlib import Path

import matplotlib
from negtrain_ros.core.guard import GuardSettings
from negtrain_ros.core.load import LoadSettings
from negtrain_ros.sim.athlete import AthleteSettings
from negtrain_ros.sim.rehearsal import Rehearsal, RehearsalSettings
import numpy as np

matplotlib.use('Agg')
from matplotlib import pyplot as plt

PICTURE = Path(__file__).parent.parent / 'docs' / 'images' / 'let_go.png'
ATHLETE = AthleteSettings(
    incident='lets_go', incident_repetition=2, incident_fraction=0.6, tremor=0.0)
FREE_FALL = 85.0 * 9.80665 / 20.0  # m/s², 20 kg of moving mass
START = -0.15  # m/s, at which it is lowered before
LAYERS = {
    'drive alone': (None, LoadSettings(over_speed=1.0), 1.2),
    'load controller alone': (GuardSettings(speed_check=False), None, 2.0),
    'both': (None, None, 1.2),
}
"""What checks the speed: settings of the guard and of the controller, and the speed allowed."""


def main() -> None:
    """Play every layer and draw."""
    figure, (speeds, loads) = plt.subplots(2, sharex=True, figsize=(8, 6), layout='constrained')
    for color, (name, (guard, load, allowed)) in enumerate(LAYERS.items()):
        trace = Rehearsal(
            RehearsalSettings(repetitions=3, patience=20.0), seed=1, athlete=ATHLETE,
            guard=guard, load=load).run().trace
        gone = np.argmax(trace.training & (trace.force == 0.0))
        time, speed = trace.time - trace.time[gone - 1], -trace.velocity
        fastest = speed[(time >= 0.0) & (time < 0.5)].max()
        print(f'{name}: {fastest:.2f} m/s, allowed {allowed} m/s')
        style = '--' if name == 'both' else '-'
        speeds.plot(
            time, speed, style, color=f'C{color}', label=f'{name}: {fastest:.2f} m/s')
        speeds.axhline(allowed, color=f'C{color}', linestyle=':', linewidth=0.8)
        loads.plot(time, trace.load, style, color=f'C{color}')
    fall = np.linspace(0.0, 0.06, 20)
    speeds.plot(fall, FREE_FALL * fall - START, color='0.6', linestyle=':', label='nobody looks')
    speeds.set(ylabel='falling speed [m/s]', ylim=(-0.1, 2.2), xlim=(-0.1, 0.4))
    speeds.legend()
    loads.set(xlabel='time since the handle was let go [s]',
              ylabel='applied load, negative: brake [kg]')
    for axes in (speeds, loads):
        axes.grid(alpha=0.3)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, dpi=120)


if __name__ == '__main__':
    main()
