# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Headings of the columns of a recording: names, and units in any of the usual spellings."""
from collections.abc import Sequence
from dataclasses import dataclass
import re
import unicodedata

from negtrain_ros.replay.sample import RecordingError

LENGTHS = {'m': 1.0, 'cm': 0.01, 'mm': 0.001, 'in': 0.0254}
TIMES = {'s': 1.0, 'ms': 1e-3, 'us': 1e-6, 'ns': 1e-9, 'min': 60.0}
MASSES = {'kg': 1.0, 'lb': 0.45359237, 'N': 1.0 / 9.80665}

SPELLINGS = {
    'metre': 'm', 'metres': 'm', 'meter': 'm', 'meters': 'm', 'centimetres': 'cm',
    'centimeters': 'cm', 'millimetres': 'mm', 'millimeters': 'mm', 'inch': 'in', 'inches': 'in',
    '"': 'in', 'sec': 's', 'secs': 's', 'second': 's', 'seconds': 's', 'sekunden': 's',
    'msec': 'ms', 'millis': 'ms', 'milliseconds': 'ms', 'µs': 'us', 'μs': 'us', 'usec': 'us',
    'microseconds': 'us', 'nsec': 'ns', 'nanoseconds': 'ns', 'minutes': 'min', 'n': 'N',
    'newton': 'N', 'lbs': 'lb', 'pounds': 'lb', 'kgs': 'kg',
    **{unit: unit for unit in (*LENGTHS, *TIMES, *MASSES)},
}

# The documented name first; names that also mean something else last.
NAMES = {
    'time': (('time',),
             ('timestamp', 'stamp', 'elapsed', 'elapsed time', 'time elapsed', 'zeit', 'clock',
              'datetime', 'date time', 'time stamp', 'unix time', 'epoch', 'header stamp'),
             ('t', 'seconds', 'sec', 'secs', 's', 'ms', 'milliseconds', 'us', 'ns',
              'nanoseconds')),
    'position': (('position',),
                 ('pos', 'height', 'displacement', 'travel', 'handle', 'handle position',
                  'bar position', 'bar height', 'distance', 'weg', 'höhe', 'hoehe', 'hub',
                  'depth', 'tiefe', 'position down', 'position down positive'),
                 ('x', 'y', 'z', 'h')),
    'load': (('load',), ('weight', 'mass', 'last', 'gewicht'), ()),
}
DOWN = ('depth', 'tiefe', 'position down', 'position down positive')

ENCLOSED = re.compile(r'(.*?)\s*[\[(<{]\s*([^\])>}]*?)\s*[\])>}]')
DIVIDED = re.compile(r'(.*\w)\s*/\s*(\S+)')
APPENDED = re.compile(r'(.*?\w)[\s_.,:-]+(?:in[\s_]+)?(\S+)')


@dataclass(frozen=True, slots=True)
class RecordedColumn:
    """
    A column that is read.

    :ivar index: from 0 on
    :ivar unit: as written; empty: nothing is written
    :ivar down: whether its name says that it may grow downwards
    """

    index: int
    name: str
    unit: str
    down: bool = False


def is_units(cells: Sequence[str]) -> bool:
    """Tell whether a line has nothing but units."""
    words = [cell.strip('[]() ') for cell in cells]
    return any(words) and all(word in ('', '-') or _unit(word) for word in words)


def columns_of(
    heading: Sequence[str], units: Sequence[str], wanted: Sequence[str], width: int,
) -> list[RecordedColumn]:
    """
    Return where time and position are, and load where there is one.

    :param heading: empty: there is none
    :param units: from a line of their own; empty: there is none
    :param wanted: columns by heading or number from 1 on; empty: found by their headings
    :param width: number of columns
    :raises Unusable: a column is not there, or more than one may be meant
    """
    parts = [_parts(cell) for cell in heading]
    said = [unit or (_unit(units[index].strip('[]() ')) if index < len(units) else '')
            for index, (_, unit) in enumerate(parts)]
    if wanted:
        indices: list[int | None] = [_chosen(each, heading, parts, width) for each in wanted]
    elif not heading:
        raise RecordingError(
            f': no headings over its {width} columns; say which are time and position: '
            '--columns 1,2'
        )
    else:
        indices = [_found(kind, heading, parts) for kind in NAMES]
        missing = [kind for kind, index in zip(NAMES, indices, strict=True)
                   if index is None and kind != 'load']
        if missing:
            raise RecordingError(
                f': no column {" and no column ".join(missing)} among '
                f'{", ".join(cell or "(empty)" for cell in heading)}; say --columns TIME,POSITION')
    places = []
    for kind, index in zip(NAMES, indices, strict=False):
        if index is None:
            continue
        name, unit = parts[index][0] if heading else '', said[index] if heading else ''
        if kind == 'time' and not unit and _unit(name) in TIMES:
            unit = _unit(name)
        places.append(RecordedColumn(
            index, heading[index] if heading else kind, unit,
            kind == 'position' and name in DOWN))
    if len({place.index for place in places}) < len(places):
        raise RecordingError(': --columns names one column twice')
    return places


def _parts(cell: str) -> tuple[str, str]:
    """Return name and unit of a heading."""
    text = unicodedata.normalize('NFC', cell).strip().strip('"\'').casefold()
    if text.startswith('/'):  # a topic, as PlotJuggler names columns
        text = text.rpartition('/')[2]
    for pattern in (ENCLOSED, DIVIDED, APPENDED):
        match = pattern.fullmatch(text)
        if match and (pattern is ENCLOSED or _unit(match[2])):
            return _name(match[1]), _unit(match[2]) or match[2]
    return _name(text), ''


def _name(text: str) -> str:
    return re.sub(r'[\s_.-]+', ' ', text).strip()


def _unit(word: str) -> str:
    return SPELLINGS.get(word.strip().casefold(), '')


def _found(kind: str, heading: Sequence[str], parts: Sequence[tuple[str, str]]) -> int | None:
    """Return the column of a kind; None: there is none."""
    for names in NAMES[kind]:
        matching = [index for index, (name, _) in enumerate(parts) if name in names]
        if len(matching) > 1:
            raise RecordingError(
                f': more than one column may be the {kind}: '
                f'{", ".join(heading[index] for index in matching)}; say --columns TIME,POSITION')
        if matching:
            return matching[0]
    return None


def _chosen(wanted: str, heading: Sequence[str], parts: Sequence[tuple[str, str]], width: int,
            ) -> int:
    """Return the column that the user means."""
    word = wanted.strip().casefold()
    for names in ([cell.strip().casefold() for cell in heading], [name for name, _ in parts]):
        if names.count(word) == 1:
            return names.index(word)
    if word.isascii() and word.isdigit() and 1 <= int(word) <= max(width, len(heading)):
        return int(word) - 1
    raise RecordingError(f': no column {wanted.strip()!r} among '
                   f'{", ".join(heading) if heading else f"1 to {width}"}')
