# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Plot of a replay."""
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from negtrain_ros.core.types import DIRECTIONS, Phase, RepetitionStage, Verdict
from negtrain_ros.replay.sample import ReplaySample

COLOURS = {Phase.UNKNOWN: '#dddddd', Phase.BOTTOM_HOLD: '#cfe3f5', Phase.CONCENTRIC: '#d8f0d0',
           Phase.TOP_HOLD: '#fff0c0', Phase.ECCENTRIC: '#f8d5d0'}


def plot(moments: list[ReplaySample], path: Path) -> None:
    """Draw position with phases, turning points and counted repetitions."""
    figure = Figure(figsize=(14, 4.5), layout='constrained')
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    changes = [0, *(k for k in range(1, len(moments))
                    if moments[k].estimate.phase is not moments[k - 1].estimate.phase)]
    seen: set[Phase] = set()
    for begin, end in zip(changes, [*changes[1:], len(moments) - 1], strict=True):
        phase = moments[begin].estimate.phase
        label = None if phase in seen else phase.name.lower().replace('_', ' ')
        axes.axvspan(moments[begin].estimate.stamp, moments[end].estimate.stamp,
                     color=COLOURS[phase], label=label, linewidth=0)
        seen.add(phase)
    axes.plot([moment.handle.stamp for moment in moments],
              [moment.handle.position for moment in moments], color='black', linewidth=0.9)
    turned = 0
    for k in changes:
        moment = moments[k]
        if moment.estimate.phase in DIRECTIONS:
            if turned not in (0, moment.estimate.phase):
                axes.plot(moment.handle.stamp, moment.handle.position, 'k.', markersize=5)
            turned = moment.estimate.phase
    for moment in moments:
        repetition = moment.repetition
        if repetition is not None and repetition.stage is RepetitionStage.COMPLETE:
            counted = repetition.verdict is Verdict.COUNTED
            axes.annotate(str(repetition.number) if counted else '×',
                          (moment.handle.stamp, moment.handle.position),
                          textcoords='offset points', xytext=(4, 6), fontsize=9)
    axes.set_xlabel('time [s]')
    axes.set_ylabel('position [m]')
    axes.margins(x=0.0)
    # Centred above the axes; matplotlib 3.6 has no legend outside of them.
    axes.legend(loc='lower center', bbox_to_anchor=(0.5, 1.0), ncols=5, frameon=False, fontsize=9)
    figure.savefig(path, dpi=110)
