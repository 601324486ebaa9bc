# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Taking data along: repetitions as CSV, JSON or Parquet, and all that is known of an athlete."""
import csv
import io
import json
from pathlib import Path
from typing import Any, IO

from negtrain_ros.history import listing
from negtrain_ros.history.database import HistoryError
from negtrain_ros.history.files import private_file
from negtrain_ros.history.listing import Choice
from negtrain_ros.history.trace import unpack
from sqlalchemy.engine import Engine

Rows = list[dict[str, Any]]


def export(engine: Engine, choice: Choice, path: Path, form: str) -> int:
    """
    Write every repetition of a choice to a file and return how many there are.

    :param form: csv, json or parquet
    :raises HistoryError: if the file cannot be written; then there is none
    """
    rows = listing.repetitions(engine, choice)
    with private_file(path) as file:
        {'csv': write_csv, 'json': write_json, 'parquet': write_parquet}[form](rows, file)
    return len(rows)


def write_csv(rows: Rows, file: IO[bytes]) -> None:
    """Write rows with a header; what was not measured is empty."""
    text = io.TextIOWrapper(file, encoding='utf-8', newline='', write_through=True)
    if rows:
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    text.detach()


def write_json(rows: Any, file: IO[bytes]) -> None:
    """Write rows as a list of objects; what was not measured is null."""
    file.write(json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False).encode())


def write_parquet(rows: Rows, file: IO[bytes]) -> None:
    """
    Write rows as a table; what was not measured is null.

    :raises HistoryError: without pyarrow
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ModuleNotFoundError:
        raise HistoryError("Parquet needs pyarrow: pip install 'negtrain_ros[parquet]'") from None
    parquet.write_table(pyarrow.Table.from_pylist(rows), file)


def all_about(engine: Engine, name: str) -> dict[str, Any]:
    """
    Return everything that is stored about an athlete.

    :raises HistoryError: if there is no athlete of this name
    """
    athlete = listing.find_athlete(engine, name)
    name = athlete['name']
    numbers = [row['number'] for row in listing.sessions(engine, Choice(athlete=name))]
    return {
        'athlete': athlete,
        'ranges': listing.ranges_of(engine, name),
        'strength_tests': listing.tests_of(engine, name),
        'sessions': [{
            **listing.find_session(engine, number),
            'sets': listing.sets_of(engine, number),
            'repetitions': [_with_trace(row) for row in listing.repetitions_of(engine, number)],
            'faults': listing.faults_of(engine, number),
        } for number in reversed(numbers)],
    }


def _with_trace(row: dict[str, Any]) -> dict[str, Any]:
    """Return a repetition with its trace as numbers: time [s], position [m], load [kg]."""
    return {**row, 'trace': [[round(value, 5) for value in point]
                             for point in unpack(row['trace'])]}
