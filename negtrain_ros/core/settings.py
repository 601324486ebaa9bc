# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Settings: declared once with meaning, unit and range; they validate themselves."""
from dataclasses import dataclass, Field, field, fields
import math
from typing import Any


class Refusal(ValueError):
    """
    A setting or a request that is refused, for the reason that its text gives in one line.

    Only what raises it on purpose is caught as it; any other error is a fault of the program.
    """


def parameter(
    default: Any, meaning: str, low: float | None = None, high: float | None = None,
    *, unit: str = '', choices: tuple[str, ...] = (),
) -> Any:
    """
    Declare one setting of a dataclass that derives from Settings.

    :param default: value when nobody says otherwise; its type is the type of the setting
    :param meaning: what it is for, half a sentence
    :param low: smallest allowed value; numbers need both bounds
    :param high: largest allowed value
    :param unit: SI symbol, empty for pure numbers
    :param choices: allowed words, for text
    """
    return field(default=default, metadata={
        'meaning': meaning, 'low': low, 'high': high, 'unit': unit, 'choices': choices})


@dataclass(frozen=True)
class Settings:
    """Base of all settings, which may be nested; refuses values outside the declared ranges."""

    def __post_init__(self) -> None:
        """Raise Refusal, naming the setting, for a value that is not allowed."""
        for setting in fields(self):
            value, rule = getattr(self, setting.name), setting.metadata
            if isinstance(value, Settings):
                continue
            choices, low, high = rule['choices'], rule['low'], rule['high']
            if choices and value not in choices:
                raise Refusal(f'{setting.name} = {value!r} is not one of {", ".join(choices)}')
            if low is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise Refusal(f'{setting.name} = {value!r} is not a number')
            if not math.isfinite(value) or not low <= value <= high:
                allowed = f'{low:g} .. {high:g} {rule["unit"]}'.rstrip()
                raise Refusal(f'{setting.name} = {value} is outside {allowed}')


def nested(setting: 'Field[Any]') -> type[Settings] | None:
    """Return the class of settings within settings; None: it is a single value."""
    kind = setting.default_factory
    return kind if isinstance(kind, type) and issubclass(kind, Settings) else None
