# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Erasing what is stored about a person; docs/privacy.md lists what that is."""
from contextlib import suppress
from pathlib import Path
import time

from negtrain_ros.history import tables_for_people
from negtrain_ros.history.database import said, writing
from negtrain_ros.history.tables import ALIASES, ATHLETES, ERASURES, SESSIONS
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Engine


def erase(engine: Engine, name: str) -> list[Path]:
    """
    Erase an athlete with all their data, recordings included.

    A machine that still owes entries about them cannot bring them back: they are older than the
    erasure and are dropped. Whoever comes again under the same name begins anew.

    :return: recordings that could not be removed from here
    :raises HistoryError: if there is no athlete of this name, or the database refuses
    """
    athlete = tables_for_people.find_athlete(engine, name)['number']
    with said(engine.url), writing(engine) as connection:
        recordings = connection.execute(select(SESSIONS.c.recording).where(
            SESSIONS.c.athlete == athlete, SESSIONS.c.recording != '')).scalars().all()
        numbers = [athlete, *connection.execute(select(ALIASES.c.number).where(
            ALIASES.c.athlete == athlete)).scalars()]
        connection.execute(delete(ATHLETES).where(ATHLETES.c.number == athlete))
        connection.execute(delete(ERASURES).where(ERASURES.c.athlete.in_(numbers)))
        connection.execute(insert(ERASURES), [
            {'athlete': number, 'erased_at': time.time()} for number in numbers])
    if engine.dialect.name == 'sqlite':
        _forget_journal(engine)
    return [path for path in map(Path, recordings) if not _removed(path)]


def _forget_journal(engine: Engine) -> None:
    """Empty SQLite's journal too, which would keep the erased pages until it is written over."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute('PRAGMA wal_checkpoint(TRUNCATE)')
    finally:
        connection.close()


def _removed(path: Path) -> bool:
    """Remove a recording; what a folder holds besides is somebody else's, and keeps it."""
    with suppress(OSError):
        if not path.is_dir():
            path.unlink(missing_ok=True)
            return True
        for part in (*path.glob('*.mcap'), path / 'metadata.yaml'):
            part.unlink(missing_ok=True)
        path.rmdir()
        return True
    return False
