# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Programmes as people write them; docs/programs.md describes the form.

The name of a programme is that of its file: `negative.yaml` holds `negative`.
"""
from collections.abc import Iterable
from pathlib import Path

from negtrain_ros.core.planning.prescription import (
    check_intensity,
    INTENSITIES,
    Intensity,
    PrescriptionSettings,
)
from negtrain_ros.core.planning.program import Dose, Program, ProgramTest, TrainingBlock
from negtrain_ros.core.planning.strength import StrengthMethod
from negtrain_ros.core.settings import parameter
from negtrain_ros.core.types import Method
from negtrain_ros.history.database import default_folder
from negtrain_ros.programs.exercises import config_folder, shipped_exercises
from negtrain_ros.programs.yaml_document import (
    DocumentError,
    DocumentValue,
    items,
    line,
    mapping,
    number,
    read,
    Reader,
    readers_of,
    word,
)

METHODS = word(*(method.name.lower() for method in Method if method is not Method.ISOMETRIC))
TESTS = word(*(method.name.lower() for method in StrengthMethod))
UNLOCKED = PrescriptionSettings(highest_share=1.2)  # whether an athlete is, his profile says
SHARE = number(parameter(0.0, 'share of the maximum', 0.0, UNLOCKED.highest_share))
SHARES = mapping({'concentric': SHARE, 'eccentric': SHARE}, 'concentric', 'eccentric')
DOSE = readers_of(Dose)
TEMPO = mapping({
    'concentric': DOSE['concentric_time'], 'eccentric': DOSE['eccentric_time'],
    'bottom_pause': DOSE['bottom_pause'], 'top_pause': DOSE['top_pause']})


def read_program(path: Path, exercises: Iterable[str] = ()) -> Program:
    """
    Return the programme of a file.

    :param exercises: names of those that the machine knows; none: those of the package
    :raises Mistakes: with all that is wrong, each with file, line and what is allowed
    """
    known = tuple(exercises) or tuple(shipped_exercises())
    written = read(path, mapping({
        'title': line(), 'purpose': line(1000), 'exercises': items(_one_of(known), 20),
        'parts': items(_part, 100)}, 'title', 'purpose', 'exercises', 'parts'))
    return Program(path.stem, written['title'], written['purpose'],
                   tuple(dict.fromkeys(written['exercises'])), tuple(written['parts']))


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
        raise DocumentError([f'program {name[:80]!r} is not one of {", ".join(sorted(files))}'])
    return read_program(files[name])


def _one_of(exercises: tuple[str, ...]) -> Reader[str]:
    name = line(60)

    def read_exercise(place: DocumentValue) -> str:
        exercise = name(place)
        if exercise not in exercises:
            raise place.wrong(f'{exercise} is not one of {", ".join(exercises)}')
        return exercise
    return read_exercise


def _part(place: DocumentValue) -> TrainingBlock | ProgramTest:
    return _test(place) if isinstance(place.value, dict) and 'test' in place.value \
        else _block(place)


def _test(place: DocumentValue) -> ProgramTest:
    return ProgramTest(StrengthMethod[mapping({'test': TESTS})(place)['test'].upper()])


def _block(place: DocumentValue) -> TrainingBlock:
    written = BLOCK(place)
    name, method = written.pop('block'), Method[written.pop('method').upper()]
    intensity = written.pop('intensity', INTENSITIES[method])
    tempo = {name if name.endswith('pause') else f'{name}_time': time
             for name, time in written.pop('tempo', {}).items()}
    try:
        check_intensity(intensity, method, UNLOCKED)
    except ValueError as error:
        raise place.wrong(str(error)) from None
    return TrainingBlock(name, method, intensity, Dose(**written, **tempo))


def _intensity(place: DocumentValue) -> Intensity:
    if isinstance(place.value, dict):
        return Intensity(**SHARES(place))
    share = SHARE(place)
    return Intensity(share, share)


BLOCK = mapping({
    'block': line(60), 'method': METHODS,
    **{name: DOSE[name] for name in (
        'sessions', 'sets', 'repetitions', 'rest', 'velocity_loss', 'done')},
    'intensity': _intensity, 'tempo': TEMPO}, 'block', 'method')
