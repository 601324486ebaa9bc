# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Test stand that causes a fault in the middle of the eccentric phase and observes the result.

The whole graph runs in real time. The load is read from what the simulation knows, not from what
the machine says; the clock is the one of the machine, or of this computer where the machine itself
is what breaks.
"""
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
import math
from pathlib import Path
import signal
import time
from typing import Any, IO

from negtrain_interfaces.msg import PhaseState, Truth
from negtrain_ros.bringup.node_list import SIMULATION, Start
from negtrain_ros.bringup.processes import ProcessRunner
from negtrain_ros.core.safety.fault_detector import FaultDetectorSettings
from negtrain_ros.core.types import Fault, LoadMode, Prescription, RepetitionStage, SessionStage
from negtrain_ros.fault_campaign.cases import CaseOutcome, FaultCase
from negtrain_ros.fault_campaign.timing import Stopwatch
from negtrain_ros.history.opening import open_to_read
from negtrain_ros.history.store import keep_maximum
from negtrain_ros.history.tables import REPETITIONS
from negtrain_ros.machine_client import MachineClient, MachineClientError, training
from negtrain_ros.shell.conversions import seconds
from negtrain_ros.sim.fault_catalogue import SCENARIOS
from sqlalchemy import select

HEAVY = 0.97    # share of the eccentric load that has to be there when something breaks
DELAY = 0.05    # s, from the request to the onset of a fault that the simulation plays
PATIENCE = 60.0  # s of real time for what is only on the way to a measurement
ATTEMPTS = 10   # at a lowering, should the training be interrupted on the way there
TURN = 5.0      # s, until the athlete does what is asked at the end of a movement
LONG = 5.0      # s, that the play of a fault need not go on for once it was seen
FROZEN = 2.0    # s, for which a node stands still
RECOVERY = 40.0  # s of real time until a repetition has to be complete again


class FaultTestStand:
    """A simulated training that is broken again and again; a context manager."""

    def __init__(
        self, start: Start, prescription: Prescription, log: IO[str], history: Path,
        nodes: tuple[str, ...] = SIMULATION,
    ) -> None:
        """
        Prepare a machine and an athlete.

        :param log: where the nodes' output goes
        :param history: folder in which the machine keeps its history
        :param nodes: what the machine is made of, first of all what simulates it
        """
        self.prescription = prescription
        self._folder = history
        self.runner = ProcessRunner(nodes, start, log)
        self.trainer = MachineClient(start.namespace, idle=self._on_idle, on_value=self._on_value,
                               on_truth=self._on_truth,
                               topics=('load_state', 'machine_state', 'session', 'repetitions'),
                               stand_in=nodes[0])
        self._calibrating = False
        self.truth = Truth()
        self.done = 0
        self._announced: dict[float, str] = {}
        self._trains_since = math.inf
        self._case: FaultCase | None = None
        self._over = -math.inf
        self._stopwatch = Stopwatch()

    def __enter__(self) -> 'FaultTestStand':
        """Bring everything up and calibrate."""
        keep_maximum(self._folder, self.prescription.athlete, self.prescription.exercise,
                     self.prescription.limit)
        with ExitStack() as stack:
            stack.enter_context(self.runner)
            stack.enter_context(self.trainer)
            self.trainer.wait_for_machine()
            self._calibrate()
            self._end = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        """Bring everything down."""
        self._end.close()

    def prove(self, case: FaultCase) -> CaseOutcome:
        """Break something at the full eccentric load; measure, mend, and go on training."""
        self._case = case
        try:
            self._reach_eccentric()
        except MachineClientError as failure:
            return CaseOutcome(case, math.nan, math.nan, False, str(failure))
        watch = self._stopwatch = Stopwatch()
        self._over = -math.inf
        onset = case.wrong(self)
        watch.start(onset, partial(case.shows, self) if case.shows else None)
        if not case.refused:
            self.trainer.wait(lambda: watch.is_light, 3.0 * case.bound + TURN)
        done = self.done
        try:
            case.right(self)
            self.trainer.wait(lambda: self.machine_time() > self._over, PATIENCE)
            self._go_on()
            self.trainer.until(lambda: self.done > done, RECOVERY, 'no repetition any more')
            recovered, remark = True, ''
        except MachineClientError as failure:
            recovered, remark = False, str(failure)
        return CaseOutcome(
            case, watch.detected - watch.onset, watch.light - watch.onset, recovered, remark)

    def lost(self) -> list[str]:
        """Return the cases of repetitions that were announced but are not in the history."""
        with open_to_read(folder=self._folder).connect() as connection:
            kept = set(connection.scalars(select(REPETITIONS.c.stamp)))
        return [case for stamp, case in self._announced.items() if stamp not in kept]

    def machine_time(self) -> float:
        """Return the newest time of the machine [s]."""
        return seconds(self.truth.header.stamp)

    def is_outside(self) -> bool:
        """Tell whether the handle is further outside the range than it may be."""
        beyond = max(self.rom.bottom - self.truth.position, self.truth.position - self.rom.top)
        return beyond > max(FaultDetectorSettings().outside, 0.1 * self.rom.length)

    def is_left(self) -> bool:
        """Tell whether nobody holds the handle any more."""
        return self.truth.intention == Truth.RESTING

    def play(self, fault: Fault) -> float:
        """Have the simulation play a fault; return its onset [s]."""
        onset = self.machine_time() + DELAY
        self._over = onset + SCENARIOS[fault].duration
        self.trainer.inject(f'{fault.name.lower()} {DELAY}')
        return onset

    def cut_short(self, fault: Fault) -> None:
        """Play a fault no longer that would go on for long after it was seen."""
        if SCENARIOS[fault].duration > LONG:
            self._over = self.machine_time() + DELAY
            self.trainer.inject(f'{fault.name.lower()} {DELAY} 0')

    def send(self, node: str, number: int) -> float:
        """Send a signal to a node; return when [s]."""
        onset = self.machine_time()
        self.runner.processes[node].send_signal(number)
        return onset

    def restart(self, node: str) -> None:
        """Start a node that was killed."""
        self.runner.processes[node].wait()
        self.runner.start(node)
        if not self.trainer.answers(node):
            raise MachineClientError(f'{node} does not answer')

    def revive(self, node: str) -> None:
        """Let a node go on that stands still, once it has stood long enough to be missed."""
        self.trainer.listen(FROZEN)
        self.runner.processes[node].send_signal(signal.SIGCONT)

    def prescribe_nonsense(self) -> float:
        """Ask for an impossible load in the middle of the set; it has to be refused."""
        onset = self.machine_time()
        accepted, _ = self.trainer.prescribe(replace(self.prescription, eccentric=math.nan))
        if accepted:
            raise MachineClientError('an impossible prescription was accepted')
        return onset

    def publish_twice(self) -> float:
        """Start a second publisher of the phase."""
        self._second = self.trainer.publish(PhaseState, 'phase')
        return self.machine_time()

    def publish_once(self) -> None:
        """Take the second publisher away."""
        self.trainer.withdraw(self._second)

    def _go_on(self) -> None:
        """Acknowledge, resume or begin anew, until the athlete trains."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.trainer.listen(0.3)
            load, session = (self.trainer.heard[topic] for topic in ('load_state', 'session'))
            if self._trains():
                return
            if load.mode is LoadMode.FAULT:
                self.trainer.ask('reset_faults')
            elif session.stage is SessionStage.PAUSED:
                self.trainer.ask('resume')
            elif session.stage is SessionStage.WAITING:
                self.trainer.ask('ready')
            elif session.stage in (
                    SessionStage.IDLE, SessionStage.FINISHED, SessionStage.STOPPED):
                self.trainer.begin(training(self.prescription, sets=20, rest=2.0, consent=True))
        raise MachineClientError(f'not training any more: {session.text}; {load.explanation}')

    def _calibrate(self) -> None:
        """Have the range shown, again if that is interrupted."""
        for _ in range(ATTEMPTS):
            self._calibrating = True
            try:
                self.rom = self.trainer.calibrate(
                    self.prescription.athlete, self.prescription.exercise)
                return
            except MachineClientError as failure:
                reason = str(failure)
            finally:
                self._calibrating = False
            self._acknowledge()
        raise MachineClientError(reason)

    def _acknowledge(self) -> None:
        """Acknowledge all faults, as soon as they can be."""
        end = time.monotonic() + PATIENCE
        while not self.trainer.ask('reset_faults')[0] and time.monotonic() < end:
            self.trainer.listen(0.3)

    def _on_idle(self) -> None:
        """Give a calibration up that was interrupted: nobody is there to go on with it."""
        session = self.trainer.heard.get('session')
        if self._calibrating and session and session.stage is SessionStage.PAUSED:
            raise MachineClientError(session.text)

    def _reach_eccentric(self) -> None:
        """Train until the middle of a lowering at the full load."""
        for _ in range(ATTEMPTS):
            self._go_on()
            self.trainer.wait(lambda: self._lowering() or not self._trains(), PATIENCE)
            if self._lowering():
                return
        raise MachineClientError('the eccentric load was never reached')

    def _lowering(self) -> bool:
        return (self.truth.intention == Truth.LOWERING
                and 0.5 < self.rom.fraction(self.truth.position) < 0.75
                and self.truth.load > HEAVY * self.prescription.eccentric)

    @property
    def _blind(self) -> bool:
        return self._case is not None and self._case.blind

    def _on_truth(self, truth: Truth) -> None:
        self.truth = truth
        if not self._blind:
            self._stopwatch.on_load(self.machine_time(), truth.load)

    def _on_value(self, topic: str, value: Any) -> None:
        if topic in ('load_state', 'machine_state'):
            self._stopwatch.on_faults(value.stamp, value.faults)
            if topic == 'load_state' and self._blind:
                self._stopwatch.on_load(value.stamp, value.commanded)
        elif topic == 'repetitions' and value.stage is RepetitionStage.COMPLETE:
            self.done += 1
            if (self._case is not None and self._trains()
                    and value.belongs(self._trains_since)):
                self._announced[value.stamp] = self._case.name
        elif topic == 'session' and value.stage is not SessionStage.TRAINING:
            self._trains_since = math.inf
        elif topic == 'session':
            self._trains_since = min(self._trains_since, value.stamp)

    def _trains(self) -> bool:
        load, session = (self.trainer.heard[topic] for topic in ('load_state', 'session'))
        return session.stage is SessionStage.TRAINING and load.mode is LoadMode.ARMED
