# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Settings as `ros2 param describe` shows them: one at a time, each with its unit."""
from dataclasses import fields
import importlib
from pathlib import Path
import re

from negtrain_ros.core.settings import nested, Settings
import pytest

ROOT = Path(__file__).parents[2]
LEANS = re.compile(
    r'\b(the same,|that (speed|rise|share|surplus)|it lasts|how long it has to last|these|'
    r'(and )?by this factor|this is done|below which it does not|when it is known)\b')
MEASURED = re.compile(r'^(time|duration|rest|rise|fall|(\w+ )?(speed|velocity|load|damping|mass)|'
                      r'(shortest |further )?travel|distance|age|width)\b')
RATIO = re.compile(r'\b(share|fraction|multiple|factor|ratio|by the fastest|by the travel|over the'
                   r'|by that)\b')


def all_settings():
    """Return every class of settings of the package, with its single values."""
    for path in sorted((ROOT / 'negtrain_ros').rglob('*.py')):
        if 'Settings' in path.read_text() and path.stem not in ('env', '__main__'):
            importlib.import_module('.'.join(path.relative_to(ROOT).with_suffix('').parts))
    kinds = [Settings]
    while kinds:
        kinds += (kind := kinds.pop()).__subclasses__()
        if kind.__module__.startswith('negtrain_ros.'):
            yield from ((kind, field) for field in fields(kind) if nested(field) is None)


SETTINGS = sorted({(f'{kind.__name__}.{field.name}', field.metadata['meaning'],
                    field.metadata['unit'], field.metadata['low'] is not None)
                   for kind, field in all_settings()})


@pytest.mark.parametrize(
    ('name', 'meaning', 'unit', 'number'), SETTINGS, ids=[each[0] for each in SETTINGS])
def test_a_description_stands_alone_and_has_its_unit(name, meaning, unit, number):
    assert meaning
    assert not LEANS.search(meaning), meaning
    if number and MEASURED.search(meaning) and not RATIO.search(meaning):
        assert unit, meaning
