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
from negtrain_ros.history.opening import make_history, open_to_read
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
Name = Annotated[str, Argument(help='of the athlete, or the token')]
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
    from negtrain_ros.history.tables_for_people import find_athlete, sessions
    with _reading(database, folder) as engine:
        if athlete:
            find_athlete(engine, athlete)
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
    exercise: Exercise = '',
    geometry: Annotated[str, Option(
        help='of the machine; empty: that of the test which the athlete accepted last')] = '',
    database: Database = '', folder: Folder = None,
) -> None:
    """Show where an athlete stands in a programme and what comes next."""
    from negtrain_ros.core.safety.load_limits import LoadLimits
    from negtrain_ros.history import queries
    from negtrain_ros.history.planning import plan as plan_of
    from negtrain_ros.history.tables_for_people import find_athlete
    from negtrain_ros.programs.exercises import shipped_exercises
    from negtrain_ros.programs.programs import find_program, read_program
    with _reading(database, folder) as engine:
        exercises = shipped_exercises()
        chosen = (read_program(Path(program)) if program.endswith('.yaml')
                  else find_program(program, *([folder / 'programs'] if folder else [])))
        names = [name for name in chosen.exercises if exercise in ('', name)]
        if not names:
            _refuse(f'{exercise} is not one of {", ".join(chosen.exercises)}')
        person = find_athlete(engine, athlete)['name']
        where = geometry or queries.newest_geometry(engine, person)
        plans = [plan_of(engine, person, chosen, exercises[name], time.time(), where,
                         LoadLimits()) for name in names]
    print(f'{chosen.title}: {chosen.purpose}')
    show(['exercise', 'done', 'next', 'maximum [kg]', 'up [kg]', 'down [kg]', 'remark'],
         [_planned(name, one) for name, one in zip(names, plans, strict=True)],
         words=('exercise', 'done', 'next', 'remark'))


athlete = Typer(help='Keep the records of athletes.', add_completion=False)


@athlete.command('add')
def add_athlete(
    name: Name,
    consent: Annotated[bool, Option(help='add, though a known name is alike')] = False,
    database: Database = '', folder: Folder = None,
) -> None:
    """Make a record of a new athlete."""
    from negtrain_ros.history import athletes
    with _reading(database, folder, make=True) as engine:
        question = athletes.question_before(engine, name)
        if question and not consent and not _agreed(question):
            _refuse(f'{question} Answer with --consent; nothing was added')
        athletes.add(engine, name)
    print(f'{name} is added')


@athlete.command('list')
def list_athletes(database: Database = '', folder: Folder = None) -> None:
    """List all athletes."""
    from negtrain_ros.history.tables_for_people import athletes
    with _reading(database, folder) as engine:
        rows = athletes(engine)
    show(['athlete', 'number', 'sessions', 'last', 'cap [kg]', 'share', 'notes'], [
        [row['name'], str(row['number']), str(row['sessions']),
         _date(row['last']) if row['last'] else '', _number(row['cap']),
         _number(row['highest_share'], 2), row['notes'] or ''] for row in rows],
        words=('athlete', 'number', 'last', 'notes'))


@athlete.command('show')
def show_athlete(name: Name, database: Database = '', folder: Folder = None) -> None:
    """Show what is allowed to an athlete, and how the machines are set up."""
    from negtrain_ros.history import tables_for_people as tables
    with _reading(database, folder) as engine:
        person = tables.find_athlete(engine, name)
        limits = tables.exercise_limits_of(engine, person['name'])
        settings = tables.settings_of(engine, person['name'])
        tests = tables.tests_of(engine, person['name'])
    print(f'{person["name"]}, number {person["number"]}')
    for meaning, value in (
            ('token', person['token']), ('cap [kg]', _number(person['cap'])),
            ('share of the maximum', _number(person['highest_share'], 2)),
            ('notes', person['notes'])):
        print(f'{meaning}: {value or "none"}')
    for row in limits:
        print(f'{row["exercise"]}: {"" if row["allowed"] else "not allowed, "}cap '
              f'{_number(row["cap"]) or "none"} kg, range '
              f'{_number(row["bottom"], 3) or "any"} to {_number(row["top"], 3) or "any"} m')
    for row in settings:
        print(f'{row["machine"]}: {row["name"]} {row["value"]}')
    for row in tests:
        print(f'{_date(row["taken_at"])} {row["exercise"]}, {row["method"]}: '
              f'{row["maximum"]:.1f} kg, {"accepted" if row["acceptance"] else "not accepted"}')


@athlete.command('set')
def set_athlete(
    name: Name,
    cap: Annotated[Optional[float], Option(help='heaviest load [kg]; 0: none; with --exercise: '
                                                'with that one')] = None,
    share: Annotated[Optional[float], Option(
        help='unlocked share of the maximum, 0.2 to 1.2; above 1 on the way down only')] = None,
    token: Annotated[Optional[str], Option(
        help='what a reader of cards or codes types; empty: none')] = None,
    notes: Annotated[Optional[str], Option(help='for people')] = None,
    exercise: Exercise = '',
    allowed: Annotated[Optional[bool], Option(help='whether the exercise may be done')] = None,
    bottom: Annotated[Optional[float], Option(help='lowest position with it [m]')] = None,
    top: Annotated[Optional[float], Option(help='highest position with it [m]')] = None,
    machine: Annotated[str, Option(help='whose settings are meant')] = '',
    setting: Annotated[Optional[list[str]], Option(
        help='of the machine, as seat=4; empty value: forget it')] = None,
    database: Database = '', folder: Folder = None,
) -> None:
    """Set what is allowed to an athlete, and how the machines are set up."""
    from negtrain_ros.history import athletes
    from negtrain_ros.programs.exercises import shipped_exercises
    at_one: dict[str, Any] = {key: value for key, value in (
        ('allowed', None if allowed is None else int(allowed)), ('bottom', bottom), ('top', top),
        ('cap', cap if exercise else None)) if value is not None}
    overall: dict[str, Any] = {key: value for key, value in (
        ('cap', None if exercise else cap), ('highest_share', share), ('token', token),
        ('notes', notes)) if value is not None}
    pairs = dict(pair.partition('=')[::2] for pair in setting or ())
    if at_one and exercise not in shipped_exercises():
        _refuse(f'name the exercise with --exercise: {", ".join(shipped_exercises())}')
    if bool(pairs) != bool(machine):
        _refuse('--machine NAME and --setting NAME=VALUE belong together')
    if not (at_one or overall or pairs):
        _refuse('nothing to set: see negtrain athlete set --help')
    for values in (at_one, overall):
        for key in ('cap', 'token', 'notes'):
            values.update({key: None} if values.get(key) in (0.0, '') else {})
    with _reading(database, folder) as engine:
        if overall:
            athletes.change(engine, name, overall)
        if at_one:
            athletes.change_exercise(engine, name, exercise, at_one)
        if pairs:
            athletes.change_settings(engine, name, machine, pairs)


@athlete.command('rename')
def rename_athlete(
    name: Name, new: Annotated[str, Argument(help='name from now on')],
    database: Database = '', folder: Folder = None,
) -> None:
    """Give an athlete another name; the former one goes on to mean the same person."""
    from negtrain_ros.history import athletes
    with _reading(database, folder) as engine:
        athletes.rename(engine, name, new)


@athlete.command('merge')
def merge_athletes(
    name: Annotated[str, Argument(help='of the record that goes')],
    into: Annotated[str, Argument(help='of the record that stays, with its limits')],
    yes: Annotated[bool, Option('--yes', help='do not ask')] = False,
    database: Database = '', folder: Folder = None,
) -> None:
    """Make one person of two records; this cannot be taken back."""
    from negtrain_ros.history import athletes
    with _reading(database, folder) as engine:
        if not yes and not _agreed(f'Make {name} and {into} one person for ever?'):
            _refuse('nothing was merged')
        athletes.merge(engine, name, into)


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
def _reading(database: str, folder: Path | None, *, make: bool = False) -> Iterator[Engine]:
    """
    Give the history; what is wrong is said on stderr, a line each, with status 1.

    :param make: whether the first history of a gym is made
    """
    try:
        if make:
            make_history(database, folder)
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
    wanted = one.answer.prescription if one.answer else None
    return [name, f'{one.standing.done} of {len(steps)}', following.text if following else '',
            _number(one.maximum.value if one.maximum else None),
            _number(wanted.concentric if wanted else None),
            _number(wanted.eccentric if wanted else None),
            one.reason or one.answer.question]


def _date(stamp: float) -> str:
    return datetime.fromtimestamp(stamp).strftime('%Y-%m-%d %H:%M')


def _number(value: float | None, digits: int = 1) -> str:
    return '' if value is None else f'{value:.{digits}f}'
