# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Writing files about people: for their owner only, and whole or not at all."""
from collections.abc import Iterator
from contextlib import contextmanager, suppress
import os
from pathlib import Path
import tempfile
from typing import IO

from negtrain_ros.history.database import HistoryError


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """
    Give a file to write to, which takes the place of `path` once it is complete.

    :raises HistoryError: if it cannot be written; then what was there is there still
    """
    draft = ''
    try:
        handle, draft = tempfile.mkstemp(prefix=f'.{path.name}.', dir=path.parent)
        with os.fdopen(handle, 'wb') as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except OSError as error:
        raise HistoryError(f'{path}: {error.strerror}') from error
    finally:
        if draft:
            with suppress(FileNotFoundError):
                Path(draft).unlink()
