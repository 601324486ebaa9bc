# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Drawing charts as PNG, to be passed on."""
from datetime import datetime
import io

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, date2num
from matplotlib.figure import Figure
from negtrain_ros.history.reports.charts import breadth, Chart, extent, GREY, INK, Panel

INCH = 100  # pixels of a page
MARKERS = {'circle': 'o', 'square': 's', 'triangle': '^', '': ''}
STROKES = {'solid': '-', 'dashed': '--', '': ''}


def draw(chart: Chart) -> bytes:
    """Return a chart as PNG."""
    count = len(chart.panels)
    figure = Figure(figsize=(9.0, (60 + count * (chart.height + 20)) / INCH),
                    layout='constrained')
    axes = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
    for one, panel in zip(axes, chart.panels, strict=True):
        _draw_panel(one, panel, chart)
    axes[-1].set_xlabel(chart.quantity, fontsize=8)
    file = io.BytesIO()
    figure.savefig(file, format='png', dpi=130)
    return file.getvalue()


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
