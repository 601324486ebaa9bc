# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Drawing of charts with matplotlib: SVG for a page, PNG to be passed on."""
from datetime import datetime
import io

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from negtrain_ros.history.reports.charts import breadth, Chart, extent, GREY, INK, Panel

INCH = 100  # pixels of a page
WIDTH, LEFT, RIGHT, TOP, BOTTOM, GAP = 900, 60, 15, 18, 42, 20  # pixels
MARKERS = {'circle': 'o', 'square': 's', 'triangle': '^', '': ''}
STROKES = {'solid': '-', 'dashed': '--', '': ''}
NO_METADATA = {'Creator': None, 'Date': None, 'Format': None, 'Type': None}


def svg(chart: Chart) -> str:
    """Return a chart as an SVG element, with its texts as texts."""
    file = io.StringIO()
    # The salt makes the names inside the element, and so the page, the same each time.
    with mpl.rc_context({'svg.fonttype': 'none', 'svg.hashsalt': chart.quantity}):
        _figure(chart).savefig(file, format='svg', metadata=NO_METADATA, transparent=True)
    text = file.getvalue()
    return text[text.index('<svg'):].replace('<svg', '<svg role="img"', 1)


def png(chart: Chart) -> bytes:
    """Return a chart as PNG."""
    file = io.BytesIO()
    _figure(chart).savefig(file, format='png', dpi=130)
    return file.getvalue()


def _figure(chart: Chart) -> Figure:
    count = len(chart.panels)
    height = TOP + count * (chart.height + GAP) - GAP + BOTTOM
    figure = Figure(figsize=(WIDTH / INCH, height / INCH))
    # A layout that measures the texts first would take as long as the drawing.
    figure.subplots_adjust(LEFT / WIDTH, BOTTOM / height, 1.0 - RIGHT / WIDTH, 1.0 - TOP / height,
                           hspace=GAP / chart.height)
    axes = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
    for one, panel in zip(axes, chart.panels, strict=True):
        _draw_panel(one, panel, chart)
    axes[-1].set_xlabel(chart.quantity, fontsize=8)
    return figure


def _draw_panel(axes: Axes, panel: Panel, chart: Chart) -> None:
    def place(x: float) -> float:
        return float(date2num(datetime.fromtimestamp(x))) if chart.dates else x

    for series in panel.series:
        axes.plot([place(x) for x, _ in series.points], [y for _, y in series.points],
                  color=series.colour, label=series.label or None, linewidth=1.1, markersize=4,
                  linestyle=STROKES[series.stroke], marker=MARKERS[series.marker],
                  fillstyle='full' if series.filled else 'none')
    for divider in panel.dividers:
        axes.axvline(place(divider), ymax=0.85, color=GREY, linewidth=0.6)
    for x, note in panel.notes:
        axes.annotate(note, (place(x), 1.0), xycoords=('data', 'axes fraction'), xytext=(0, 2),
                      textcoords='offset points', ha='center', fontsize=7, color=GREY)
    axes.set_xlim(*map(place, breadth(chart)))
    axes.set_ylim(*extent(panel))
    axes.set_ylabel(panel.quantity, fontsize=8)
    axes.tick_params(colors=INK, labelsize=8)
    axes.spines[['top', 'right']].set_visible(False)
    axes.grid(axis='y', color='#e6e8eb', linewidth=0.7)
    axes.set_axisbelow(True)
    if panel.labelled:
        axes.legend(loc='upper left', ncols=4, frameon=False, fontsize=7, borderaxespad=0.1)
    if chart.dates:
        axes.xaxis_date()
        axes.xaxis.set_major_locator(AutoDateLocator(minticks=2, maxticks=7))
    elif chart.whole:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
