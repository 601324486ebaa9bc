# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Writer of entries that never waits long for a database.

A thread of its own delivers every entry. Whoever keeps it waits for that a moment only: what a
database that hangs, is full or away has not taken by then goes into the spool, and what follows
goes there at once. It gets what it is owed, in its order, when it is back.
"""
from collections import deque
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future
from itertools import islice
import queue
import threading
from typing import Any, TypeVar

from negtrain_ros.history.database import Away, HistoryError, migrate, PATIENCE, said, writing
from negtrain_ros.history.outbox.entries import apply, Entry
from negtrain_ros.history.outbox.spool import Spool
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DataError, IntegrityError

T = TypeVar('T')
BATCH = 500  # entries in one transaction


class Worker:
    """Does one job after the other in a thread that nobody is obliged to wait for."""

    def __init__(self, idle: Callable[[], None], period: float) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = (
            queue.SimpleQueue())
        self._idle, self._period = idle, period
        self._thread = threading.Thread(target=self._run, name='history', daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], T]) -> 'Future[T]':
        """Put a job at the end of the queue."""
        future: Future[T] = Future()
        self._jobs.put((job, future))
        return future

    def stop(self, patience: float) -> bool:
        """Finish what is queued, or give up after `patience` [s]; tell whether it is done."""
        self._jobs.put(None)
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            try:
                task = self._jobs.get(timeout=self._period)
            except queue.Empty:
                self.submit(self._idle)
                continue
            if task is None:
                return
            job, future = task
            try:
                future.set_result(job())
            except Exception as error:  # it belongs to whoever asked for the job
                future.set_exception(error)


class OutboxWriter:
    """Keeps entries in the order in which they come."""

    def __init__(self, engine: Engine, spool: Spool, *, deadline: float, retry: float,
                 warn: Callable[[str], None]) -> None:
        """
        Take over what the spool still owes.

        :param deadline: how long one entry may wait for the database [s]
        :param retry: time between attempts while the database is away [s]
        :param warn: told, in one line, when the database goes away and when it is back
        """
        self._engine, self._spool, self._deadline, self._warn = engine, spool, deadline, warn
        self._lock = threading.Lock()
        self._owed = deque(spool.entries())
        self._spooled = len(self._owed)  # of what is owed, from the oldest on
        self._migrated = False
        self.trouble = ''
        self._worker = Worker(self._deliver_quietly, retry)

    @property
    def owed(self) -> int:
        """Number of entries that the database does not have yet."""
        return len(self._owed)

    def keep(self, *entries: Entry) -> None:
        """
        Make entries durable: they survive a crash of everything once this returns.

        :raises HistoryError: if neither the spool nor the database takes them
        """
        with self._lock:
            self._owed.extend(entries)
        delivery = self._worker.submit(self._deliver)
        if self.trouble or not self._taken(delivery, self._deadline):
            try:
                self._write_down()
            except OSError as full:
                if not self._taken(delivery, PATIENCE):
                    raise HistoryError(
                        f'{self._spool.path}: {full.strerror}; {self.trouble}') from full

    def ask(self, question: Callable[[Engine], T], patience: float = PATIENCE) -> T:
        """
        Return the answer of the database to a question.

        :raises Away: if it does not answer within `patience` [s]
        """
        def answer() -> T:
            self._deliver()
            with said(self._engine.url):
                return question(self._engine)
        try:
            return self._worker.submit(answer).result(patience)
        except futures.TimeoutError:
            self._note(f'no answer within {patience:g} s')
            raise Away(self.trouble) from None

    def close(self) -> None:
        """Deliver what can be delivered in a moment; the spool keeps the rest."""
        self._worker.submit(self._deliver_quietly)
        if self._worker.stop(self._deadline + 1.0):
            self._engine.dispose()
        self._spool.close()

    def _taken(self, delivery: 'Future[None]', patience: float) -> bool:
        """Wait for a delivery, at most `patience` [s]; tell whether the database has it."""
        try:
            delivery.result(patience)
        except (futures.TimeoutError, HistoryError) as error:
            self._note(str(error) or f'no answer within {patience:g} s')
            return False
        return True

    def _write_down(self) -> None:
        """Put into the spool what is owed and not there yet; raise OSError if it has no room."""
        with self._lock:
            if len(self._owed) > self._spooled:
                self._spool.append([*islice(self._owed, self._spooled, None)])
                self._spooled = len(self._owed)

    def _deliver_quietly(self) -> None:
        try:
            self._deliver()
        except HistoryError as error:
            self._note(str(error))

    def _deliver(self) -> None:
        if not self._migrated:
            migrate(self._engine)
            self._migrated = True
        while batch := self._next_batch():
            with said(self._engine.url):
                self._write(batch)
            with self._lock:
                for _ in batch:
                    self._owed.popleft()
                if not self._owed:
                    self._spool.clear()
                self._spooled = max(0, self._spooled - len(batch))
        if self.trouble:
            self.trouble = ''
            self._warn('the database is back and has all that it was owed')

    def _next_batch(self) -> list[Entry]:
        with self._lock:
            return [*islice(self._owed, BATCH)]

    def _write(self, batch: list[Entry]) -> None:
        try:
            with writing(self._engine) as connection:
                apply(connection, batch)
        except (IntegrityError, DataError) as error:
            if len(batch) == 1:
                self._spool.refuse(batch[0])
                self._warn(f'an entry for {batch[0].table} was set aside: {error.orig}')
                return
            for entry in batch:
                self._write([entry])

    def _note(self, trouble: str) -> None:
        if not self.trouble:
            self._warn(f'{trouble}; what is owed waits in {self._spool.path}')
        self.trouble = trouble
