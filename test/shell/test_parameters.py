# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Parameters made into settings, and settings within settings."""
from dataclasses import dataclass, field

from negtrain_ros.core.settings import parameter, Refusal, Settings
import pytest

pytest.importorskip('rclpy', reason='rclpy is not there')
from negtrain_ros.shell import parameters


@dataclass(frozen=True)
class Inner(Settings):
    begin: float = parameter(0.1, 'where it begins', 0.0, 1.0, unit='m')


@dataclass(frozen=True)
class Outer(Settings):
    gain: float = parameter(2.0, 'how much', 0.0, 10.0)
    taper: Inner = field(default_factory=Inner)


def test_names_of_nested_settings_have_the_name_of_their_group():
    (made,) = parameters.make('node', {'load.gain': 3, 'load.taper.begin': 0.5}, load=Outer)
    assert made == Outer(3.0, Inner(0.5))
    assert parameters.make('node', {}, load=Outer) == [Outer()]


@pytest.mark.parametrize(('name', 'value', 'told'), [
    ('load.taper.begin', 2.0, 'node: load.taper.begin = 2.0 is outside 0 .. 1 m'),
    ('load.taper.begin', 'x', "node: load.taper.begin = 'x' is not of type float"),
    ('load.begin', 0.5, 'node: there is no parameter load.begin'),
    ('load.taper', 0.5, 'node: there is no parameter load.taper'),
])
def test_a_refusal_names_the_whole_parameter(name, value, told):
    with pytest.raises(Refusal) as refused:
        parameters.make('node', {name: value}, load=Outer)
    assert str(refused.value) == told
