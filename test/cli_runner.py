# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Runner of commands within the process of a test; standard output and errors are kept apart."""
import inspect

from typer.testing import CliRunner


def cli_runner() -> CliRunner:
    """Return a new runner; click 8.1 has to be told, and 8.2 has no word for it."""
    told = 'mix_stderr' in inspect.signature(CliRunner).parameters
    return CliRunner(**({'mix_stderr': False} if told else {}))
