# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The exercises that the machine knows, from config/exercises.yaml."""
from functools import cache
from pathlib import Path

from negtrain_ros.core.planning.exercise import Exercise
from negtrain_ros.core.settings import Refusal
from negtrain_ros.programs.yaml_document import mapping, named, read, readers_of

WRITTEN = {name: reader for name, reader in readers_of(Exercise).items() if name != 'name'}


def read_exercises(path: Path) -> dict[str, Exercise]:
    """
    Return the exercises of a file by name.

    :raises Mistakes: with all that is wrong
    """
    return {name: Exercise(name=name, **written)
            for name, written in read(path, named(mapping(WRITTEN))).items()}


@cache
def config_folder() -> Path:
    """Return the folder of what is shipped: of the source tree, or of the installed package."""
    source = Path(__file__).parents[2] / 'config'
    if source.is_dir():
        return source
    from ament_index_python.packages import get_package_share_directory
    return Path(get_package_share_directory('negtrain_ros')) / 'config'


def shipped_exercises() -> dict[str, Exercise]:
    """Return the exercises that come with the package, by name."""
    return read_exercises(config_folder() / 'exercises.yaml')


def find_exercise(name: str) -> Exercise:
    """
    Return a shipped exercise.

    :raises Refusal: naming those that there are
    """
    known = shipped_exercises()
    if name not in known:
        raise Refusal(f'unknown exercise {name!r}: one of {", ".join(known)}')
    return known[name]
