# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The exercises that the machine knows, from config/exercises.yaml."""
from functools import cache
from pathlib import Path
from typing import Annotated

from negtrain_ros.core.exercise import Exercise
from negtrain_ros.history.document import fields_of, line, read, Text
from pydantic import create_model, RootModel

ExerciseText = create_model(
    'ExerciseText', __base__=Text,
    **{name: field for name, field in fields_of(Exercise).items() if name != 'name'})


class Exercises(RootModel[dict[Annotated[str, line(60)], ExerciseText]]):  # type: ignore[valid-type]
    """Exercises by name."""


def read_exercises(path: Path) -> dict[str, Exercise]:
    """
    Return the exercises of a file by name.

    :raises Mistakes: with all that is wrong
    """
    return {name: Exercise(name=name, **text.model_dump())  # type: ignore[attr-defined]
            for name, text in read(path, Exercises).root.items()}


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
