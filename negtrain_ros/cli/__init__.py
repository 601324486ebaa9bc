# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The command `negtrain`."""
from importlib import import_module
import signal
import sys
from types import FrameType

from negtrain_ros.terminal import degrade
import typer

# Where each command stands; only the one that is called is imported, so that the quick stay quick.
COMMANDS = {
    'sim': 'negtrain_ros.cli.sim',
    'calibrate': 'negtrain_ros.cli.training_commands',
    'test': 'negtrain_ros.cli.training_commands',
    'accept': 'negtrain_ros.cli.training_commands',
    'revoke': 'negtrain_ros.cli.training_commands',
    'train': 'negtrain_ros.cli.training_commands',
    **dict.fromkeys(
        ('pause', 'resume', 'stop', 'skip', 'ready', 'less', 'more', 'reset'),
        'negtrain_ros.cli.control_commands'),
    'faults': 'negtrain_ros.cli.faults',
    'check': 'negtrain_ros.cli.check',
    'replay': 'negtrain_ros.replay.command',
    'plan': 'negtrain_ros.cli.history_commands',
    'history': 'negtrain_ros.cli.history_commands',
    'report': 'negtrain_ros.cli.history_commands',
    'export': 'negtrain_ros.cli.history_commands',
    'athlete': 'negtrain_ros.cli.history_commands',
}


class CommandRefused(Exception):
    """What a command cannot do, said in one line; the command ends with the status."""

    def __init__(self, reason: str, status: int = 2) -> None:
        super().__init__(' '.join(reason.split()))
        self.status = status


def main() -> None:
    """Run the command line."""
    signal.signal(signal.SIGTERM, _terminate)
    degrade()
    app = typer.Typer(
        add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.callback(help='Negative training on a strength machine with a motor.')(lambda: None)
    called = sys.argv[1] if len(sys.argv) > 1 else ''
    try:
        for name in [called] if called in COMMANDS else COMMANDS:
            command = getattr(import_module(COMMANDS[name]), name)
            if isinstance(command, typer.Typer):
                app.add_typer(command, name=name)
            else:
                app.command(name)(command)
        app()
    except CommandRefused as refusal:
        print(f'negtrain: {refusal}', file=sys.stderr)
        sys.exit(refusal.status)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _terminate(number: int, frame: FrameType | None) -> None:
    """End as after Ctrl-C: whatever was begun is brought to its end."""
    sys.exit(128 + number)
