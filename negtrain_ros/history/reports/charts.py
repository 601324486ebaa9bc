# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Charts of a report as data; drawing.py draws them."""
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
import math
from typing import Any

from negtrain_ros.history.trace import unpack

Rows = Sequence[dict[str, Any]]

COLOURS = {'concentric': '#2368a8', 'eccentric': '#d4691e'}
GREY, INK = '#8a8f98', '#30343a'
MARKERS = {'load_velocity': 'circle', 'isometric': 'square', 'repetition_maximum': 'triangle'}
PAUSE = 0.4  # s, drawn between two repetitions


@dataclass(frozen=True)
class Series:
    """Points (x, y), joined unless `stroke` is empty; a NaN interrupts the line."""

    points: Sequence[tuple[float, float]]
    colour: str = INK
    label: str = ''
    stroke: str = 'solid'  # solid, dashed or empty
    marker: str = ''  # circle, square, triangle or empty
    filled: bool = True


@dataclass(frozen=True)
class Panel:
    """One pair of axes; y begins at zero unless `floating`."""

    quantity: str
    series: Sequence[Series]
    dividers: Sequence[float] = ()
    notes: Sequence[tuple[float, str]] = ()
    floating: bool = False

    @property
    def labelled(self) -> list[Series]:
        """What the legend names."""
        return [series for series in self.series if series.label]


@dataclass(frozen=True)
class Chart:
    """Panels above each other over the same x."""

    panels: Sequence[Panel]
    quantity: str
    height: int  # of a panel, pixels of a page
    dates: bool = False
    whole: bool = False  # x counts something


def of_set(training_set: dict[str, Any], repetitions: Rows) -> Chart | None:
    """Return position and load over the repetitions of one set; None: not recorded."""
    begin, positions, loads, notes = 0.0, [], [], []
    for row in repetitions:
        trace = unpack(row['trace'])
        if not trace:
            continue
        colour = INK if row['verdict'] == 'counted' else GREY
        positions.append(Series([(begin + time, 100.0 * place) for time, place, _ in trace],
                                colour))
        loads.append(Series([(begin + time, load) for time, _, load in trace], colour))
        notes.append((begin + trace[-1][0] / 2.0, str(row['ordinal'])))
        begin += trace[-1][0] + PAUSE
    if not positions:
        return None
    prescribed = [
        Series([(0.0, training_set[phase]), (begin, training_set[phase])], colour,
               f'{phase} {training_set[phase]:g} kg prescribed', 'dashed')
        for phase, colour in COLOURS.items()]
    return Chart((Panel('position [cm]', positions, notes=notes, floating=True),
                  Panel('load [kg]', [*loads, *prescribed])), 'time in the repetitions [s]', 140)


def of_repetitions(repetitions: Rows) -> Chart | None:
    """Return loads and velocities of all repetitions, prescribed against realised."""
    if not repetitions:
        return None
    loads, velocities = [], []
    for phase, realised in (('concentric', 'mean_load'), ('eccentric', 'plateau_load')):
        colour = COLOURS[phase]
        loads += [
            Series(_column(repetitions, f'{phase}_prescribed'), colour, f'{phase} prescribed',
                   'dashed'),
            Series(_column(repetitions, f'{phase}_{realised}'), colour, f'{phase} realised', '',
                   'circle')]
        velocities += [
            Series(_column(repetitions, f'{phase}_mean_velocity'), colour, f'{phase} mean',
                   marker='circle'),
            Series(_column(repetitions, f'{phase}_peak_velocity'), colour, f'{phase} peak', '',
                   'triangle', filled=False)]
    dividers = [place + 0.5 for place, (row, following) in enumerate(
        pairwise(repetitions), start=1) if row['set'] != following['set']]
    return Chart((Panel('load [kg]', loads, dividers),
                  Panel('velocity [m/s]', velocities, dividers)),
                 'repetition; a line divides two sets', 180, whole=True)


def of_strength(tests: Rows) -> Chart | None:
    """Return the maxima of one exercise over time, each method for itself."""
    series = []
    for method, marker in MARKERS.items():
        of_method = [test for test in tests if test['method'] == method]
        accepted = [test for test in of_method if test['accepted_at'] is not None]
        series += [
            Series(_maxima(of_method), INK, method.replace('_', ' '), '', marker, filled=False),
            Series(_maxima(accepted), marker=marker),
        ] if of_method else []
    if not series:
        return None
    return Chart((Panel('maximum [kg]', series),), 'day of the test; filled: accepted', 190,
                 dates=True)


def extent(panel: Panel) -> tuple[float, float]:
    """Return the range of y that a panel shows, with room for its legend above."""
    values = [y for series in panel.series for _, y in series.points if math.isfinite(y)]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    low = low - 0.05 * (high - low) if panel.floating else 0.0
    room = 0.3 if panel.labelled else 0.05
    return low, max(high + room * (high - low), low + 1e-6)


def breadth(chart: Chart) -> tuple[float, float]:
    """Return the range of x that a chart shows."""
    places = [x for panel in chart.panels for series in panel.series for x, _ in series.points]
    low, high = min(places), max(places)
    edge = 0.02 * (high - low) or 0.5
    return low - edge, high + edge


def _column(rows: Rows, name: str) -> list[tuple[float, float]]:
    return [(float(place), math.nan if row[name] is None else row[name])
            for place, row in enumerate(rows, start=1)]


def _maxima(tests: Rows) -> list[tuple[float, float]]:
    return [(test['taken_at'], test['maximum']) for test in tests]
