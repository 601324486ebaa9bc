# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Histogram of the gaps, as a picture."""
from collections.abc import Mapping, Sequence
from pathlib import Path


def draw(gaps: Mapping[str, Sequence[float]], silence: float, path: Path) -> None:
    """
    Draw how often each gap was seen.

    :param gaps: what was measured, and the gaps [s]
    :param silence: gap that ends a set [s]
    """
    import matplotlib as mpl
    mpl.use('Agg')
    from matplotlib import pyplot as plt
    import numpy as np
    longest = max((gap for each in gaps.values() for gap in each), default=0.0)
    edges = np.linspace(0.0, 1e3 * 1.2 * max(longest, silence), 121)
    figure, panels = plt.subplots(len(gaps), 1, sharex=True, figsize=(9.0, 3.0 * len(gaps)),
                                  squeeze=False, layout='constrained')
    for panel, (title, values) in zip(panels[:, 0], gaps.items(), strict=True):
        panel.hist([1e3 * value for value in values], bins=edges, color='#2368a8')
        panel.set_yscale('log')
        panel.set_ylim(bottom=0.5)
        panel.axvline(1e3 * silence, color='#d4691e', label='encoder silent')
        panel.axvline(1e3 * max(values, default=0.0), color='#30343a', linestyle='--',
                      label=f'longest, {1e3 * max(values, default=0.0):.1f} ms')
        panel.set_title(title)
        panel.set_ylabel('gaps')
        panel.legend(loc='upper right')
    panels[-1, 0].set_xlabel('gap [ms]')
    figure.savefig(path, dpi=120)
    plt.close(figure)
