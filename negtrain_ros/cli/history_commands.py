# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain history | export | report | plan | athlete`: the stored sessions."""
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from pathlib import Path
import sys
import time
from typing import Annotated, Any, Optional

from negtrain_ros.history.database import HistoryError, said
from negtrain_ros.history.opening import open_to_read
from negtrain_ros.history.tables_for_people import Choice
from negtrain_ros.terminal import show
from sqlalchemy.engine import Engine
from typer import Argument, echo, Exit, Option, Typer

Database = Annotated[str, Option(
    envvar='NEGTRAIN_DATABASE', help='URL; empty: history.sqlite in the folder')]
Folder = Annotated[Optional[Path], Option(
    envvar='NEGTRAIN_FOLDER', help="where the machine keeps its data; the user's data folder")]
Athlete = Annotated[str, Option(help='name')]
Exercise = Annotated[str, Option(help='one of config/exercises.yaml')]
Since = Annotated[Optional[datetime], Option(help='first day', formats=['%Y-%m-%d'])]
Until = Annotated[Optional[datetime], Option(help='day after the last', formats=['%Y-%m-%d'])]


class Form(Enum):
    """In what form repetitions are exported."""

    CSV = 'csv'
    JSON = 'json'
    PARQUET = 'parquet'


def history(
    athlete: Athlete = '', exercise: Exercise = '', since: Since = None, until: Until = None,
    most: Annotated[int, Option(min=1, help='sessions to show')] = 30,
    database: Database = '', folder: Folder = None,
) -> None:
    """Show the sessions that were trained, newest first."""
    from negtrain_ros.history.tables_for_people import sessions
    with _reading(database, folder) as engine:
        rows = sessions(engine, _choice(athlete, exercise, since, until), most)
    if not rows:
        print('no session')
        return
    show(['session', 'begun', 'athlete', 'exercise', 'programme', 'method', 'sets',
           'counted', 'up / down [kg]', 'status'], [
        [str(row['number']), _date(row['started_at']), row['athlete'], row['exercise'],
         f'{row["program"]} {row["step"]}' if row['program'] else (
             '' if row['sets_planned'] else 'strength test'), row['method'],
         f'{row["sets"]} of {row["sets_planned"]}' if row['sets_planned'] else str(row['sets']),
         str(row['repetitions']),
         f'{_number(row["concentric_mean_load"], 3)} / '
         f'{_number(row["eccentric_plateau_load"], 3)}',
         row['status']] for row in rows],
        words=('session', 'begun', 'athlete', 'exercise', 'programme', 'method', 'sets', 'status'))


def export(
    file: Annotated[Path, Argument(help='file to write: .csv, .json or .parquet')],
    athlete: Athlete = '', exercise: Exercise = '', since: Since = None, until: Until = None,
    form: Annotated[Optional[Form], Option(
        '--format', help="instead of the file's ending")] = None,
    database: Database = '', folder: Folder = None,
) -> None:
    """Write every repetition, with its set and session, to a file."""
    from negtrain_ros.history.reports.export import export as write
    ending = form.value if form else file.suffix.removeprefix('.').lower()
    if ending not in {known.value for known in Form}:
        _refuse(f'{file}: the ending is none of .csv, .json, .parquet; say --format')
    with _reading(database, folder) as engine:
        count = write(
            engine, _choice(athlete, exercise, since, until), file, ending, _progress)
    print(f'{count} repetitions: {file}')


def report(
    session: Annotated[Optional[int], Argument(help='number; none: the newest')] = None,
    output: Annotated[Path, Option(help='folder to write to')] = Path(),
    png: Annotated[bool, Option('--png', help='write the pictures beside the page')] = False,
    database: Database = '', folder: Folder = None,
) -> None:
    """Write one session as a page that can be opened anywhere."""
    from negtrain_ros.history.reports.html import write_report
    with _reading(database, folder) as engine:
        for path in write_report(engine, session, output, png=png):
            print(path)


def plan(
    athlete: Annotated[str, Argument(help='name')],
    program: Annotated[str, Argument(help='name of a programme or a file')],
    exercise: Exercise = '', database: Database = '', folder: Folder = None,
) -> None:
    """Show where an athlete stands in a programme and what comes next."""
    from negtrain_ros.history.planning import plan as plan_of
    from negtrain_ros.programs.exercises import shipped_exercises
    from negtrain_ros.programs.programs import find_program, read_program
    with _reading(database, folder) as engine:
        exercises = shipped_exercises()
        chosen = (read_program(Path(program)) if program.endswith('.yaml')
                  else find_program(program))
        names = [name for name in chosen.exercises if exercise in ('', name)]
        if not names:
            _refuse(f'{exercise} is not one of {", ".join(chosen.exercises)}')
        plans = [plan_of(engine, athlete, chosen, exercises[name], time.time())
                 for name in names]
    print(f'{chosen.title}: {chosen.purpose}')
    show(['exercise', 'done', 'next', 'maximum [kg]', 'up [kg]', 'down [kg]', 'remark'],
         [_planned(name, one) for name, one in zip(names, plans, strict=True)],
         words=('exercise', 'done', 'next', 'remark'))


athlete = Typer(help='Take along or erase what is stored about an athlete.', add_completion=False)


@athlete.command('export')
def export_athlete(
    name: Annotated[str, Argument(help='of the athlete')],
    file: Annotated[Path, Argument(help='file to write, JSON')],
    database: Database = '', folder: Folder = None,
) -> None:
    """Write all that is stored about an athlete to a file."""
    from negtrain_ros.history.files import private_file
    from negtrain_ros.history.reports.export import write_all_about
    with _reading(database, folder) as engine, private_file(file) as opened:
        count = write_all_about(engine, name, opened)
    print(f'{count} sessions: {file}')


@athlete.command('erase')
def erase_athlete(
    name: Annotated[str, Argument(help='of the athlete')],
    yes: Annotated[bool, Option('--yes', help='do not ask')] = False,
    database: Database = '', folder: Folder = None,
) -> None:
    """Erase all that is stored about an athlete, for ever."""
    from negtrain_ros.history.erasure import erase
    from negtrain_ros.history.tables_for_people import find_athlete, sessions
    with _reading(database, folder) as engine:
        known = find_athlete(engine, name)['name']
        count = len(sessions(engine, Choice(athlete=known)))
        if not yes and not _agreed(f'Erase {known} and {count} sessions for ever?'):
            _refuse('nothing was erased')
        left = erase(engine, known)
    print(f'{known} and {count} sessions are erased')
    for path in left:
        echo(f'negtrain: {path} could not be removed', err=True)
    if left:
        raise Exit(1)


@contextmanager
def _reading(database: str, folder: Path | None) -> Iterator[Engine]:
    """Give the history; what is wrong is said on stderr, a line each, with status 1."""
    try:
        engine = open_to_read(database, folder)
        with said(engine.url):
            yield engine
    except (HistoryError, ValueError) as error:
        _refuse(*str(error).splitlines())


def _refuse(*lines: str) -> None:
    for line in lines:
        echo(f'negtrain: {" ".join(line.split())}', err=True)
    raise Exit(1)


def _progress(count: int) -> None:
    """Say to somebody who waits how many repetitions are written."""
    if sys.stderr.isatty():
        print(f'\r{count} repetitions', end='\r', file=sys.stderr, flush=True)


def _choice(athlete: str, exercise: str, since: datetime | None, until: datetime | None) -> Choice:
    return Choice(athlete, exercise, **{name: day.timestamp() for name, day in (
        ('since', since), ('until', until)) if day})


def _agreed(question: str) -> bool:
    return sys.stdin.isatty() and input(f'{question} [y/N] ').strip().lower() in ('y', 'yes')


def _planned(name: str, one: Any) -> list[str]:
    steps, following = one.standing.program.steps, one.standing.next
    wanted = one.proposal.loads if one.proposal else None
    return [name, f'{one.standing.done} of {len(steps)}', following.text if following else '',
            _number(one.maximum.value if one.maximum else None),
            _number(wanted.concentric if wanted else None),
            _number(wanted.eccentric if wanted else None),
            one.reason or one.proposal.question]


def _date(stamp: float) -> str:
    return datetime.fromtimestamp(stamp).strftime('%Y-%m-%d %H:%M')


def _number(value: float | None, digits: int = 1) -> str:
    return '' if value is None else f'{value:.{digits}f}'
