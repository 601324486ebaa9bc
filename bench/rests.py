# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Sets with rests, pauses and gaps: is every repetition counted, none invented, each way measured.

`python -m bench.rests rest` lets the handle rest for 0 to 60 s at either end, sink by up to 20 mm
as quickly as a hand can or slowly, shift to and fro and tremble; `pause` stops the ways anywhere;
`gap` leaves out up to 150 ms of samples at any moment. Both orders, with the personal range known
and unknown. What follows the stop of a way is settling up to 6 % of it.
"""
from collections.abc import Iterator
from dataclasses import dataclass, field
import math
from typing import Annotated

from negtrain_ros.core.encoder.encoder import Encoder, EncoderSettings
from negtrain_ros.core.phase.phase_detector import PhaseDetector, PhaseSettings
from negtrain_ros.core.phase.repetition_counter import RepetitionCounter
from negtrain_ros.core.types import (
    Order,
    Prescription,
    RangeOfMotion,
    Repetition,
    RepetitionStage,
    Verdict,
)
import numpy as np
import typer

RESTS = (0.0, 0.3, 1.0, 3.0, 6.0, 15.0, 60.0)  # s, longest of each kind
COUNTS = 10000.0  # 1/m
ACCELERATION = 10.0  # m/s², of a hand
STEEPEST = 5.8       # of the smooth way between two knots, times length over time squared
GOES_ON = 0.06       # of a way; what follows a stop and is longer belongs to it, else it settles
PARKED = 0.010       # m/s; slower is no movement
MIN_RANGE = 0.05  # m, before the range is known
KINDS = ('rest', 'pause', 'gap')


@dataclass
class Course:
    """
    Where the handle goes.

    :ivar knots: times [s] and places [m] between which it goes smoothly
    :ivar ways: direction, duration [s] and length [m] of each way
    """

    knots: list[tuple[float, float]]
    ways: list[tuple[int, float, float]] = field(default_factory=list)

    def go(self, seconds: float, place: float) -> None:
        """Go on to a place [m]."""
        self.knots.append((self.knots[-1][0] + seconds, place))

    def settle(self, depth: float, seconds: float) -> None:
        """Lengthen a way down that after its stop goes on for too long to be settling."""
        if self.ways and depth > PARKED * seconds:
            direction, duration, length = self.ways[-1]
            if direction < 0 and depth > GOES_ON * length:
                self.ways[-1] = direction, duration + seconds, length + depth

    @property
    def place(self) -> float:
        """Where it is now [m]."""
        return self.knots[-1][1]


@dataclass(frozen=True)
class Case:
    """One set: what is done, and what is seen of it."""

    order: Order
    extent: RangeOfMotion
    known: bool
    repetitions: int
    tremor: float
    ways: list[tuple[int, float, float]]
    times: list[float]
    positions: list[float]


def case(seed: int, kind: str) -> Case:
    """Draw a set."""
    random = np.random.default_rng(seed)
    size, low = float(random.uniform(0.2, 0.8)), float(random.uniform(0.0, 0.3))
    order = Order(int(random.integers(0, 2)))
    up = order is Order.CONCENTRIC_FIRST
    course, repetitions = Course([(0.0, low if up else low + size)]), int(random.integers(2, 5))
    course.go(1.0, course.place)
    for way in range(2 * repetitions):
        _rest(course, kind, random)
        direction = 1 if up is (way % 2 == 0) else -1
        _go(course, direction, low + size if direction > 0 else low, kind, random)
    course.go(2.0, course.place)
    tremor = float(random.uniform(0.0, 0.003)) if random.random() < 0.5 else 0.0
    times, positions = _seen(course, float(random.choice((50.0, 100.0, 250.0))), tremor, random)
    if kind == 'gap':
        kept = _without_gaps(times, random)
        times, positions = times[kept], positions[kept]
    return Case(order, RangeOfMotion(low, low + size), bool(random.random() < 0.5), repetitions,
                tremor,
                course.ways, times.tolist(), positions.tolist())


def _rest(course: Course, kind: str, random: np.random.Generator) -> None:
    rest, sinking = float(random.choice(RESTS)) * float(random.uniform(0.5, 1.0)), 0.0
    if kind != 'rest':
        rest = min(rest, 1.0)
    if rest >= 0.2 and kind == 'rest':
        sinking = float(random.uniform(0.0, 0.02))
    here, quick = course.place, min(0.4, 0.2 * rest)
    manner = int(random.integers(0, 3))
    if rest == 0.0:
        return
    lasting = 0.8 * rest if manner == 1 else quick
    sinking = min(sinking, ACCELERATION * lasting * lasting / STEEPEST)
    course.settle(sinking if manner < 2 else 0.0, lasting)
    if manner == 0:    # it sinks at once
        course.go(quick, here - sinking)
        course.go(rest - quick, here - sinking)
    elif manner == 1:  # slowly
        course.go(0.8 * rest, here - sinking)
        course.go(0.2 * rest, here - sinking)
    else:              # and is brought back, and too far
        for place in (here - 0.5 * sinking, here, here + 0.5 * sinking, here):
            course.go(quick, place)
        course.go(rest - 4.0 * quick, here)


def _go(course: Course, direction: int, goal: float, kind: str,
        random: np.random.Generator) -> None:
    begin, origin, duration = course.knots[-1][0], course.place, float(random.uniform(1.0, 4.0))
    if kind == 'pause' and random.random() < 0.6:
        share = float(random.uniform(0.15, 0.93))
        course.go(duration * max(0.2, share), origin + share * (goal - origin))
        course.go(float(random.uniform(0.3, 3.0)), course.place)
        course.go(duration * max(0.2, 1.0 - share), goal)
    else:
        course.go(duration, goal)
    course.ways.append((direction, course.knots[-1][0] - begin, abs(goal - origin)))


def _seen(course: Course, rate: float, tremor: float, random: np.random.Generator) -> tuple[
        'np.ndarray', 'np.ndarray']:
    begins, places = np.array(course.knots).T
    times = np.arange(int(begins[-1] * rate)) / rate
    index = np.clip(np.searchsorted(begins, times, side='right') - 1, 0, len(begins) - 2)
    share = np.clip((times - begins[index]) / np.maximum(
        begins[index + 1] - begins[index], 1e-9), 0.0, 1.0)
    smooth = share ** 3 * (10.0 - 15.0 * share + 6.0 * share ** 2)
    path = places[index] + smooth * (places[index + 1] - places[index])
    return times, path + tremor * np.sin(
        2.0 * math.pi * float(random.uniform(5.0, 11.0)) * times)


def _without_gaps(times: 'np.ndarray', random: np.random.Generator) -> 'np.ndarray':
    kept = np.ones(len(times), dtype=bool)
    for begin in np.arange(0.5, times[-1] - 1.0, 1.0) + random.uniform(
            0.0, 0.8, len(np.arange(0.5, times[-1] - 1.0, 1.0))):
        kept &= ~((times > begin) & (times < begin + float(random.uniform(0.0, 0.15))))
    return kept


def told(each: Case) -> list[Repetition]:
    """Return the complete repetitions that the core tells of a set."""
    encoder = Encoder(EncoderSettings(
        counts_per_metre=COUNTS, bottom_stop=-5.0, top_stop=5.0, frozen_after=3600.0))
    settings = PhaseSettings(min_range=MIN_RANGE, order=each.order.name.lower())
    detector, counter = PhaseDetector(settings), RepetitionCounter(phase=settings)
    if each.known:
        prescription = Prescription(order=each.order, rom=each.extent)
        detector.expect(prescription)
        counter.expect(prescription)
    found = []
    for stamp, position in zip(each.times, each.positions, strict=True):
        handle = encoder.step(round(position * COUNTS), stamp)
        found.append(counter.step(handle, detector.step(handle)))
    found.append(counter.finish(each.times[-1]))
    return [one for one in found if one is not None and one.stage is RepetitionStage.COMPLETE]


def errors(each: Case, found: list[Repetition]) -> Iterator[float]:
    """Give the share by which the length of each way is measured wrongly."""
    for number, repetition in enumerate(found):
        for direction, _, length in each.ways[2 * number:2 * number + 2]:
            measure = repetition.concentric if direction > 0 else repetition.eccentric
            yield abs(measure.range / length - 1.0)


def right(each: Case, found: list[Repetition]) -> bool:
    """Tell whether every repetition was counted and nothing else was told."""
    return [one.verdict for one in found] == [Verdict.COUNTED] * each.repetitions


def main(
    kind: Annotated[str, typer.Argument(help='rest, pause or gap')] = 'rest',
    sets: Annotated[int, typer.Option(min=1)] = 1000,
    seed: Annotated[int, typer.Option(help='of the first')] = 0,
) -> None:
    """Play sets, name those told wrongly, and end with status 1 if there is one."""
    if kind not in KINDS:
        raise typer.BadParameter(f'{kind} is not one of {", ".join(KINDS)}')
    wrong, missed = 0, list[float]()
    for number in range(seed, seed + sets):
        each = case(number, kind)
        found = told(each)
        if right(each, found):
            missed += errors(each, found)
        else:
            wrong += 1
            print(f'seed {number}: {each.repetitions} repetitions, told',
                  ', '.join(one.verdict.name.lower() for one in found) or 'nothing', flush=True)
    middle, most, nearly = np.quantile(missed, (0.5, 0.95, 0.99))
    print(f'{sets} sets of kind {kind}, {wrong} wrong; lengths wrong by {middle:.2%} (50 %), '
          f'{most:.2%} (95 %), {nearly:.2%} (99 %), {max(missed):.2%} at most; '
          f'{np.mean(np.array(missed) > 0.02):.2%} of them by more than 2 %')
    if wrong:
        raise typer.Exit(1)


if __name__ == '__main__':
    typer.run(main)
