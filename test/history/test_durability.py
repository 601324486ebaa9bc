# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Nothing announced is ever lost: kills, full disks, databases that hang, refuse or go away."""
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
import os
from pathlib import Path
import pwd
import resource
import socket
import sqlite3
import tempfile
import time
import traceback
import uuid

from bench.killed import ATHLETE, EXERCISE, kill_often, PRESCRIPTION, repetition
from negtrain_ros.core.session.activities import Training
from negtrain_ros.core.types import (
    Fault,
    Method,
    RangeOfMotion,
    Repetition,
    RepetitionStage,
    SetEnd,
)
from negtrain_ros.history import tables_for_people
from negtrain_ros.history.database import Away, HistoryError, resolve
from negtrain_ros.history.opening import open_to_read
from negtrain_ros.history.outbox.entries import Entry, entry_of, Status, Verb
from negtrain_ros.history.outbox.spool import Spool, spool_path
from negtrain_ros.history.session_log import SessionLog
from negtrain_ros.history.store import History
from negtrain_ros.history.tables_for_people import Choice
import pytest

KILLS = 12


def ordinals(url: str, folder: Path) -> list[int]:
    engine = open_to_read(url, folder)
    return [row['ordinal'] for row in tables_for_people.repetitions(engine, Choice())]


def borne(number: int, *, concentric: float = 51.0, eccentric: float = 85.0) -> Repetition:
    """Return a complete repetition under these loads [kg]."""
    done = repetition(number)
    return replace(done, concentric=replace(done.concentric, mean_load=concentric),
                   eccentric=replace(done.eccentric, mean_load=eccentric))


def in_a_child(job: Callable[[], None]) -> None:
    """Do something in a process of its own, which may limit itself; fail as it fails."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            job()
            os._exit(0)
        except BaseException:
            os.write(write, traceback.format_exc().encode()[-4000:])
        finally:
            os._exit(1)
    os.close(write)
    with os.fdopen(read) as said:
        words = said.read()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, words


def test_what_was_announced_survives_kills_exactly_once(url, folder):
    outcome = kill_often(url, folder, KILLS, seed=7)
    assert outcome.announced > 0
    assert outcome.good, outcome


@pytest.mark.parametrize('kept', [0, 1, 3])
def test_what_was_completed_while_the_session_manager_was_dead_is_kept_by_the_next(
        url, folder, kept):
    before = History(url, folder, machine='press 1', clock=lambda: 1000.0)
    session = before.begin(ATHLETE, EXERCISE, Method.NEGATIVE, 2)
    session.begin_set(1, PRESCRIPTION)
    for number in range(1, kept + 1):
        session.repetition(repetition(number))
    before.close()
    with closing(History(url, folder, machine='press 1')) as after:
        journal = SessionLog(after)
        halfway = replace(borne(5), stage=RepetitionStage.HALFWAY)
        unloaded = borne(7, eccentric=0.1)
        # What the detector still has: some of it was kept, some is no part of the set.
        for each in (*map(borne, range(1, 5)), halfway, borne(6), unloaded):
            journal.on_repetition(each)
        rows = after.ask(lambda engine: [*tables_for_people.repetitions(engine, Choice())])
        assert [(row['ordinal'], row['number'], row['stamp']) for row in rows] == [
            (place, place, borne(number).stamp)
            for place, number in enumerate((1, 2, 3, 4, 6), start=1)]
        left = after.interrupted(ATHLETE, EXERCISE)
        assert left is not None
        assert left.sets_done == 1


def test_what_was_completed_before_somebody_began_anew_is_kept_however_late_it_is_heard(
        url, folder):
    before = History(url, folder, machine='press 1', clock=lambda: 1000.0)
    before.begin(ATHLETE, EXERCISE, Method.NEGATIVE, 2).begin_set(1, PRESCRIPTION)
    before.close()
    with closing(History(url, folder, machine='press 1')) as after:
        journal = SessionLog(after)
        journal.open(Training((PRESCRIPTION,), 60.0), after.interrupted(ATHLETE, EXERCISE),
                     borne(2).stamp)
        for number in (1, 2, 3):
            journal.on_repetition(borne(number))
        rows = after.ask(lambda engine: [*tables_for_people.repetitions(engine, Choice())])
        assert [(row['set'], row['stamp']) for row in rows] == [
            (1, borne(number).stamp) for number in (1, 2)]


def test_nothing_is_added_to_a_set_that_has_ended(url, folder):
    before = History(url, folder, machine='press 1', clock=lambda: 1000.0)
    session = before.begin(ATHLETE, EXERCISE, Method.NEGATIVE, 2)
    session.begin_set(1, PRESCRIPTION)
    session.end_set(SetEnd.COUNT)
    before.close()
    with closing(History(url, folder, machine='press 1')) as resting:
        journal = SessionLog(resting)
        journal.on_repetition(borne(1))
        assert resting.ask(lambda engine: [*tables_for_people.repetitions(engine, Choice())]) == []


def test_a_hanging_database_does_not_stop_the_machine(server, folder):
    url = server.new_database(f'gym_{uuid.uuid4().hex}')
    said: list[str] = []
    history = History(url, folder, machine='press 1', deadline=0.1, retry=0.1, warn=said.append)
    session = history.begin(ATHLETE, EXERCISE, Method.NEGATIVE, 1)
    session.begin_set(1, PRESCRIPTION)
    session.repetition(repetition(1))
    server.freeze()
    try:
        for number in range(2, 9):
            session.repetition(repetition(number))
        assert history.owed >= 7
        assert 'no answer' in history.trouble
        with pytest.raises(Away, match='no answer'):
            history._keeper.ask(lambda engine: None, patience=0.2)
    finally:
        server.thaw()
    rows = history.ask(lambda engine: [*tables_for_people.repetitions(engine, Choice())])
    assert [row['ordinal'] for row in rows] == list(range(1, 9))
    assert (history.owed, history.trouble) == (0, '')
    history.close()
    assert len(said) == 2


def test_a_database_that_comes_later_gets_everything_once(server, folder):
    name = f'gym_{uuid.uuid4().hex}'
    url = f'postgresql://gym@127.0.0.1:{server.port}/{name}'
    history = History(url, folder, machine='press 1')
    assert 'does not exist' in history.trouble
    session = history.begin(ATHLETE, EXERCISE, Method.NEGATIVE, 1)
    session.begin_set(1, PRESCRIPTION)
    for number in range(1, 4):
        session.repetition(repetition(number))
    history.close()
    server.new_database(name)
    assert ordinals(url, folder) == [1, 2, 3]
    assert ordinals(url, folder) == [1, 2, 3]


def test_a_database_that_is_busy_at_the_start_is_not_waited_for(folder):
    folder.mkdir()
    with closing(sqlite3.connect(folder / 'history.sqlite', isolation_level=None)) as other:
        other.execute('BEGIN EXCLUSIVE')
        history = History('', folder, machine='press 1', opening=0.1, retry=0.1)
        assert history.trouble
        session = history.begin(ATHLETE, EXERCISE, Method.NEGATIVE, 1)
        session.begin_set(1, PRESCRIPTION)
        session.repetition(repetition(1))
        assert history.owed
        other.execute('COMMIT')
    rows = history.ask(lambda engine: [*tables_for_people.repetitions(engine, Choice())])
    assert ([row['ordinal'] for row in rows], history.owed) == ([1], 0)
    history.close()


def test_delivering_twice_leaves_one(url, folder):
    owed: list[Entry] = []
    history = History(url, folder, machine='press 1')
    keep = history._keeper.keep
    history._keeper.keep = lambda *entries: (owed.extend(entries), keep(*entries))
    session = history.begin(ATHLETE, EXERCISE, Method.NEGATIVE, 1)
    session.begin_set(1, PRESCRIPTION)
    session.repetition(repetition(1))
    session.end_set(SetEnd.COUNT)
    history.close()
    spool = Spool(spool_path(folder, resolve(url, folder), 'press 1'))
    spool.append(owed)  # as if killed after the delivery and before the file is emptied
    spool.close()
    assert ordinals(url, folder) == [1]
    (training_set,) = tables_for_people.sets_of(open_to_read(url, folder), session.number)
    assert training_set['ended_by'] == 'count'


def test_an_unfinished_line_is_not_believed(folder):
    entry = Entry(Verb.INSERT, 'faults', {'number': 1, 'explanation': 'ä"\n'}, 0, 1.5)
    whole = entry.line()
    assert entry_of(whole) == entry
    for end in range(len(whole)):
        with pytest.raises(ValueError):
            entry_of(whole[:end])
    path = folder / 'spool' / 'press.owed'
    Spool(path).close()
    path.write_bytes(whole + whole[:-7])
    spool = Spool(path)
    assert list(spool.entries()) == [entry]
    spool.append([entry])
    assert list(spool.entries()) == [entry, entry]
    spool.close()


def test_an_entry_that_no_database_takes_does_not_hold_up_the_others(url, folder):
    said: list[str] = []
    history = History(url, folder, machine='press 1', warn=said.append)
    session = history.begin(ATHLETE, EXERCISE, Method.NEGATIVE, 1)
    session._set = 7  # was never begun
    session.repetition(repetition(1))
    session.begin_set(1, PRESCRIPTION)
    session.repetition(repetition(2))
    history.close()
    assert ordinals(url, folder) == [1]
    assert 'set aside' in said[0]
    (refused,) = (folder / 'spool').rglob('*.refused')
    assert entry_of(refused.read_bytes()).values['set'] == 7


def test_a_full_disk_is_said_and_loses_nothing(folder):
    """No file may grow beyond a limit, as on a disk that is full."""
    announced = folder.parent / 'announced'

    def fill() -> None:
        history = History('', folder, machine='press 1')
        session = history.begin(ATHLETE, EXERCISE, Method.NEGATIVE, 1)
        session.begin_set(1, PRESCRIPTION)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        try:
            for number in range(1, 5000):
                session.repetition(repetition(number))
                announced.write_text(str(number))
        except HistoryError as full:
            assert '\n' not in str(full)
            assert 'File too large' in str(full)
        else:
            raise AssertionError('the disk was never full')

    in_a_child(fill)
    kept = int(announced.read_text())
    assert kept > 10
    assert ordinals('', folder)[:kept] == list(range(1, kept + 1))


def test_a_read_only_database_is_refused_to_write_and_can_be_read():
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        History('', folder, machine='press 1').close()

        def look() -> None:
            if os.getuid() == 0:  # who may write everything
                os.setuid(pwd.getpwnam('nobody').pw_uid)
            with pytest.raises(HistoryError, match='is read-only') as refusal:
                History('', folder, machine='press 1')
            assert '\n' not in str(refusal.value)
            assert tables_for_people.sessions(open_to_read('', folder), Choice()) == []

        folder.chmod(0o555)
        for path in folder.iterdir():
            path.chmod(0o555 if path.is_dir() else 0o444)
        in_a_child(look)
        folder.chmod(0o700)


def test_a_database_that_becomes_read_only_is_delivered_later(url, folder):
    history = History(url, folder, machine='press 1', retry=600.0)
    session = history.begin(ATHLETE, EXERCISE, Method.NEGATIVE, 1)
    session.begin_set(1, PRESCRIPTION)
    if url.startswith('sqlite'):
        with history.ask(lambda engine: engine.connect()) as connection:
            connection.exec_driver_sql('PRAGMA query_only = ON')
        off = 'PRAGMA query_only = OFF'
    else:
        name = url.rpartition('/')[2]
        with history.ask(lambda engine: engine.connect()) as connection:
            connection.exec_driver_sql(
                f'ALTER DATABASE {name} SET default_transaction_read_only = on')
            connection.commit()
        history._keeper._engine.dispose()
        off = f'SET TRANSACTION READ WRITE; ALTER DATABASE {name} RESET ALL'
    session.repetition(repetition(1))
    assert history.owed == 1
    assert history.trouble
    with history._keeper._engine.connect() as connection:
        connection.exec_driver_sql(off)
        connection.commit()
    history._keeper._engine.dispose()
    history.keep_range(ATHLETE, EXERCISE, RangeOfMotion(0.1, 0.5))
    rows = history.ask(lambda engine: [*tables_for_people.repetitions(engine, Choice())])
    assert ([row['ordinal'] for row in rows], history.owed) == ([1], 0)
    history.close()


def test_a_folder_knows_whose_it_is_under_another_host_name(folder, monkeypatch):
    monkeypatch.setattr(socket, 'gethostname', lambda: 'container-1')
    crashed = History('', folder, clock=lambda: 1.7e9)
    crashed.begin('Ann', 'row', Method.REGULAR, 2)
    crashed.close()
    monkeypatch.setattr(socket, 'gethostname', lambda: 'container-2')
    History('', folder).close()
    session, = tables_for_people.sessions(open_to_read('', folder), Choice())
    assert (session['status'], session['machine']) == ('interrupted', 'container-1')


def test_a_name_that_is_given_goes_before_that_of_the_folder(folder, monkeypatch):
    History('', folder).close()
    with closing(History('', folder, machine='press 3')) as named:
        assert named.machine == 'press 3'


def test_a_session_of_a_simulated_clock_that_is_ahead_is_interrupted(url, folder):
    """What is simulated goes faster than the computer, by which the next process closes it."""
    ahead = time.time() + 7200.0
    crashed = History(url, folder, machine='press 1', dates=lambda: ahead)
    crashed.begin('Ann', 'row', Method.REGULAR, 2).begin_set(1, PRESCRIPTION)
    crashed.close()
    time.sleep(0.002)  # numbers have milliseconds
    later = History(url, folder, machine='press 1')
    running = later.begin('Ann', 'row', Method.REGULAR, 2)
    later.close()
    newest, other = sorted(tables_for_people.sessions(open_to_read(url, folder), Choice()),
                           key=lambda row: row['number'], reverse=True)
    assert newest['number'] == running.number and newest['status'] == 'running'
    assert other['status'] == 'interrupted' and other['ended_at'] == other['started_at'] == ahead


def test_everything_of_a_session_has_the_dates_that_are_given(folder):
    simulated = 1.9e9
    history = History('', folder, machine='press 1', dates=lambda: simulated)
    session = history.begin('Ann', 'row', Method.REGULAR, 1)
    session.begin_set(1, PRESCRIPTION)
    session.fault(Fault.ENCODER_SILENT)
    session.end_set(SetEnd.COUNT)
    session.end(Status.FINISHED)
    history.close()
    engine = open_to_read('', folder)
    kept = tables_for_people.find_session(engine, None)
    rows = [kept, *tables_for_people.sets_of(engine, kept['number']),
            *tables_for_people.faults_of(engine, kept['number'])]
    dates = [value for row in rows for name, value in row.items()
             if name in ('started_at', 'ended_at', 'happened_at')]
    assert dates == [simulated] * 5
