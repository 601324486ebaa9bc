# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Retrieval of the history: listed, exported, reported, taken along, erased for ever."""
import csv
import dataclasses
from datetime import datetime
from io import BytesIO
import json
from pathlib import Path
import re
import stat
import sys
from xml.etree import ElementTree

from harness.history_cli import run
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import image
from negtrain_ros.core.planning.prescription import Loads
from negtrain_ros.core.planning.strength import Estimate, StrengthMethod
from negtrain_ros.core.types import (
    Method,
    PhaseMeasure,
    Prescription,
    RangeOfMotion,
    Repetition,
    RepetitionStage,
    SetEnd,
    Verdict,
)
from negtrain_ros.history.opening import open_to_read
from negtrain_ros.history.outbox.entries import apply, Entry, Status, Verb
from negtrain_ros.history.reports.export import write_csv
from negtrain_ros.history.store import History
import pytest

ANN, BOB = 'Ann <b>"O\'Hara"</b> 😀', 'Bob'
UP = PhaseMeasure(start=0.0, duration=1.5, range=0.4, mean_velocity=0.27, peak_velocity=0.4,
                  mean_load=51.00042, plateau_load=51.0, peak_load=51.4, work=200.0)
DOWN = dataclasses.replace(UP, duration=3.0, mean_load=81.0, plateau_load=84.99951, work=330.0)
PRESCRIPTION = Prescription(
    exercise='chest_press', method=Method.NEGATIVE, concentric=51.0, eccentric=85.0,
    limit=101.0, rom=RangeOfMotion(0.1, 0.5))


@pytest.fixture
def kept(url, folder, tmp_path):
    """Two athletes have trained; return the sessions."""
    history = History(url, folder, machine='press 1')
    numbers = []
    for athlete in (ANN, BOB):
        history.keep_range(athlete, 'chest_press', RangeOfMotion(0.1, 0.5))
        test = history.keep_test(athlete, 'chest_press', Estimate(
            StrengthMethod.LOAD_VELOCITY, 101.0, 0.99), [[30.0, 0.9]])
        history.accept_test(athlete, 'chest_press', test)
        session = history.begin(athlete, 'chest_press', Method.NEGATIVE, 1,
                                program='negative-alternating', step=2)
        session.begin_set(1, PRESCRIPTION)
        for number, verdict in enumerate((Verdict.COUNTED, Verdict.TOO_SHORT), start=1):
            session.repetition(
                Repetition(10.0, RepetitionStage.COMPLETE, number, verdict, UP, DOWN),
                [(0.1 * index, 0.1 + 0.01 * index, 51.0) for index in range(40)])
        session.end_set(SetEnd.COUNT)
        recording = tmp_path / f'{session.number}.mcap'
        recording.write_bytes(b'recorded')
        session.end(Status.FINISHED, recording=str(recording))
        numbers.append(session.number)
    history.close()
    return numbers


def test_history_lists_what_was_trained(url, folder, kept):
    status, out, _ = run(url, folder, 'history')
    assert status == 0
    newest, older = (line for line in out.splitlines() if 'chest_press' in line)
    assert BOB in newest and ANN in older
    assert '51.000 / 85.000' in newest and str(kept[0]) in older
    _, out, _ = run(url, folder, 'history', '--athlete', ANN, '--since', '2020-01-01')
    assert str(kept[0]) in out and str(kept[1]) not in out
    for nothing in (('--exercise', 'row'), ('--until', '2020-01-01')):
        assert run(url, folder, 'history', *nothing) == (0, 'no session\n', '')
    status, _, said = run(url, folder, 'history', '--athlete', 'Eve')
    assert status == 1 and "there is no athlete 'Eve'" in said


def test_parquet_says_in_one_line_what_it_needs(url, folder, kept, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'pyarrow', None)
    file = tmp_path / 'all.parquet'
    status, _, said = run(url, folder, 'export', file)
    assert status == 1 and not file.exists()
    assert said.splitlines() == [
        "negtrain: Parquet needs pyarrow: pip install 'negtrain_ros[parquet]'"]


def test_every_form_of_export_says_the_same_to_the_gram(url, folder, kept, tmp_path):
    pytest.importorskip('pyarrow', reason='pyarrow is not there')
    files = [tmp_path / f'all.{form}' for form in ('csv', 'json', 'parquet')]
    for file in files:
        assert run(url, folder, 'export', file)[0] == 0
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with files[0].open(newline='') as opened:
        from_csv = list(csv.DictReader(opened))
    from_json = json.loads(files[1].read_text())
    parquet = pytest.importorskip('pyarrow.parquet')
    from_parquet = parquet.read_table(files[2]).to_pylist()
    assert from_json == from_parquet
    assert len(from_csv) == 4
    for text, value in zip(from_csv, from_json, strict=True):
        assert text.keys() == value.keys()
        load = 'eccentric_plateau_load_kg'
        assert float(text[load]) == value[load] == 84.99951
        assert datetime.fromisoformat(text['started_at']).timestamp() == pytest.approx(
            value['started_at_s'], abs=1e-3)
        assert (text['athlete'], text['verdict']) == (value['athlete'], value['verdict'])
        assert text['concentric_smoothness'] == '' and value['concentric_smoothness'] is None


def test_every_number_of_an_export_has_its_unit(url, folder, kept, tmp_path):
    file = tmp_path / 'all.json'
    run(url, folder, 'export', file)
    unit = re.compile(r'.*_(s|m|kg|m_s|J|W)')
    counts = {'session', 'step', 'set', 'ordinal', 'number'}
    for row in json.loads(file.read_text()):
        numbers = {name for name, value in row.items() if isinstance(value, int | float)}
        assert counts <= numbers
        assert all(unit.fullmatch(name) for name in numbers - counts), numbers


@pytest.mark.parametrize('form', ['csv', 'json', 'parquet'])
def test_an_export_of_nothing_has_its_heading(form, url, folder, kept, tmp_path):
    if form == 'parquet':
        parquet = pytest.importorskip('pyarrow.parquet')
    whole, empty = tmp_path / f'whole.{form}', tmp_path / f'empty.{form}'
    assert run(url, folder, 'export', whole)[0] == 0
    assert run(url, folder, 'export', empty, '--athlete', 'Eve') == (
        0, f'0 repetitions: {empty}\n', '')
    if form == 'csv':
        assert empty.read_text() == whole.read_text().splitlines(keepends=True)[0]
    elif form == 'parquet':
        assert parquet.read_schema(empty) == parquet.read_schema(whole)
    else:
        assert json.loads(empty.read_text()) == []


@given(st.text(st.sampled_from('=+-@|%1A(＝＋\'" '), min_size=1, max_size=6))
def test_no_cell_is_a_formula_and_every_text_is_there(text):
    file = BytesIO()
    write_csv(['text', 'number'], [{'text': text, 'number': -1.5}], file)
    (_, (cell, number)) = csv.reader(file.getvalue().decode().splitlines())
    assert not re.match('[=+@|%＝＋-]', cell)
    assert cell.endswith(text) and cell.removesuffix(text) in ('', "'")
    assert float(number) == -1.5


@pytest.mark.parametrize('command', [
    ('history',), ('export', 'all.csv'), ('report',), ('plan', 'Ann', 'power'),
    ('athlete', 'erase', 'Ann', '--yes')])
def test_a_typing_error_makes_nothing_and_says_what_is_not_there(command, tmp_path):
    wrong = tmp_path / 'wrong'
    for words, told in (
            (('--folder', wrong), f'there is no folder {wrong}'),
            (('--database', f'sqlite:///{wrong}/history.sqlite'), 'no such folder'),
            (('--database', f'sqlite:///{tmp_path}/histroy.sqlite'), 'no such file')):
        status, out, err = run('', '', *command, *words)
        assert (status, out) == (1, '') and told in err and err.count('\n') == 1
        assert list(tmp_path.iterdir()) == []
    other = tmp_path / 'other.sqlite'
    other.touch()
    status, _, err = run('', '', *command, '--database', f'sqlite:///{other}')
    assert status == 1 and 'there is no history in' in err and other.stat().st_size == 0


def test_a_report_needs_nothing_but_itself(url, folder, kept, tmp_path):
    status, out, _ = run(url, folder, 'report', kept[0], '--output', tmp_path, '--png')
    page, *pictures = map(Path, out.splitlines())
    html = page.read_text()
    assert status == 0
    assert '84.999' in html or '85.000' in html
    assert '<b>' not in html and '&lt;b&gt;' in html
    assert not re.search(r'(src|href)\s*=\s*"(?!data:|#)', html)
    names = set(re.findall(r'\bid="([^"]+)"', html))
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', html)) <= names
    drawn = [ElementTree.fromstring(text) for text in re.findall(r'<svg.*?</svg>', html, re.S)]
    assert len(drawn) == len(pictures) == 3
    for picture in drawn:
        assert 'nan' not in ElementTree.tostring(picture, encoding='unicode')
        _, _, width, height = map(float, picture.get('viewBox').split())
        for text in picture.iter('text'):
            assert 0 <= float(text.get('x', 0)) <= width and 0 <= float(text.get('y', 0)) <= height
    for path in pictures:
        assert image.imread(path)[:, :, :3].std() > 0.01


def test_the_newest_session_is_reported_when_none_is_named(url, folder, kept, tmp_path):
    _, out, _ = run(url, folder, 'report', '--output', tmp_path)
    assert str(kept[1]) in out


def test_plan_shows_what_comes_next_and_its_loads(url, folder, kept):
    status, out, _ = run(url, folder, 'plan', ANN, 'negative-alternating')
    assert status == 0
    press, row, _ = (line for line in out.splitlines() if ' of 15' in line)
    # The step is not done: too few of its repetitions were counted.
    assert '1 of 15' in press and 'regular, session 1 of 6' in press and '101.0' in press
    assert '66.0' in press
    assert '0 of 15' in row and 'strength test' in row


@pytest.mark.parametrize('arguments, word', [
    (('report', 12345), 'there is no session 12345'),
    (('report', '--output', '/nowhere/at/all'), 'No such file or directory'),
    (('export', 'all.xls'), 'none of .csv, .json, .parquet'),
    (('export', '/nowhere/all.csv'), 'No such file or directory'),
    (('plan', 'Ann', 'marathon'), 'is not one of negative-alternating'),
    (('plan', 'Ann', 'power', '--exercise', 'swimming'), 'is not one of chest_press'),
    (('plan', '', 'power'), 'needs a name'),
    (('history', '--athlete', 'x' * 10240), '10240 characters'),
    (('history', '--database', 'mysql://gym'), 'none of sqlite, postgresql'),
    (('history', '--folder', '/proc/nowhere'), '/proc/nowhere'),
    (('athlete', 'export', 'Eve', 'eve.json'), "there is no athlete 'Eve'"),
    (('athlete', 'erase', 'Eve', '--yes'), "there is no athlete 'Eve'"),
    (('athlete', 'erase', BOB), 'nothing was erased'),
])
def test_each_mistake_is_one_line_and_a_status(folder, tmp_path, arguments, word):
    history = History('', folder, machine='press 1')
    history.begin(BOB, 'row', Method.REGULAR, 1)
    history.close()
    where = '' if '--folder' in arguments else folder
    status, out, err = run('', where, *arguments)
    assert status != 0
    assert word in err and err.count('\n') == 1 and err.startswith('negtrain: ')
    assert out == ''


def test_an_athlete_takes_everything_along(url, folder, kept, tmp_path):
    file = tmp_path / 'ann.json'
    assert run(url, folder, 'athlete', 'export', ANN, file)[0] == 0
    everything = json.loads(file.read_text())
    assert everything['athlete']['name'] == ANN
    assert everything['strength_tests'][0]['trials'] == '[[30.0, 0.9]]'
    assert everything['ranges'][0]['top'] == 0.5
    (session,) = everything['sessions']
    assert (session['number'], len(session['sets']), len(session['repetitions'])) == (
        kept[0], 1, 2)
    assert session['repetitions'][0]['trace'][-1] == pytest.approx([3.9, 0.49, 51.0], abs=1e-4)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_erased_athlete_is_gone_and_the_others_are_not(url, folder, kept, tmp_path):
    status, _, err = run(url, folder, 'athlete', 'erase', ANN, '--yes')
    assert (status, err) == (0, '')
    _, out, _ = run(url, folder, 'history')
    assert ANN not in out and BOB in out
    assert run(url, folder, 'athlete', 'export', ANN, tmp_path / 'a.json')[0] != 0
    assert [path.stem for path in tmp_path.glob('*.mcap')] == [str(kept[1])]
    if url.startswith('sqlite'):
        for path in tmp_path.glob('history.sqlite*'):
            assert b"O'Hara" not in path.read_bytes()


def test_what_a_machine_still_owes_does_not_bring_an_erased_athlete_back(url, folder):
    owed: list[Entry] = []
    history = History(url, folder, machine='press 1')
    keep = history._keeper.keep
    history._keeper.keep = lambda *entries: (owed.extend(entries), keep(*entries))
    history.begin(ANN, 'row', Method.REGULAR, 1).begin_set(1, PRESCRIPTION)
    history.close()
    assert run(url, folder, 'athlete', 'erase', ANN, '--yes')[0] == 0
    engine = open_to_read(url, folder)
    with engine.begin() as connection:
        apply(connection, owed)
    assert run(url, folder, 'history') == (0, 'no session\n', '')
    with engine.begin() as connection:
        apply(connection, [Entry(Verb.INSERT, 'athletes', owed[0].values, owed[0].athlete, 4e9)])
    assert run(url, folder, 'athlete', 'export', ANN, folder / 'a.json')[0] == 0


def test_loads_of_the_last_session_are_asked_for_before_they_rise(url, folder, kept):
    history = History(url, folder, machine='press 1')
    assert history.last_loads(ANN, 'chest_press', Method.NEGATIVE) == Loads(51.0, 85.0, 101.0)
    history.close()
