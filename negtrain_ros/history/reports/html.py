# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Report of a session as one page with its pictures inside."""
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from negtrain_ros.core.safety.fault_table import FailsafeAction, RULES
from negtrain_ros.core.types import Fault
from negtrain_ros.history import tables_for_people
from negtrain_ros.history.files import private_file
from negtrain_ros.history.reports import charts, drawing
from negtrain_ros.history.reports.charts import Chart
from sqlalchemy.engine import Engine

NOTHING = '–'
PASSING = (FailsafeAction.NOTE, FailsafeAction.LIGHTEN)


def rows_of(engine: Engine, session: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return all that is told of a session, as listing.find_session gives it, by its kind."""
    number = session['number']
    return {'sets': tables_for_people.sets_of(engine, number),
            'repetitions': tables_for_people.repetitions_of(engine, number),
            'faults': faults_by_kind(tables_for_people.faults_of(engine, number)),
            'tests': tables_for_people.tests_of(engine, session['athlete'], session['exercise'])}


def faults_by_kind(faults: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """
    Return each fault once, with its first time and how often it came.

    Those that pass without an end of the set come last: a phase that is not known for a moment at
    the beginning of each repetition must not hide the fault that ended one.
    """
    kinds: dict[tuple[str, str], dict[str, Any]] = {}
    for fault in faults:
        kind = fault['fault'], fault['explanation'] if _ends_a_set(fault) else ''
        kinds.setdefault(kind, {**fault, 'explanation': kind[1], 'times': 0})['times'] += 1
    return sorted(kinds.values(), key=_ends_a_set, reverse=True)


def _ends_a_set(fault: dict[str, Any]) -> bool:
    return RULES[Fault[fault['fault'].upper()]].first not in PASSING


def charts_of(rows: dict[str, list[dict[str, Any]]]) -> dict[str, Chart]:
    """Return the charts of a session by name, in the order in which they are shown."""
    repetitions = rows['repetitions']
    drawn = {f'set-{training_set["number"]}': charts.of_set(
        training_set, [row for row in repetitions if row['set'] == training_set['number']])
        for training_set in rows['sets']}
    drawn['repetitions'] = charts.of_repetitions(repetitions)
    drawn['strength'] = charts.of_strength(rows['tests'])
    return {name: chart for name, chart in drawn.items() if chart}


def page(session: dict[str, Any], rows: dict[str, list[dict[str, Any]]],
         shown: dict[str, Chart]) -> str:
    """Return the page of a session."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / 'templates'), autoescape=True,
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    templates.filters |= {'date': _date, 'number': _number, 'words': _words}
    return templates.get_template('report.html').render(
        session=session, **rows,
        pictures={name: Markup(drawing.svg(chart)) for name, chart in shown.items()})


def write_report(engine: Engine, number: int | None, folder: Path, *, png: bool) -> list[Path]:
    """
    Write the report of a session, and its pictures beside it if wanted; return the files.

    :param number: None: the newest session
    :raises HistoryError: if there is no such session or a file cannot be written
    """
    session = tables_for_people.find_session(engine, number)
    rows = rows_of(engine, session)
    shown = charts_of(rows)
    name = f'session-{session["number"]}'
    files = {f'{name}.html': page(session, rows, shown).encode()}
    if png:
        files |= {f'{name}-{which}.png': drawing.png(chart) for which, chart in shown.items()}
    for file_name, content in files.items():
        with private_file(folder / file_name) as file:
            file.write(content)
    return [folder / file_name for file_name in files]


def _date(stamp: float | None, form: str = '%Y-%m-%d %H:%M') -> str:
    return NOTHING if stamp is None else datetime.fromtimestamp(stamp).strftime(form)


def _number(value: float | None, digits: int = 1) -> str:
    return NOTHING if value is None else f'{value:.{digits}f}'


def _words(value: str | None) -> str:
    return NOTHING if not value else value.replace('_', ' ')
