# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Store of a machine: an entry is durable when the call returns.

One process per machine writes; it never waits long for the database (see outbox). Everybody else
reads with the queries of queries.py.
"""
from collections.abc import Callable, Sequence
from contextlib import suppress
import json
from pathlib import Path
import time
from typing import Any

from negtrain_ros.core.planning.gate import Evidence
from negtrain_ros.core.planning.prescription import Loads
from negtrain_ros.core.planning.program import Program, Standing
from negtrain_ros.core.planning.strength import Estimate, Maximum, StrengthMethod
from negtrain_ros.core.types import Method, RangeOfMotion
from negtrain_ros.history import queries
from negtrain_ros.history.database import (
    Away,
    connect,
    default_folder,
    HistoryError,
    place,
    resolve,
    writable,
)
from negtrain_ros.history.outbox.entries import (
    clean_name,
    Entry,
    new_athlete,
    new_number,
    Status,
    Verb,
)
from negtrain_ros.history.outbox.spool import owner, Spool, spool_path
from negtrain_ros.history.outbox.writer import OutboxWriter, T
from negtrain_ros.history.session_writer import LeftSet, measured, SessionWriter
from sqlalchemy.engine import Engine

DEADLINE = 0.25  # s, a quarter of what the load controller waits for the session manager
RETRY = 2.0  # s
OPENING = 2.0  # s
TEST_SETS = 0  # sets that a session plans which is a strength test: it ends with an estimate


class History:
    """Writes for one machine, and answers what a session needs to know."""

    def __init__(
        self, url: str = '', folder: Path | None = None, *, machine: str = '', geometry: str = '',
        deadline: float = DEADLINE, retry: float = RETRY, opening: float = OPENING,
        clock: Callable[[], float] = time.time, dates: Callable[[], float] | None = None,
        warn: Callable[[str], None] = lambda line: None,
    ) -> None:
        """
        Open the history, deliver what is owed to it, and close what a crash left open.

        A database that is away or slow is not waited for: it gets what it is owed later.
        `left` is the set that the process before this one left open, if the database told of it.

        :param url: database; empty: history.sqlite in the folder
        :param folder: where this machine keeps its own; None: the user's data folder
        :param machine: name of this machine among all that share the database; empty: the one
            that the folder remembers, from the first host that kept something in it
        :param geometry: to which ranges and maxima belong; empty: to this machine alone
        :param deadline: how long a write may wait for the database [s]
        :param opening: the same before the first write, when it may refuse this machine [s]
        :param clock: seconds since 1970 of this computer
        :param dates: seconds since 1970 of what happens, which may be simulated; None: the same
        :param warn: told in one line what an operator should know
        :raises HistoryError: if this machine could not keep anything
        """
        folder = folder or default_folder()
        self.folder = folder
        self._clock, self._dates = clock, dates or clock
        self._engine = connect(resolve(url, folder))
        if not writable(self._engine):
            raise HistoryError(f'{place(self._engine.url)} is read-only')
        self.machine = machine or owner(folder)
        self.geometry = geometry or self.machine
        spool = Spool(spool_path(folder, self._engine.url, self.machine))
        self._keeper = OutboxWriter(
            self._engine, spool, deadline=deadline, retry=retry, warn=warn)
        self.left: LeftSet | None = None
        try:
            with suppress(Away):
                left = self._keeper.ask(
                    lambda engine: queries.left_open(engine, self.machine), opening)
                if left:
                    record = self._record(left.session, left.athlete, left.set)
                    self.left = LeftSet(record, left)
        except HistoryError:
            self.close()
            raise
        self._keep(Verb.INTERRUPT, '', {'machine': self.machine, 'at': self._clock()}, 0)

    def close(self) -> None:
        """Deliver what can be delivered now; the rest waits in the spool."""
        self._keeper.close()

    @property
    def trouble(self) -> str:
        """Why the database does not take anything at the moment; empty: it does."""
        return self._keeper.trouble

    @property
    def owed(self) -> int:
        """Number of entries that wait for the database."""
        return self._keeper.owed

    def begin(
        self, athlete: str, exercise: str, method: Method, sets: int, *, program: str = '',
        step: int = 0,
    ) -> SessionWriter:
        """
        Begin a session.

        :param sets: how many are planned; TEST_SETS: it is a strength test
        :param program: name of the programme, empty for none
        :param step: which step of the programme, counted from 1
        """
        number, person = new_number(self._clock()), self._know(athlete)
        self._keep(Verb.INSERT, 'sessions', {
            'number': number, 'athlete': person, 'exercise': exercise, 'machine': self.machine,
            'program': program, 'step': step, 'method': int(method), 'sets': sets,
            'status': int(Status.RUNNING), 'reason': '', 'recording': '',
            'started_at': self._dates(), 'ended_at': None}, person)
        return self._record(number, person, 0)

    def resume(self, session: queries.Interrupted) -> SessionWriter:
        """Go on with an interrupted session, at the set after the last one begun."""
        self._keep(Verb.UPDATE, 'sessions', {
            'number': session.number, 'status': int(Status.RUNNING), 'machine': self.machine,
            'reason': '', 'ended_at': None}, session.athlete)
        return self._record(session.number, session.athlete, session.sets_done)

    def keep_range(self, athlete: str, exercise: str, rom: RangeOfMotion) -> None:
        """Keep a calibrated range of motion."""
        person = self._know(athlete)
        self._keep(Verb.INSERT, 'ranges', {
            'athlete': person, 'exercise': exercise, 'taken_at': self._dates(),
            'bottom': rom.bottom, 'top': rom.top, 'geometry': self.geometry}, person)

    def keep_test(
        self, athlete: str, exercise: str, estimate: Estimate, trials: Sequence[Any] = (),
        session: int = 0,
    ) -> int:
        """
        Keep the maximum of a test, not accepted yet, and return the number of the test.

        :param trials: what it was estimated from, as plain values
        :param session: in which it was measured, whose number it gets; 0: in none
        """
        if not estimate.valid:
            raise HistoryError(f'a test without a maximum is not kept: {estimate.reason}')
        number, person = session or new_number(self._clock()), self._know(athlete)
        self._keep(Verb.INSERT, 'strength_tests', {
            'number': number, 'athlete': person, 'exercise': exercise, 'machine': self.machine,
            'method': int(estimate.method), 'maximum': estimate.maximum,
            'fit': measured(estimate.fit), 'trials': json.dumps(list(trials)),
            'taken_at': self._dates(), 'accepted_at': None, 'geometry': self.geometry,
            'acceptance': None}, person)
        return number

    def accept_test(self, athlete: str, exercise: str, number: int) -> None:
        """
        Let a test count from now on.

        :raises HistoryError: if there is no such test of this athlete and exercise
        """
        person = self._whose(athlete, exercise, number)
        acceptance = self.ask(lambda engine: queries.next_acceptance(engine, person, exercise))
        self._keep(Verb.UPDATE, 'strength_tests', {
            'number': number, 'accepted_at': self._dates(), 'acceptance': acceptance}, person)

    def revoke_test(self, athlete: str, exercise: str, number: int) -> None:
        """
        Let a test count no more; the one accepted before counts again.

        :raises HistoryError: if there is no such test of this athlete and exercise
        """
        person = self._whose(athlete, exercise, number)
        self._keep(Verb.UPDATE, 'strength_tests', {
            'number': number, 'accepted_at': None, 'acceptance': None}, person)

    def ask(self, question: Callable[[Engine], T]) -> T:
        """
        Return the answer to one of the queries, which is given the engine.

        :raises Away: if the database does not answer now
        """
        return self._keeper.ask(question)

    def rom(self, athlete: str, exercise: str) -> RangeOfMotion | None:
        """Return the newest range of motion on this machine; None: never calibrated."""
        return self.ask(lambda engine: queries.personal_range(
            engine, athlete, exercise, self.geometry))

    def maximum(self, athlete: str, exercise: str) -> Maximum | None:
        """Return the maximum that counts on this machine, be it expired or not; None: none."""
        return self.evidence(athlete, exercise).maximum

    def evidence(
        self, athlete: str, exercise: str, method: Method | None = None,
    ) -> Evidence:
        """Return what the gate needs to know about an athlete at an exercise."""
        return self.ask(lambda engine: queries.evidence(
            engine, athlete, exercise, self.geometry, method))

    def last_loads(self, athlete: str, exercise: str, method: Method) -> Loads | None:
        """Return the loads of the last set of this kind; None: never trained."""
        return self.ask(lambda engine: queries.last_loads(engine, athlete, exercise, method))

    def standing(self, athlete: str, program: Program, exercise: str) -> Standing:
        """Return how far the athlete has come with one exercise of a programme."""
        return self.ask(lambda engine: queries.stands(
            engine, athlete, program, exercise, self._dates(), self.geometry))

    def interrupted(self, athlete: str, exercise: str) -> queries.Interrupted | None:
        """Return the newest session if it was interrupted and has sets left."""
        return self.ask(lambda engine: queries.interrupted(engine, athlete, exercise))

    def _record(self, number: int, person: int, sets_done: int) -> SessionWriter:
        return SessionWriter(
            number, person, self.machine, sets_done, self._keeper.keep, self._clock, self._dates)

    def _whose(self, athlete: str, exercise: str, test: int) -> int:
        """Return the number of the athlete who did a strength test."""
        person = self.ask(lambda engine: queries.number_of(engine, athlete))
        self.ask(lambda engine: queries.check_test(engine, test, person, exercise))
        return person

    def _know(self, name: str) -> int:
        row = new_athlete(clean_name(name), self._dates())
        number: int = row['number']
        self._keep(Verb.INSERT, 'athletes', row, number)
        return number

    def _keep(self, verb: Verb, table: str, values: dict[str, Any], athlete: int) -> None:
        self._keeper.keep(Entry(verb, table, values, athlete, self._clock()))


def keep_maximum(folder: Path, athlete: str, exercise: str, maximum: float, *,
                 machine: str = '') -> None:
    """Let a maximum [kg] count that is known without a test, as that of a simulated athlete is."""
    history = History(folder=folder, machine=machine)
    try:
        number = history.keep_test(
            athlete, exercise, Estimate(StrengthMethod.LOAD_VELOCITY, maximum))
        history.accept_test(athlete, exercise, number)
    finally:
        history.close()
