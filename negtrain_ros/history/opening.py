# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Opening of the history for questions only, as the command line does; it makes nothing."""
from contextlib import closing, suppress
from pathlib import Path
import sqlite3

from negtrain_ros.history.database import (
    connect,
    default_folder,
    has_history,
    HistoryError,
    make_private_folder,
    migrate,
    place,
    resolve,
    writable,
)
from negtrain_ros.history.outbox.spool import machines_owing
from sqlalchemy.engine import Engine


def open_to_read(url: str = '', folder: Path | None = None) -> Engine:
    """
    Return the database for questions, after delivering what dead processes still owe it.

    :raises HistoryError: if folder or database are not there, or cannot be read
    """
    where = resolve(url, folder or default_folder())
    if folder is not None and not folder.is_dir():
        raise HistoryError(f'there is no folder {folder}')
    folder = folder or default_folder()
    owing = machines_owing(folder, where)
    if where.get_backend_name() == 'sqlite' and where.database and not owing:
        _check_file(Path(where.database))
    engine = connect(where)
    for machine in owing:
        from negtrain_ros.history.store import History
        with suppress(HistoryError):  # a living session manager delivers by itself
            History(url, folder, machine=machine).close()
    if not has_history(engine):
        raise HistoryError(f'there is no history in {place(where)}')
    migrate(engine)
    return engine


def make_history(url: str = '', folder: Path | None = None) -> None:
    """
    Make the tables of a history where there are none yet.

    :raises HistoryError: if that is not possible
    """
    folder = folder or default_folder()
    make_private_folder(folder)
    engine = connect(resolve(url, folder))
    if writable(engine):
        migrate(engine)
    engine.dispose()


def _check_file(path: Path) -> None:
    try:
        there = path.is_file()
    except OSError as error:
        raise HistoryError(f'{path}: {error.strerror}') from error
    if not there:
        raise HistoryError(f'there is no history in {path}: '
                           f'{"no such file" if path.parent.is_dir() else "no such folder"}')
    # Opened to write, the file of another program would change.
    with suppress(sqlite3.Error), closing(sqlite3.connect(
            f'{path.absolute().as_uri()}?mode=ro', uri=True)) as connection:
        if not connection.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            raise HistoryError(f'there is no history in {path}')
