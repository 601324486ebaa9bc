# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Athlete who follows the display and whose intention is known exactly.

The athlete follows a planned movement at a tempo, as far as the hand can. Tremor is an additional
displacement of the hand, so that the motion without it is known exactly.
"""
from dataclasses import dataclass
from enum import IntEnum

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import GRAVITY, Instruction, value
from negtrain_ros.sim.hand_controller import HandController
from negtrain_ros.sim.muscle import MuscleSettings
from negtrain_ros.sim.reference_trajectory import ReferenceTrajectory
from negtrain_ros.sim.tremor import HandTremor
import numpy as np


class Intention(IntEnum):
    """Intention of the athlete, independent of the motion of the handle."""

    RESTING = 0
    HOLDING = 1
    LIFTING = 2
    LOWERING = 3
    PUSHING = 4


@value
class HandForce:
    """Force of the hand on the handle."""

    force: float  # N, up positive, at the present velocity
    damping: float  # N s/m, how much less it becomes as the handle gets faster
    tremor: float  # m, displacement on top of what the forces do


# Looked up at every step, for which an enumeration is slow.
RESTING, HOLDING, LIFTING, LOWERING, PUSHING = Intention
SETS = (Instruction.TRAIN, Instruction.LIFT_FAST)
TRAINING = (Instruction.MOVE_LIGHT, *SETS)
MOVING = (LIFTING, LOWERING)

EASY_SPEED = 0.15  # m/s, getting into position
RISE = 1.0  # s, until the push has full force
RESISTANCE = 5.0  # kg, at which the athlete feels that a held handle is reached
LIGHT = 2.0  # kg, below it a resting athlete lets the handle go
RELEASE = 1.0  # s, until then


@dataclass(frozen=True)
class AthleteSettings(Settings):
    """Movement, tempo and incidents of the athlete."""

    bottom: float = parameter(0.1, 'lower end of his movement', 0.0, 2.0, unit='m')
    top: float = parameter(0.5, 'upper end of his movement', 0.05, 2.0, unit='m')
    begins: str = parameter(
        'bottom', 'where he rests and begins a repetition', choices=('bottom', 'top'))
    concentric_time: float = parameter(1.5, 'tempo up', 0.3, 20.0, unit='s')
    eccentric_time: float = parameter(3.0, 'tempo down', 0.3, 30.0, unit='s')
    bottom_pause: float = parameter(0.3, 'pause at the bottom', 0.0, 10.0, unit='s')
    top_pause: float = parameter(0.3, 'pause at the top', 0.0, 10.0, unit='s')
    turn_time: float = parameter(
        0.25, 'time to get up to speed and to come to rest', 0.05, 1.0, unit='s')
    variation: float = parameter(
        0.02, 'scatter of range and tempo from repetition to repetition', 0.0, 0.2)
    reaction_time: float = parameter(0.25, 'delay behind the display', 0.0, 2.0, unit='s')
    tremor: float = parameter(
        0.001, 'amplitude of tremor while moving; a third of it at rest', 0.0, 0.02, unit='m')
    patience: float = parameter(
        5.0, 'time without progress after which he gives a lift up', 0.5, 60.0, unit='s')
    incident: str = parameter(
        'none', 'what happens to him', choices=('none', 'fails', 'stalls', 'lets_go', 'leaves'))
    incident_repetition: int = parameter(6, 'in which repetition of a set', 1, 1000)
    incident_intention: str = parameter(
        'lowering', 'on which way', choices=('lifting', 'lowering'))
    incident_fraction: float = parameter(0.5, 'how far up the range', 0.0, 1.0)
    incident_strength: float = parameter(0.4, 'force left when he fails', 0.0, 1.0)


@dataclass
class Condition:
    """Present condition of the athlete; an injected fault or an incident changes it."""

    strength: float = 1.0  # share of the full force
    pace: float = 1.0  # share of the tempo; 0 stands still
    overreach: float = 0.0  # m, beyond the range at both ends
    tremor: float = 0.0  # m, in addition to the normal one
    leaving: bool = False  # leaves instead of the next repetition
    gone: bool = False


class Athlete:
    """
    Follows instructions with a reaction time and gives the force of his hand.

    `intention` is the true intention; with the velocity of the handle without
    tremor it tells a lift from anything else.
    """

    def __init__(
        self, settings: AthleteSettings, muscle: MuscleSettings | None = None, seed: int = 0,
    ) -> None:
        self.settings = settings
        self._hand = HandController(muscle or MuscleSettings())
        self.muscle = self._hand.muscle
        self.condition = Condition()
        self.intention = RESTING
        self.repetition = 0
        self._random = np.random.default_rng(seed)
        self._tremor = HandTremor(self._random)
        self._movement: ReferenceTrajectory | None = None
        self._place = self._home()
        self._outward = True
        self._heard = self._instruction = Instruction.NOTHING
        self._reaction = 0.0
        self._since = 0.0

    def on_instruction(self, instruction: Instruction) -> None:
        """Read the display."""
        if instruction is not self._heard:
            self._heard = instruction
            self._reaction = self.settings.reaction_time * self._random.uniform(0.8, 1.2)

    def step(self, dt: float, position: float, velocity: float, load: float) -> HandForce:
        """
        Advance by `dt` [s], at most a few milliseconds.

        :param position: of the handle without tremor [m]
        :param velocity: of the handle without tremor [m/s]
        :param load: that the machine applies [kg]
        """
        condition = self.condition
        if self._instruction is not self._heard:
            self._react(dt, position)
        self._hand.on_load(dt, load)
        if condition.gone:
            self._let_go(position)
        elif self._movement is not None:
            self._move(dt, position)
        else:
            self._stay(dt, position, load)
        if self.intention is RESTING:
            self._hand.rest(dt)
            return HandForce(0.0, 0.0, self._tremor.displacement)
        amplitude = self.settings.tremor + condition.tremor
        tremor = self._tremor.step(dt, amplitude, self.intention in MOVING)
        force, damping = self._force(dt, position, velocity)
        self.muscle.weakness = condition.strength
        self.muscle.tire(dt, force)
        return HandForce(force, damping, tremor)

    def _react(self, dt: float, position: float) -> None:
        """Do as the display says, once the reaction time is over."""
        self._reaction -= dt
        if self._reaction > 0.0:
            return
        before = self._instruction
        self._instruction = self._heard
        self._since = 0.0
        if self.intention is PUSHING:
            self.intention, self._place = HOLDING, position
        if self._instruction is Instruction.PUSH:
            self._seek(position)
        elif self._instruction in TRAINING:
            if before not in TRAINING:
                self.repetition, self._outward = 0, True
            if self.intention is RESTING:
                self._approach(position)
        elif self._instruction is Instruction.TAKE_POSITION:
            self.condition.gone = False
            self._approach(position)
        elif self.intention in MOVING and self._outward:
            self._return(position)

    def _approach(self, position: float) -> None:
        """Bring the handle to where a repetition begins."""
        home = self._home()
        self._outward = True
        self._plan(position, home, abs(home - position) / EASY_SPEED)

    def _seek(self, position: float) -> None:
        """Lift until the handle holds; where there is no way up, push at once."""
        way = self.settings.top - position
        if way > 0.0:
            self._plan(position, self.settings.top, way / EASY_SPEED)
        else:
            self._push()

    def _push(self) -> None:
        """Push where the handle is, harder and harder."""
        self.intention, self._movement, self._since = PUSHING, None, 0.0

    def _return(self, position: float) -> None:
        """Give the repetition up: back to where it began."""
        self._outward = False
        self._plan(position, self._home(), self._tempo(position, self._home()))

    def _plan(self, origin: float, goal: float, duration: float) -> None:
        """Begin a movement."""
        self._movement = ReferenceTrajectory(origin, goal, duration, self.settings.turn_time)
        self.intention = LIFTING if goal > origin else LOWERING
        self._since = 0.0

    def _move(self, dt: float, position: float) -> None:
        """Follow the plan, give up what does not go on, arrive."""
        movement = self._movement
        assert movement is not None
        if (self._instruction is Instruction.PUSH
                and self._hand.felt > RESISTANCE * GRAVITY):
            self._push()
            return
        before = movement.clock
        movement.step(dt, position, self.condition.pace)
        self._suffer(position)
        if movement.finished:
            self._place, self._movement = movement.goal, None
            self.intention = HOLDING
            self._since = 0.0
            if self._instruction in TRAINING:
                self._outward = not self._outward
            return
        stuck = self.condition.pace > 0.0 and movement.clock - before < 0.1 * dt
        self._since = self._since + dt if stuck else 0.0
        if self._since > self.settings.patience and self.intention is LIFTING:
            self._return(position)

    def _stay(self, dt: float, position: float, load: float) -> None:
        """Hold the handle, push, rest, or begin the next movement when the pause is over."""
        self._since += dt
        if self._instruction in TRAINING:
            s = self.settings
            lower = self._place < (s.bottom + s.top) / 2
            if self._since >= (s.bottom_pause if lower else s.top_pause):
                self._begin(position)
        elif self._instruction in (Instruction.REST, Instruction.NOTHING):
            if load >= LIGHT:
                self.intention, self._since = HOLDING, 0.0
            elif self._since >= RELEASE:
                self.intention = RESTING

    def _begin(self, position: float) -> None:
        """Move to the other end, a little differently every time."""
        s, condition = self.settings, self.condition
        if self._outward:
            self.repetition += 1
            if condition.leaving or (s.incident == 'leaves' and self._due):
                condition.gone = True
                return
        upwards = self._outward == (s.begins == 'bottom')
        scatter = s.variation * (s.top - s.bottom) * self._random.normal()
        goal = s.top + condition.overreach if upwards else s.bottom - condition.overreach
        origin = self._place if abs(self._place - position) < 0.03 else position
        self._tremor.vary()
        self._plan(origin, goal + scatter, self._tempo(origin, goal))

    def _tempo(self, origin: float, goal: float) -> float:
        """Return the duration of a movement from one position [m] to another [s]."""
        s = self.settings
        whole = s.concentric_time if goal > origin else s.eccentric_time
        share = abs(goal - origin) / (s.top - s.bottom)
        return whole * share * max(0.5, 1.0 + s.variation * self._random.normal())

    def _suffer(self, position: float) -> None:
        """Let the incident happen when its moment has come."""
        s = self.settings
        if s.incident in ('none', 'leaves') or not self._due \
                or self.intention.name.lower() != s.incident_intention:
            return
        fraction = (position - s.bottom) / (s.top - s.bottom)
        if (fraction - s.incident_fraction) * (1 if s.incident_intention == 'lifting' else -1) < 0:
            return
        if s.incident == 'fails':
            self.condition.strength = s.incident_strength
        elif s.incident == 'stalls':
            self.condition.pace = 0.0
        else:
            self.condition.gone = True

    @property
    def _due(self) -> bool:
        """Tell whether the repetition of the incident has come."""
        return (self._instruction in SETS
                and self.repetition == self.settings.incident_repetition)

    def _let_go(self, position: float) -> None:
        """Take the hands off."""
        self.intention, self._movement = RESTING, None
        self._place = position

    def _home(self) -> float:
        """Return the position of rest, where a repetition begins [m]."""
        return self.settings.bottom if self.settings.begins == 'bottom' else self.settings.top

    def _force(self, dt: float, position: float, velocity: float) -> tuple[float, float]:
        """Return the force [N] on the handle, and how it falls with its velocity [N s/m]."""
        if self.intention is PUSHING:
            return self._hand.push(dt, self._since / RISE, velocity)
        if (self._instruction is Instruction.LIFT_FAST and self.intention is LIFTING
                and self.settings.top - position > 0.12 * velocity):
            return self._hand.push(dt, 1.0, velocity)
        movement = self._movement
        place, course = (self._place, 0.0) if movement is None else (
            movement.position, movement.velocity)
        return self._hand.follow(dt, place, course, position, velocity)
