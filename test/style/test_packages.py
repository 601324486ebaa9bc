# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Both packages say what they need, whose they are and which version they have."""
import ast
import importlib
from pathlib import Path
import re
import sys
import xml.etree.ElementTree as ElementTree

from cli_runner import cli_runner
from negtrain_ros import cli
import pytest
import typer

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / 'negtrain_ros'
FOLDERS = (ROOT, ROOT / 'negtrain_interfaces')
MANIFESTS = [ElementTree.parse(folder / 'package.xml') for folder in FOLDERS]
RELEASE = re.compile(r'^(\d+\.\d+\.\d+) \((\d{4}-\d{2}-\d{2})\)\n-+$', re.MULTILINE)

# Needed without an import, and for what.
UNSEEN = {
    'ros2launch': 'ros2 launch',
    'rosbag2_storage_mcap': 'a plug-in of rosbag2',
    'python3-pytest-timeout': 'a plug-in of pytest',
}
# Part of the interface of a library that is declared, and without a key of its own.
BROUGHT = {'markupsafe': 'python3-jinja2'}
# What an extra of setup.py brings: apt has it not, or few need it.
EXTRAS = {
    'can': ('canopen', 'python-can'),
    'canopen': ('canopen', 'canopen'),
    'durand': ('simulated-drive', 'durand'),
    'mcap': ('recording', 'mcap'),
    'mcap_ros2': ('recording', 'mcap-ros2-support'),
    'pyarrow': ('parquet', 'pyarrow'),
}
# What a computer without all of ROS 2 may lack.
OPTIONAL = {'rclpy', 'negtrain_interfaces', 'launch', 'launch_ros', *EXTRAS}
# Modules that whoever runs them imports.
SCRIPTS = {'__main__', 'env'}

MODULES = sorted(path for path in PACKAGE.rglob('*.py') if path.stem not in SCRIPTS)


def imported(*folders):
    """Return the distributions that the files of some folders import, by their first name."""
    found = set()
    for folder in folders:
        for path in (ROOT / folder).rglob('*.py'):
            for statement in ast.walk(ast.parse(path.read_text())):
                if isinstance(statement, ast.Import):
                    found |= {alias.name.split('.')[0] for alias in statement.names}
                elif isinstance(statement, ast.ImportFrom):
                    found.add(statement.module.split('.')[0])
    beside = {'bench', 'docs', *(path.stem for path in (ROOT / 'test').iterdir())}
    return found - {'negtrain_ros', *sys.stdlib_module_names, *EXTRAS, *BROUGHT, *beside}


def declared(*kinds):
    """Return the names that are imported of what package.xml declares."""
    keys = {element.text for kind in kinds for element in MANIFESTS[0].iter(kind)} - {*UNSEEN}
    return {key.removeprefix('python3-').replace('-', '_').split('.')[0] for key in keys}


def test_the_package_declares_what_it_imports_and_nothing_else():
    assert declared('depend', 'exec_depend') == imported('negtrain_ros', 'launch')


def test_the_tests_declare_what_they_import_and_nothing_else():
    needed = imported('test', 'bench') - declared('depend', 'exec_depend')
    assert declared('test_depend') == needed


def test_the_interfaces_declare_what_they_find():
    recipe = (FOLDERS[1] / 'CMakeLists.txt').read_text()
    found = set(re.findall(r'find_package\((\w+)', recipe))
    assert found == {element.text for kind in ('depend', 'buildtool_depend')
                     for element in MANIFESTS[1].iter(kind)}


def test_what_an_extra_brings_is_declared_there():
    setup = ast.parse((ROOT / 'setup.py').read_text())
    extras = next(ast.literal_eval(keyword.value) for keyword in ast.walk(setup)
                  if isinstance(keyword, ast.keyword) and keyword.arg == 'extras_require')
    for extra, distribution in EXTRAS.values():
        assert distribution in {re.split('[<>=]', each)[0] for each in extras[extra]}
    assert extras['postgresql'] == ['psycopg2-binary']


def test_no_key_is_one_of_pip():
    keys = [element.text for manifest in MANIFESTS for element in manifest.iter()
            if element.tag.endswith('depend')]
    assert not [key for key in keys if 'pip' in key.split('-')]


@pytest.mark.parametrize(
    'path', MODULES, ids=lambda path: '.'.join(path.relative_to(ROOT).with_suffix('').parts))
def test_every_module_can_be_imported(path):
    name = '.'.join(path.relative_to(ROOT).with_suffix('').parts).removesuffix('.__init__')
    try:
        importlib.import_module(name)
    except ImportError as error:
        if str(error.name).split('.')[0] not in OPTIONAL:
            raise
        pytest.skip(f'{error.name} is not there')


@pytest.mark.parametrize('name', cli.COMMANDS)
def test_every_command_can_say_what_it_takes(name):
    pytest.importorskip('negtrain_interfaces', reason='negtrain_interfaces is not built')
    command = getattr(importlib.import_module(cli.COMMANDS[name]), name)
    app = typer.Typer()
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=name)
    else:
        app.command(name)(command)
    assert cli_runner().invoke(app, ['--help']).exit_code == 0


def test_both_packages_have_the_same_version_maintainer_and_licence():
    told = {(manifest.findtext('version'), manifest.findtext('maintainer'),
             manifest.find('maintainer').get('email'), manifest.findtext('license'),
             manifest.find('license').get('file')) for manifest in MANIFESTS}
    setup = (ROOT / 'setup.py').read_text()
    words = [re.search(rf"\b{name}='(.*?)'", setup)[1]
             for name in ('version', 'maintainer', 'maintainer_email', 'license')]
    assert told == {(*words, 'LICENSE')}
    assert len({(folder / 'LICENSE').read_text() for folder in FOLDERS}) == 1


@pytest.mark.parametrize('folder', FOLDERS, ids=lambda folder: folder.name)
def test_the_changelog_tells_the_version_and_its_date(folder):
    text = (folder / 'CHANGELOG.rst').read_text()
    releases = RELEASE.findall(text)
    assert releases[0][0] == MANIFESTS[0].findtext('version')
    assert [date for _, date in releases] == sorted((date for _, date in releases), reverse=True)
    # The form that catkin_generate_changelog and bloom read (REP 132).
    headings = re.findall(r'^(.+)\n(-+)$', text, re.MULTILINE)
    assert all(len(heading) == len(line) for heading, line in headings)
    assert {heading for heading, _ in headings} == {
        f'{version} ({date})' for version, date in releases} | (
            {'Forthcoming'} & {heading for heading, _ in headings})
