# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Open what the session manager keeps, and close it when the node ends."""
from pathlib import Path
import time

from negtrain_ros.history.database import default_folder
from negtrain_ros.history.history import History
from negtrain_ros.history.journal import Journal
from negtrain_ros.history.settings import HistorySettings
from negtrain_ros.shell.inbox import InboxNode
from negtrain_ros.shell.recorder import Recorder


def open_history(node: InboxNode, place: HistorySettings) -> tuple[History, Journal]:
    """
    Return the history of a machine, and the journal that writes sessions into it.

    :raises HistoryError: if this machine could not keep anything
    """
    folder, warn = Path(place.folder or default_folder()), node.get_logger().warning

    def dates() -> float:
        """Return the time of the node, which repetitions have; until it knows one, the real."""
        return node.get_clock().now().nanoseconds / 1e9 or time.time()
    history = History(place.url, folder, machine=place.machine, dates=dates, warn=warn)
    recorder = Recorder(node, folder / 'recordings', warn) if place.record else None
    journal = Journal(history, recorder)
    node.context.on_shutdown(journal.close)
    return history, journal
