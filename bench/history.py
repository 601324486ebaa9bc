# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Cost and durability of the history.

`python -m bench.history insert` writes repetitions, each durable before the next, beside the same
rows written with bare SQLAlchemy, one transaction each; `read` times the commands over 100,000
repetitions; `gym` lets 50 machines write to one PostgreSQL at once; `kills` kills a session
manager 200 times, `crashes` the whole process of one. PostgreSQL is left out where it is not
installed.
"""
from collections.abc import Callable, Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Annotated, Any

from bench import postgresql
from bench.killed import ATHLETE, EXERCISE, kill_often, PRESCRIPTION, repetition, SAMPLES
from bench.measuring import Figure, keep, Kept
from negtrain_ros.core.types import Method, SetEnd
from negtrain_ros.history import tables_for_people
from negtrain_ros.history.database import connect, migrate, resolve, writing
from negtrain_ros.history.outbox.entries import apply, Entry, Status
from negtrain_ros.history.session_writer import SessionWriter
from negtrain_ros.history.store import History
from negtrain_ros.history.tables import REPETITIONS
from negtrain_ros.history.tables_for_people import Choice
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert as insert_into
import typer

application = typer.Typer(add_completion=False, help=__doc__)
Rows = list[tuple[str, str, str]]
"""What was measured, the figure, what it stands beside."""


@contextmanager
def databases(*, sqlite: bool = True) -> Iterator[dict[str, str]]:
    """Give the URLs of empty databases by kind."""
    with tempfile.TemporaryDirectory(prefix='negtrain-bench-') as folder:
        urls = {'SQLite': f'sqlite:///{folder}/history.sqlite'} if sqlite else {}
        reason = postgresql.missing()
        if reason:
            print(reason, file=sys.stderr)
            yield urls
            return
        with postgresql.running() as server:
            yield urls | {'PostgreSQL': server.new_database('gym')}


@application.command()
def insert(
    count: Annotated[int, typer.Option(min=10, help='repetitions a round')] = 300,
    rounds: Annotated[int, typer.Option(min=1, help='of each, in turn')] = 5,
) -> None:
    """Compare the rate of durable repetitions with bare inserts of the same rows."""
    figures = []
    with databases() as urls, tempfile.TemporaryDirectory() as folder:
        for kind, url in urls.items():
            history = History(url, Path(folder), machine='bench', deadline=5.0)
            ours, bare = [], []
            for _ in range(rounds):
                ours.append(count / _timed(lambda: _keep(_begun(history), count)))  # noqa: B023
                bare.append(count / _timed(_bare(history, url, Path(folder), count)))
            history.close()
            figures.append(Figure(f'{kind}: durable repetitions', '/s', tuple(ours),
                                  'bare inserts', tuple(bare)))
    keep('history', Kept(figures))


@application.command()
def read(
    count: Annotated[int, typer.Option(min=1000, help='repetitions')] = 100_000,
    rounds: Annotated[int, typer.Option(min=1)] = 5,
) -> None:
    """Time `negtrain history` and `negtrain report` over many repetitions."""
    rows: Rows = []
    with databases() as urls, tempfile.TemporaryDirectory() as folder:
        for kind, url in urls.items():
            _fill(url, Path(folder), count)
            for command in (['history'], ['report', '--output', folder]):
                times = [_timed(lambda: _run(url, folder, command))  # noqa: B023
                         for _ in range(rounds)]
                rows.append((f'{kind}: negtrain {command[0]}, {count} repetitions',
                             f'{statistics.median(times):.2f} s (best {min(times):.2f})',
                             f'python alone {_timed(_nothing):.2f} s'))
    show(rows)


@application.command()
def gym(
    machines: Annotated[int, typer.Option(min=1, max=100)] = 50,
    count: Annotated[int, typer.Option(min=1, help='repetitions of each')] = 120,
) -> None:
    """Let machines write at once to one PostgreSQL; end with status 1 for a loss or an error."""
    with databases(sqlite=False) as urls, tempfile.TemporaryDirectory() as folder:
        for url in urls.values():
            History(url, Path(folder), machine='first').close()
            begin = time.perf_counter()
            children = [_machine(url, Path(folder), f'press {number}', count)
                        for number in range(machines)]
            errors = sum(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
                         for child in children)
            seconds = time.perf_counter() - begin
            engine = connect(resolve(url, Path(folder)))
            found = tables_for_people.repetitions(engine, Choice())
            keys = {(row['session'], row['set'], row['ordinal']) for row in found}
            engine.dispose()
            show([(f'{machines} machines, {count} repetitions each',
                   f'{len(keys)} there, {len(found) - len(keys)} twice, {errors} errors',
                   f'{machines * count} expected, {len(found) / seconds:.0f} /s')])
            if errors or len(keys) != machines * count or len(found) != len(keys):
                raise typer.Exit(1)


@application.command()
def kills(
    count: Annotated[int, typer.Option(min=1)] = 200,
    seed: Annotated[int, typer.Option()] = 1,
) -> None:
    """Kill a session manager at random moments; end with status 1 if anything is lost."""
    rows: Rows = []
    with databases() as urls, tempfile.TemporaryDirectory() as folder:
        outcomes = {kind: kill_often(url, Path(folder), count, seed)
                    for kind, url in urls.items()}
    for kind, outcome in outcomes.items():
        rows.append((f'{kind}: {outcome.kills} kills, {outcome.announced} announced',
                     f'{outcome.lost} lost, {outcome.doubled} twice',
                     f'{outcome.unannounced} kept but not announced, at most one a kill'))
    show(rows)
    if not all(outcome.good for outcome in outcomes.values()):
        raise typer.Exit(1)


@application.command()
def crashes(
    count: Annotated[int, typer.Option(min=1)] = 200,
    seed: Annotated[int, typer.Option()] = 1,
) -> None:
    """Kill the process of a session manager; end with status 1 if anything is lost."""
    from bench.crashed import crash_often
    with tempfile.TemporaryDirectory() as folder:
        outcome = crash_often(Path(folder), count, seed)
    show([(f'{outcome.kills} processes killed, {outcome.announced} repetitions announced',
           f'{outcome.lost} lost, {outcome.doubled} twice, {outcome.running} still running',
           f'{outcome.unannounced} kept but not announced, at most one a kill')])
    if not outcome.good:
        raise typer.Exit(1)


def show(rows: Rows) -> None:
    """Print what was measured."""
    table = Table('measured', 'figure', 'beside')
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _begun(history: History) -> SessionWriter:
    session = history.begin(ATHLETE, EXERCISE, Method.NEGATIVE, 1)
    session.begin_set(1, PRESCRIPTION)
    return session


def _keep(session: SessionWriter, count: int) -> None:
    for number in range(count):
        session.repetition(repetition(number), SAMPLES)


def _bare(history: History, url: str, folder: Path, count: int) -> Callable[[], None]:
    """Return what writes the same rows of a session without us, each in its transaction."""
    entries: list[Entry] = []
    session = _begun(history)
    record = SessionWriter(session.number, 0, '', 0, lambda *new: entries.extend(new), time.time)
    record.begin_set(1, PRESCRIPTION)
    entries.clear()
    _keep(record, count)
    engine = connect(resolve(url, folder))

    def write() -> None:
        for entry in entries:
            with engine.begin() as connection:
                connection.execute(insert_into(REPETITIONS), entry.values)
        engine.dispose()
    return write


def _fill(url: str, folder: Path, count: int) -> None:
    """Make a history of 24 repetitions a session, 20 athletes, a year."""
    entries: list[Entry] = []
    clock = [time.time() - 365 * 86400.0]
    engine = connect(resolve(url, folder))
    migrate(engine)
    history = History(url, folder, machine='fill', clock=lambda: clock[0])
    history._keeper.keep = lambda *new: entries.extend(new)  # type: ignore[method-assign]
    for number in range(count // 24):
        clock[0] += 365 * 86400.0 / (count // 24)
        session = history.begin(f'athlete {number % 20}', EXERCISE, Method.NEGATIVE, 2)
        for training_set in (1, 2):
            session.begin_set(training_set, PRESCRIPTION)
            for ordinal in range(1, 13):
                clock[0] += 5.0
                session.repetition(repetition(ordinal), SAMPLES)
            session.end_set(SetEnd.COUNT)
        session.end(Status.FINISHED)
        if len(entries) > 5000:
            with writing(engine) as connection:
                apply(connection, sorted(entries, key=_by_table))
            entries.clear()
    with writing(engine) as connection:
        apply(connection, sorted(entries, key=_by_table))
    engine.dispose()
    history.close()


def _by_table(entry: Entry) -> int:
    """Put parents first, so that many rows go with one statement."""
    tables = ['athletes', 'sessions', 'sets', 'repetitions']
    return tables.index(entry.table) + 10 * (entry.verb.value != 'insert')


def _machine(url: str, folder: Path, name: str, count: int) -> int:
    """Begin a process that trains and ends with status 0 if it was able to."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        history = History(url, folder, machine=name, deadline=5.0, warn=print)
        session = history.begin(name, EXERCISE, Method.NEGATIVE, 1)
        session.begin_set(1, PRESCRIPTION)
        _keep(session, count)
        session.end(Status.FINISHED)
        history.ask(lambda engine: None)
        status = int(history.owed > 0)
        history.close()
    finally:
        os._exit(status)


def _run(url: str, folder: str, command: list[str]) -> None:
    subprocess.run(
        [sys.executable, '-c', 'from negtrain_ros.cli import main; main()', *command,
         '--database', url, '--folder', folder], check=True, stdout=subprocess.DEVNULL)


def _nothing() -> None:
    subprocess.run([sys.executable, '-c', 'pass'], check=True)


def _timed(job: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    job()
    return time.perf_counter() - begin


if __name__ == '__main__':
    application()
