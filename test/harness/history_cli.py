# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands about the history, run in this process."""
from pathlib import Path

from cli_runner import cli_runner
from negtrain_ros.cli import history_commands
import typer


def app() -> typer.Typer:
    made = typer.Typer()
    for command in (history_commands.history, history_commands.export, history_commands.report,
                    history_commands.plan):
        made.command(command.__name__)(command)
    made.add_typer(history_commands.athlete, name='athlete')
    return made


def run(url: str, folder: Path, *arguments: object) -> tuple[int, str, str]:
    """Run a command; return its status and what it says on stdout and stderr."""
    result = cli_runner().invoke(app(), [str(argument) for argument in arguments], env={
        'NEGTRAIN_DATABASE': url, 'NEGTRAIN_FOLDER': str(folder)})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr
