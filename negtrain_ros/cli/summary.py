# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Summary of a finished training: a table and a picture."""
from collections.abc import Sequence
import csv
from pathlib import Path

from negtrain_interfaces.msg import Truth
from negtrain_ros.core.types import PhaseMeasure, Prescription, Repetition
from negtrain_ros.shell.conversions import seconds
from rich.table import Table
from rich.text import Text

COLUMNS = ('load\n[kg]', 'time\n[s]', 'range\n[m]', 'mean\n[m/s]', 'peak\n[m/s]', 'work\n[J]')


class TrainingRecording:
    """What the simulation knew, sample by sample."""

    def __init__(self) -> None:
        """Begin empty."""
        self.rows: list[tuple[float, float, float, float, int]] = []

    def on_truth(self, truth: Truth) -> None:
        """Keep a sample: time [s], position [m], velocity [m/s], load [kg], intention."""
        self.rows.append((seconds(truth.header.stamp), truth.position, truth.velocity,
                          truth.load, truth.intention))

    def heaviest_lift(self) -> float:
        """Return the largest load [kg] applied in a lift of the athlete, by their intention."""
        return max((load for _, _, velocity, load, intention in self.rows
                    if intention == Truth.LIFTING and velocity > 0.0), default=0.0)

    def write(self, path: Path) -> None:
        """Write everything to a CSV file."""
        with path.open('w', newline='') as file:
            writer = csv.writer(file)
            writer.writerow(('time', 'position', 'velocity', 'load', 'intention'))
            writer.writerows(self.rows)


def tabulate(repetitions: Sequence[Repetition]) -> Table:
    """
    Return the table of complete repetitions, each phase with what was measured in it.

    The load is the mean over the way up, and that from 20 % to 85 % of the way down; then
    duration, range, mean and peak velocity, and work.
    """
    table = Table(box=None, padding=(0, 1, 0, 0), title='each repetition: way up, way down')
    table.add_column('', justify='right')
    for way in ('up', 'down'):
        for column in COLUMNS:
            table.add_column(Text(f'{way}\n{column}'), justify='right', no_wrap=True)
    for repetition in repetitions:
        up, down = repetition.concentric, repetition.eccentric
        table.add_row(
            str(repetition.number), *_cells(up, up.mean_load), *_cells(down, down.plateau_load))
    return table


def draw(
    recording: TrainingRecording, repetitions: Sequence[Repetition], prescription: Prescription,
    path: Path,
) -> None:
    """Draw position and load over time into a PNG file."""
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot

    stamps, positions, _, applied, _ = zip(*recording.rows, strict=True)
    times = [stamp - stamps[0] for stamp in stamps]
    figure, (above, below) = pyplot.subplots(
        2, 1, sharex=True, figsize=(12, 6), layout='constrained')
    above.plot(times, positions, color='black', linewidth=1.0)
    above.margins(y=0.15)
    above.set_ylabel('position [m]')
    for repetition in repetitions:
        ways = (repetition.concentric, 'tab:green'), (repetition.eccentric, 'tab:red')
        for phase, colour in ways:
            begin = phase.start - stamps[0]
            for axes in (above, below):
                axes.axvspan(begin, begin + phase.duration, color=colour, alpha=0.12, linewidth=0)
        above.annotate(str(repetition.number), (repetition.eccentric.start - stamps[0],
                                                max(positions)), ha='center', va='bottom')
    below.plot(times, applied, color='tab:blue', linewidth=1.0)
    below.axhline(prescription.concentric, color='tab:green', linestyle=':', linewidth=1.0)
    below.axhline(prescription.eccentric, color='tab:red', linestyle=':', linewidth=1.0)
    below.set_ylabel('load applied [kg]')
    below.set_xlabel('time [s]')
    above.set_title(f'{prescription.exercise.replace("_", " ")}, '
                    f'{prescription.method.name.lower()}: '
                    f'{prescription.concentric:g} kg up (green), '
                    f'{prescription.eccentric:g} kg down (red)')
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _cells(phase: PhaseMeasure, load: float) -> tuple[str, ...]:
    return (f'{load:.1f}', f'{phase.duration:.2f}', f'{phase.range:.3f}',
            f'{phase.mean_velocity:.2f}', f'{phase.peak_velocity:.2f}', f'{phase.work:.0f}')
