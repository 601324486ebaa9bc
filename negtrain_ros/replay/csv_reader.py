# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Reader of positions over time from text, as spreadsheets, loggers and plotting programs write it.

What a file leaves open is decided only where one answer fits; else it is refused in one line that
names what was seen and the option that settles it.
"""
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
import csv
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import isfinite, nan
from pathlib import Path
import re
from statistics import median

from negtrain_ros.replay.headings import (
    columns_of,
    is_units,
    LENGTHS,
    MASSES,
    RecordedColumn,
    TIMES,
)
from negtrain_ros.replay.sample import RecordingError

SEPARATORS = {'\t': 'tab', ';': 'semicolon', '|': 'bar', ' ': 'space', ',': 'comma'}
COMMENTS = ('#', '%', '//', '"#', "'", 'sep=')
NUMBER = re.compile(r'[+-]?(?:\d+(?:\.\d*|,\d+)?|\.\d+)(?:[eE][+-]?\d+)?', re.ASCII)
CLOCK = re.compile(r'(?:\d{4}-\d\d-\d\d[T ])?\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?',
                   re.ASCII)
GROUPED = re.compile(r'[+-]?[1-9]\d{0,2},\d{3}', re.ASCII)
MISSING = {'', '-', '--', 'nan', 'na', 'n/a', '#n/a', 'null', 'none'}

LARGEST = 1e9           # m or kg, of any number
FARTHEST = 100.0        # m, from zero
LONGEST_WAY = 3.0       # m; no handle of a machine goes farther
FASTEST = 10.0          # m/s; no hand moves a handle faster
SHORTEST_WAY = 0.05     # m, of a half repetition
GLANCE = 0.02           # s over which a speed is taken
SLOWEST_RATE, FASTEST_RATE = 2.0, 50e3  # 1/s, of samples in which a movement can be seen
OUTLIERS = 0.005        # share of samples at either side that says nothing about the movement
EPOCHS = {'s': 1.0, 'ms': 1e3, 'us': 1e6, 'ns': 1e9}
SINCE_1970 = (9e8, 5e9)  # s, from 1998 to 2128
LATEST = 1e10           # s
A_CYCLE = 10            # samples before time may begin again


@dataclass(frozen=True, slots=True)
class Declared:
    """
    Answers of the user to what a file leaves open; empty or None: the file has to say it.

    :ivar unit: of the position
    :ivar invert: whether the position grows downwards
    :ivar columns: time, position and perhaps load, by heading or by number from 1 on
    """

    unit: str = ''
    time_unit: str = ''
    invert: bool | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Samples:
    """
    Content of a file.

    :ivar times: seconds, as the file counts them, never falling
    :ivar positions: m, up positive
    :ivar loads: kg; NaN: not known
    :ivar remarks: what was left out or taken for something, a line each
    """

    times: list[float]
    positions: list[float]
    loads: list[float]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """Time, position and load as text, with the number of the line."""

    line: int
    cells: tuple[str, ...]


def read(path: Path, declared: Declared = Declared()) -> Samples:
    """
    Read a file of positions over time.

    :raises Unusable: naming file, line and reason
    """
    try:
        return parse(decode(path.read_bytes()), declared)
    except OSError as problem:
        raise RecordingError(f'{path}: {problem.strerror}') from None
    except RecordingError as problem:
        raise RecordingError(f'{path}{problem}') from None


def decode(content: bytes) -> str:
    """
    Return the text of a file in UTF-8, UTF-16 or, where it is neither, Windows-1252.

    :raises Unusable: it is no text
    """
    encodings: tuple[str, ...] = ('utf-8-sig', 'cp1252')
    if content[:2] in (b'\xff\xfe', b'\xfe\xff'):
        encodings = ('utf-16',)
    elif b'\0' in content[:2]:
        encodings = ('utf-16-be',) if content[0] == 0 else ('utf-16-le',)
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r'[\x00-\x08\x0e-\x1f]', text):
            return text
    raise RecordingError(': no text')


def parse(text: str, declared: Declared = Declared()) -> Samples:
    """
    Return the samples of a text.

    :raises Unusable: naming line and reason
    """
    lines = [(number, line) for number, line in
             enumerate(re.split(r'\r\n|\r|\n', text), start=1) if line.strip(' \t\v\f')]
    if not lines:
        raise RecordingError(': it is empty')
    separator, width, first = _layout(lines)
    heading, units = _heading(lines[:first], separator, width)
    places = columns_of(heading, units, declared.columns, width)
    rows = list(_rows(lines[first:], separator, len(heading) or width, places, heading))
    if len(rows) < 2:
        last = lines[-1][0]
        raise RecordingError(f':{last}: no movement in it, {len(rows)} samples')
    number = _reader(rows, separator)
    remarks: list[str] = []
    rows = _complete(rows, number, remarks)
    times = _in_seconds([number(row, 0) for row in rows], places[0], declared, rows)
    times = _continued(times, rows, remarks)
    positions = _in_metres([number(row, 1) for row in rows], times, places[1], declared)
    loads = [nan] * len(rows)
    if len(places) > 2:
        factor = MASSES[_known(places[2].unit, MASSES, places[2], 'rename the column')]
        loads = [number(row, 2) * factor for row in rows]
    return Samples(times, positions, loads, tuple(remarks))


def _fields(line: str, separator: str) -> list[str]:
    """Return the cells of a line."""
    if separator == ' ':
        return line.split()
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error as problem:
        raise RecordingError(f': {problem}') from None


def _is_value(cell: str) -> bool:
    return bool(NUMBER.fullmatch(cell) or CLOCK.fullmatch(cell))


def _is_data(cells: Sequence[str], separator: str) -> bool:
    values = sum(map(_is_value, cells))
    filled = values + sum(cell.casefold() in MISSING for cell in cells)
    if separator == ' ':
        return values >= 2 and filled == len(cells)
    return values >= 2 or (values == 1 and filled == len(cells) > 1)


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith(COMMENTS)


def _layout(lines: Sequence[tuple[int, str]]) -> tuple[str, int, int]:
    """Return the separator, the number of columns, and where among the lines the data begin."""
    best: tuple[int, str, int, int] = (0, ',', 0, len(lines))
    for separator in SEPARATORS:
        found = 0
        begin, widths = len(lines), Counter[int]()
        for index, (_, line) in enumerate(lines):
            if found >= 100:
                break
            if separator not in line or _is_comment(line):
                continue
            cells = _fields(line, separator)
            if _is_data(cells, separator):
                begin = min(begin, index)
                widths[len(cells)] += 1
                found += 1
        if found > best[0]:
            best = (found, separator, widths.most_common(1)[0][0], begin)
    found, separator, width, begin = best
    if not found:
        return _layout_of_heading(lines)
    return separator, width, begin


def _layout_of_heading(lines: Sequence[tuple[int, str]]) -> tuple[str, int, int]:
    """Return the same where no line has data: the first that is no comment is the heading."""
    for index, (_, line) in enumerate(lines):
        if not _is_comment(line):
            separator = max(SEPARATORS, key=line.count)
            return separator, len(_fields(line, separator)), index + 1
    return ',', 0, len(lines)


def _heading(before: Sequence[tuple[int, str]], separator: str, width: int,
             ) -> tuple[list[str], list[str]]:
    """Return the headings, none if there are none, and the units that have a line of their own."""
    units: list[str] = []
    said = [line for _, line in before if not _is_comment(line)]
    # the heading of numpy.savetxt is a comment
    said = said or [line.lstrip().lstrip('#%/ ') for _, line in before[-1:]]
    while said:
        cells = _fields(said.pop(), separator)
        if not units and said and is_units(cells):
            units = cells
            continue
        while len(cells) > width and not cells[-1]:
            cells.pop()
        fits = len(cells) == width or (1 < len(cells) < width)
        return (cells, units) if fits and not any(map(_is_value, cells)) else ([], [])
    return [], []


def _rows(
    lines: Sequence[tuple[int, str]], separator: str, width: int, places: Sequence[RecordedColumn],
    heading: list[str],
) -> Iterator[Row]:
    """Give the cells of the columns that are read, without comments and repeated headings."""
    for line, text in lines:
        if _is_comment(text):
            continue
        cells = _fields(text, separator)
        if cells == heading:
            continue
        if any(cells[width:]):
            raise RecordingError(
                f':{line}: {len(cells)} cells under {width} headings, separated by '
                f'{SEPARATORS[separator]}; a comma cannot be separator and decimal mark in one '
                'file')
        yield Row(line, tuple(
            cells[place.index] if place.index < len(cells) else '' for place in places))


def _reader(rows: Sequence[Row], separator: str) -> Callable[[Row, int], float]:
    """Return what makes a number of a cell, with the decimal mark of the file."""
    commas = [cell for row in rows for cell in row.cells if ',' in cell and
              NUMBER.fullmatch(cell)]
    if commas and all(map(GROUPED.fullmatch, commas)):
        raise RecordingError(f': {commas[0]!r} may be {commas[0].replace(",", ".")} or '
                       f'{commas[0].replace(",", "")}; write numbers with a point or ungrouped')
    names = ('time', 'position', 'load')

    def number(row: Row, place: int) -> float:
        cell = row.cells[place]
        if cell.casefold() in MISSING:
            return nan
        value = nan
        if NUMBER.fullmatch(cell) and not (commas and '.' in cell):
            value = float(cell.replace(',', '.'))
        elif place == 0 and CLOCK.fullmatch(cell):
            value = _clock(cell)
        if not isfinite(value) or (place and abs(value) > LARGEST):
            mixed = ', and others have a decimal comma' if commas and '.' in cell else ''
            raise RecordingError(
                f':{row.line}: {names[place]} is {cell!r}, not a usable number{mixed}'
            )
        return value
    return number


def _clock(cell: str) -> float:
    """Return a time of day, or a date with one, in seconds; NaN: there is no such time."""
    text = cell.replace(',', '.')
    try:
        if '-' in text[:5]:
            return datetime.fromisoformat(text).timestamp()
        hours, minutes, seconds = re.split(r'[:Z+-]', text)[:3]
    except (ValueError, OverflowError, OSError):
        return nan
    return 3600.0 * int(hours) + 60.0 * int(minutes) + float(seconds)


def _complete(rows: list[Row], number: Callable[[Row, int], float], remarks: list[str],
              ) -> list[Row]:
    """Return the rows that have a time and a position."""
    kept = [row for row in rows if number(row, 0) == number(row, 0)
            and number(row, 1) == number(row, 1)]
    if len(kept) < 2:
        raise RecordingError(f':{rows[-1].line}: no movement in it, {len(kept)} samples')
    if len(kept) < len(rows):
        whole = {row.line for row in kept}
        first = next(row.line for row in rows if row.line not in whole)
        remarks.append(f'{len(rows) - len(kept)} of {len(rows)} rows lack time or position and '
                       f'are left out, the first in line {first}')
    return kept


def _in_seconds(
    values: list[float], place: RecordedColumn, declared: Declared, rows: Sequence[Row],
) -> list[float]:
    """Return times in seconds, in the unit that was declared, is written, or alone fits."""
    clock = any(':' in row.cells[0] for row in rows)
    unit = declared.time_unit or ('s' if clock else place.unit)
    since_1970 = [unit for unit, each in EPOCHS.items()
                  if SINCE_1970[0] <= values[0] / each <= SINCE_1970[1]]
    if not unit and since_1970:
        unit = since_1970[0]
    factor = TIMES[_known(unit, TIMES, place, 'say --time-unit')]
    times = [value * factor for value in values]
    for row, time in zip(rows, times, strict=True):
        if abs(time) > LATEST:
            raise RecordingError(
                f':{row.line}: {place.name} {row.cells[0]} in {unit or "s"} is no time '
                'of a recording; say --time-unit'
            )
    if declared.time_unit:
        return times
    steps = [later - earlier for earlier, later in pairwise(times) if later >= earlier]
    step = median(steps) if steps else 0.0
    if step == 0.0 and any(steps):
        raise RecordingError(
            f': most samples have the time of the one before them; {place.name} is too coarse'
        )
    if steps and step and not 1.0 / FASTEST_RATE <= step <= 1.0 / SLOWEST_RATE:
        fitting = [name for name, each in TIMES.items() if name in EPOCHS
                   and 1.0 / FASTEST_RATE <= step / factor * each <= 1.0 / SLOWEST_RATE]
        raise RecordingError(
            f': in {unit or "s"} the samples of {place.name} are {step:g} s apart, no recording '
            f'of a movement; say --time-unit {" or ".join(fitting) or "s"}')
    return times


def _continued(times: list[float], rows: Sequence[Row], remarks: list[str]) -> list[float]:
    """Return times that never fall, where each cycle of a recording begins anew."""
    steps = [later - earlier for earlier, later in pairwise(times) if later > earlier]
    step = median(steps) if steps else 0.0
    offset, begin, begun, joined = 0.0, times[0], 0, [times[0]]
    again: list[int] = []
    for index in range(1, len(times)):
        if times[index] < times[index - 1]:
            if times[index] > begin + 0.5 * step or index - begun < A_CYCLE:
                raise RecordingError(f':{rows[index].line}: time {times[index]:.15g} is before '
                               f'{times[index - 1]:.15g}')
            offset += times[index - 1] + step - times[index]
            begun = index
            again.append(rows[index].line)
        joined.append(times[index] + offset)
    if again:
        remarks.append(f'time begins again {len(again)} times, first in line {again[0]}; what '
                       'follows is taken as going on at once')
    return joined


def _in_metres(
    values: list[float], times: list[float], place: RecordedColumn, declared: Declared,
) -> list[float]:
    """Return positions in m, up positive."""
    unit = declared.unit or place.unit
    factor = LENGTHS[_known(unit, LENGTHS, place, 'say --unit')]
    invert = declared.invert
    if invert is None and place.down:
        raise RecordingError(f': {place.name} may grow downwards; say --invert if it does, '
                       '--no-invert if not')
    ordered = sorted(values)
    cut = int(OUTLIERS * len(ordered))
    low, high = ordered[cut], ordered[-1 - cut]
    if not declared.unit:
        _check_unit(low, high, _speed(values, times), place, unit)
    if max(abs(low), abs(high)) * factor > FARTHEST:
        raise RecordingError(
            f': {place.name} goes from {low:g} to {high:g} {unit or "m"}, farther from '
            f'zero than {FARTHEST:g} m; say --unit, or subtract where it begins'
        )
    sign = -1.0 if invert else 1.0
    return [sign * min(max(value * factor, -1e4), 1e4) for value in values]


def _known(unit: str, units: Mapping[str, float], place: RecordedColumn, way_out: str) -> str:
    """Return a unit, the first one where nothing is written; refuse one that nobody knows."""
    if unit and unit not in units:
        raise RecordingError(f': {place.name} is in none of {", ".join(units)}; {way_out}')
    return unit or next(iter(units))


def _check_unit(low: float, high: float, speed: float, place: RecordedColumn, unit: str) -> None:
    """Refuse a movement that no handle makes in the unit that the file has, or has not."""
    factor = LENGTHS[unit or 'm']
    way = high - low
    said = f'{place.name} goes from {low:g} to {high:g}'
    read_in = f'in {unit}' if unit else 'without a unit, in m'
    fitting = [name for name, each in LENGTHS.items()
               if name != unit and SHORTEST_WAY <= way * each <= LONGEST_WAY
               and speed * each <= FASTEST]
    settles = f'say --unit {" or ".join(fitting)}' if fitting else 'say --unit'
    if way * factor > LONGEST_WAY:
        raise RecordingError(f': {said}, {read_in} {way * factor:g} m, no movement of a handle; '
                       f'{settles}')
    if speed * factor > FASTEST:
        raise RecordingError(f': {said} at up to {speed * factor:g} m/s, no movement of a handle; '
                       f'{settles}, or --time-unit')
    if unit not in ('', 'm') and way and 'm' in fitting:
        raise RecordingError(f': {said}, {read_in} {way * factor:g} m only, in m a movement of a '
                       f'handle; say --unit {unit} or m')


def _speed(values: list[float], times: list[float]) -> float:
    """Return how fast the position changes, but for a hundredth of the time [1/s]."""
    speeds = []
    for index, time in enumerate(times):
        later = bisect_left(times, time + GLANCE, index)
        if later == len(times):
            break
        speeds.append(abs(values[later] - values[index]) / (times[later] - time))
    if not speeds:
        return 0.0
    speeds.sort()
    return speeds[int(0.99 * (len(speeds) - 1))]


def begins_at_the_top(positions: Sequence[float]) -> bool:
    """Tell whether a recording begins in the upper quarter of its range."""
    ordered = sorted(positions)
    cut = int(OUTLIERS * len(ordered))
    low, high = ordered[cut], ordered[-1 - cut]
    begin = median(positions[:A_CYCLE])
    return begin > low + 0.75 * (high - low) and high - low >= SHORTEST_WAY

