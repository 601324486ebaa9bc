# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Figures beside what they are compared with, repeated in turn, since a computer is never quiet.

A measurement is a module with `main`, which ends in keep(): it prints a table and writes
`bench/results/NAME.json`. `python -m bench` puts all of them together.
"""
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
import json
from pathlib import Path
import statistics
import sys
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import track
from rich.table import Table

RESULTS = Path(__file__).parent / 'results'
Value = TypeVar('Value')
COLUMNS = ('what', 'median', 'smallest .. largest', 'beside', 'ratio', 'goal')


@dataclass(frozen=True)
class Figure:
    """
    What was measured several times.

    :ivar values: one of each round
    :ivar beside: what it stands beside, empty for nothing
    :ivar others: of what it stands beside, one of each round
    :ivar goal: what is wanted, for people
    """

    what: str
    unit: str
    values: tuple[float, ...]
    beside: str = ''
    others: tuple[float, ...] = ()
    goal: str = ''

    def row(self) -> tuple[str, ...]:
        """Return the cells of the table."""
        ratios = [value / other for value, other in zip(self.values, self.others, strict=False)
                  if other]
        return (
            self.what, f'{statistics.median(self.values):.3g} {self.unit}',
            f'{min(self.values):.3g} .. {max(self.values):.3g}',
            f'{self.beside} {statistics.median(self.others):.3g} {self.unit}' if self.others
            else self.beside,
            f'{statistics.median(ratios):.2f} ({min(ratios):.2f} .. {max(ratios):.2f})'
            if ratios else '', self.goal)


@dataclass
class Kept:
    """What a measurement leaves behind: figures, notes, and curves for a picture."""

    figures: list[Figure]
    notes: list[str] = field(default_factory=list)
    curves: dict[str, Any] = field(default_factory=dict)


def in_turn(
    rounds: int, measurements: Mapping[str, Callable[[], Value]],
) -> dict[str, list[Value]]:
    """Measure everything once, then once again, ...: what disturbs one disturbs all."""
    results: dict[str, list[Value]] = {name: [] for name in measurements}
    steps = [name for _ in range(rounds) for name in measurements]
    for name in track(steps, 'measuring', console=Console(stderr=True)):
        results[name].append(measurements[name]())
    return results


def quantile(values: Iterable[float], share: float) -> float:
    """Return the value that a share of all does not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float('nan')


def keep(name: str, kept: Kept) -> None:
    """Print a table and write it where `python -m bench` finds it."""
    show(kept.figures, kept.notes)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f'{name}.json').write_text(json.dumps(asdict(kept), indent=1))


def load(name: str) -> Kept | None:
    """Return what a measurement has left, None if it was not made."""
    path = RESULTS / f'{name}.json'
    if not path.exists():
        return None
    kept = json.loads(path.read_text())
    figures = [Figure(**{key: tuple(value) if isinstance(value, list) else value
                         for key, value in each.items()}) for each in kept['figures']]
    return Kept(figures, kept['notes'], kept['curves'])


def show(figures: Iterable[Figure], notes: Iterable[str] = ()) -> None:
    """Print figures as a table."""
    table = Table(*COLUMNS)
    for figure in figures:
        table.add_row(*figure.row())
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    for note in notes:
        print(note)


def markdown(kept: Kept) -> str:
    """Return figures as a table of markdown."""
    rows = [COLUMNS, ('---',) * len(COLUMNS), *(figure.row() for figure in kept.figures)]
    lines = ['| ' + ' | '.join(row) + ' |' for row in rows]
    return '\n'.join((*lines, '', *kept.notes)) + '\n'
