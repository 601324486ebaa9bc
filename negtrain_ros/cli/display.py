# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""What a training looks like in the terminal while it happens."""
import math
from types import TracebackType
from typing import Any, Self

from negtrain_ros.core.types import (
    LoadState, MachineState, Phase, PhaseEstimate, Repetition, SessionState, Stage,
    Verdict)
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

BAR = 40  # columns
COLOURS = {Phase.CONCENTRIC: 'green', Phase.ECCENTRIC: 'red'}
HEAVIEST = 100.0  # kg, full bar


class Lines:
    """One plain line for each thing that happens, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        """Write to a console."""
        self._console = console
        self._last: tuple[object, ...] = ()

    def __enter__(self) -> Self:
        """Return the display itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing stays behind."""

    def refresh(self) -> None:
        """Nothing to draw again."""

    def show(self, topic: str, value: Any) -> None:
        """Take note of a value that was heard."""
        if topic == 'repetitions' and value.stage is Stage.COMPLETE:
            self._print(describe(value))
        elif topic == 'session' and (value.stage, value.set, value.text) != self._last:
            self._last = (value.stage, value.set, value.text)
            self._print(f'{value.stage.name.lower()}: {value.text}')
        elif topic == 'load_state' and value.faults:
            self._print(f'{value.mode.name.lower()}: {value.explanation}', once=True)

    def _print(self, line: str, once: bool = False) -> None:
        if not once or self._last != (line,):
            self._console.print(line, highlight=False, markup=False, soft_wrap=True)
        if once:
            self._last = (line,)


class Display:
    """The live view: phase, place in the range, load, repetition, rest, faults."""

    def __init__(self, console: Console) -> None:
        """Draw on a console."""
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._heard: dict[str, Any] = {}
        self._done: list[Repetition] = []

    def __enter__(self) -> Self:
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
        if topic == 'repetitions' and value.stage is Stage.COMPLETE:
            self._done.append(value)

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
        past = [Text(describe(repetition), style='dim') for repetition in self._done[-4:]]
        title = 'negtrain' if session is None or not session.exercise else (
            f'{session.exercise.replace("_", " ")} · {session.method.name.lower()}')
        return Panel(Group(rows, *past), title=title, width=2 * BAR)

    def _position(self) -> tuple[RenderableType, ...]:
        estimate: PhaseEstimate | None = self._heard.get('phase')
        if estimate is None:
            return 'phase', '', 'not heard yet'
        known = math.isfinite(estimate.fraction)
        place = f'{100 * estimate.fraction:3.0f} %' if known else f'{estimate.position:.3f} m'
        colour = COLOURS.get(estimate.phase, 'yellow')
        bar = ProgressBar(total=1.0, completed=min(max(estimate.fraction, 0.0), 1.0) if known else 0,
                          width=BAR, complete_style=colour, finished_style=colour)
        name = estimate.phase.name.lower().replace('_', ' ')
        return 'phase', bar, Text(f'{name:11s} {place}', style=colour)

    def _load(self) -> tuple[RenderableType, ...]:
        machine: MachineState | None = self._heard.get('machine_state')
        load: LoadState | None = self._heard.get('load_state')
        if machine is None or load is None:
            return 'load', '', 'not heard yet'
        bar = ProgressBar(total=HEAVIEST, completed=min(max(machine.load, 0.0), HEAVIEST), width=BAR,
                          complete_style='cyan', finished_style='cyan')
        return 'load', bar, f'{machine.load:5.1f} kg of {load.target:5.1f} kg'

    def _work(self, session: SessionState | None) -> tuple[RenderableType, ...]:
        if session is None or not session.sets:
            return 'session', 'not begun', ''
        left = f'{session.rest_left:4.0f} s' if session.rest_left else ''
        return (session.stage.name.lower(), session.text,
                f'set {session.set}/{session.sets}  repetition '
                f'{session.repetition}/{session.repetitions}  {left}')

    def _state(self) -> tuple[RenderableType, ...]:
        load: LoadState | None = self._heard.get('load_state')
        if load is None:
            return '', '', ''
        faults = ', '.join(fault.name.lower().replace('_', ' ') for fault in load.faults)
        return (load.mode.name.lower(), load.explanation,
                Text(faults or 'no fault', style='bold red' if faults else 'dim'))


def describe(repetition: Repetition) -> str:
    """Return one line about a complete repetition."""
    up, down = repetition.concentric, repetition.eccentric
    counted = repetition.verdict is Verdict.COUNTED
    verdict = '' if counted else f'  not counted: {repetition.verdict.name.lower()}'
    return (f'repetition {repetition.number:2d}: up {up.mean_load:5.1f} kg in {up.duration:4.2f} s, '
            f'down {down.plateau_load:5.1f} kg in {down.duration:4.2f} s{verdict}')


