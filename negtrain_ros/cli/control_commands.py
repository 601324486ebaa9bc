# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain pause`, `resume`, `ready` and the other requests to a session under way."""
from collections.abc import Callable

from negtrain_ros.cli import CommandRefused
from negtrain_ros.cli.display import stage_and_text
from negtrain_ros.cli.training_commands import Namespace, refusing
from negtrain_ros.machine_client import MachineClient

SETTLED = 0.5  # s, in which the session has said what came of a request


def _request(service: str, purpose: str) -> Callable[[str], None]:
    """Return the command that calls a service and prints where the session is then."""
    def command(namespace: Namespace = '') -> None:
        with refusing(namespace), MachineClient(namespace, topics=('session',)) as client:
            granted, reason = client.ask(service)
            if not granted:
                raise CommandRefused(reason, status=1)
            client.listen(SETTLED)
            client.until(lambda: 'session' in client.heard, SETTLED, 'the session is silent')
            print(stage_and_text(client.heard['session']))
    command.__doc__ = purpose
    return command


pause = _request('pause', 'Unload the handle and wait; `negtrain resume` goes on.')
resume = _request('resume', 'Go on after a pause; after a fault `negtrain reset` comes first.')
stop = _request('stop', 'Unload the handle and end what is under way, whoever began it.')
skip = _request('skip', 'End the rest and begin the next set.')
ready = _request('ready', 'Say that the athlete is ready, after a failed set or having left.')
less = _request('less', 'Take one step of load off, from the next repetition on.')
more = _request('more', 'Add one step of load, from the next repetition on.')
reset = _request('reset_faults', 'Acknowledge the faults whose cause is gone.')
