# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Settings of the history of a machine."""
from dataclasses import dataclass

from negtrain_ros.core.settings import parameter, Settings


@dataclass(frozen=True)
class HistorySettings(Settings):
    """Where a machine keeps what it writes."""

    url: str = parameter('', 'database; empty: history.sqlite in the folder')
    folder: str = parameter('', "folder of this machine; empty: the user's data folder")
    record: bool = parameter(True, 'whether all that is published in a session is kept too')
    geometry: str = parameter(
        '', 'name of seat rail, levers and encoder offset, to which ranges and maxima belong: '
        'machines with the same ones share it, a machine that was changed needs a new one; '
        'empty: that of the machine')
    machine: str = parameter('', 'name among all machines of a database; empty: the host name')
