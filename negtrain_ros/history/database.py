# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Opening the database: where it is, who may read it, which version it has.

SQLite in the user's data folder unless a URL names another one; the rest of the history does not
know the difference.
"""
from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import re
from typing import Any
from urllib.parse import quote, unquote

from negtrain_ros.core.settings import Refusal
import platformdirs
from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import Connection, Engine, make_url, URL
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

VERSIONS = ('0001', '0002', '0003')  # of the tables, one file each in migrations/versions
MIGRATING = 0x6E656774  # PostgreSQL advisory lock: one machine migrates, the others wait
PATIENCE = 5.0  # s, for a connection or for another writer


class HistoryError(Refusal):
    """What keeps the history from being read or written, in one line for people."""


class Away(HistoryError):
    """The database does not answer now; it may do so later."""


def default_folder() -> Path:
    """Return the folder of the user's data, which is made for its owner only when needed."""
    return platformdirs.user_data_path('negtrain')


def resolve(url: str, folder: Path) -> URL:
    """
    Return the database that is meant.

    :param url: empty: history.sqlite in the folder
    :raises HistoryError: for a URL that is neither SQLite nor PostgreSQL
    """
    if not url:
        return URL.create('sqlite', database=str(folder / 'history.sqlite'))
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise HistoryError(
            f'{url!r} is no database URL, such as postgresql://user@host/gym') from None
    drivers = {'sqlite': 'sqlite', 'postgresql': 'postgresql+psycopg2'}
    backend = parsed.get_backend_name()
    if backend not in drivers:
        raise HistoryError(f'{backend} is none of {", ".join(drivers)}')
    return parsed.set(drivername=drivers[backend])


def connect(url: URL) -> Engine:
    """Return an engine; nothing is opened yet, but a SQLite file is made for its owner only."""
    if url.get_backend_name() == 'sqlite':
        return _sqlite(url)
    try:
        return create_engine(url, future=True, pool_pre_ping=True, pool_size=2, connect_args={
            'connect_timeout': int(PATIENCE), 'keepalives_idle': int(PATIENCE),
            'tcp_user_timeout': int(PATIENCE * 1000)})
    except ModuleNotFoundError as error:
        raise HistoryError(
            f'PostgreSQL needs {error.name}: apt install python3-psycopg2, '
            "or pip install 'negtrain_ros[postgresql]'") from None


def make_private(path: Path) -> None:
    """Make a file, if there is none, and its folder, for its owner only."""
    make_private_folder(path.parent)
    os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))


def make_private_folder(path: Path) -> None:
    """Make a folder, and those it lies in, that only its owner can look into."""
    if not path.is_dir():
        make_private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def migrate(engine: Engine) -> None:
    """
    Bring the tables to the version of this program; nothing is done if they have it.

    :raises HistoryError: if the database is from a newer version or cannot be used
    """
    with said(engine.url):
        version = _version(engine)
        if version == VERSIONS[-1]:
            return
        if version is not None and version not in VERSIONS:
            raise HistoryError(
                f'{place(engine.url)} is of version {version}, newer than this program, '
                f'which knows up to {VERSIONS[-1]}: update negtrain')
        from alembic import command
        from alembic.config import Config
        config = Config()
        config.set_main_option(
            'script_location', str(Path(__file__).parent / 'migrations').replace('%', '%%'))
        with writing(engine) as connection:
            if engine.dialect.name == 'postgresql':
                connection.execute(text(f'SELECT pg_advisory_xact_lock({MIGRATING})'))
            config.attributes['connection'] = connection
            command.upgrade(config, 'head')


def has_history(engine: Engine) -> bool:
    """
    Tell whether a database has the tables of a history, of whatever version.

    :raises HistoryError: if it cannot be read
    """
    with said(engine.url):
        return _version(engine) is not None


def writable(engine: Engine) -> bool:
    """Tell whether the database takes rows; a server is asked when it comes to it."""
    return 'mode' not in engine.url.query


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a transaction that holds SQLite's write lock from its first moment."""
    with engine.execution_options(negtrain_writes=True).begin() as connection:
        yield connection


@contextmanager
def said(url: URL) -> Iterator[None]:
    """Turn what a driver says into one line for people."""
    try:
        yield
    except DBAPIError as error:
        line = str(error.orig).strip().splitlines()[0] if str(error.orig) else str(error)
        gone = isinstance(error, OperationalError) or error.connection_invalidated
        raise (Away if gone else HistoryError)(f'{place(url)}: {line}') from error


def place(url: URL) -> str:
    """Return where a database is, for people, without its password."""
    if url.get_backend_name() == 'sqlite':
        return unquote(str(url.database).removeprefix('file:'))
    return re.sub(r'^\w+\+?\w*', 'postgresql', url.render_as_string(hide_password=True))


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table('alembic_version'):
            return None
        return connection.execute(text('SELECT version_num FROM alembic_version')).scalar()


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _read_only(path: Path) -> URL:
    """Return how to read a file beside which SQLite may not put its journal."""
    query = {'uri': 'true', 'mode': 'ro'}
    if not Path(f'{path}-wal').exists():
        query['immutable'] = '1'
    return URL.create('sqlite', database=f'file:{quote(str(path))}', query=query)


def _pooled(url: URL, **arguments: Any) -> Engine:
    """Return an engine that keeps a connection of any thread: SQLAlchemy 1.4 would not."""
    return create_engine(url, future=True, poolclass=QueuePool, connect_args={
        'check_same_thread': False, **arguments})


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ':memory:':
        raise HistoryError('the history has to be a file')
    path = Path(url.database)
    try:
        make_private(path)
    except OSError as error:
        if not path.exists():
            raise HistoryError(f'{path}: {error.strerror}') from error
    if not _may_write(path):
        return _pooled(_read_only(path))
    engine = _pooled(url, timeout=PATIENCE)

    @event.listens_for(engine, 'connect')
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # transactions begin where `begin` says so
        cursor = connection.cursor()
        cursor.execute('PRAGMA journal_mode = WAL')
        cursor.execute('PRAGMA synchronous = FULL')
        cursor.execute('PRAGMA foreign_keys = ON')
        cursor.execute('PRAGMA secure_delete = ON')
        cursor.close()

    @event.listens_for(engine, 'begin')
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get('negtrain_writes')
        connection.exec_driver_sql('BEGIN IMMEDIATE' if immediate else 'BEGIN')

    return engine
