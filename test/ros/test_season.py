# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""A new athlete at a machine: tested, trained, interrupted by a crash, resumed, kept."""
import json
import math
import signal

from mcap_ros2.reader import read_ros2_messages
from negtrain_interfaces.action import Train
from negtrain_ros import bringup
from negtrain_ros.cli.trainer import Trainer
from negtrain_ros.core.strength import StrengthMethod
from negtrain_ros.core.types import SessionStage, Stage, Verdict
from negtrain_ros.history.export import export
from negtrain_ros.history.listing import Choice, sessions
from negtrain_ros.history.opening import open_to_read
from negtrain_ros.history.report import write_report
from negtrain_ros.runner import Runner
import pytest

ATHLETE, PROGRAM = 'Ada', 'negative-alternating'
EXERCISES = ('chest_press', 'row')
TRUE_MAXIMUM = 101.0
PATIENCE = 400.0  # s of real time for a session of two sets, on a busy computer


class Season:
    """A machine, an athlete, and what was announced."""

    def __init__(self, folder):
        self.folder = folder
        self.announced = []
        self.runner = Runner(bringup.SIMULATION, bringup.Start(use_sim_time=True, parameters={
            'mock_machine': {
                'simulation.real_time_factor': 0.0, 'muscle.maximum': TRUE_MAXIMUM,
                'athlete.concentric_time': 1.0, 'athlete.eccentric_time': 1.5},
            'session_manager': {'history.folder': str(folder), 'session.test_rest': 5.0}}))
        self.trainer = Trainer('', on_value=self._hear)

    def _hear(self, topic, value):
        if topic == 'repetitions' and value.stage is Stage.COMPLETE and self.in_stage('TRAINING'):
            self.announced.append(value)

    def in_stage(self, *names):
        session = self.trainer.heard.get('session')
        return session is not None and session.stage.name in names

    def train(self, exercise, *, resume=False):
        """Train without resting, until the end."""
        self.trainer.begin(Train.Goal(
            athlete=ATHLETE, exercise=exercise, program='' if resume else PROGRAM, resume=resume))
        self.trainer.until(lambda: self.in_stage('COUNTDOWN'), 20.0, 'not begun')
        while not self.in_stage('FINISHED', 'STOPPED'):
            self.trainer.until(lambda: self.in_stage('RESTING', 'FINISHED', 'STOPPED'),
                               PATIENCE, 'the set does not end')
            if self.in_stage('RESTING'):
                self.trainer.ask('skip_rest')
                self.trainer.until(lambda: not self.in_stage('RESTING'), 20.0, 'rest goes on')
        assert self.trainer.heard['session'].stage is SessionStage.FINISHED


@pytest.fixture(scope='module')
def season(tmp_path_factory, claim_domain):
    """Run the whole story once; the tests look at what it left behind."""
    season = Season(tmp_path_factory.mktemp('season'))
    with season.runner, season.trainer as trainer:
        trainer.wait_for_machine()
        season.maxima = {}
        for exercise in EXERCISES:
            trainer.calibrate(ATHLETE, exercise)
            result = trainer.test(ATHLETE, exercise, StrengthMethod.LOAD_VELOCITY, 90.0)
            trainer.accept(ATHLETE, exercise, result.test)
            season.maxima[exercise] = result.maximum
        season.train(EXERCISES[0])
        trainer.begin(Train.Goal(athlete=ATHLETE, exercise=EXERCISES[1], program=PROGRAM))
        done = len(season.announced)
        trainer.until(lambda: len(season.announced) >= done + 3, PATIENCE, 'no repetitions')
        season.runner.processes['session_manager'].send_signal(signal.SIGKILL)
        season.runner.processes['session_manager'].wait()
        trainer.heard.pop('session')
        season.runner.start('session_manager')
        trainer.wait_for_machine()
        trainer.until(lambda: trainer.heard['load_state'].commanded < 5.0, 60.0, 'still loaded')
        if trainer.heard['load_state'].faults:
            trainer.until(lambda: trainer.ask('reset_faults')[0], 60.0, 'faults stay')
        season.train(EXERCISES[1], resume=True)
        yield season


@pytest.mark.timeout(1500)
def test_the_load_velocity_test_finds_the_true_maximum(season):
    # His muscles are modelled for one exercise; another has another velocity at the maximum.
    assert season.maxima[EXERCISES[0]] == pytest.approx(TRUE_MAXIMUM, rel=0.05)


def test_every_announced_repetition_is_kept_exactly_once(season, tmp_path):
    rows = exported(season, tmp_path)
    counted = [row for row in rows if row['verdict'] == 'counted']
    announced = [one for one in season.announced if one.verdict is Verdict.COUNTED]
    stamps = [row['stamp'] for row in counted]
    assert len(stamps) == len(set(stamps))
    assert {one.stamp for one in announced} <= set(stamps)


def test_history_export_and_report_agree_with_what_the_machine_applied(season, tmp_path):
    rows = {row['stamp']: row for row in exported(season, tmp_path)}
    engine = open_to_read(folder=season.folder)
    for one in season.announced:
        kept = rows[one.stamp]
        for phase, measure in (('concentric', one.concentric), ('eccentric', one.eccentric)):
            for name in ('mean_load', 'plateau_load', 'work'):
                applied = getattr(measure, name)
                if math.isfinite(applied):
                    assert kept[f'{phase}_{name}'] == applied
    for row in sessions(engine, Choice(), 10):
        pages = write_report(engine, row['number'], tmp_path, png=False)
        assert pages and all(page.stat().st_size > 10_000 for page in pages)


def test_the_crash_is_seen_and_the_session_was_finished_afterwards(season):
    rows = sessions(open_to_read(folder=season.folder), Choice(), 10)
    assert [row['status'] for row in rows] == ['finished', 'finished']
    assert [row['exercise'] for row in rows] == ['row', 'chest_press']


def test_the_recording_has_every_topic(season):
    files = sorted((season.folder / 'recordings').glob('*.mcap'))
    finished = max(files, key=lambda file: file.stat().st_size)
    topics = {message.channel.topic for message in read_ros2_messages(str(finished))}
    assert {'/handle', '/phase', '/load_command', '/machine_state', '/session'} <= topics


def exported(season, folder):
    """Return the rows of a JSON export."""
    file = folder / 'all.json'
    export(open_to_read(folder=season.folder), Choice(), file, 'json')
    return json.loads(file.read_text())
