# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Many simulated sets: do the loads come when they should, and never when they must not.

`python -m bench.sets reference` plays the reference case for every seed, tempo and tremor;
`python -m bench.sets random` sets of random athletes, some of whom fail, let go, stall or leave.
Both name every set that falls short and end with status 1 if there is one.
"""
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
import sys
from typing import Annotated

from negtrain_ros.core.planning.prescription import loads
from negtrain_ros.core.safety.load_limits import LoadLimits
from negtrain_ros.core.types import Method, Verdict
from negtrain_ros.sim.acceptance import heaviest_lift, lowerings, shortfalls, TOLERANCE
from negtrain_ros.sim.athlete import AthleteSettings
from negtrain_ros.sim.closed_loop import ClosedLoop, ClosedLoopSettings
from negtrain_ros.sim.muscle import MuscleSettings
import numpy as np
from rich.progress import track
import typer

REACHED = 0.99  # share of the repetitions in which the load must come in time

application = typer.Typer(add_completion=False, help=__doc__)


@dataclass(frozen=True)
class Set:
    """One set to be played."""

    seed: int
    settings: ClosedLoopSettings
    athlete: AthleteSettings
    muscle: MuscleSettings

    def __str__(self) -> str:
        """Name it by what makes it different from others."""
        athlete = self.athlete
        return (f'seed {self.seed}: {self.settings.concentric:g} / {self.settings.eccentric:g} kg,'
                f' {athlete.concentric_time:.2g} s up, {athlete.eccentric_time:.2g} s down,'
                f' {athlete.top - athlete.bottom:.2f} m, tremor {1000 * athlete.tremor:.1f} mm,'
                f' {athlete.incident}')


@dataclass(frozen=True)
class Result:
    """What came of one set."""

    short: tuple[str, ...]
    lowerings: int
    reached: int
    duration: float


def reference() -> Iterator[Set]:
    """Yield the reference case over all seeds, tempos and tremors."""
    for seed, up, down, tremor in product(
            range(1, 21), (1.0, 1.5, 2.5, 4.0), (2.0, 3.0, 5.0, 8.0), (0.0, 0.001, 0.002, 0.003)):
        yield Set(seed, ClosedLoopSettings(), AthleteSettings(
            concentric_time=up, eccentric_time=down, tremor=tremor), MuscleSettings())


def random_set(seed: int) -> Set:
    """Return a set of an athlete drawn at random; every fifth meets with an incident."""
    draw = np.random.default_rng(seed)
    maximum = float(draw.uniform(40.0, 180.0))
    pair = loads(maximum, Method.NEGATIVE)
    bottom = float(draw.uniform(0.06, 0.15))
    incidents = ('fails', 'lets_go', 'stalls', 'leaves')
    return Set(
        seed,
        ClosedLoopSettings(
            concentric=pair.concentric, eccentric=pair.eccentric,
            limit=min(maximum, LoadLimits().machine_limit), repetitions=int(draw.integers(4, 13))),
        AthleteSettings(
            bottom=bottom, top=bottom + float(draw.uniform(0.25, 0.6)),
            concentric_time=float(draw.uniform(1.0, 4.0)),
            eccentric_time=float(draw.uniform(2.0, 8.0)),
            bottom_pause=float(draw.uniform(0.0, 1.0)), top_pause=float(draw.uniform(0.0, 1.0)),
            variation=float(draw.uniform(0.0, 0.03)), tremor=float(draw.uniform(0.0, 0.003)),
            incident=str(draw.choice(incidents)) if draw.random() < 0.2 else 'none',
            incident_repetition=int(draw.integers(1, 6)),
            incident_intention=str(draw.choice(('lifting', 'lowering'))),
            incident_fraction=float(draw.uniform(0.1, 0.9))),
        MuscleSettings(maximum=maximum))


def play(each: Set) -> Result:
    """Play one set."""
    outcome = ClosedLoop(
        each.settings, seed=each.seed, athlete=each.athlete, muscle=each.muscle).run()
    short = shortfalls(outcome, each.settings)
    lift = heaviest_lift(outcome.trace)
    if each.athlete.incident != 'none':
        # Such a set need not be finished; what must not happen must not happen here either.
        short = [f'{lift:.1f} kg in a lift'] if lift > each.settings.concentric + TOLERANCE else []
    ways = lowerings(outcome.trace, outcome.rom) if outcome.rom is not None else []
    counted = {repetition.number for repetition in outcome.repetitions
               if repetition.verdict is Verdict.COUNTED}
    ways = [way for way in ways if way.repetition in counted]
    return Result(
        tuple(short), len(ways),
        sum(way.reached >= each.settings.eccentric - TOLERANCE for way in ways),
        float(outcome.trace.time[-1]))


def report(sets: Iterable[Set], jobs: int) -> None:
    """Play sets, say what came of them, and exit with 1 if one falls short."""
    sets = list(sets)
    results = []
    with ProcessPoolExecutor(jobs) as pool:
        played = track(pool.map(play, sets), 'sets', len(sets), disable=not sys.stderr.isatty())
        for each, result in zip(sets, played, strict=True):
            results.append(result)
            if result.short:
                print(f'{each}: {"; ".join(result.short[:4])}', flush=True)
    ways, reached = (sum(getattr(result, name) for result in results)
                     for name in ('lowerings', 'reached'))
    wrong = sum(bool(result.short) for result in results)
    heavy = sum(any('in a lift' in line for line in result.short) for result in results)
    hours = sum(result.duration for result in results) / 3600
    print(f'{len(sets)} sets, {hours:.1f} h of training')
    print(f'short of their prescription: {wrong}; too heavy in a lift: {heavy}')
    print(f'eccentric load there within 20 % of the range: {reached} of {ways} repetitions')
    if wrong or reached < REACHED * ways:
        raise typer.Exit(1)


@application.command('reference')
def _reference(
    only: Annotated[int, typer.Option(help='play every so manieth set')] = 1,
    jobs: Annotated[int, typer.Option(help='processes')] = 1,
) -> None:
    """Play the reference case for seeds 1 to 20, all tempos, all tremors."""
    report(list(reference())[::only], jobs)


@application.command('random')
def _random(
    sets: Annotated[int, typer.Option(help='how many')] = 1000,
    first: Annotated[int, typer.Option(help='first seed')] = 1,
    jobs: Annotated[int, typer.Option(help='processes')] = 1,
) -> None:
    """Play sets of random athletes."""
    report((random_set(seed) for seed in range(first, first + sets)), jobs)


if __name__ == '__main__':
    application()
