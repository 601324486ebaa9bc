# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Set-up of the history of the session manager: opened at the start, closed at the end."""
from pathlib import Path
import time

from negtrain_ros.history.database import default_folder
from negtrain_ros.history.session_log import SessionLog
from negtrain_ros.history.settings import HistorySettings
from negtrain_ros.history.store import History
from negtrain_ros.shell.polled_subscription import PollingNode
from negtrain_ros.shell.recorder import TopicRecorder


def open_history(node: PollingNode, place: HistorySettings) -> tuple[History, SessionLog]:
    """
    Return the history of a machine, and the journal that writes sessions into it.

    :raises HistoryError: if this machine could not keep anything
    """
    folder, warn = Path(place.folder or default_folder()), node.get_logger().warning

    def dates() -> float:
        """Return the time of the node, which repetitions have; until it knows one, the real."""
        return node.get_clock().now().nanoseconds / 1e9 or time.time()
    history = History(place.url, folder, machine=place.machine, geometry=place.geometry,
                      dates=dates, warn=warn)
    recorder = TopicRecorder(node, folder / 'recordings', warn) if place.record else None
    journal = SessionLog(history, recorder)
    node.context.on_shutdown(journal.close)
    return history, journal
