# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The pictures of a report, as PNG."""
from collections.abc import Sequence
from datetime import datetime
import io
from typing import Any

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from negtrain_ros.history.trace import unpack
import numpy as np

Rows = Sequence[dict[str, Any]]

COLOURS = {'concentric': '#2368a8', 'eccentric': '#d4691e'}
GREY, INK = '#8a8f98', '#30343a'
MARKERS = {'load_velocity': 'o', 'isometric': 's', 'repetition_maximum': '^'}
WIDTH = 9.0  # inch
PAUSE = 0.4  # s, drawn between two repetitions


def of_set(training_set: dict[str, Any], repetitions: Rows) -> bytes:
    """Return position and load over the repetitions of one set, or nothing if not recorded."""
    traces = [unpack(row['trace']) for row in repetitions]
    if not any(len(trace) for trace in traces):
        return b''
    figure, (position, load) = _figure(2, height=3.4, sharex=True)
    begin = 0.0
    for row, trace in zip(repetitions, traces, strict=True):
        if not len(trace):
            continue
        time = begin + trace[:, 0]
        shade = INK if row['verdict'] == 'counted' else GREY
        position.plot(time, trace[:, 1] * 100.0, color=shade, linewidth=1.1)
        load.plot(time, trace[:, 2], color=shade, linewidth=1.1)
        position.annotate(str(row['ordinal']), (time[len(time) // 2], 1.0), ha='center',
                          xycoords=('data', 'axes fraction'), xytext=(0, 2), fontsize=7,
                          textcoords='offset points', color=GREY)
        begin = float(time[-1]) + PAUSE
    for phase, colour in COLOURS.items():
        load.axhline(training_set[phase], color=colour, linewidth=1.0, linestyle='--',
                     label=f'{phase} {training_set[phase]:g} kg prescribed')
    position.set_ylabel('position [cm]')
    load.set_ylabel('load [kg]')
    load.set_ylim(bottom=0.0, top=1.35 * max(training_set['concentric'],
                                              training_set['eccentric'], 1.0))
    load.set_xlabel('time in the repetitions [s]')
    load.set_xlim(0.0, begin)
    _legend(load)
    return _png(figure)


def of_repetitions(repetitions: Rows) -> bytes:
    """Return loads and velocities of all repetitions, prescribed against realised."""
    if not repetitions:
        return b''
    figure, (load, velocity) = _figure(2, height=4.2, sharex=True)
    place = np.arange(1, len(repetitions) + 1)
    for phase, realised in (('concentric', 'mean_load'), ('eccentric', 'plateau_load')):
        colour = COLOURS[phase]
        load.step(place, _column(repetitions, f'{phase}_prescribed'), where='mid', color=colour,
                  linestyle='--', linewidth=1.0, label=f'{phase} prescribed')
        load.plot(place, _column(repetitions, f'{phase}_{realised}'), 'o', color=colour,
                  markersize=4, label=f'{phase} realised')
        velocity.plot(place, _column(repetitions, f'{phase}_mean_velocity'), 'o-', color=colour,
                      markersize=4, linewidth=0.8, label=f'{phase} mean')
        velocity.plot(place, _column(repetitions, f'{phase}_peak_velocity'), '^', color=colour,
                      markersize=4, fillstyle='none', label=f'{phase} peak')
    sets = _column(repetitions, 'set')
    for axes in (load, velocity):
        for border in place[1:][sets[1:] != sets[:-1]]:
            axes.axvline(border - 0.5, ymax=0.85, color=GREY, linewidth=0.6)
        _headroom(axes, 1.45)
        _legend(axes)
    load.set_ylabel('load [kg]')
    velocity.set_ylabel('velocity [m/s]')
    velocity.set_xlabel('repetition; a line divides two sets')
    velocity.xaxis.set_major_locator(MaxNLocator(integer=True))
    return _png(figure)


def of_strength(tests: Rows) -> bytes:
    """Return the maxima of one exercise over time, each method for itself."""
    if not tests:
        return b''
    figure, (axes,) = _figure(1, height=2.6)
    for method, marker in MARKERS.items():
        of_method = [test for test in tests if test['method'] == method]
        accepted = [test for test in of_method if test['accepted_at'] is not None]
        axes.plot(_dates(accepted), [test['maximum'] for test in accepted], marker=marker,
                  color=INK, linewidth=1.0, markersize=5)
        axes.plot(_dates(of_method), [test['maximum'] for test in of_method], marker=marker,
                  color=INK, linestyle='', fillstyle='none', markersize=5,
                  label=method.replace('_', ' ') if of_method else None)
    axes.set_ylabel('maximum [kg]')
    axes.set_xlabel('day of the test; filled: accepted')
    axes.xaxis_date()
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=2, maxticks=7))
    axes.margins(x=0.06)
    _headroom(axes, 1.3)
    _legend(axes)
    return _png(figure)


def _figure(rows: int, *, height: float, sharex: bool = False) -> tuple[Figure, Sequence[Axes]]:
    figure = Figure(figsize=(WIDTH, height))
    figure.subplots_adjust(left=0.06, right=0.955, top=1.0 - 0.2 / height, bottom=0.45 / height,
                           hspace=0.12)
    axes = figure.subplots(rows, 1, sharex=sharex, squeeze=False)[:, 0]
    for one in axes:
        one.spines[['top', 'right']].set_visible(False)
        one.spines[['left', 'bottom']].set_color(GREY)
        one.tick_params(colors=INK, labelsize=8)
        one.xaxis.label.set_fontsize(8)
        one.yaxis.label.set_fontsize(8)
        one.grid(axis='y', color='#e6e8eb', linewidth=0.7)
        one.set_axisbelow(True)
    return figure, list(axes)


def _headroom(axes: Axes, share: float) -> None:
    """Begin at zero and leave room for the legend above what is drawn."""
    axes.set_ylim(0.0, share * max(axes.get_ylim()[1] / 1.05, 0.01))


def _legend(axes: Axes) -> None:
    axes.legend(loc='upper left', ncols=4, frameon=False, fontsize=7, borderaxespad=0.1)


def _column(rows: Rows, name: str) -> np.ndarray:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=float)


def _dates(rows: Rows) -> list[float]:
    return [float(date2num(datetime.fromtimestamp(row['taken_at']))) for row in rows]


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format='png', dpi=130)
    return file.getvalue()
