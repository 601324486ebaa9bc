# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Reading what people write: YAML, checked against a model, every mistake with its line.

A document comes from anybody: it is limited in size and depth, and may not use what makes YAML
dangerous or unreadable (anchors, aliases, merge keys, tags).
"""
from collections.abc import Callable
from dataclasses import Field, fields
from functools import partial
from pathlib import Path
import reprlib
from typing import Annotated, Any, TypeVar

from negtrain_ros.core.settings import Refusal, Settings
from pydantic import BaseModel, ConfigDict, model_validator, PlainValidator, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

LARGEST = 65536  # bytes
DEEPEST = 8  # collections in each other
EXPECTED = {'model_type': 'a mapping was expected', 'list_type': 'a list was expected'}

Model = TypeVar('Model', bound=BaseModel)


class Mistakes(Refusal):
    """What is wrong in a document, one line each: file, line, what, what is allowed."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__('\n'.join(lines))
        self.lines = lines


class Text(BaseModel):
    """A mapping in a document; it has the fields that are declared and no other."""

    model_config = ConfigDict(extra='forbid')

    @model_validator(mode='wrap')
    @classmethod
    def _name_the_known(cls, data: Any, validate: Any) -> Any:
        """Say of an unknown field which ones there are."""
        try:
            return validate(data)
        except ValidationError as error:
            known = ', '.join(cls.model_fields)
            raise ValidationError.from_exception_data(cls.__name__, [
                InitErrorDetails(
                    type=PydanticCustomError('unknown', 'not one of {known}', {'known': known})
                    if mistake['type'] == 'extra_forbidden' and len(mistake['loc']) == 1
                    else PydanticCustomError(mistake['type'], mistake['msg']),
                    loc=mistake['loc'], input=mistake['input'])
                for mistake in error.errors(include_url=False)]) from None


def read(path: Path, model: type[Model], **context: Any) -> Model:
    """
    Return a document as a model.

    :param context: what the validators of the model need to know
    :raises Mistakes: with all that is wrong
    """
    data = _load(path)
    try:
        return model.model_validate(data, context=context)
    except ValidationError as error:
        mistakes = sorted((line_of(data, mistake['loc']), _said(mistake, data))
                          for mistake in error.errors(include_url=False))
        raise Mistakes([f'{path}:{row}: {said}' for row, said in mistakes]) from None


def number(setting: 'Field[Any]') -> PlainValidator:
    """Return what checks a number against the bounds of a setting."""
    rule = setting.metadata
    return PlainValidator(partial(
        _check_number, low=rule['low'], high=rule['high'], unit=rule['unit'],
        whole=setting.type is int))


def word(*allowed: str) -> PlainValidator:
    """Return what checks that a text is one of some words."""
    return PlainValidator(partial(_check_word, allowed=allowed))


def line(longest: int = 200) -> PlainValidator:
    """Return what checks that a text is short and on one line."""
    return PlainValidator(partial(_check_line, longest=longest))


def fields_of(settings: type[Settings]) -> dict[str, Any]:
    """Return the fields of settings, for a model: all optional, with their own bounds."""
    return {setting.name: (Annotated[Any, _validator(setting)], setting.default)
            for setting in fields(settings)}


def line_of(data: Any, location: tuple[int | str, ...]) -> int:
    """Return the line, from 1, of the nearest thing to a location that is there."""
    row = 0
    for step in location:
        lines: Callable[[Any], tuple[int, int]]
        if isinstance(data, dict) and step in data:
            lines = data.lc.key  # type: ignore[attr-defined]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            lines = data.lc.item  # type: ignore[attr-defined]
        else:
            continue
        row, data = lines(step)[0], data[step]
    return row + 1


def _load(path: Path) -> Any:
    text = _text(path)
    yaml = YAML(typ='rt', pure=True)
    try:
        _check_events(yaml, text, path)
        data = yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f':{mark.line + 1}' if mark else ''
        raise Mistakes([f'{path}{place}: {_one_line(error.problem or error.context)}']) from None
    except (YAMLError, ValueError) as error:
        raise error if isinstance(error, Mistakes) else Mistakes(
            [f'{path}: {_one_line(error)}']) from None
    if not isinstance(data, dict):
        raise Mistakes([f'{path}:1: a mapping was expected, such as `name: value`'])
    return data


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise Mistakes([f'{path}: no such file'])
        with path.open('rb') as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise Mistakes([f'{path}: {error.strerror}']) from None
    if len(content) > LARGEST:
        raise Mistakes([f'{path}: larger than {LARGEST} bytes'])
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        row = content[:error.start].count(b'\n') + 1
        raise Mistakes([f'{path}:{row}: not UTF-8']) from None


def _check_events(yaml: YAML, text: str, path: Path) -> None:
    depth = 0
    for event in yaml.parse(text):
        row = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or getattr(event, 'anchor', None):
            raise Mistakes([f'{path}:{row}: anchors and aliases are not allowed'])
        if getattr(event, 'tag', None):
            raise Mistakes([f'{path}:{row}: tags are not allowed'])
        if getattr(event, 'value', None) == '<<':
            raise Mistakes([f'{path}:{row}: merge keys are not allowed'])
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            raise Mistakes([f'{path}:{row}: nested deeper than {DEEPEST} times'])


def _said(mistake: Any, data: Any) -> str:
    where = '.'.join(str(step) for step in _written(data, mistake['loc']))
    if mistake['type'] == 'missing':
        return f'{mistake["loc"][-1]} is missing' + (f' in {where}' if where else '')
    message = EXPECTED.get(mistake['type']) or _one_line(mistake['msg'])
    message = message.removeprefix('Value error, ')
    return f'{where}: {message}' if where else message


def _written(data: Any, location: tuple[int | str, ...]) -> list[int | str]:
    """Return the steps of a location that are in the document, counting from 1."""
    steps: list[int | str] = []
    for step in location:
        if isinstance(data, dict) and step in data:
            steps.append(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            steps.append(step + 1)
        else:
            continue
        data = data[step]
    return steps


def _validator(setting: 'Field[Any]') -> PlainValidator:
    if setting.metadata['choices']:
        return word(*setting.metadata['choices'])
    return line() if setting.metadata['low'] is None else number(setting)


def _check_number(value: Any, *, low: float, high: float, unit: str, whole: bool) -> float:
    kind = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        name = 'a whole number' if whole else 'a number'
        raise ValueError(f'{_short(value)} is not {name} from {low:g} to {high:g} {unit}'.rstrip())
    return int(value) if whole else float(value)


def _check_word(value: Any, *, allowed: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f'{_short(value)} is not one of {", ".join(allowed)}')
    return str(value)


def _check_line(value: Any, *, longest: int) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError(f'{_short(value)} is not a text on one line')
    if len(value) > longest:
        raise ValueError(f'a text of {len(value)} characters, at most {longest} are allowed')
    return str(value)


def _short(value: Any) -> str:
    if isinstance(value, dict | list):
        return 'a mapping' if isinstance(value, dict) else 'a list'
    return reprlib.repr(str(value) if isinstance(value, str) else value)


def _one_line(message: Any) -> str:
    return ' '.join(str(message).split())
