# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Activities of a session, set by set: range calibration and training."""
from dataclasses import replace
import math
from typing import Protocol

from negtrain_ros.core.session.range_calibration import CalibrationSettings, RangeCalibration
from negtrain_ros.core.types import (
    Instruction,
    Order,
    Prescription,
    RangeOfMotion,
    Repetition,
    RepetitionStage,
    SessionStage,
    SetEnd,
    Verdict,
)

GRAIN = 0.5  # kg, in which a load is changed
SLACK = 1e-6  # of that, which a product may lack


class Activity(Protocol):
    """What a session needs to know of the activity it runs."""

    stage: SessionStage
    program: str
    set: int
    sets: int
    repetition: int

    @property
    def instruction(self) -> Instruction:
        """What the athlete is to do in the present set."""

    @property
    def rest(self) -> float:
        """Rest before the present set [s]."""

    @property
    def text(self) -> str:
        """What the display says."""

    @property
    def prescription(self) -> Prescription:
        """What the present set asks for."""

    @property
    def over(self) -> SetEnd | None:
        """Why the present set has come to its end, or None while it has not."""

    def on_repetition(self, repetition: Repetition) -> bool:
        """Take note of a repetition; return whether it is complete and belongs to the set."""

    def on_load(self, stamp: float, load: float) -> None:
        """Take the load [kg] that the athlete resists at a time [s]."""

    def advance(self, end: SetEnd) -> bool:
        """Go to the next set after one that ended so; return False if there is none."""

    def scale_loads(self, share: float) -> str | None:
        """Change both loads of what is still to be done to a share; return why not."""


class Training:
    """Sets of repetitions with a rest between."""

    stage = SessionStage.TRAINING
    instruction = Instruction.TRAIN
    text = 'lift and lower'

    def __init__(
        self, sets: tuple[Prescription, ...], rest: float, *, program: str = '', step: int = 0,
        first: int = 1,
    ) -> None:
        """
        Plan the sets.

        :param sets: what each set asks for, at least one
        :param rest: time between sets [s]
        :param program: name of the programme that this comes from, empty for none
        :param step: which step of the programme, counted from 1
        :param first: set to begin with; above 1 when an interrupted session goes on
        """
        self.program = program
        self.step = step
        self.rest = rest
        self.sets = len(sets)
        self.set = first
        self._prescriptions = sets
        self._begin()

    @property
    def prescription(self) -> Prescription:
        """What the present set asks for."""
        return self._prescriptions[self.set - 1]

    @property
    def over(self) -> SetEnd | None:
        """The set ends with the last repetition, or when the lifts have become too slow."""
        if self._complete >= self.prescription.repetitions:
            return SetEnd.COUNT
        loss = 1.0 - self._latest / self._fastest if self._fastest > 0.0 else 0.0
        return SetEnd.VELOCITY_LOSS if loss > self.prescription.velocity_loss else None

    def on_repetition(self, repetition: Repetition) -> bool:
        """Count at the top for the display, and when complete for the set."""
        if repetition.verdict is Verdict.COUNTED:
            if repetition.stage is RepetitionStage.COMPLETE:
                self._complete += 1
                self._take_velocity(repetition.concentric.mean_velocity)
            self.repetition = self._complete + (repetition.stage is RepetitionStage.HALFWAY)
        return repetition.stage is RepetitionStage.COMPLETE

    def on_load(self, stamp: float, load: float) -> None:
        """Take no note: what matters is heard with the repetitions."""

    def advance(self, end: SetEnd) -> bool:
        """Go to the next set, unless this was the last."""
        if self.set == self.sets:
            return False
        self.set += 1
        self._begin()
        return True

    def scale_loads(self, share: float) -> str | None:
        """
        Change both loads of this set and the next ones to a share, in steps of half a kilogram.

        :return: why not: the load would be no load, or above the limit of the athlete
        """
        changed = [_scaled(one, share) for one in self._prescriptions[self.set - 1:]]
        for one in changed:
            if min(one.concentric, one.eccentric) <= 0.0:
                return 'the load cannot be lighter: negtrain stop ends the session'
            if max(one.concentric, one.eccentric) > one.limit:
                return (f'{max(one.concentric, one.eccentric):g} kg is above the limit of the '
                        f'athlete, {one.limit:g} kg')
        self._prescriptions = (*self._prescriptions[:self.set - 1], *changed)
        return None

    def _begin(self) -> None:
        self.repetition = 0
        self._complete: int = 0
        self._fastest: float = 0.0
        self._latest: float = 0.0

    def _take_velocity(self, velocity: float) -> None:
        if math.isfinite(velocity):
            self._fastest = max(self._fastest, velocity)
            self._latest = velocity


class Calibration:
    """A few light repetitions that show the personal range of motion."""

    stage = SessionStage.CALIBRATING
    instruction = Instruction.MOVE_LIGHT
    program = ''
    set = 1
    sets = 1
    rest = 0.0

    def __init__(
        self, athlete: str, exercise: str, order: Order, settings: CalibrationSettings,
        smallest_range: float = 0.0,
    ) -> None:
        """
        Plan for an athlete at an exercise whose repetitions have the given order.

        :param smallest_range: of the exercise [m]
        """
        self._calibration = RangeCalibration(settings, smallest_range)
        self.rom: RangeOfMotion | None = None
        self.repetition = 0
        self._prescription = Prescription(
            athlete=athlete, exercise=exercise, order=order, concentric=settings.load,
            eccentric=settings.load, limit=settings.load, repetitions=settings.repetitions)

    @property
    def prescription(self) -> Prescription:
        """The same light load both ways, no range known."""
        return self._prescription

    @property
    def text(self) -> str:
        """What to do, and what was not understood so far."""
        remark = self._calibration.remark
        return 'move through your full range, lightly' + (f' ({remark})' if remark else '')

    @property
    def over(self) -> SetEnd | None:
        """The range is known."""
        return SetEnd.COUNT if self.rom else None

    def on_repetition(self, repetition: Repetition) -> bool:
        """Let a light repetition show the range; count it at its half for the display."""
        self.rom = self._calibration.step(repetition)
        complete = repetition.stage is RepetitionStage.COMPLETE
        self.repetition = self._calibration.done + (not complete)
        return complete

    def on_load(self, stamp: float, load: float) -> None:
        """Take no note: what matters is heard with the repetitions."""

    def advance(self, end: SetEnd) -> bool:
        """There is only one set."""
        return False

    def scale_loads(self, share: float) -> str | None:
        """Refuse: the load is the lightest that can be felt."""
        return 'a calibration has one load'


def _scaled(prescription: Prescription, share: float) -> Prescription:
    up, down = (math.floor(load * share / GRAIN + SLACK) * GRAIN
                for load in (prescription.concentric, prescription.eccentric))
    return replace(prescription, concentric=up, eccentric=down)
