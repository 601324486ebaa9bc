# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The phase detector as a machine has it, from the file with the parameters of its nodes."""
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from negtrain_ros.core.phase import PhaseSettings
from negtrain_ros.core.repetition import RepetitionSettings
from negtrain_ros.core.settings import Refusal
from negtrain_ros.replay.moment import Unusable
from negtrain_ros.shell import parameters
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

NODE = 'phase_detector'
ANY = ('*', '**')


def detector(path: Path) -> tuple[PhaseSettings, RepetitionSettings]:
    """
    Return the settings of the phase detector, in whatever namespace the file has it.

    :raises Unusable: the file has no parameters of nodes, or one that the node would refuse
    """
    try:
        content = YAML(typ='safe').load(path.read_text(encoding='utf-8'))
        given = {name: value for pattern, section in content.items()
                 if pattern.rpartition('/')[2] in (NODE, *ANY)
                 for name, value in _flat(section['ros__parameters'])
                 if name not in parameters.OF_EVERY_NODE}
        phase, repetition = parameters.make(
            NODE, given, phase=PhaseSettings, repetition=RepetitionSettings)
    except OSError as problem:
        raise Unusable(f'{path}: {problem.strerror}') from None
    except (YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError):
        raise Unusable(f'{path}: no parameters of nodes') from None
    except Refusal as refusal:
        raise Unusable(f'{path}: {refusal}') from None
    return phase, repetition


def _flat(section: Mapping[str, Any], prefix: str = '') -> Iterator[tuple[str, Any]]:
    """Give the parameters of a section, which may be nested, by their whole names."""
    for name, value in section.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f'{prefix}{name}.')
        else:
            yield prefix + name, value
