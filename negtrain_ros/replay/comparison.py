# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Comparison of the phases of a recorded session with the same phases detected again.

The detector had run before the recording began, and samples may be missing from it. So what the
detector remembers is *known* only from where it forgets everything, at a faulty handle or behind
a gap, until a handle is missing. Elsewhere its memories fade in minutes at most; phases that
differ there are told apart from those that differ although everything was known.
"""
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from math import isnan, nan
from operator import attrgetter

from negtrain_ros.core.phase.phase_detector import PhaseDetector, PhaseSettings
from negtrain_ros.core.phase.repetition_counter import RepetitionCounter, RepetitionSettings
from negtrain_ros.core.types import PhaseState, Prescription
from negtrain_ros.replay.mcap_reader import RecordedSession, RecordedStep
from negtrain_ros.replay.sample import ReplaySample

content = attrgetter(*(each.name for each in fields(PhaseState)))


@dataclass
class Agreement:
    """
    How many recorded phases were detected again bit for bit.

    :ivar different: phases that are others, although all that the detector knew was known
    :ivar since: stamp of the first of them [s]
    :ivar apart: phases that are others where it was not known
    :ivar until: stamp of the last of them [s]
    """

    same: int = 0
    different: int = 0
    since: float = nan
    apart: int = 0
    until: float = nan

    def __str__(self) -> str:
        """Say it in one line."""
        recorded = self.same + self.different + self.apart
        first = f', the first at {self.since:.3f} s' if self.different else ''
        apart = (f'; {self.apart} more where the past of the detector is not recorded, the last '
                 f'at {self.until:.3f} s' if self.apart else '')
        return (f'{self.same} of {recorded} phases re-detected bit for bit, '
                f'{self.different} differ{first}{apart}')


class Comparison:
    """Runs the core over a session as the phase detector did."""

    def __init__(self, session: RecordedSession, phase: PhaseSettings,
                 repetition: RepetitionSettings) -> None:
        """Prepare; the settings are those of the node that was recorded."""
        self.agreement = Agreement()
        self._session = session
        self._detector = PhaseDetector(phase)
        self._counter = RepetitionCounter(repetition, phase)
        self._ahead = deque(session.prescriptions)
        self._in_force: Prescription | None = None
        self._known = False

    def run(self) -> Iterator[ReplaySample]:
        """Step through the session; a handle without a phase was not heard by the detector."""
        last = None
        blind = all(step.told is None for step in self._session.steps)
        for step in self._session.steps:
            if step.told is None and not blind:
                continue
            self._take_up(step)
            self._known = self._known and step.follows
            if step.told is not None and not self._known:
                self._counter.count = step.told.repetition
            before = self._detector.beginnings
            estimate = replace(self._detector.step(step.handle), repetition=self._counter.count)
            begun = step.follows and self._detector.beginnings != before
            self._known = self._known or begun
            if step.told is not None:
                self._compare(estimate, step.told)
            last = step.handle, estimate
            yield ReplaySample(*last, self._counter.step(*last, step.load))
        unfinished = self._counter.finish(last[0].stamp) if last is not None else None
        if last is not None and unfinished is not None:
            yield ReplaySample(*last, unfinished)

    def _take_up(self, step: RecordedStep) -> None:
        """Put the prescriptions in force that the detector had heard before this handle."""
        while self._ahead and self._heard(*self._ahead[0], step):
            _, prescription = self._ahead.popleft()
            self._in_force = prescription
            self._detector.expect(prescription)
            self._counter.expect(prescription)
            self._counter.reset()

    def _heard(self, received: int, prescription: Prescription, step: RecordedStep) -> bool:
        """
        Tell whether the detector had heard a prescription before a handle.

        The recorder may have heard the two the other way round. The fraction tells which range was
        in force, and a new prescription begins the count anew; where neither shows anything, both
        orders come to the same phase.
        """
        told = step.told
        if told is None:
            return received <= step.received
        before, after = (_fraction(each, told.position) for each in (self._in_force, prescription))
        if not _same(told.fraction, after):
            return False
        if not _same(told.fraction, before) or told.repetition < self._counter.count:
            return True
        begun = self._known and told.repetition > 0
        return received <= step.received and not begun

    def _compare(self, estimate: PhaseState, told: PhaseState) -> None:
        agreement = self.agreement
        if content(estimate) == content(told):
            agreement.same += 1
        elif not self._known:
            agreement.apart += 1
            agreement.until = told.stamp
        else:
            agreement.since = told.stamp if not agreement.different else agreement.since
            agreement.different += 1


def _fraction(prescription: Prescription | None, position: float) -> float:
    if prescription is None or prescription.rom is None:
        return nan
    return prescription.rom.fraction(position)


def _same(one: float, other: float) -> bool:
    return one == other or (isnan(one) and isnan(other))
