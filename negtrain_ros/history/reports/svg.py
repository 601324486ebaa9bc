# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Drawing charts as SVG, for a page.

A page is drawn while somebody waits: a plotting library would take longer to load than everything
else takes together.
"""
from collections.abc import Iterator
from datetime import datetime
from html import escape
import math

from negtrain_ros.history.reports.charts import (
    breadth,
    Chart,
    extent,
    GREY,
    INK,
    Panel,
    Series,
    ticks,
)

WIDTH, LEFT, RIGHT, TOP, BOTTOM, GAP = 900, 60, 20, 16, 40, 14
SHAPES = {
    'circle': '<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2"',
    'square': '<rect x="{left:.1f}" y="{top:.1f}" width="6.4" height="6.4"',
    'triangle': '<path d="M{x:.1f} {top:.1f}l3.6 6.2h-7.2z"',
}


def draw(chart: Chart) -> str:
    """Return a chart as an SVG element that fills the width of its place."""
    height = TOP + len(chart.panels) * (chart.height + GAP) - GAP + BOTTOM
    parts = [f'<svg viewBox="0 0 {WIDTH} {height}" role="img" font-size="11" fill="{INK}">']
    for index, panel in enumerate(chart.panels):
        parts += _Axes(chart, panel, TOP + index * (chart.height + GAP)).draw(
            last=index == len(chart.panels) - 1)
    return '\n'.join([*parts, '</svg>'])


class _Axes:
    """One panel in its place."""

    def __init__(self, chart: Chart, panel: Panel, top: float) -> None:
        self._chart, self._panel = chart, panel
        self._top, self._bottom = top, top + chart.height
        self._x, self._y = breadth(chart), extent(panel)

    def draw(self, *, last: bool) -> Iterator[str]:
        """Give the elements; only the last panel names x."""
        yield from self._grid()
        yield from self._bottom_axis(named=last)
        for place in self._panel.dividers:
            yield self._line(self._across(place), self._top + 20, self._across(place),
                             self._bottom, GREY)
        for series in self._panel.series:
            yield from self._series(series)
        for place, note in self._panel.notes:
            yield self._text(self._across(place), self._top - 4, note, 'middle', GREY)
        yield from self._legend()

    def _across(self, x: float) -> float:
        low, high = self._x
        return LEFT + (x - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def _up(self, y: float) -> float:
        low, high = self._y
        return self._bottom - (y - low) / (high - low) * (self._bottom - self._top)

    def _grid(self) -> Iterator[str]:
        for tick in ticks(*self._y):
            y = self._up(tick)
            yield self._line(LEFT, y, WIDTH - RIGHT, y, '#e6e8eb')
            yield self._text(LEFT - 6, y + 4, f'{tick:g}', 'end')
        middle = (self._top + self._bottom) / 2
        yield (f'<text transform="translate(14 {middle:.1f}) rotate(-90)" text-anchor="middle">'
               f'{escape(self._panel.quantity)}</text>')

    def _bottom_axis(self, *, named: bool) -> Iterator[str]:
        yield self._line(LEFT, self._bottom, WIDTH - RIGHT, self._bottom, GREY)
        if not named:
            return
        for tick in self._days() if self._chart.dates else ticks(*self._x, most=10):
            name = (datetime.fromtimestamp(tick).strftime('%Y-%m-%d') if self._chart.dates
                    else f'{tick:g}')
            yield self._text(self._across(tick), self._bottom + 15, name, 'middle')
        yield self._text((LEFT + WIDTH - RIGHT) / 2, self._bottom + 32, self._chart.quantity,
                         'middle')

    def _days(self) -> list[float]:
        """Return the days of tests that can be named without running into each other."""
        days: list[float] = []
        for x in sorted({x for series in self._panel.series for x, _ in series.points}):
            if not days or self._across(x) - self._across(days[-1]) > 90.0:
                days.append(x)
        return days

    def _series(self, series: Series) -> Iterator[str]:
        if series.stroke:
            path, pen = [], 'M'
            for x, y in series.points:
                if math.isfinite(y):
                    path.append(f'{pen}{self._across(x):.1f} {self._up(y):.1f}')
                pen = 'L' if math.isfinite(y) else 'M'
            dashes = ' stroke-dasharray="5 3"' if series.stroke == 'dashed' else ''
            yield (f'<path d="{"".join(path)}" fill="none" stroke="{series.colour}" '
                   f'stroke-width="1.3"{dashes}/>')
        if series.marker:
            for x, y in series.points:
                if math.isfinite(y):
                    yield self._mark(self._across(x), self._up(y), series)

    def _mark(self, x: float, y: float, series: Series) -> str:
        shape = SHAPES[series.marker].format(x=x, y=y, left=x - 3.2, top=y - 3.2)
        inside = series.colour if series.filled else '#fff'
        return f'{shape} fill="{inside}" stroke="{series.colour}"/>'

    def _legend(self) -> Iterator[str]:
        x, y = LEFT + 8.0, self._top + 10.0
        for series in self._panel.labelled:
            if series.stroke:
                dashes = ' stroke-dasharray="5 3"' if series.stroke == 'dashed' else ''
                yield (f'<path d="M{x} {y - 4}h20" fill="none" stroke="{series.colour}" '
                       f'stroke-width="1.3"{dashes}/>')
            if series.marker:
                yield self._mark(x + 10, y - 4, series)
            yield self._text(x + 26, y, series.label, 'start')
            x += 46 + 6.2 * len(series.label)

    @staticmethod
    def _line(x: float, y: float, to_x: float, to_y: float, colour: str) -> str:
        return f'<path d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="{colour}"/>'

    @staticmethod
    def _text(x: float, y: float, text: str, anchor: str, colour: str = INK) -> str:
        return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">'
                f'{escape(text)}</text>')
