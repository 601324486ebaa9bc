# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Opening the history for questions only, as the command line does."""
from contextlib import suppress
from pathlib import Path

from negtrain_ros.history.database import (
    connect,
    default_folder,
    HistoryError,
    migrate,
    resolve,
)
from negtrain_ros.history.spool import machines_owing
from sqlalchemy.engine import Engine


def open_to_read(url: str = '', folder: Path | None = None) -> Engine:
    """
    Return the database for questions, after delivering what dead processes still owe it.

    :raises HistoryError: if it cannot be read
    """
    folder = folder or default_folder()
    engine = connect(resolve(url, folder))
    for machine in machines_owing(folder, engine.url):
        from negtrain_ros.history.history import History
        with suppress(HistoryError):  # a living session manager delivers by itself
            History(url, folder, machine=machine).close()
    migrate(engine)
    return engine
