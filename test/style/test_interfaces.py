# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The definitions of the messages explain themselves and agree with the core."""
from enum import IntEnum
from pathlib import Path
import re

from negtrain_ros.core import types
import pytest

ROOT = Path(__file__).parents[2]
DEFINITIONS = sorted(path for suffix in ('msg', 'srv', 'action')
                     for path in (ROOT / 'negtrain_interfaces' / suffix).glob(f'*.{suffix}'))
CONSTANT = re.compile(r'uint8 ([A-Z][A-Z0-9_]*)=(\d+)')
FIELD = re.compile(r'(float32|float64)(\[\])? \w+ *(# *.*)?')
UNITS = re.compile(r'\b(m|m/s|m/s²|s|kg|kg/s|N|N s/m|J|W|rad|1/s|0\.\.1'
                   r'|0 bottom \.\. 1 top|dimensionless|coefficient of determination)\b')

# The enumerations of the core, and the definition that has the same constants.
ENUMERATIONS = {
    types.Quality: 'HandleState.msg',
    types.Fault: 'Fault.msg',
    types.Phase: 'PhaseState.msg',
    types.RepetitionStage: 'Repetition.msg',
    types.Verdict: 'Repetition.msg',
    types.Method: 'Prescription.msg',
    types.Order: 'Prescription.msg',
    types.LoadMode: 'LoadState.msg',
    types.LimitReason: 'LoadState.msg',
    types.EndCause: 'LoadState.msg',
    types.SessionStage: 'SessionState.msg',
    types.Instruction: 'SessionState.msg',
    types.SetEnd: 'SetSummary.msg',
}


def groups(text):
    """Return the constants of a definition, one dictionary per block of adjacent lines."""
    blocks = re.split(r'\n\s*\n', text)
    found = [{name: int(value) for name, value in CONSTANT.findall(block)} for block in blocks]
    return [group for group in found if group]


def test_no_enumeration_of_the_core_is_left_out():
    assert set(ENUMERATIONS) == {
        each for each in vars(types).values()
        if isinstance(each, type) and issubclass(each, IntEnum) and each is not IntEnum}


@pytest.mark.parametrize(('enumeration', 'definition'), ENUMERATIONS.items(),
                         ids=lambda value: getattr(value, '__name__', value))
def test_core_and_message_have_the_same_constants(enumeration, definition):
    text = (ROOT / 'negtrain_interfaces' / 'msg' / definition).read_text()
    assert {member.name: member.value for member in enumeration} in groups(text)


@pytest.mark.parametrize('path', DEFINITIONS, ids=lambda path: path.name)
def test_every_measured_field_has_its_unit(path):
    for line in path.read_text().splitlines():
        field = FIELD.fullmatch(line)
        if field:
            assert field[3] and UNITS.search(field[3]), line


@pytest.mark.parametrize('path', [path for path in DEFINITIONS if path.suffix == '.msg'],
                         ids=lambda path: path.name)
def test_every_message_says_what_it_is_for(path):
    assert path.read_text().startswith('# ')


def test_every_definition_is_built():
    recipe = (ROOT / 'negtrain_interfaces' / 'CMakeLists.txt').read_text()
    for path in DEFINITIONS:
        assert f'{path.parent.name}/{path.name}' in recipe
