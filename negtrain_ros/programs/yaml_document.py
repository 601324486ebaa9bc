# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Reader of YAML documents that people write: every mistake with its line and what is allowed.

A document comes from anybody: it is limited in size and depth, and may not use what makes YAML
dangerous or unreadable (anchors, aliases, merge keys, tags).
"""
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, Field, fields
from operator import itemgetter
from pathlib import Path
import reprlib
from typing import Any, TypeVar

from negtrain_ros.core.settings import Refusal, Settings
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

LARGEST = 65536  # bytes
DEEPEST = 8  # collections in each other
LONGEST_KEY = 60  # characters

T = TypeVar('T')


class DocumentError(Refusal):
    """What is wrong in a document, one line each: file, line, what, what is allowed."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__('\n'.join(lines))
        self.lines = lines


class Wrong(ValueError):
    """Mistakes in a part of a document, each with its line from 1."""

    def __init__(self, *found: tuple[int, str]) -> None:
        super().__init__(found)
        self.found = found


@dataclass(frozen=True)
class DocumentValue:
    """A value in a document, its line, and the keys that lead to it."""

    value: Any
    row: int = 1
    keys: tuple[str, ...] = ()

    def member(self, key: Any) -> 'DocumentValue':
        """Return the place of a value in a mapping."""
        return DocumentValue(
            self.value[key], self.value.lc.key(key)[0] + 1, (*self.keys, _shown(key)))

    def item(self, index: int) -> 'DocumentValue':
        """Return the place of a value in a list; people count from 1."""
        return DocumentValue(
            self.value[index], self.value.lc.item(index)[0] + 1, (*self.keys, str(index + 1)))

    def wrong(self, text: str) -> Wrong:
        """Return the mistake that the value is."""
        return Wrong((self.row, f'{".".join(self.keys)}: {text}' if self.keys else text))


Reader = Callable[[DocumentValue], T]
"""From a place to what is meant there; raises Wrong."""


def read(path: Path, reader: Reader[T]) -> T:
    """
    Return what a document means.

    :raises Mistakes: with all that is wrong
    """
    try:
        return reader(DocumentValue(_load(path)))
    except Wrong as wrong:
        lines = sorted(wrong.found, key=itemgetter(0))
        raise DocumentError([f'{path}:{row}: {text}' for row, text in lines]) from None


def mapping(readers: Mapping[str, Reader[Any]], *required: str) -> Reader[dict[str, Any]]:
    """Return a reader of a mapping with these keys and no other; it gives those written."""
    def read_mapping(place: DocumentValue) -> dict[str, Any]:
        _expect(place, dict, 'a mapping')

        def read_member(key: Any) -> tuple[str, Any]:
            member = place.member(key)
            if key not in readers:
                raise member.wrong(f'not one of {", ".join(readers)}')
            return key, readers[key](member)

        where = f' in {".".join(place.keys)}' if place.keys else ''
        missing = [(place.row, f'{key} is missing{where}')
                   for key in required if key not in place.value]
        return dict(_all(read_member, place.value, *missing))
    return read_mapping


def named(reader: Reader[T]) -> Reader[dict[str, T]]:
    """Return a reader of a mapping from any names to values of one kind."""
    name = line(LONGEST_KEY)

    def read_named(place: DocumentValue) -> dict[str, T]:
        _expect(place, dict, 'a mapping')

        def read_member(key: Any) -> tuple[str, T]:
            member = place.member(key)
            return name(DocumentValue(key, member.row, place.keys)), reader(member)

        return dict(_all(read_member, place.value))
    return read_named


def items(reader: Reader[T], most: int) -> Reader[list[T]]:
    """Return a reader of a list of 1 to `most` values of one kind."""
    def read_items(place: DocumentValue) -> list[T]:
        _expect(place, list, 'a list')
        if not 1 <= len(place.value) <= most:
            raise place.wrong(f'a list of 1 to {most} was expected')
        return _all(lambda index: reader(place.item(index)), range(len(place.value)))
    return read_items


def number(setting: 'Field[Any]') -> Reader[float]:
    """Return a reader of a number within the bounds of a setting."""
    rule, whole = setting.metadata, isinstance(setting.default, int)
    kind, name = (int, 'a whole number') if whole else ((int, float), 'a number')
    allowed = f'{name} from {rule["low"]:g} to {rule["high"]:g} {rule["unit"]}'.rstrip()

    def read_number(place: DocumentValue) -> float:
        value = place.value
        if isinstance(value, bool) or not isinstance(value, kind) \
                or not rule['low'] <= value <= rule['high']:
            raise place.wrong(f'{_short(value)} is not {allowed}')
        return int(value) if whole else float(value)
    return read_number


def word(*allowed: str) -> Reader[str]:
    """Return a reader of one of some words."""
    def read_word(place: DocumentValue) -> str:
        if not isinstance(place.value, str) or place.value not in allowed:
            raise place.wrong(f'{_short(place.value)} is not one of {", ".join(allowed)}')
        return str(place.value)
    return read_word


def line(longest: int = 200) -> Reader[str]:
    """Return a reader of a short text on one line."""
    def read_line(place: DocumentValue) -> str:
        value = place.value
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise place.wrong(f'{_short(value)} is not a text on one line')
        if len(value) > longest:
            raise place.wrong(f'a text of {len(value)} characters, at most {longest} are allowed')
        return str(value)
    return read_line


def readers_of(settings: type[Settings]) -> dict[str, Reader[Any]]:
    """Return the readers of settings by name, each with the bounds that were declared."""
    return {setting.name: _reader(setting) for setting in fields(settings)}


def _load(path: Path) -> Any:
    text = _text(path)
    yaml = YAML(typ='rt', pure=True)
    try:
        _check_events(yaml, text, path)
        data = yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f':{mark.line + 1}' if mark else ''
        raise DocumentError(
            [f'{path}{place}: {_one_line(error.problem or error.context)}']
        ) from None
    except (YAMLError, ValueError) as error:
        raise (
            error
            if isinstance(error, DocumentError)
            else DocumentError([f'{path}: {_one_line(error)}'])
        ) from None
    if not isinstance(data, dict):
        raise DocumentError([f'{path}:1: a mapping was expected, such as `name: value`'])
    return data


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise DocumentError([f'{path}: no such file'])
        with path.open('rb') as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise DocumentError([f'{path}: {error.strerror}']) from None
    if len(content) > LARGEST:
        raise DocumentError([f'{path}: larger than {LARGEST} bytes'])
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        row = content[:error.start].count(b'\n') + 1
        raise DocumentError([f'{path}:{row}: not UTF-8']) from None


def _check_events(yaml: YAML, text: str, path: Path) -> None:
    depth = 0
    for event in yaml.parse(text):
        row = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or getattr(event, 'anchor', None):
            raise DocumentError([f'{path}:{row}: anchors and aliases are not allowed'])
        if getattr(event, 'tag', None):
            raise DocumentError([f'{path}:{row}: tags are not allowed'])
        if getattr(event, 'value', None) == '<<':
            raise DocumentError([f'{path}:{row}: merge keys are not allowed'])
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            raise DocumentError([f'{path}:{row}: nested deeper than {DEEPEST} times'])


def _expect(place: DocumentValue, kind: type, name: str) -> None:
    if not isinstance(place.value, kind):
        raise place.wrong(f'{name} was expected')


def _all(read: Callable[[Any], T], values: Iterable[Any], *more: tuple[int, str]) -> list[T]:
    """Read every value, whatever is wrong with others, so that all mistakes are named at once."""
    meant: list[T] = []
    mistakes: list[tuple[int, str]] = []
    for value in values:
        try:
            meant.append(read(value))
        except Wrong as wrong:
            mistakes += wrong.found
    if mistakes or more:
        raise Wrong(*mistakes, *more)
    return meant


def _reader(setting: 'Field[Any]') -> Reader[Any]:
    if setting.metadata['choices']:
        return word(*setting.metadata['choices'])
    return line() if setting.metadata['low'] is None else number(setting)


def _shown(key: Any) -> str:
    text = str(key)
    return text if text.isprintable() and len(text) <= LONGEST_KEY else reprlib.repr(text)


def _short(value: Any) -> str:
    if isinstance(value, dict | list):
        return 'a mapping' if isinstance(value, dict) else 'a list'
    return reprlib.repr(str(value) if isinstance(value, str) else value)


def _one_line(message: Any) -> str:
    return ' '.join(str(message).split())
