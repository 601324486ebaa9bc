# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Programmes as people write them; docs/programs.md describes the form.

The name of a programme is that of its file: `negative.yaml` holds `negative`.
"""
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

from negtrain_ros.core.prescription import (
    check_intensity,
    INTENSITIES,
    Intensity,
    PrescriptionSettings,
)
from negtrain_ros.core.program import Block, Dose, Program, Test
from negtrain_ros.core.settings import parameter
from negtrain_ros.core.strength import StrengthMethod
from negtrain_ros.core.types import Method
from negtrain_ros.history.database import default_folder
from negtrain_ros.history.document import line, Mistakes, number, read, Text, word
from negtrain_ros.history.exercises import config_folder, shipped_exercises
from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    model_validator,
    Tag,
    ValidationInfo,
)

METHODS = word(*(method.name.lower() for method in Method if method is not Method.ISOMETRIC))
TESTS = word(*(method.name.lower() for method in StrengthMethod))
UNLOCKED = PrescriptionSettings(highest_share=1.2)  # whether an athlete is, his profile says
DOSE = {setting.name: setting for setting in fields(Dose)}
SHARE = number(parameter(0.0, 'share of the maximum', 0.0, UNLOCKED.highest_share))


def _known(name: str, info: ValidationInfo) -> str:
    known = info.context['exercises'] if info.context else ()
    if name not in known:
        raise ValueError(f'{name} is not one of {", ".join(known)}')
    return name


class Shares(Text):
    """Shares of the maximum, each way its own."""

    concentric: Annotated[float, SHARE]
    eccentric: Annotated[float, SHARE]


class Tempo(Text):
    """Seconds that each way takes."""

    concentric: Annotated[float, number(DOSE['concentric_time'])] = Dose.concentric_time
    eccentric: Annotated[float, number(DOSE['eccentric_time'])] = Dose.eccentric_time


class TestText(Text):
    """A strength test between blocks."""

    __test__ = False  # not one of pytest's

    test: Annotated[str, TESTS]

    def part(self) -> Test:
        """Return what it means."""
        return Test(StrengthMethod[self.test.upper()])


class BlockText(Text):
    """Some sessions that are all alike."""

    block: Annotated[str, line(60)]
    method: Annotated[str, METHODS]
    sessions: Annotated[int, number(DOSE['sessions'])] = Dose.sessions
    sets: Annotated[int, number(DOSE['sets'])] = Dose.sets
    repetitions: Annotated[int, number(DOSE['repetitions'])] = Dose.repetitions
    rest: Annotated[float, number(DOSE['rest'])] = Dose.rest
    velocity_loss: Annotated[float, number(DOSE['velocity_loss'])] = Dose.velocity_loss
    intensity: Annotated[
        Annotated[float, SHARE, Tag('<both>')] | Annotated[Shares, Tag('<each>')],
        Discriminator(lambda value: '<each>' if isinstance(value, dict | Shares) else '<both>'),
    ] | None = None
    tempo: Tempo = Tempo()

    def part(self) -> Block:
        """Return what it means."""
        method, share = Method[self.method.upper()], self.intensity
        if share is None:
            intensity = INTENSITIES[method]
        elif isinstance(share, Shares):
            intensity = Intensity(share.concentric, share.eccentric)
        else:
            intensity = Intensity(share, share)
        return Block(self.block, method, intensity, Dose(
            sessions=self.sessions, sets=self.sets, repetitions=self.repetitions,
            concentric_time=self.tempo.concentric, eccentric_time=self.tempo.eccentric,
            rest=self.rest, velocity_loss=self.velocity_loss))

    @model_validator(mode='after')
    def _possible(self) -> 'BlockText':
        block = self.part()
        check_intensity(block.intensity, block.method, UNLOCKED)
        return self


class ProgramText(Text):
    """A whole programme."""

    title: Annotated[str, line()]
    purpose: Annotated[str, line(1000)]
    exercises: Annotated[
        list[Annotated[str, line(60), AfterValidator(_known)]], Field(min_length=1, max_length=20)]
    parts: Annotated[list[Annotated[
        Annotated[TestText, Tag('<test>')] | Annotated[BlockText, Tag('<block>')],
        Discriminator(lambda value: '<test>' if isinstance(value, TestText) or (
            isinstance(value, dict) and 'test' in value) else '<block>'),
    ]], Field(min_length=1, max_length=100)]


def read_program(path: Path, exercises: Any = None) -> Program:
    """
    Return the programme of a file.

    :param exercises: names of those that the machine knows; None: those of the package
    :raises Mistakes: with all that is wrong, each with file, line and what is allowed
    """
    text = read(path, ProgramText, exercises=exercises or tuple(shipped_exercises()))
    return Program(path.stem, text.title, text.purpose, tuple(dict.fromkeys(text.exercises)),
                   tuple(part.part() for part in text.parts))


def program_files(*folders: Path) -> dict[str, Path]:
    """Return the files of programmes by name: of the package, of the user, of more folders."""
    return {path.stem: path
            for folder in (config_folder() / 'programs', default_folder() / 'programs', *folders)
            for path in sorted(folder.glob('*.yaml'))}


def find_program(name: str, *folders: Path) -> Program:
    """
    Return a programme by its name.

    :raises Mistakes: if there is none of that name, or it is wrong
    """
    files = program_files(*folders)
    if name not in files:
        raise Mistakes([f'program {name[:80]!r} is not one of {", ".join(sorted(files))}'])
    return read_program(files[name])
