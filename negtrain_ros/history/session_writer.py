# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Writer of one session while it runs."""
from collections.abc import Callable, Iterable
import dataclasses
import math
from typing import Any

from negtrain_ros.core.types import (
    Fault,
    Prescription,
    Repetition,
    RepetitionStage,
    SetEnd,
    Verdict,
)
from negtrain_ros.history.outbox.entries import Entry, new_number, Status, Verb
from negtrain_ros.history.queries import LeftOpen
from negtrain_ros.history.tables import MEASURES
from negtrain_ros.history.trace import pack, Sample

OF_A_SET = tuple(field.name for field in dataclasses.fields(Prescription)
                 if field.name not in ('athlete', 'exercise', 'rom'))


class SessionWriter:
    """One session under way; what it was told is durable when the call returns."""

    def __init__(self, number: int, athlete: int, machine: str, sets_done: int,
                 keep: Callable[..., None], clock: Callable[[], float],
                 dates: Callable[[], float]) -> None:
        """
        Go on with a session that is in the database, or will be.

        :param clock: seconds since 1970 of this computer
        :param dates: seconds since 1970 of what happens, which may be simulated
        """
        self.number = number
        self.sets_done = sets_done
        self._athlete, self._machine = athlete, machine
        self._keep, self._clock, self._dates = keep, clock, dates
        self._set, self._ordinal = 0, 0
        self._prescription = Prescription()

    def begin_set(self, number: int, prescription: Prescription) -> None:
        """Begin a set, or go on with it after a pause."""
        row = {'session': self.number, 'number': number, 'started_at': self._dates(),
               'ended_at': None, 'ended_by': None, **_prescribed(prescription)}
        self._keep(
            self._entry(Verb.INSERT, 'sets', row),
            self._entry(Verb.UPDATE, 'sets', {
                'session': self.number, 'number': number, 'ended_at': None, 'ended_by': None}))
        if number != self._set:
            self._set, self._ordinal = number, 0
        self._prescription = prescription

    def reopen_set(self, number: int, prescription: Prescription, ordinal: int) -> None:
        """Add to a set that has `ordinal` repetitions, without going on with it."""
        self._set, self._prescription, self._ordinal = number, prescription, ordinal

    def repetition(self, repetition: Repetition, samples: Iterable[Sample] = ()) -> None:
        """
        Keep a complete repetition of the set in hand, counted or not.

        :param samples: time [s], position [m] and applied load [kg] while it lasted
        """
        self._ordinal += 1
        self._keep(self._entry(Verb.INSERT, 'repetitions', {
            'session': self.number, 'set': self._set, 'ordinal': self._ordinal,
            'number': repetition.number, 'verdict': int(repetition.verdict),
            'stamp': repetition.stamp,
            'concentric_prescribed': self._prescription.concentric,
            'eccentric_prescribed': self._prescription.eccentric,
            'bottom_pause': measured(repetition.bottom_pause),
            'top_pause': measured(repetition.top_pause),
            'trace': pack(samples) or None,
            **{f'{phase}_{name}': measured(getattr(getattr(repetition, phase), name))
               for phase in ('concentric', 'eccentric') for name in MEASURES}}))

    def end_set(self, ended_by: SetEnd) -> None:
        """End the set in hand."""
        self._keep(self._entry(Verb.UPDATE, 'sets', {
            'session': self.number, 'number': self._set, 'ended_at': self._dates(),
            'ended_by': int(ended_by)}))

    def fault(self, fault: Fault, explanation: str = '') -> None:
        """Keep a fault that the machine met."""
        self._keep(self._entry(Verb.INSERT, 'faults', {
            'number': new_number(self._clock()), 'session': self.number, 'machine': self._machine,
            'fault': int(fault), 'explanation': explanation, 'happened_at': self._dates()}))

    def end(self, status: Status, reason: str = '', recording: str = '') -> None:
        """
        End the session.

        :param recording: folder with everything that was published meanwhile
        """
        self._keep(self._entry(Verb.UPDATE, 'sessions', {
            'number': self.number, 'status': int(status), 'reason': reason,
            'recording': recording, 'ended_at': self._dates()}))

    def _entry(self, verb: Verb, table: str, values: dict[str, Any]) -> Entry:
        return Entry(verb, table, values, self._athlete, self._clock())


class LeftSet:
    """
    The set in which the process before this one died.

    What was completed since belongs to it: the athlete was still under its load.
    """

    BORNE = 0.2  # share of both loads; with less the set was over, whatever the method

    def __init__(self, record: SessionWriter, left: LeftOpen) -> None:
        self._record = record
        self._prescription = left.prescription
        self._counted, self._last = left.counted, left.last
        self._end = math.inf
        record.reopen_set(left.set, left.prescription, left.ordinal)

    def end(self, now: float) -> None:
        """Nothing that is completed after `now` [s] is part of the set: somebody begins anew."""
        self._end = min(self._end, now)

    def on_repetition(self, repetition: Repetition) -> None:
        """Keep a complete repetition, unless it is kept already or no part of the set."""
        if (repetition.stage is not RepetitionStage.COMPLETE
                or not self._last < repetition.stamp <= self._end):
            return
        wanted, done = self._prescription, repetition
        if (done.concentric.mean_load >= self.BORNE * wanted.concentric
                and done.eccentric.mean_load >= self.BORNE * wanted.eccentric):
            self._last = repetition.stamp
            self._counted += repetition.verdict is Verdict.COUNTED
            self._record.repetition(dataclasses.replace(repetition, number=self._counted))


def measured(value: float) -> float | None:
    """Return a value as the database knows it: nothing where it was not measured."""
    return value if math.isfinite(value) else None


def _prescribed(prescription: Prescription) -> dict[str, Any]:
    values = {name: getattr(prescription, name) for name in OF_A_SET}
    rom = prescription.rom
    values |= {'bottom': rom.bottom if rom else None, 'top': rom.top if rom else None}
    return {name: measured(value) if isinstance(value, float) else value
            for name, value in values.items()}
