# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables keep their numbers and their units, and texts their sense, wherever they are shown."""
from io import BytesIO, StringIO, TextIOWrapper

from hypothesis import given, settings
from hypothesis import strategies as st
from negtrain_ros import terminal
from negtrain_ros.cli.summary import tabulate
from negtrain_ros.core.types import PhaseMeasure, Repetition, RepetitionStage, Verdict
import pytest
from rich.console import Console

MEASURE = PhaseMeasure(0.0, 0.1, 12.34, 0.432, 0.21, 0.65, 0.3, 9.9, 123.4, 123.4, 130.0, 543.0)


@pytest.mark.parametrize('width', [20, 40, 60, 80, 200])
def test_no_number_of_a_training_is_cut_and_each_has_its_unit(width):
    out = StringIO()
    table = tabulate([Repetition(1.0, RepetitionStage.COMPLETE, 1, Verdict.COUNTED, MEASURE,
                                 MEASURE)])
    terminal.print_whole(table, Console(file=out, width=width))
    said = out.getvalue()
    assert '…' not in said
    for number in ('123.4', '12.34', '0.432', '0.21', '0.65', '543'):
        assert said.count(number) == 2
    for unit, count in {'[kg]': 2, '[s]': 2, '[m]': 2, '[m/s]': 4, '[J]': 2}.items():
        assert said.count(unit) == count


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 120), st.lists(st.tuples(
    st.floats(-1e6, 1e6).map(lambda value: f'{value:.3f}'),
    st.text('abc ', min_size=1, max_size=40)), min_size=1, max_size=4))
def test_numbers_are_whole_at_any_width(width, rows):
    with pytest.MonkeyPatch.context() as patch:
        out = StringIO()
        out.isatty = lambda: True
        patch.setattr('sys.stdout', out)
        patch.setenv('COLUMNS', str(width))
        terminal.show(('load [kg]', 'remark'), rows, words=('remark',))
    said = out.getvalue()
    assert '…' not in said and '[kg]' in said
    assert all(number in said for number, _ in rows)


@given(st.text())
def test_every_text_has_a_plain_form(text):
    assert terminal.plain(text).isascii()
    assert not text.isascii() or terminal.plain(text) == text


@pytest.mark.parametrize('encoding', ['ascii', 'latin-1', 'cp1252', 'utf-8'])
def test_what_an_encoding_lacks_is_shown_plainly(encoding, monkeypatch):
    content = BytesIO()
    for name in ('stdout', 'stderr'):
        monkeypatch.setattr(f'sys.{name}', TextIOWrapper(content, encoding=encoding))
    terminal.degrade()
    print('3 kg · 2 m/s² … größe', flush=True)
    said = content.getvalue().decode(encoding)
    assert said.startswith('3 kg ') and 'kg' in said
    if encoding == 'ascii':
        assert said == '3 kg - 2 m/s2 ... grosse\n'
    if encoding == 'utf-8':
        assert said == '3 kg · 2 m/s² … größe\n'
