# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Databases for the tests: a SQLite file, and a PostgreSQL server where there is one."""
from collections.abc import Iterator
from pathlib import Path
import uuid

from bench import postgresql
from negtrain_ros.history.store import History
import pytest


@pytest.fixture(scope='session')
def server() -> Iterator[postgresql.Server]:
    """Give a PostgreSQL server of our own; where it is not installed the test is skipped."""
    reason = postgresql.missing()
    if reason:
        pytest.skip(reason)
    with postgresql.running(durable=False) as running:
        yield running


@pytest.fixture(params=['sqlite', 'postgresql'])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty database."""
    if request.param == 'sqlite':
        return f'sqlite:///{tmp_path}/history.sqlite'
    return str(request.getfixturevalue('server').new_database(f'gym_{uuid.uuid4().hex}'))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder for what a machine keeps."""
    return tmp_path / 'machine'


@pytest.fixture
def history(url: str, folder: Path) -> Iterator[History]:
    """Give the history of one machine."""
    opened = History(url, folder, machine='press 1')
    yield opened
    opened.close()
