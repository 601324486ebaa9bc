# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Values that pass between the stages.

Lengths in m, times in s, speeds in m/s; up, against the load, is positive. Load is kg of
resistance: force divided by GRAVITY. The enumerations stand in the message definitions too, with
the same numbers; a test holds the two together.
"""
from dataclasses import dataclass
from enum import IntEnum
import math
from typing import TypeVar

from typing_extensions import dataclass_transform

GRAVITY = 9.80665  # m/s², standard acceleration (CGPM 1901)

Kind = TypeVar('Kind')


@dataclass_transform(frozen_default=True)
def value(kind: type[Kind]) -> type[Kind]:
    """
    Make a frozen dataclass of something that is made for every sample.

    It is the checker of types that freezes it: freezing at run time makes each one several times
    as dear.
    """
    return dataclass(slots=True)(kind)


class Quality(IntEnum):
    """How far a position can be trusted."""

    GOOD = 0
    HELD = 1
    FAULTY = 2


class Fault(IntEnum):
    """What can break; the numbers are those of the fault table."""

    EMERGENCY_STOP = 1
    ENCODER_SILENT = 2
    ENCODER_FROZEN = 3
    ENCODER_JUMP = 4
    ENCODER_INVALID = 5
    TIME_INVALID = 6
    OVER_SPEED = 7
    RUNAWAY = 8
    STALL = 9
    PHASE_TOO_LONG = 10
    OVER_TRAVEL = 11
    COMMAND_LOST = 12
    SESSION_LOST = 13
    RESTARTED = 14
    COMMAND_INVALID = 15
    LOAD_MISMATCH = 16
    SLEW_EXCEEDED = 17
    CHATTER = 18
    PHASE_UNKNOWN = 19
    DRIVE = 21
    ATHLETE_GONE = 22
    GRAPH_INVALID = 23


class Phase(IntEnum):
    """What the athlete is doing with the load."""

    UNKNOWN = 0
    BOTTOM_HOLD = 1
    CONCENTRIC = 2
    TOP_HOLD = 3
    ECCENTRIC = 4


DIRECTIONS = {Phase.CONCENTRIC: 1, Phase.ECCENTRIC: -1}
"""Which way the handle goes in the phases that move it: 1 up, -1 down."""


class RepetitionStage(IntEnum):
    """Which half of a repetition has just been finished."""

    HALFWAY = 0
    COMPLETE = 1


class Verdict(IntEnum):
    """Whether a repetition counts, or why not."""

    COUNTED = 0
    TOO_SHORT = 1
    ABANDONED = 2
    WRONG_DIRECTION = 3
    MEASUREMENT = 4
    SAMPLES_MISSING = 5
    NOT_FINISHED = 6


class Method(IntEnum):
    """How the load follows the movement."""

    REGULAR = 0
    NEGATIVE = 1
    ECCENTRIC_ONLY = 2
    ADAPTIVE = 3
    ISOKINETIC = 4
    EXPLOSIVE = 5
    ISOMETRIC = 6


class Order(IntEnum):
    """Which phase begins a repetition."""

    CONCENTRIC_FIRST = 0
    ECCENTRIC_FIRST = 1


ORDERS = {order.name.lower(): order for order in Order}
"""Orders by the words for them in parameters, files and commands."""


class LoadMode(IntEnum):
    """What the load controller is ready to do."""

    DISARMED = 0
    ARMED = 1
    UNLOADING = 2
    FAULT = 3


class LimitReason(IntEnum):
    """What keeps the commanded load from being the prescribed one."""

    NOTHING = 0
    NOT_ARMED = 1
    RANGE_UNKNOWN = 2
    PHASE_UNCERTAIN = 3
    RAMP = 4
    RANGE_END = 5
    SPEED = 6
    SPOTTER = 7
    CAP = 8
    UNLOAD = 9


class EndCause(IntEnum):
    """Why the load controller has ended the last set."""

    NOT_ENDED = 0
    REQUESTED = 1
    FAILED = 2
    LEFT = 3
    BROKEN_OFF = 4


class SessionStage(IntEnum):
    """Where a session is."""

    IDLE = 0
    CALIBRATING = 1
    TESTING = 2
    COUNTDOWN = 3
    TRAINING = 4
    RESTING = 5
    PAUSED = 6
    FINISHED = 7
    STOPPED = 8
    WAITING = 9


class Instruction(IntEnum):
    """What the athlete is to do now."""

    NOTHING = 0
    TAKE_POSITION = 1
    MOVE_LIGHT = 2
    TRAIN = 3
    PUSH = 4
    REST = 5
    LIFT_FAST = 6


class SetEnd(IntEnum):
    """Why a set ended."""

    COUNT = 0
    FAILED = 1
    VELOCITY_LOSS = 2
    LEFT = 3
    STOPPED = 4


@value
class HandleState:
    """Where the handle is and how it moves, at the time of measurement."""

    stamp: float
    position: float
    velocity: float
    position_deviation: float = 0.0
    velocity_deviation: float = 0.0
    quality: Quality = Quality.GOOD
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class RangeOfMotion:
    """The personal range of motion, from bottom to top [m]."""

    bottom: float
    top: float

    @property
    def length(self) -> float:
        """Length of the range [m]."""
        return self.top - self.bottom

    def fraction(self, position: float) -> float:
        """Return where a position [m] lies: 0 at the bottom, 1 at the top."""
        return (position - self.bottom) / (self.top - self.bottom)


@value
class PhaseState:
    """The phase of the movement and where in the personal range it is."""

    stamp: float
    phase: Phase
    confidence: float
    start: float
    position: float
    velocity: float
    fraction: float = math.nan
    repetition: int = 0


@dataclass(frozen=True, slots=True)
class PhaseMeasure:
    """What one phase was; the fields are those of PhaseMeasure.msg, NaN is not measured."""

    start: float = math.nan
    start_position: float = math.nan
    duration: float = math.nan
    range: float = math.nan
    mean_velocity: float = math.nan
    peak_velocity: float = math.nan
    mean_propulsive_velocity: float = math.nan
    time_under_tension: float = math.nan
    mean_load: float = math.nan
    plateau_load: float = math.nan
    peak_load: float = math.nan
    work: float = math.nan
    peak_power: float = math.nan
    smoothness: float = math.nan


@dataclass(frozen=True, slots=True)
class Repetition:
    """One repetition, at its half or complete."""

    stamp: float
    stage: RepetitionStage
    number: int
    verdict: Verdict
    concentric: PhaseMeasure
    eccentric: PhaseMeasure
    bottom_pause: float = math.nan
    top_pause: float = math.nan

    @property
    def start(self) -> float:
        """Return when its first phase began [s]; infinite if that is not known."""
        starts = (self.concentric.start, self.eccentric.start)
        return min((each for each in starts if not math.isnan(each)), default=math.inf)

    def belongs(self, begin: float) -> bool:
        """
        Tell whether it is of the work that began at a time [s].

        What began before, and does not count, was getting into position.
        """
        return self.verdict is Verdict.COUNTED or self.start >= begin


@dataclass(frozen=True, slots=True)
class Prescription:
    """What the athlete is to do and the limits within which the machine may load [kg, s, m]."""

    athlete: str = ''
    exercise: str = ''
    method: Method = Method.REGULAR
    concentric: float = 0.0
    eccentric: float = 0.0
    limit: float = 0.0
    order: Order = Order.CONCENTRIC_FIRST
    rom: RangeOfMotion | None = None
    concentric_time: float = 1.5
    eccentric_time: float = 3.0
    bottom_pause: float = 0.0
    top_pause: float = 0.0
    hold_position: float = math.nan
    repetitions: int = 12
    velocity_loss: float = math.nan


@dataclass(frozen=True, slots=True)
class SetSummary:
    """One finished set with its complete repetitions, counted or not."""

    number: int
    ended_by: SetEnd
    prescription: Prescription
    repetitions: tuple[Repetition, ...]


@value
class LoadCommand:
    """What the machine is to pull with [kg], and for how long it may believe it [s]."""

    stamp: float
    sequence: int
    enable: bool
    load: float
    damping: float
    trusted_for: float


@value
class LoadState:
    """What the load controller does and why."""

    stamp: float
    mode: LoadMode
    target: float
    commanded: float
    limited_by: LimitReason
    faults: tuple[Fault, ...]
    explanation: str
    prescription: Prescription
    ended_by: EndCause = EndCause.NOT_ENDED
    machine_limit: float = math.nan


@value
class MachineState:
    """What the machine does, as it knows it."""

    stamp: float
    load: float
    enabled: bool
    emergency_stop: bool
    watchdog: bool
    limited: bool
    faults: tuple[Fault, ...]
    sequence: int


@dataclass(frozen=True, slots=True)
class SessionState:
    """Where the session is and what the athlete is to do now."""

    stamp: float
    stage: SessionStage = SessionStage.IDLE
    instruction: Instruction = Instruction.NOTHING
    text: str = ''
    athlete: str = ''
    exercise: str = ''
    program: str = ''
    method: Method = Method.REGULAR
    set: int = 0
    sets: int = 0
    repetition: int = 0
    repetitions: int = 0
    rest_left: float = 0.0
    limit: float = 0.0
