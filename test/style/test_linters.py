# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The linters, as pyproject.toml sets them."""
from pathlib import Path
import subprocess
import sys

import pytest

ROOT = Path(__file__).parents[2]
CHECKED = ('negtrain_ros', 'launch', 'test', 'bench', 'environment', 'docs', 'setup.py')


@pytest.mark.parametrize('command', [
    ['ruff', 'check', '--no-cache', *CHECKED],
    ['mypy'],
], ids=lambda command: command[0])
def test_the_linter_finds_nothing(command):
    pytest.importorskip(command[0], reason=f'{command[0]} is not installed')
    result = subprocess.run(
        [sys.executable, '-m', *command], cwd=ROOT, capture_output=True, text=True, timeout=300,
        check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_value_made_for_every_sample_is_frozen_to_the_checker_of_types(tmp_path):
    pytest.importorskip('mypy', reason='mypy is not installed')
    change = tmp_path / 'change.py'
    change.write_text(
        'from negtrain_ros.core.types import HandleState\n'
        'HandleState(0.0, 0.0, 0.0).stamp = 1.0\n')
    result = subprocess.run(
        [sys.executable, '-m', 'mypy', str(change)], cwd=ROOT, capture_output=True, text=True,
        timeout=300, check=False)
    assert 'read-only' in result.stdout, result.stdout + result.stderr
