# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Export of repetitions as CSV, JSON or Parquet, and of all that is known of an athlete.

Rows go from the database to the file one after the other, however many there are.
"""
from collections.abc import Callable, Iterable, Iterator
import csv
from datetime import datetime, timezone
import io
from itertools import islice
import json
from pathlib import Path
from typing import Any, IO
import unicodedata

from negtrain_ros.history import tables_for_people
from negtrain_ros.history.database import HistoryError
from negtrain_ros.history.files import private_file
from negtrain_ros.history.tables import PHASES
from negtrain_ros.history.tables_for_people import Choice
from negtrain_ros.history.trace import unpack
from sqlalchemy.engine import Engine

Row = dict[str, Any]

UNITS = {
    'started_at': 's', 'stamp': 's', 'limit': 'kg', 'bottom': 'm', 'top': 'm', 'prescribed': 'kg',
    'start': 's', 'start_position': 'm', 'duration': 's', 'range': 'm', 'mean_velocity': 'm_s',
    'peak_velocity': 'm_s', 'mean_propulsive_velocity': 'm_s', 'time_under_tension': 's',
    'mean_load': 'kg', 'plateau_load': 'kg', 'peak_load': 'kg', 'work': 'J', 'peak_power': 'W',
}
"""Of the columns, by their names without the phase."""
DATES = ('started_at', 'stamp')
WHOLE = ('session', 'step', 'set', 'ordinal', 'number')
WORDS = ('athlete', 'exercise', 'program', 'machine', 'status', 'method', 'ended_by', 'verdict')
FORMULA = '=+-@|%\t\r\n'
BLOCK = 1000  # rows that are written together


def export(
    engine: Engine, choice: Choice, path: Path, form: str,
    progress: Callable[[int], None] = lambda count: None,
) -> int:
    """
    Write every repetition of a choice to a file and return how many there are.

    :param form: csv, json or parquet
    :param progress: told now and then how many are written
    :raises HistoryError: if the file cannot be written; then there is none
    """
    count, columns = 0, _exported(tables_for_people.repetition_columns())

    def counted() -> Iterator[Row]:
        nonlocal count
        for row in tables_for_people.repetitions(engine, choice):
            yield {name: _date(row[source]) if name in DATES else row[source]
                   for name, source in columns.items()}
            count += 1
            if count % BLOCK == 0:
                progress(count)
    write = {'csv': write_csv, 'json': write_json, 'parquet': write_parquet}[form]
    with private_file(path) as file:
        write(list(columns), counted(), file)
    return count


def write_csv(names: list[str], rows: Iterable[Row], file: IO[bytes]) -> None:
    """Write rows below a heading; what was not measured is empty, and no text is a formula."""
    text = io.TextIOWrapper(file, encoding='utf-8', newline='', write_through=True)
    writer = csv.writer(text)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_no_formula(value) for value in row.values()])
    text.detach()


def write_json(names: list[str], rows: Iterable[Row], file: IO[bytes]) -> None:
    """Write rows as a list of objects; what was not measured is null."""
    file.write(b'[')
    for index, row in enumerate(rows):
        file.write(b',\n' if index else b'\n')
        file.write(_json(row))
    file.write(b'\n]\n')


def write_parquet(names: list[str], rows: Iterable[Row], file: IO[bytes]) -> None:
    """
    Write rows as a table; what was not measured is null.

    :raises HistoryError: without pyarrow
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ModuleNotFoundError:
        raise HistoryError("Parquet needs pyarrow: pip install 'negtrain_ros[parquet]'") from None
    kinds = {name: pyarrow.float64() for name in names}
    kinds |= {name: pyarrow.int64() for name in WHOLE}
    kinds |= {name: pyarrow.string() for name in (*WORDS, *DATES)}
    schema = pyarrow.schema([(name, kinds[name]) for name in names])
    remaining = iter(rows)
    with parquet.ParquetWriter(file, schema) as writer:
        while block := [*islice(remaining, BLOCK)]:
            writer.write_table(pyarrow.Table.from_pylist(block, schema=schema))


def write_all_about(engine: Engine, name: str, file: IO[bytes]) -> int:
    """
    Write everything that is stored about an athlete as JSON; return the number of sessions.

    :raises HistoryError: if there is no athlete of this name
    """
    athlete = tables_for_people.find_athlete(engine, name)
    name = athlete['name']
    numbers = [row['number'] for row in tables_for_people.sessions(engine, Choice(athlete=name))]
    for key, value in (('athlete', athlete), ('ranges', tables_for_people.ranges_of(engine, name)),
                       ('strength_tests', tables_for_people.tests_of(engine, name)),
                       ('exercises', tables_for_people.exercise_limits_of(engine, name)),
                       ('settings', tables_for_people.settings_of(engine, name))):
        file.write(b',\n' if key != 'athlete' else b'{')
        file.write(json.dumps(key).encode() + b': ' + _json(value))
    file.write(b',\n"sessions": [')
    for index, number in enumerate(reversed(numbers)):
        file.write(b',\n' if index else b'\n')
        file.write(
            _json(
                {
                    **tables_for_people.find_session(engine, number),
                    'sets': tables_for_people.sets_of(engine, number),
                    'repetitions': [
                        _with_trace(row)
                        for row in tables_for_people.repetitions_of(engine, number)
                    ],
                    'faults': tables_for_people.faults_of(engine, number),
                }
            )
        )
    file.write(b'\n]}\n')
    return len(numbers)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def _exported(names: Iterable[str]) -> dict[str, str]:
    """Return the names of the columns that are written, with their units, and where from."""
    made = {}
    for name in names:
        if name in DATES:
            made[name] = name
        unit = UNITS.get(_measure(name), '')
        made[f'{name}_{unit}' if unit else name] = name
    return made


def _measure(name: str) -> str:
    """Return the name of a column without the phase that it is about."""
    phase, _, measure = name.partition('_')
    return measure if phase in PHASES else name


def _date(stamp: float | None) -> str | None:
    """Return a time as ISO 8601, to the millisecond; None: there is none, or it is no date."""
    try:
        return None if stamp is None else datetime.fromtimestamp(
            stamp, timezone.utc).isoformat(timespec='milliseconds').replace('+00:00', 'Z')
    except (ValueError, OverflowError, OSError):
        return None


def _no_formula(value: Any) -> Any:
    """Return a cell that no spreadsheet calculates: a quotation mark makes it text."""
    if isinstance(value, str) and unicodedata.normalize('NFKC', value[:1]) in tuple(FORMULA):
        return f"'{value}"
    return value


def _with_trace(row: Row) -> Row:
    """Return a repetition with its trace as numbers: time [s], position [m], load [kg]."""
    return {**row, 'trace': [[round(value, 5) for value in point]
                             for point in unpack(row['trace'])]}
