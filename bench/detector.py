# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Quietness, speed and cost of the phase detector, beside two classical ones.

`python -m bench.detector`: random synthetic sets (range 50-1200 mm, tempo 0.4-10 s a phase, tremor
to 5 mm, resolution 0.01-5 mm, 50-1000 Hz, dropouts to 40 ms), the delay over speed and tremor, and
the recordings of a folder (NAME.csv through negtrain replay's reader; no truth is needed to tell
what it costs). Draws the delay, and a set with its phases.
"""
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
import time
from typing import Annotated, Optional

from bench import measuring
from bench.measuring import Figure, keep, Kept, quantile
from negtrain_ros.core.encoder.encoder import Encoder, EncoderSettings
from negtrain_ros.core.phase.phase_detector import PhaseDetector, PhaseSettings
from negtrain_ros.core.phase.repetition_counter import RepetitionCounter, RepetitionSettings
from negtrain_ros.core.types import DIRECTIONS
from negtrain_ros.replay import plot as plot_module
from negtrain_ros.replay.position_recording import read_csv, run
from negtrain_ros.sim.synthetic_recording import (
    random_movement,
    record,
    SyntheticMovement,
    SyntheticRecording,
)
import numpy as np
from rich.console import Console
from rich.progress import track
import typer

SHARE = 0.6
OURS = 'negtrain'
RIVAL_SETS = 200  # are enough to tell how noisy the others are
RECORDED = (PhaseSettings(min_range=0.15), RepetitionSettings())
FAMILIES = ('velocity average', 'zigzag')
Flips = list[tuple[float, int]]


def product(
    movement: SyntheticMovement,
    recording: SyntheticRecording,
    settings: PhaseSettings | None = None,
) -> tuple[Flips, int, float]:
    """Return flips, counted repetitions and seconds a sample of the core chain."""
    order = 'concentric_first' if movement.up_first else 'eccentric_first'
    least = max(0.01, SHARE * movement.range)
    encoder = Encoder(EncoderSettings(
        counts_per_metre=1.0 / movement.resolution, bottom_stop=-100.0, top_stop=100.0,
        silence=max(0.05, 2.0 / movement.rate)))
    phase = replace(settings or PhaseSettings(), min_range=least, order=order)
    detector, counter = PhaseDetector(phase), RepetitionCounter(phase=phase)
    counts = np.round(recording.positions / movement.resolution).astype(int).tolist()
    flips: Flips = []
    begin = time.process_time()
    for stamp, count in zip(recording.times.tolist(), counts, strict=True):
        handle = encoder.step(count, stamp)
        estimate = detector.step(handle)
        counter.step(handle, estimate)
        direction = DIRECTIONS.get(estimate.phase, 0)
        if direction and (not flips or flips[-1][1] != direction):
            flips.append((stamp, direction))
    return flips, counter.count, (time.process_time() - begin) / len(counts)


def velocity_average(recording: SyntheticRecording, memory: float, threshold: float) -> Flips:
    """Sign of an exponentially averaged velocity, with hysteresis."""
    velocity, direction, flips = 0.0, 0, []
    positions, times = recording.positions.tolist(), recording.times.tolist()
    for before, after, x, y in zip(times, times[1:], positions, positions[1:], strict=False):
        interval = after - before
        velocity += (1.0 - np.exp(-interval / memory)) * ((y - x) / interval - velocity)
        if (direction <= 0 and velocity > threshold) or (direction >= 0 and velocity < -threshold):
            direction = 1 if velocity > 0.0 else -1
            flips.append((after, direction))
    return flips


def zigzag(recording: SyntheticRecording, threshold: float) -> Flips:
    """Know a reversal once the handle has come back by a fixed distance."""
    high = low = float(recording.positions[0])
    direction, flips = 0, []
    for now, x in zip(recording.times.tolist(), recording.positions.tolist(), strict=True):
        high, low = max(high, x), min(low, x)
        if direction <= 0 and x - low >= threshold:
            direction, high = 1, x
            flips.append((now, 1))
        elif direction >= 0 and high - x >= threshold:
            direction, low = -1, x
            flips.append((now, -1))
        if direction > 0:
            low = x
        elif direction < 0:
            high = x
    return flips


RIVALS: dict[str, Callable[[SyntheticRecording], Flips]] = {
    **{f'velocity average {round(1e3 * memory)} ms, {round(1e3 * threshold)} mm/s':
       (lambda r, m=memory, t=threshold: velocity_average(r, m, t))
       for memory in (0.05, 0.1, 0.2, 0.5) for threshold in (0.003, 0.01, 0.03)},
    **{f'zigzag {round(1e3 * threshold)} mm': (lambda r, t=threshold: zigzag(r, t))
       for threshold in (0.003, 0.006, 0.012, 0.02)},
}


def judge(
    movement: SyntheticMovement, recording: SyntheticRecording, flips: Flips
) -> tuple[int, int, list[float]]:
    """Return false flips, missed turns and delays [s] after the handle truly left each turn."""
    near = 2.0 * movement.tremor + 2.0 * movement.resolution + 0.001
    turns, used, missed, delays = recording.turns, 0, 0, []
    for k, turn in enumerate(turns):
        end = turns[k + 1].reached if k + 1 < len(turns) else float(recording.times[-1])
        begin = turns[k - 1].left if k else 0.0
        way = ((recording.times >= begin) & (recording.times <= turn.reached)
               & (np.abs(recording.truth - turn.position) > near))
        if way.any():
            begin = float(recording.times[way][-1])
        found = [stamp for stamp, direction in flips
                 if direction == turn.direction and begin <= stamp <= end]
        if not found:
            missed += 1
            continue
        used += 1
        if k:
            delays.append(found[-1] - turn.left)
    return len(flips) - used, missed, delays


@dataclass
class Score:
    """What one detector made of the random sets."""

    sets: int = 0
    false: int = 0
    missed: int = 0
    miscounted: int = 0
    delays: list[float] = field(default_factory=list)  # s
    costs: list[float] = field(default_factory=list)  # s a sample, of each set

    def take(
        self, movement: SyntheticMovement, recording: SyntheticRecording, flips: Flips
    ) -> None:
        """Judge a set."""
        false, missed, delays = judge(movement, recording, flips)
        self.sets += 1
        self.false += false
        self.missed += missed
        self.delays += delays


def random_sets(sets: int, seed: int) -> dict[str, Score]:
    """Score everybody on the same random sets."""
    scores = {name: Score() for name in (OURS, *RIVALS)}
    for number in track(range(sets), 'sets', console=Console(stderr=True)):
        random = np.random.default_rng(seed + number)
        movement = random_movement(random)
        recording = record(movement, random)
        flips, counted, cost = product(movement, recording)
        scores[OURS].take(movement, recording, flips)
        scores[OURS].miscounted += counted != movement.repetitions
        scores[OURS].costs.append(cost)
        if number < RIVAL_SETS:
            for name, rival in RIVALS.items():
                scores[name].take(movement, recording, rival(recording))
    return scores


def figures(scores: dict[str, Score]) -> Iterator[Figure]:
    """Give the figures of ours, and of the quietest of each family of rivals."""
    ours = scores[OURS]
    yield Figure(f'sets miscounted, of {ours.sets}', '', (ours.miscounted,), goal='0')
    yield Figure('cost', 'µs a sample', tuple(1e6 * cost for cost in ours.costs), goal='≤ 15')
    rivals = [min((name for name in RIVALS if name.startswith(family)),
                  key=lambda name: scores[name].false + scores[name].missed)
              for family in FAMILIES]
    for name in (OURS, *rivals):
        score, goal = scores[name], '0' if name == OURS else ''
        yield Figure(f'{name}: false turns', f'in {score.sets} sets', (score.false,), goal=goal)
        yield Figure(f'{name}: missed turns', f'in {score.sets} sets', (score.missed,), goal=goal)
        for share in (0.5, 0.95):
            delay = 1e3 * quantile(score.delays, share)
            beside = 1e3 * quantile(ours.delays, share)
            yield Figure(f'{name}: delay, {100 * share:g} %', 'ms', (delay,),
                         OURS if name != OURS else '', (beside,) if name != OURS else ())


def delay_grid(seed: int) -> list[dict[str, float | str]]:
    """Return the median delay over the speed of the way and the tremor."""
    rows: list[dict[str, float | str]] = []
    for tremor in (0.0, 0.001, 0.003):
        for duration in (0.5, 1.0, 2.0, 4.0, 8.0):
            movement = SyntheticMovement(repetitions=4, up_time=duration, down_time=duration,
                                top_rest=0.0, bottom_rest=0.0, tremor=tremor)
            recording = record(movement, np.random.default_rng(seed))
            for name in ('negtrain', 'velocity average 200 ms, 30 mm/s', 'zigzag 12 mm'):
                flips = (product(movement, recording)[0] if name == 'negtrain'
                         else RIVALS[name](recording))
                false, _, delays = judge(movement, recording, flips)
                rows.append({'detector': name, 'tremor': tremor, 'false': false,
                             'speed': movement.range / duration,
                             'delay': float(np.median(delays)) if delays else np.nan})
    return rows


def plot(rows: list[dict[str, float | str]], path: Path) -> None:
    """Draw the delay over speed, one panel for each tremor."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Sheet
    tremors = sorted({row['tremor'] for row in rows})
    figure = Sheet(figsize=(12, 4), layout='constrained')
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(tremors), sharey=True)
    for panel, tremor in zip(panels, tremors, strict=True):
        for name in dict.fromkeys(row['detector'] for row in rows):
            some = [row for row in rows if row['detector'] == name and row['tremor'] == tremor]
            (line,) = panel.plot([row['speed'] for row in some],
                                 [1e3 * row['delay'] for row in some], '.-', label=name)
            wrong = [row for row in some if row['false']]
            panel.plot([row['speed'] for row in wrong], [1e3 * row['delay'] for row in wrong],
                       'x', color=line.get_color(), markersize=9)
        panel.set_title(f'tremor ±{1e3 * tremor:g} mm')
        panel.set_xlabel('mean speed of the way [m/s]')
        panel.set_xscale('log')
        panel.set_xticks([0.05, 0.1, 0.2, 0.4, 0.8], ['0.05', '0.1', '0.2', '0.4', '0.8'])
        panel.minorticks_off()
        panel.grid(alpha=0.3)
    panels[0].set_ylabel('median delay [ms]; × with false turns')
    panels[0].legend(fontsize=8)
    figure.savefig(path, dpi=110)


def draw_set(path: Path) -> None:
    """Draw what replay makes of a set with tremor."""
    made = record(SyntheticMovement(repetitions=4, up_time=1.2, down_time=2.4, top_rest=0.6,
                           bottom_rest=0.6, spread=0.08, tremor=0.001), np.random.default_rng(1))
    rows = zip(made.times, made.positions, strict=True)
    with TemporaryDirectory() as folder:
        file = Path(folder) / 'set.csv'
        file.write_text('time,position\n' + ''.join(f'{t:.4f},{x:.5f}\n' for t, x in rows))
        plot_module.plot(list(run(read_csv(file), *RECORDED)), path)


def cost_on_recordings(folder: Path) -> dict[str, float]:
    """Return microseconds a sample on each recording of a folder."""
    costs = {}
    for path in sorted(folder.glob('*.csv')):
        recording = read_csv(path)
        begin = time.process_time()
        for _ in run(recording, *RECORDED):
            pass
        costs[path.stem] = 1e6 * (time.process_time() - begin) / len(recording.times)
    return costs


def main(
    sets: Annotated[int, typer.Option(min=1, help='random ones')] = 200,
    seed: Annotated[int, typer.Option(help='of the first')] = 0,
    recordings: Annotated[Optional[Path], typer.Option(help='folder with CSV files')] = None,
) -> None:
    """Measure and draw."""
    found = list(figures(random_sets(sets, seed)))
    if recordings is not None:
        found += [Figure(f'cost on {name}', 'µs a sample', (cost,))
                  for name, cost in cost_on_recordings(recordings).items()]
    keep('detector', Kept(found))
    plot(delay_grid(seed), measuring.RESULTS / 'detector_delay.png')
    draw_set(measuring.RESULTS / 'phases_replay.png')


if __name__ == '__main__':
    typer.run(main)
