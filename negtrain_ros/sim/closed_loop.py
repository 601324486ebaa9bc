# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Closed loop of a whole session without processes: athlete, machine and core, by direct calls.

It follows a script: get into position, three light repetitions to find the range, the set, rest;
and keeps a trace of everything that happened meanwhile.
"""
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from negtrain_ros.core.encoder.encoder import Encoder, EncoderSettings
from negtrain_ros.core.load.load_controller import LoadController, LoadSettings
from negtrain_ros.core.phase.phase_detector import PhaseDetector, PhaseSettings
from negtrain_ros.core.phase.repetition_counter import RepetitionCounter, RepetitionSettings
from negtrain_ros.core.safety.inputs import LoadInputs
from negtrain_ros.core.safety.machine_guard import MachineGuardSettings
from negtrain_ros.core.session.range_calibration import CalibrationSettings, RangeCalibration
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import (
    EndCause,
    Fault,
    Instruction,
    LoadCommand,
    LoadMode,
    Method,
    Order,
    Prescription,
    RangeOfMotion,
    Repetition,
    RepetitionStage,
    Verdict,
)
from negtrain_ros.sim.athlete import Athlete, AthleteSettings
from negtrain_ros.sim.fault_catalogue import FaultInjection
from negtrain_ros.sim.fault_injector import FaultInjector
from negtrain_ros.sim.faulty_plant import FaultyPlant
from negtrain_ros.sim.machine import Machine, MachineSettings
from negtrain_ros.sim.muscle import MuscleSettings
from negtrain_ros.sim.plant import Plant
from negtrain_ros.sim.trace import Trace, TraceRecorder


@dataclass(frozen=True)
class ClosedLoopSettings(Settings):
    """Settings of a closed-loop run."""

    rate: float = parameter(250.0, 'samples per second', 50.0, 1000.0, unit='1/s')
    delay: int = parameter(1, 'samples until a command arrives at the machine', 0, 50)
    light: float = parameter(8.0, 'load of the calibration', 1.0, 10.0, unit='kg')
    concentric: float = parameter(51.0, 'load on the way up', 1.0, 200.0, unit='kg')
    eccentric: float = parameter(85.0, 'load on the way down', 1.0, 200.0, unit='kg')
    limit: float = parameter(101.0, 'largest load for this athlete', 1.0, 200.0, unit='kg')
    repetitions: int = parameter(12, 'repetitions of the set', 1, 100)
    patience: float = parameter(60.0, 'longest wait for one step', 1.0, 600.0, unit='s')


@dataclass(frozen=True)
class ClosedLoopResult:
    """
    What became of a simulated session.

    :param rom: as calibrated; None: the calibration did not end
    :param repetitions: complete ones of the set
    :param faults: everything that the load controller reported, in order, with its time [s]
    :param ended: why the script did not reach its end; empty: it did
    """

    trace: Trace
    rom: RangeOfMotion | None
    repetitions: tuple[Repetition, ...]
    faults: tuple[tuple[float, Fault], ...]
    ended: str

    @property
    def counted(self) -> int:
        """Return how many repetitions count."""
        return sum(each.verdict is Verdict.COUNTED for each in self.repetitions)


class ClosedLoopAborted(Exception):
    """The script cannot go on."""


class ClosedLoop:
    """
    The whole chain around an athlete at a machine.

    :param seed: of the athlete
    :param injections: faults, with times from the beginning of the session
    """

    COUNTDOWN = 2.0  # s, from arming to the first lift; the load has come by then

    def __init__(
        self, settings: ClosedLoopSettings | None = None, *, seed: int = 0,
        athlete: AthleteSettings | None = None, muscle: MuscleSettings | None = None,
        machine: MachineSettings | None = None, guard: MachineGuardSettings | None = None,
        load: LoadSettings | None = None, phase: PhaseSettings | None = None,
        injections: Iterable[FaultInjection] = (),
    ) -> None:
        self.settings = settings or ClosedLoopSettings()
        machine = machine or MachineSettings()
        self.athlete = Athlete(athlete or AthleteSettings(), muscle, seed)
        self.station = Plant(Machine(machine, guard), self.athlete)
        self._plant = FaultyPlant(self.station, FaultInjector(injections))
        self.controller = LoadController(load)
        self.repetitions: list[Repetition] = []
        self.faults: list[tuple[float, Fault]] = []
        self._encoder = Encoder(EncoderSettings(
            counts_per_metre=1.0 / machine.resolution, counter_bits=machine.counter_bits,
            offset=-machine.counter_start * machine.resolution, bottom_stop=-0.05,
            top_stop=machine.stroke + 0.05))
        phase = phase or PhaseSettings()
        self._detector = PhaseDetector(phase)
        self._counter = RepetitionCounter(RepetitionSettings(moving_mass=machine.mass), phase)
        self._calibration = RangeCalibration(CalibrationSettings(top_stop=machine.stroke))
        self._rom: RangeOfMotion | None = None
        self._inputs = LoadInputs()
        self._recorder = TraceRecorder()
        self._reported: tuple[Fault, ...] = ()
        self._explanation, self.ended_by = '', EndCause.NOT_ENDED
        self._training = False
        self._on_the_way: deque[LoadCommand] = deque()

    def run(self) -> ClosedLoopResult:
        """Play the script to its end, or to where it cannot go on."""
        ended = ''
        try:
            self.calibrate()
            self._train()
        except ClosedLoopAborted as refusal:
            ended = str(refusal)
        return ClosedLoopResult(self._recorder.trace(), self._rom, tuple(self.repetitions),
                       tuple(self.faults), ended)

    def step(self) -> None:
        """Move everything on by one sample of the encoder."""
        machine, sample = self._plant.step(1.0 / self.settings.rate)
        now = machine.stamp
        handle = self._encoder.check(now) if sample is None else self._encoder.step(
            sample.counts, sample.stamp)
        estimate = self._inputs.estimate
        if handle is not None:
            estimate = self._detector.step(handle)
            repetition = self._counter.step(handle, estimate, machine.load)
            if repetition is not None and repetition.stage is RepetitionStage.COMPLETE and (
                    self.controller.armed):
                self.repetitions.append(repetition)
        else:
            handle = self._inputs.handle
        self._inputs = LoadInputs(handle, estimate, machine, now)
        command, state = self.controller.step(self._inputs, now)
        self._on_the_way.append(command)
        if len(self._on_the_way) > self.settings.delay:
            self._plant.command(self._on_the_way.popleft())
        self._explanation, self.ended_by = state.explanation, state.ended_by
        if state.faults != self._reported:
            self.faults += [(now, fault) for fault in state.faults if fault not in self._reported]
            self._reported = state.faults
        if estimate is not None:
            self._recorder.step(self.station, estimate, command, state, self._training)

    def calibrate(self) -> None:
        """Find the range with light repetitions."""
        settings = self.settings
        self.athlete.on_instruction(Instruction.TAKE_POSITION)
        self.wait(1.0)
        self.load(Prescription(
            method=Method.REGULAR, concentric=settings.light, eccentric=settings.light,
            limit=settings.limit, order=self._order()))
        self.athlete.on_instruction(Instruction.MOVE_LIGHT)
        self._until(self._calibrated, 'calibration')
        self.athlete.on_instruction(Instruction.TAKE_POSITION)
        self.controller.disarm(self.station.machine.now)
        self._until(lambda: self.controller.mode is LoadMode.DISARMED, 'unloading')

    def load(self, prescription: Prescription) -> None:
        """Prescribe, and arm as soon as everything is right."""
        now = self.station.machine.now
        refusal = self.controller.prescribe(prescription, now)
        if refusal is not None:
            raise ClosedLoopAborted(refusal)
        self._detector.expect(prescription)
        self._counter.expect(prescription)
        deadline = now + self.settings.patience
        while (refusal := self.controller.arm(self.station.machine.now)) is not None:
            if self.station.machine.now > deadline:
                raise ClosedLoopAborted(f'not armed: {refusal}')
            self.step()

    def wait(self, duration: float) -> None:
        """Wait for a time [s]."""
        end = self.station.machine.now + duration
        while self.station.machine.now < end:
            self.step()

    def _train(self) -> None:
        """Do the set."""
        settings, athlete = self.settings, self.athlete.settings
        self.load(Prescription(
            method=Method.NEGATIVE, concentric=settings.concentric, eccentric=settings.eccentric,
            limit=settings.limit, order=self._order(), rom=self._rom,
            concentric_time=athlete.concentric_time, eccentric_time=athlete.eccentric_time,
            bottom_pause=athlete.bottom_pause, top_pause=athlete.top_pause,
            repetitions=settings.repetitions))
        self.wait(self.COUNTDOWN)
        self.repetitions.clear()
        self._counter.reset()
        self._training = True
        self.athlete.on_instruction(Instruction.TRAIN)
        while self.controller.armed and self._done < settings.repetitions:
            self._until(self._one_more(), f'repetition {self._done + 1}')
        self.athlete.on_instruction(Instruction.REST)
        reason = '' if self.controller.armed else self._explanation
        self._training = False
        self.controller.disarm(self.station.machine.now)
        self.wait(2.0)
        if reason:
            raise ClosedLoopAborted(f'the set ended early: {reason}')

    def _one_more(self) -> Callable[[], bool]:
        """Return whether a further repetition is done or the set is over."""
        before = self._done
        return lambda: self._done > before or not self.controller.armed

    @property
    def _done(self) -> int:
        """Return how many repetitions are complete and count."""
        return sum(each.verdict is Verdict.COUNTED for each in self.repetitions)

    def _order(self) -> Order:
        from_top = self.athlete.settings.begins == 'top'
        return Order.ECCENTRIC_FIRST if from_top else Order.CONCENTRIC_FIRST

    def _calibrated(self) -> bool:
        """Hand new repetitions on; tell whether the range is known."""
        for repetition in self.repetitions:
            self._rom = self._calibration.step(repetition)
        self.repetitions.clear()
        return self._rom is not None

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        """Step until a condition holds."""
        deadline = self.station.machine.now + self.settings.patience
        while not condition():
            if self.station.machine.now > deadline:
                raise ClosedLoopAborted(f'{what} has not ended in {self.settings.patience:g} s')
            self.step()
