# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Programmes as people write them: the shipped ones are whole, and every mistake is named."""
import os
from pathlib import Path

from hypothesis import given, HealthCheck, settings
from hypothesis import strategies as st
from negtrain_ros.core.planning.prescription import Intensity
from negtrain_ros.core.planning.program import ProgramTest, TrainingBlock
from negtrain_ros.core.types import Method
from negtrain_ros.programs.exercises import read_exercises, shipped_exercises
from negtrain_ros.programs.programs import find_program, program_files, read_program
from negtrain_ros.programs.yaml_document import DocumentError, LARGEST
import pytest

GOOD = """\
title: In turn
purpose: A test, six sessions, a test.
exercises: [chest_press, row]
parts:
  - test: load_velocity
  - block: negative
    sessions: 6
    method: negative
    sets: 2
    repetitions: 12
    intensity: {concentric: 0.5, eccentric: 0.8}
    tempo: {concentric: 2, eccentric: 4.5}
    rest: 90
  - test: load_velocity
"""


def mistakes(tmp_path: Path, text: str | bytes) -> list[str]:
    path = tmp_path / 'plan.yaml'
    path.write_bytes(text if isinstance(text, bytes) else text.encode('utf-8', 'surrogatepass'))
    with pytest.raises(DocumentError) as wrong:
        read_program(path)
    for line in wrong.value.lines:
        assert '\n' not in line and len(line) < 500
        assert line.startswith(str(path))
    return [line.removeprefix(str(path)) for line in wrong.value.lines]


def test_a_programme_is_read_as_it_is_written(tmp_path):
    path = tmp_path / 'plan.yaml'
    path.write_text(GOOD)
    program = read_program(path)
    assert (program.name, program.exercises) == ('plan', ('chest_press', 'row'))
    test, block, _ = program.parts
    assert isinstance(test, ProgramTest) and isinstance(block, TrainingBlock)
    assert (block.method, block.intensity) == (Method.NEGATIVE, Intensity(0.5, 0.8))
    assert (block.dose.eccentric_time, block.dose.sessions) == (4.5, 6)
    assert len(program.steps) == 8


@pytest.mark.parametrize('name', sorted(program_files()))
def test_every_shipped_programme_is_whole(name):
    program = find_program(name)
    assert isinstance(program.parts[0], ProgramTest) and isinstance(program.parts[-1], ProgramTest)
    assert set(program.exercises) <= set(shipped_exercises())


def test_the_shipped_ones_alternate_and_rehabilitate():
    alternating = [part.method for part in find_program('negative-alternating').parts
                   if isinstance(part, TrainingBlock)]
    assert alternating == [Method.REGULAR, Method.NEGATIVE]
    assert all(part.intensity.eccentric <= 0.25 and part.dose.eccentric_time >= 6.0
               for part in find_program('rehabilitation').parts if isinstance(part, TrainingBlock))


@pytest.mark.parametrize('old, new, expected', [
    ('sessions: 6', 'sessions: 0', ':7: parts.2.sessions: 0 is not a whole number from 1 to 100'),
    ('sessions: 6', 'sessions: 1.5', ':7: parts.2.sessions: 1.5 is not a whole number'),
    ('sessions: 6', 'sessions: true', ':7: parts.2.sessions: True is not a whole number'),
    ('sessions: 6', 'sessions: [6]', ':7: parts.2.sessions: a list is not a whole number'),
    ('sessions: 6', 'sesions: 6', ':7: parts.2.sesions: not one of block, method, sessions, sets'),
    ('rest: 90', 'rest: .nan', ':13: parts.2.rest: nan is not a number from 0 to 600 s'),
    ('rest: 90', 'rest: 1e999', ':13: parts.2.rest: inf is not a number'),
    ('rest: 90', 'rest: 2026-01-01', ':13: parts.2.rest: '),
    ('method: negative', 'method: nagative',
     ":8: parts.2.method: 'nagative' is not one of regular, negative, eccentric_only"),
    ('eccentric: 0.8}', 'eccentric: 0.4}', ':6: parts.2: negative: eccentric intensity 0.4 is'),
    ('eccentric: 0.8}', 'eccentric: 9}', ':11: parts.2.intensity.eccentric: 9 is not a number'),
    ('eccentric: 4.5', 'eccentric: fast', ":12: parts.2.tempo.eccentric: 'fast' is not a number"),
    ('test: load_velocity', 'test: guess', ":5: parts.1.test: 'guess' is not one of isometric"),
    ('row]', 'rowing]', ':3: exercises.2: rowing is not one of chest_press'),
    ('[chest_press, row]', '[]', ':3: exercises: a list of 1 to 20 was'),
    ('[chest_press, row]', f'[{"row, " * 20}row]', ':3: exercises: a list of 1 to 20 was'),
    ('block: negative', 'blok: negative', ':6: parts.2.blok: not one of block, method'),
    ('    method: negative\n', '', ':6: method is missing in parts.2'),
    ('eccentric: 0.8}', 'eccentrc: 0.8}',
     ':11: parts.2.intensity.eccentrc: not one of concentric, eccentric'),
    ('rest: 90', f'{"x" * 400}: 90', ":13: parts.2.'xxxxxxxxxxxx...xxxxxxxxxxxxx': not one of"),
    ('title: In turn', 'titel: In turn', ':1: titel: not one of title, purpose, exercises'),
    ('[chest_press, row]', 'row', ':3: exercises: a list was expected'),
    ('title: In turn\n', '', ':1: title is missing'),
    ('title: In turn', 'title: "a\\nb"', ":1: title: 'a\\nb' is not a text on one line"),
    ('  - test: load_velocity\n', '  - 12\n', ':5: parts.1: a mapping was expected'),
    ('rest: 90', 'rest: 90\n    rest: 80', ':14: found duplicate key "rest"'),
    ('rest: 90', 'rest: [90', ':14: expected'),
    ('rest: 90', 'rest:\t- 90', ':13: '),
])
def test_every_mistake_has_its_line_and_what_is_allowed(tmp_path, old, new, expected):
    assert mistakes(tmp_path, GOOD.replace(old, new))[0].startswith(expected)


def test_all_mistakes_are_named_at_once(tmp_path):
    text = GOOD.replace('sessions: 6', 'sessions: 0').replace('sets: 2', 'sets: x').replace(
        'rest: 90', 'rests: 90')
    assert [line.split(':')[1] for line in mistakes(tmp_path, text)] == ['7', '9', '13']


@pytest.mark.parametrize('text, expected', [
    ('', ':1: a mapping was expected'),
    ('- 1', ':1: a mapping was expected'),
    ('just words', ':1: a mapping was expected'),
    ('a: &loop [*loop]', ':1: anchors'),
    ('a: &a [1]\nb: [*a, *a]', ':1: anchors'),
    ('a: 1\n<<: {title: x}', ':2: merge keys'),
    ('a: !!python/object/apply:os.system [ls]', ':1: tags'),
    ('title: !secret x', ':1: tags'),
    ('a: 1\n---\nb: 2', ':2: but found another document'),
    ('title: a\0b', ': unacceptable character #x0000'),
    ('title: "\ud800"', ':1: not UTF-8'),
    (b'title: \xff\xfe', ':1: not UTF-8'),
    ('[' * 20000, ':1: nested deeper'),
    ('{a: ' * 5000, ':1: nested deeper'),
    ('a:\n' + ''.join(f'{" " * depth}-\n' for depth in range(200)), ':9: nested deeper'),
    ('x' * (LARGEST + 1), ': larger than'),
    ('? {a: 1}\n: 2', ':'),
], ids=lambda value: repr(value)[:24])
def test_hostile_documents_are_refused_in_a_line(tmp_path, text, expected):
    assert mistakes(tmp_path, text)[0].startswith(expected)


@given(st.text(alphabet='ab:-[]{}&*!|>%@`"\'#, \n\t?0.\0é', max_size=60), st.integers(0, 300))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_document_does_more_than_be_refused(tmp_path, noise, place):
    path = tmp_path / 'plan.yaml'
    path.write_text(GOOD[:place] + noise + GOOD[place:])
    try:
        program = read_program(path)
    except DocumentError as wrong:
        assert wrong.lines
    else:
        assert program.steps


@pytest.mark.parametrize('make', [
    lambda path: path.mkdir(), lambda path: os.mkfifo(path), lambda path: None,
    lambda path: path.symlink_to(path)])
def test_what_is_no_file_is_refused(tmp_path, make):
    path = tmp_path / 'plan.yaml'
    make(path)
    with pytest.raises(DocumentError, match=r'plan\.yaml: '):
        read_program(path)


@pytest.mark.parametrize('name', [
    '', '../../etc/passwd', 'x' * 10000, 'a\0b', 'negative-alternatin'])
def test_an_unknown_programme_is_refused_with_the_known_ones(name):
    with pytest.raises(DocumentError, match='is not one of negative-alternating') as wrong:
        find_program(name)
    assert len(str(wrong.value)) < 500


def test_a_wrong_exercise_is_named(tmp_path):
    path = tmp_path / 'exercises.yaml'
    path.write_text('row:\n  title: Row\n  order: sideways\n  step: 0\n')
    with pytest.raises(DocumentError) as wrong:
        read_exercises(path)
    assert wrong.value.lines == [
        f"{path}:3: row.order: 'sideways' is not one of concentric_first, eccentric_first",
        f'{path}:4: row.step: 0 is not a number from 0.1 to 10 kg']
