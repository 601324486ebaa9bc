# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server for tests and benches, on a free port and in a folder that goes with it."""
from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile

import psutil
from sqlalchemy import create_engine, text

DEBIAN = Path('/usr/lib/postgresql')


class Server:
    """Debian's PostgreSQL; never run as root, which it refuses."""

    def __init__(self, binaries: Path, folder: Path, *, durable: bool) -> None:
        self.port = _free_port()
        self._binaries, self._data = binaries, folder / 'data'
        self._user = 'postgres' if os.getuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
        self._run('initdb', '--no-sync', '--auth=trust', '--username=gym', '-D', self._data)
        self._process = subprocess.Popen(
            [binaries / 'postgres', '-D', self._data, '-p', str(self.port), '-k', folder,
             '-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=120',
             '-c', f'fsync={"on" if durable else "off"}'],
            user=self._user, group=self._user, extra_groups=[] if self._user else None,
            cwd=folder, stdout=subprocess.DEVNULL, stderr=(folder / 'log').open('w'))
        self._run('pg_isready', '-h', '127.0.0.1', '-p', str(self.port), '-t', '0', tries=200)

    def new_database(self, name: str) -> str:
        """Make an empty database and return its URL."""
        engine = create_engine(
            f'postgresql+psycopg2://gym@127.0.0.1:{self.port}/postgres',
            isolation_level='AUTOCOMMIT')
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE {name}'))
        engine.dispose()
        return f'postgresql://gym@127.0.0.1:{self.port}/{name}'

    def freeze(self) -> None:
        """Let every process of the server hang; each is a session of its own."""
        for process in self._processes():
            process.suspend()

    def thaw(self) -> None:
        """Let them go on."""
        for process in self._processes():
            process.resume()

    def stop(self) -> None:
        """End the server at once: nobody needs its data any more."""
        self.thaw()
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(20)

    def _processes(self) -> list[psutil.Process]:
        postmaster = psutil.Process(self._process.pid)
        return [postmaster, *postmaster.children(recursive=True)]

    def _run(self, program: str, *arguments: object, tries: int = 1) -> None:
        for _ in range(tries):
            done = subprocess.run(
                [self._binaries / program, *map(str, arguments)], user=self._user,
                group=self._user, extra_groups=[] if self._user else None,
                cwd=self._data.parent, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return
            try:
                self._process.wait(0.1)
            except (AttributeError, subprocess.TimeoutExpired):
                continue
        raise RuntimeError(f'{program}: {done.stderr}')


def missing() -> str:
    """Return why there can be no server here; empty: there can."""
    if not list(DEBIAN.glob('*/bin/initdb')):
        return 'PostgreSQL is not installed: apt install postgresql'
    if os.getuid() == 0:
        try:
            pwd.getpwnam('postgres')
        except KeyError:
            return 'PostgreSQL does not run as root, and there is no user postgres'
    return ''


@contextmanager
def running(*, durable: bool = True) -> Iterator[Server]:
    """
    Give a server and end it with its folder.

    :param durable: False: it survives the death of others but not of the computer, and is quicker
    """
    binaries = max(DEBIAN.glob('*/bin/initdb'), key=lambda path: int(path.parts[-3])).parent
    with tempfile.TemporaryDirectory(prefix='negtrain-postgresql-', ignore_cleanup_errors=True) \
            as folder:
        Path(folder).chmod(0o711)
        server = Server(binaries, Path(folder), durable=durable)
        try:
            yield server
        finally:
            server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return int(probe.getsockname()[1])
