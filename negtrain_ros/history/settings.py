# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Settings of the history: the place of its files and its database."""
from dataclasses import dataclass

from negtrain_ros.core.settings import parameter, Settings


@dataclass(frozen=True)
class HistorySettings(Settings):
    """Where a machine keeps what it writes."""

    url: str = parameter('', 'database; empty: history.sqlite in the folder')
    folder: str = parameter('', "folder of this machine; empty: the user's data folder")
    record: bool = parameter(True, 'whether all that is published in a session is kept too')
    machine: str = parameter('', 'name among all machines of a database; empty: the host name')
