# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Entries for the history, which may be written again without a second row.

An entry knows its row by a key that its writer made, before any database was asked. So it can
wait in a file while the database is away, and a writer that died between writing and noting that
it has written just writes again.
"""
import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
import hashlib
from itertools import groupby
import json
import secrets
from typing import Any
import unicodedata
import zlib

from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import SetEnd
from negtrain_ros.history.tables import ALIASES, ERASURES, METADATA, SESSIONS, SETS
from sqlalchemy import bindparam, case, Column, or_, select, Table, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

EPOCH = 1577836800.0  # s, 2020-01-01 UTC, from which numbers count
LONGEST_NAME = 200  # characters


class Status(IntEnum):
    """How a session stands."""

    RUNNING = 0
    FINISHED = 1
    STOPPED = 2
    INTERRUPTED = 4


class Verb(Enum):
    """What an entry does."""

    INSERT = 'insert'  # unless the row is there
    UPDATE = 'update'
    INTERRUPT = 'interrupt'  # close what a machine left open


@dataclass(frozen=True, slots=True)
class Entry:
    """A row to insert or values to change; `athlete` says about whom, 0 about nobody."""

    verb: Verb
    table: str
    values: dict[str, Any]
    athlete: int
    written_at: float

    def line(self) -> bytes:
        """Return the entry as one line of a file, with its checksum."""
        text = json.dumps([self.verb.value, self.table, self.values, self.athlete,
                           self.written_at], default=_encode_bytes, allow_nan=False).encode()
        return b'%08x %s\n' % (zlib.crc32(text), text)


def entry_of(line: bytes) -> Entry:
    """
    Return the entry of a line.

    :raises ValueError: if the line was not written to its end, or has changed since
    """
    checksum, _, text = line.rstrip(b'\n').partition(b' ')
    if not line.endswith(b'\n') or int(checksum, 16) != zlib.crc32(text):
        raise ValueError('the checksum does not agree')
    verb, table, values, athlete, written_at = json.loads(text, object_hook=_decode_bytes)
    return Entry(Verb(verb), table, values, athlete, written_at)


def first_number(now: float) -> int:
    """Return the smallest number that is given at a time; 0: at one that is no date."""
    milliseconds = int((now - EPOCH) * 1000.0)
    return milliseconds << 12 if 0 <= milliseconds < 1 << 41 else 0


def new_number(now: float) -> int:
    """
    Return a number for a session, a test or a fault that no other machine has given.

    53 bits, so that every program reads it exactly: milliseconds since 2020 and 12 random ones.
    """
    first = first_number(now)
    if not first:  # a machine that does not know the date
        return secrets.randbits(53)
    return first | secrets.randbits(12)


def athlete_number(name: str) -> int:
    """Return the number of an athlete: every machine comes to the same one without asking."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], 'big') >> 1


def new_athlete(name: str, created_at: float) -> dict[str, Any]:
    """Return the row of an athlete of whom nothing but the name is known, made at a time [s]."""
    return {'number': athlete_number(name), 'name': name, 'created_at': created_at, 'cap': None,
            'highest_share': 1.0, 'token': None, 'notes': None}


def clean_name(name: str) -> str:
    """
    Return the name of an athlete as it is kept.

    :raises Refusal: in one line, for a name that cannot be shown or is too long
    """
    name = unicodedata.normalize('NFC', name).strip()
    if not name:
        raise Refusal('an athlete needs a name')
    if len(name) > LONGEST_NAME:
        raise Refusal(
            f'the name of the athlete has {len(name)} characters, more than {LONGEST_NAME}')
    for character in name:
        if unicodedata.category(character) in ('Cc', 'Cs', 'Zl', 'Zp'):
            raise Refusal(
                f'the name of the athlete contains U+{ord(character):04X}, which is no letter')
    return name


def apply(connection: Connection, entries: Sequence[Entry]) -> None:
    """
    Write entries in their order; those about an athlete who was erased since are dropped.

    A machine that has not heard of a new name or a merge writes the number of the old name.
    """
    erased = _known(connection, entries, ERASURES.c.athlete, ERASURES.c.erased_at)
    aliases = _known(connection, entries, ALIASES.c.number, ALIASES.c.athlete)
    wanted = [_about(entry, aliases[entry.athlete]) if entry.athlete in aliases else entry
              for entry in entries
              if entry.written_at > erased.get(entry.athlete, float('-inf'))
              and not (entry.table == 'athletes' and entry.athlete in aliases)]
    for (verb, table, _), group in groupby(wanted, key=_statement):
        rows = [entry.values for entry in group]
        if verb is Verb.INSERT:
            _insert(connection, METADATA.tables[table], rows)
        elif verb is Verb.UPDATE:
            _update(connection, METADATA.tables[table], rows)
        else:
            for row in rows:
                _interrupt(connection, row['machine'], row['at'])


def _statement(entry: Entry) -> tuple[Verb, str, frozenset[str]]:
    return entry.verb, entry.table, frozenset(entry.values)


def _known(
    connection: Connection, entries: Iterable[Entry], athlete: Column[Any], fact: Column[Any],
) -> dict[int, Any]:
    """Return a fact about each athlete of the entries of whom a table has one."""
    athletes = {entry.athlete for entry in entries if entry.athlete}
    if not athletes:
        return {}
    rows = connection.execute(select(athlete, fact).where(athlete.in_(athletes)))
    return {row[0]: row[1] for row in rows}


def _about(entry: Entry, athlete: int) -> Entry:
    """Return an entry about the athlete whom a number means now."""
    values = {**entry.values, 'athlete': athlete} if 'athlete' in entry.values else entry.values
    return replace(entry, values=values, athlete=athlete)


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    dialect = postgresql if connection.dialect.name == 'postgresql' else sqlite
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


def _update(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    keys = [column.name for column in table.primary_key]
    changed = [name for name in rows[0] if name not in keys]
    statement = update(table).values({name: bindparam(f'new_{name}') for name in changed})
    for key in keys:
        statement = statement.where(table.c[key] == bindparam(f'key_{key}'))
    connection.execute(statement, [
        {f'key_{name}' if name in keys else f'new_{name}': value for name, value in row.items()}
        for row in rows])


def _interrupt(connection: Connection, machine: str, at: float) -> None:
    """Close what ran on a machine before `at`; what began since is none of its business."""
    # Dates may be simulated and ahead of the computer, by which numbers are given.
    before = or_(SESSIONS.c.started_at < at, SESSIONS.c.number < first_number(at))
    left_open = (SESSIONS.c.machine == machine, SESSIONS.c.status == Status.RUNNING, before)
    sessions = select(SESSIONS.c.number).where(*left_open)
    connection.execute(update(SETS).where(
        SETS.c.session.in_(sessions), SETS.c.ended_by.is_(None)).values(
            ended_by=SetEnd.STOPPED, ended_at=at))
    connection.execute(update(SESSIONS).where(*left_open).values(
        status=Status.INTERRUPTED, reason='interrupted',
        ended_at=case((SESSIONS.c.started_at > at, SESSIONS.c.started_at), else_=at)))


def _encode_bytes(value: Any) -> dict[str, str]:
    return {'base64': base64.b64encode(value).decode()}


def _decode_bytes(value: dict[str, Any]) -> Any:
    return base64.b64decode(value['base64']) if value.keys() == {'base64'} else value
