# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Layout of the files: imports point one way, and each file says whose it is."""
import ast
from itertools import chain
from pathlib import Path
import re

from negtrain_ros.bringup import node_list
import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / 'negtrain_ros'
HEADER = ('Copyright 2026 negtrain contributors', 'SPDX-License-Identifier: Apache-2.0')

# What each part may import of this package, besides itself.
ALLOWED = {
    'core': set(),
    'sim': {'core'},
    'drives': {'core'},
    'history': {'core'},
    'programs': {'core', 'history'},
    'shell': {'core', 'sim', 'history', 'programs'},
    'simulated_drive': {'core', 'sim', 'drives', 'shell'},
    'terminal': set(),
    'computer_check': {'core', 'shell', 'bringup'},
    'nodes': {'core', 'sim', 'drives', 'history', 'programs', 'shell'},
    'bringup': {'shell', 'nodes'},
    'machine_client': {'core', 'shell', 'bringup'},
    'fault_campaign': {'core', 'sim', 'history', 'shell', 'bringup', 'machine_client'},
    'replay': {'core', 'shell', 'terminal'},
    'cli': {
        'core', 'sim', 'history', 'programs', 'shell', 'computer_check',
        'terminal', 'bringup', 'machine_client', 'fault_campaign', 'replay'},
}

# The rooms of the core, in the order in which they may be imported, and what each one imports.
ROOMS = {
    'settings': set(),
    'types': set(),
    'encoder': {'settings', 'types'},
    'phase': {'settings', 'types', 'encoder'},
    'safety': {'settings', 'types'},
    'machine': {'settings', 'types', 'safety'},
    'planning': {'settings', 'types', 'safety'},
    'load': {'settings', 'types', 'safety', 'planning'},
    'session': {'settings', 'types', 'planning'},
}
MOST_ROOMS, MOST_ARROWS = 10, 20
TABLES = {'TRANSITIONS', 'IGNORED'}  # every state machine has its own
PURE = {'core', 'sim'}
PURE_IMPORTS = {
    'collections', 'dataclasses', 'enum', 'functools', 'itertools', 'math', 'operator', 'types',
    'typing', 'abc', 'array', 'bisect', 'heapq', 'fractions', 'statistics', 'numpy',
    'transforms3d', 'typing_extensions', 'negtrain_ros', 'cmath', 'contextlib', 'string',
    'difflib', 'unicodedata',
}
ROS = {'rclpy', 'negtrain_interfaces', 'std_srvs', 'std_msgs', 'rcl_interfaces', 'launch'}
LONGEST_NODE = 86  # lines that are not empty; a longer node decides something

SOURCES = sorted(path for folder in ('negtrain_ros', 'launch', 'test', 'bench', 'environment',
                                     'docs')
                 for path in (ROOT / folder).rglob('*.py'))
MODULES = sorted(PACKAGE.rglob('*.py'))


def name(path):
    """Return how a file is called in the name of a test."""
    return str(path.relative_to(ROOT))


def imported(path):
    """Return the names of the modules that a file imports, wherever in it."""
    for statement in ast.walk(ast.parse(path.read_text())):
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            assert not statement.level, f'{path}: relative import'
            yield statement.module
            yield from (f'{statement.module}.{alias.name}' for alias in statement.names)


def part(path):
    """Return which part of the package a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix('.py')


def parts_imported(path):
    """Return which parts of the package a file imports, itself left out."""
    words = (module.split('.') for module in imported(path))
    found = {word[1] for word in words if word[0] == 'negtrain_ros' and len(word) > 1}
    return {each for each in found
            if (PACKAGE / each).is_dir() or (PACKAGE / f'{each}.py').exists()} - {part(path)}


@pytest.mark.parametrize('path', MODULES, ids=name)
def test_imports_point_one_way(path):
    if part(path) != '__init__':
        assert parts_imported(path) <= ALLOWED[part(path)]


@pytest.mark.parametrize('path', [path for path in MODULES if part(path) in PURE], ids=name)
def test_core_and_simulation_are_pure(path):
    assert {module.split('.')[0] for module in imported(path)} <= PURE_IMPORTS


def test_the_verdicts_on_a_computer_are_pure():
    assert {module.split('.')[0] for module in imported(PACKAGE / 'computer_check/verdicts.py')
            } <= PURE_IMPORTS


@pytest.mark.parametrize(
    'path', [path for path in MODULES if part(path) in ('history', 'drives')], ids=name)
def test_history_and_drives_do_not_know_ros(path):
    assert not {module.split('.')[0] for module in imported(path)} & ROS


@pytest.mark.parametrize('node', ('machine', *node_list.SIMULATION))
def test_a_node_imports_no_node_and_is_short(node):
    path = PACKAGE / 'nodes' / f'{node}.py'
    assert not [module for module in imported(path) if module.startswith('negtrain_ros.nodes')]
    assert len([line for line in path.read_text().splitlines() if line.strip()]) <= LONGEST_NODE


def test_every_node_is_brought_up_and_installed():
    files = {path.stem for path in (PACKAGE / 'nodes').glob('*.py')} - {'__init__'}
    assert files == {'machine', *node_list.SIMULATION}
    assert set(node_list.MACHINE) == set(node_list.SIMULATION) - {'mock_machine'}
    assert set(node_list.DRIVEN) == files - {'mock_machine'}
    setup = (ROOT / 'setup.py').read_text()
    assert all(f"'{node}'" in setup for node in files)


@pytest.mark.parametrize('path', SOURCES, ids=name)
def test_every_file_says_whose_it_is_and_what_it_is(path):
    lines = path.read_text().splitlines()
    first = 1 if lines[0].startswith('#!') else 0
    assert tuple(line.removeprefix('# ') for line in lines[first:first + 2]) == HEADER
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring
    assert not re.match(r'(What|Whether|Which|How|Turns?|Tells?|Weighs)\b', docstring), (
        'the first sentence is a noun phrase that names the module')


@pytest.mark.parametrize('path', MODULES, ids=name)
def test_the_docstring_of_a_module_begins_with_a_noun_phrase_that_names_it(path):
    first, *_ = ast.get_docstring(ast.parse(path.read_text())).split()
    assert first not in {'What', 'Whether', 'Which', 'How', 'Who', 'Where', 'When', 'Why', 'From'}


def test_nothing_is_a_bag_of_leftovers():
    assert not [path for path in chain(ROOT.glob('negtrain_ros/**/*'), ROOT.glob('test/**/*'))
                if re.search(r'\b(utils?|common|helpers?|misc)\b', path.stem)]


def rooms_imported(path):
    """Return which rooms of the core a file of it imports, its own left out."""
    room = path.relative_to(PACKAGE / 'core').parts[0].removesuffix('.py')
    words = (module.split('.') for module in imported(path))
    found = {word[2] for word in words if word[:2] == ['negtrain_ros', 'core'] and len(word) > 2}
    return room, found - {room}


def test_the_core_has_few_rooms_and_few_arrows_and_none_of_them_leads_back():
    arrows = {}
    for path in MODULES:
        if part(path) == 'core' and path != PACKAGE / 'core' / '__init__.py':
            room, found = rooms_imported(path)
            arrows.setdefault(room, set()).update(found)
    assert set(arrows) <= set(ROOMS) and len(ROOMS) <= MOST_ROOMS
    assert sum(map(len, arrows.values())) <= MOST_ARROWS
    order = list(ROOMS)
    for room, found in arrows.items():
        assert found <= ROOMS[room], room
        assert all(order.index(each) < order.index(room) for each in ROOMS[room]), room


def rows(title):
    """Return the rows of the table below a heading of ARCHITECTURE.md, as lists of cells."""
    _, _, part = (ROOT / 'ARCHITECTURE.md').read_text().partition(f'## {title}\n')
    lines = part.partition('\n## ')[0].splitlines()
    return [[cell.strip(' `') for cell in line.strip('|').split(' | ')]
            for line in lines if line.startswith('| `')]


def test_the_document_gives_each_folder_and_what_it_may_import():
    told = {folder: set(imports.replace('–', '').split(', ')) - {''}
            for folder, _, imports in rows('Folders')}
    assert set(told) == set(ALLOWED)
    for folder in set(ALLOWED) - {'core', 'cli'}:
        assert told[folder] == ALLOWED[folder], folder


def test_the_document_gives_each_room_of_the_core_and_what_it_imports():
    actual = {room: set() for room in ROOMS}
    for path in MODULES:
        if part(path) == 'core' and path != PACKAGE / 'core' / '__init__.py':
            room, found = rooms_imported(path)
            actual[room] |= found
    told = {room: set(imports.replace('–', '').split(', ')) - {''}
            for room, _, imports in rows('Rooms of the core')}
    assert told == {room: found for room, found in actual.items() if room in told}
    assert {path.name.removesuffix('.py') for path in (PACKAGE / 'core').iterdir()
            if not path.name.startswith('__')} == set(told)


def test_no_class_name_stands_for_two_things():
    places = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(name(path))
    assert {each: paths for each, paths in places.items() if len(paths) > 1} == {}


def test_no_constant_of_the_core_stands_for_two_things():
    places = {}
    for path in MODULES:
        if part(path) == 'core':
            for node in ast.parse(path.read_text()).body:
                targets = node.targets if isinstance(node, ast.Assign) else [
                    node.target] if isinstance(node, ast.AnnAssign) else []
                for each in targets:
                    if isinstance(each, ast.Name) and each.id.isupper():
                        places.setdefault(each.id, []).append(name(path))
    assert {each: paths for each, paths in places.items()
            if len(paths) > 1 and each not in TABLES} == {}


def test_every_module_of_the_core_is_imported_by_a_test():
    tested = {module for path in SOURCES if path.is_relative_to(ROOT / 'test')
              for module in imported(path)}
    modules = {'.'.join(path.relative_to(ROOT).with_suffix('').parts) for path in MODULES
               if part(path) == 'core' and path.stem != '__init__'}
    assert modules - tested == set()
