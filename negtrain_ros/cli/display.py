# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Live display of a training in the terminal."""
from enum import Enum
import math
from types import TracebackType
from typing import Any

from negtrain_ros.core.types import (
    LoadState,
    MachineState,
    Phase,
    PhaseState,
    Repetition,
    RepetitionStage,
    SessionState,
    Verdict,
)
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

BAR = 34  # columns
COLOURS = {Phase.CONCENTRIC: 'green', Phase.ECCENTRIC: 'red'}
HEAVIEST = 100.0  # kg, full bar


class Lines:
    """One plain line for each thing that happens, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        """Write to a console."""
        self._console = console
        self._said: dict[str, str] = {}
        self._repetition = 0

    def __enter__(self) -> 'Lines':
        """Return the display itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing stays behind."""

    def refresh(self) -> None:
        """Nothing to draw again."""

    def note(self, text: str) -> None:
        """Say something about the run itself."""
        self._say('note', text)

    def show(self, topic: str, value: Any) -> None:
        """Take note of a value that was heard."""
        if topic == 'repetitions' and value.stage is RepetitionStage.COMPLETE:
            self._say(topic, describe(value, self._repetition))
        elif topic == 'session':
            self._repetition = value.repetition
            self._say(topic, stage_and_text(value))
        elif topic == 'load_state':
            self._say(topic, ', '.join(map(name_of, value.faults)))

    def _say(self, topic: str, line: str) -> None:
        """Print a line that says something new about its topic."""
        if line and line != self._said.get(topic):
            self._console.print(line, highlight=False, markup=False, soft_wrap=True)
            self._said[topic] = line


class Display:
    """The live view: phase, place in the range, load, repetition, rest, faults."""

    def __init__(self, console: Console, keys: str = '') -> None:
        """Draw on a console; `keys` says which keys do what, empty: none does anything."""
        self._keys = keys
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._heard: dict[str, Any] = {}
        self._done: list[str] = []
        self._note = ''

    def __enter__(self) -> 'Display':
        """Begin to draw."""
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the last picture standing."""
        self._live.__exit__(kind, error, trace)

    def show(self, topic: str, value: Any) -> None:
        """Take note of a value that was heard."""
        self._heard[topic] = value
        if topic == 'repetitions' and value.stage is RepetitionStage.COMPLETE:
            session = self._heard.get('session')
            self._done.append(describe(value, session.repetition if session else 0))

    def note(self, text: str) -> None:
        """Say something about the run itself, until something else is said."""
        if text != self._note:
            self._note = text
            self.refresh()

    def refresh(self) -> None:
        """Draw what is known now."""
        self._live.update(self.picture(), refresh=True)

    def picture(self) -> RenderableType:
        """Return what is known now."""
        session: SessionState | None = self._heard.get('session')
        rows = Table.grid(padding=(0, 2))
        rows.add_column(justify='right', style='dim', width=10)
        rows.add_column(width=BAR)
        rows.add_column()
        for row in (self._position(), self._load(), self._work(session), self._state()):
            rows.add_row(*row)
        past = [Text(line, style='dim') for line in self._done[-4:]]
        if self._note:
            past.append(Text(self._note, style='yellow'))
        if self._keys:
            past.append(Text(self._keys, style='dim'))
        title = 'negtrain' if session is None or not session.exercise else (
            f'{session.exercise.replace("_", " ")} · {name_of(session.method)}')
        return Panel(Group(rows, *past), title=title, width=2 * BAR)

    def _position(self) -> tuple[RenderableType, ...]:
        estimate: PhaseState | None = self._heard.get('phase')
        if estimate is None:
            return 'phase', '', 'not heard yet'
        known = math.isfinite(estimate.fraction)
        place = f'{100 * estimate.fraction:3.0f} %' if known else f'{estimate.position:.3f} m'
        colour = COLOURS.get(estimate.phase, 'yellow')
        bar = _bar(estimate.fraction if known else 0.0, 1.0, colour)
        return 'phase', bar, Text(f'{name_of(estimate.phase):11s} {place}', style=colour)

    def _load(self) -> tuple[RenderableType, ...]:
        machine: MachineState | None = self._heard.get('machine_state')
        load: LoadState | None = self._heard.get('load_state')
        if machine is None or load is None:
            return 'load', '', 'not heard yet'
        return ('load', _bar(machine.load, HEAVIEST, 'cyan'),
                f'{machine.load:5.1f} kg of {load.target:5.1f} kg')

    def _work(self, session: SessionState | None) -> tuple[RenderableType, ...]:
        if session is None or not session.sets:
            return 'session', 'not begun', ''
        left = f'{session.rest_left:4.0f} s' if session.rest_left else ''
        stage = name_of(session.stage)
        return (stage, session.text.removeprefix(stage).removeprefix(': '),
                f'set {session.set}/{session.sets}  repetition '
                f'{session.repetition}/{session.repetitions}  {left}')

    def _state(self) -> tuple[RenderableType, ...]:
        load: LoadState | None = self._heard.get('load_state')
        if load is None:
            return '', '', ''
        faults = ', '.join(map(name_of, load.faults))
        return (name_of(load.mode), load.explanation,
                Text(faults or 'no fault', style='bold red' if faults else 'dim'))


def stage_and_text(session: SessionState) -> str:
    """Return where a session is, and what it says; nothing of it twice."""
    stage = name_of(session.stage)
    return session.text if session.text.startswith(stage) else f'{stage}: {session.text}'


def name_of(member: Enum) -> str:
    """Return the name of a member of an enumeration, for people."""
    return member.name.lower().replace('_', ' ')


def _bar(value: float, full: float, colour: str) -> ProgressBar:
    return ProgressBar(total=full, completed=min(max(value, 0.0), full), width=BAR,
                       complete_style=colour, finished_style=colour)


def describe(repetition: Repetition, number: int) -> str:
    """Return one line about a complete repetition, the number of which the session knows."""
    up, down = repetition.concentric, repetition.eccentric
    counted = repetition.verdict is Verdict.COUNTED
    verdict = '' if counted else f'  not counted: {name_of(repetition.verdict)}'
    return (f'repetition {number:2d}: '
            f'up {up.mean_load:5.1f} kg in {up.duration:4.2f} s, '
            f'down {down.plateau_load:5.1f} kg in {down.duration:4.2f} s{verdict}')
