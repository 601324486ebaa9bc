# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Spool: a file of the entries that the database does not have yet; it survives a crash."""
from collections.abc import Iterator, Sequence
import fcntl
import hashlib
import os
from pathlib import Path
import socket
from urllib.parse import quote, unquote

from negtrain_ros.history.database import HistoryError, make_private
from negtrain_ros.history.outbox.entries import Entry, entry_of
from sqlalchemy.engine import URL

SUFFIX = '.owed'


class Spool:
    """Entries of one machine for one database; only one process at a time holds it."""

    def __init__(self, path: Path) -> None:
        """
        Take hold of a file, and make it if there is none.

        :raises HistoryError: if another process holds it, or it cannot be made
        """
        self.path = path
        try:
            make_private(path)
            self._file = os.open(path, os.O_RDWR)
        except OSError as error:
            raise HistoryError(f'{path}: {error.strerror}') from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise HistoryError(
                f'{path} is in use: this machine has a session manager already; another one '
                'needs a folder or a name of its own (history.machine)') from None
        self._end_torn_line()

    def append(self, entries: Sequence[Entry]) -> None:
        """
        Write entries; they are on the disk, all of them, when this returns.

        :raises OSError: if they cannot be written; then none of them is
        """
        end = os.lseek(self._file, 0, os.SEEK_END)
        rest = b''.join(entry.line() for entry in entries)
        try:
            while rest:
                rest = rest[os.write(self._file, rest):]
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, end)
            raise

    def entries(self) -> Iterator[Entry]:
        """Read what is owed; a line that a crash left unfinished was never announced."""
        os.lseek(self._file, 0, os.SEEK_SET)
        with os.fdopen(os.dup(self._file), 'rb') as lines:
            for line in lines:
                try:
                    yield entry_of(line)
                except (ValueError, TypeError):
                    self._set_aside(line)

    def clear(self) -> None:
        """Forget all entries, for ever: delivered after newer ones, they would undo them."""
        if os.fstat(self._file).st_size:
            os.ftruncate(self._file, 0)
            os.fsync(self._file)

    def refuse(self, entry: Entry) -> None:
        """Keep an entry that the database will never take apart from those that it will."""
        self._set_aside(entry.line())

    def close(self) -> None:
        """Let go of the file, and remove it if nothing is owed."""
        if os.fstat(self._file).st_size == 0:
            self.path.unlink(missing_ok=True)
        os.close(self._file)
        self._file = -1  # a late delivery must not reach whatever gets this descriptor next

    def _end_torn_line(self) -> None:
        """Keep what follows apart from a line that a crash left unfinished."""
        end = os.lseek(self._file, 0, os.SEEK_END)
        if end and os.pread(self._file, 1, end - 1) != b'\n':
            os.write(self._file, b'\n')

    def _set_aside(self, line: bytes) -> None:
        path = self.path.with_suffix('.refused')
        make_private(path)
        with path.open('ab') as refused:
            refused.write(line.rstrip(b'\n') + b'\n')


def owner(folder: Path) -> str:
    """
    Return the name of the machine that a folder belongs to: of the first host that used it.

    A container has another host name each time, and what it left open is in its folder.

    :raises HistoryError: if the name cannot be kept
    """
    path = folder / 'machine'
    try:
        make_private(path)
        name = path.read_text(encoding='utf-8').strip()
        if not name:
            name = socket.gethostname()
            path.write_text(f'{name}\n', encoding='utf-8')
    except (OSError, UnicodeDecodeError) as error:
        raise HistoryError(
            f'{path}: {getattr(error, "strerror", None) or error.__class__.__name__}') from error
    return name


def spool_path(folder: Path, url: URL, machine: str) -> Path:
    """Return the file in which a machine keeps what it owes to a database."""
    return folder / 'spool' / _digest(url) / f'{quote(machine, safe="")}{SUFFIX}'


def machines_owing(folder: Path, url: URL) -> list[str]:
    """Return the machines whose files for a database are here."""
    return sorted(unquote(path.stem) for path in (folder / 'spool' / _digest(url)).glob(
        f'*{SUFFIX}'))


def _digest(url: URL) -> str:
    return hashlib.sha256(url.render_as_string().encode()).hexdigest()[:12]
