# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Phases of the movement, decided by weighing evidence against everything that only looks like a turn.

A *leg* is the way from one turning point to the next. While one runs, the handle may come back
from its furthest point because it has turned, or because of noise, of tremor, or because somebody
wanders about. Each of these disturbances fills an ellipse in the plane of displacement and speed;
the evidence for a turn, in nats, is how far outside of all of them the handle is. What a turn must
show depends on where it would be: after a leg long enough to be half a repetition a turn is what
everybody expects, in the middle of one, or before the first, a wandering is. This is a sequential
test (Wald 1945; Page 1954) whose prior odds are the place. See docs/phases.md.
"""
from dataclasses import dataclass
from math import exp, isnan, nan, sqrt

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.swing import inside, Swings, SwingSettings
from negtrain_ros.core.tremor import Tremor, TremorSettings
from negtrain_ros.core.types import (
    Handle, Order, Phase, PhaseEstimate, Prescription, Quality, Range)


@dataclass(frozen=True)
class PhaseSettings(Settings):
    """How much must be seen before it is believed."""

    min_range: float = parameter(
        0.05, 'shortest travel that can be half a repetition', 0.01, 1.0, unit='m')
    share: float = parameter(
        0.6, 'the same, as a share of the personal range when it is known', 0.1, 0.95)
    order: str = parameter(
        'con-ecc', 'which phase begins a repetition', choices=('con-ecc', 'ecc-con'))
    noise: float = parameter(2.0, 'x', 0.1, 10.)
    least: float = parameter(
        1.0, 'least displacement of a turn, in standard deviations', 0.0, 5.0)
    demand: float = parameter(
        4.5, 'evidence that makes a turn; 4.5 is three standard deviations', 1.0, 20.0, unit='nat')
    wander: float = parameter(
        0.35, 'way back without a turn, by the travel that a leg still lacks', 0.02, 1.0)
    sway: float = parameter(
        0.03, 'speed of what is no turn after a whole leg, by the fastest of the leg', 0.0, 0.5)
    sway_time: float = parameter(
        0.03, 'it comes as far in this time', 0.0, 1.0, unit='s')
    swing_margin: float = parameter(
        1.36, 'a turn is larger than the largest swing by this factor', 1.0, 3.0)
    hold_speed: float = parameter(
        0.010, 'a slower handle is held; a tenth of the shortest travel a second, if that is less',
        0.001, 0.05, unit='m/s')
    hold_time: float = parameter(0.2, 'time after which it is a hold', 0.05, 2.0, unit='s')


ORDERS = {'con-ecc': Order.CONCENTRIC_FIRST, 'ecc-con': Order.ECCENTRIC_FIRST}


class PhaseDetector:
    """Tell where in the movement the handle is, using nothing that comes later."""

    def __init__(self, settings: PhaseSettings) -> None:
        self.settings = settings
        self._range: Range | None = None
        self._order = ORDERS[settings.order]
        self._min_range = settings.min_range
        self._swings = Swings(SwingSettings())
        self._tremor = Tremor(TremorSettings())
        self.reset()

    def expect(self, prescription: Prescription) -> None:
        """Use the personal range and the order of a prescription from now on."""
        self._range = prescription.range
        self._order = prescription.order
        self._min_range = self.settings.min_range
        if self._range is not None:
            self._min_range = max(0.01, self.settings.share * self._range.span)

    def reset(self) -> None:
        """Forget the movement; what is expected stays."""
        self._swings.reset()
        self._tremor.reset()
        self._direction = 0
        self._from = nan
        self._pace = 0.0
        self._low = self._high = nan
        self._low_stamp = self._high_stamp = 0.0
        self._before: float | None = None
        self._phase = Phase.UNKNOWN
        self._start = nan
        self._slow = self._slower = 0.0
        self._slow_since = nan
        self._stamp = nan

    def step(self, handle: Handle) -> PhaseEstimate:
        """
        Take the motion of the handle and return the phase.

        :param handle: as the encoder gave it; FAULTY ends the movement and all that was learnt
        :return: the phase at the stamp of the handle; UNKNOWN while it moves against its leg
            without having turned for sure
        """
        if handle.quality is not Quality.GOOD:
            if handle.quality is Quality.FAULTY:
                self.reset()
            return self._estimate(handle, self._phase, 0.0)
        if isnan(self._low):
            self._low = self._high = handle.position
            self._low_stamp = self._high_stamp = self._start = self._stamp = handle.stamp
        self._tremor.step(handle)
        self._swings.step(handle, self._end(handle), 0.25 * self._min_range)
        self._follow(handle)
        doubt = self._turn(handle)
        held = self._held(handle)
        self._stamp = handle.stamp
        phase = self._name(handle, doubt, held)
        if phase is not self._phase:
            self._phase = phase
            if held:
                self._start = self._slow_since
            elif self._direction and phase is not Phase.UNKNOWN:
                self._start = self._low_stamp if self._direction > 0 else self._high_stamp
            else:
                self._start = handle.stamp
        return self._estimate(handle, phase, 1.0 / (1.0 + exp(min(50.0, doubt - 4.5))))

    def _end(self, handle: Handle) -> int:
        """To which end of the way the handle is nearer: 1 top, -1 bottom, 0 before any leg."""
        travel = self._direction * (handle.position - self._from)
        return self._direction if travel > 0.5 * self._min_range else -self._direction

    def _follow(self, handle: Handle) -> None:
        """Keep the furthest points of the leg, or of everything before the first leg."""
        position = handle.position
        if position > self._high:
            self._high, self._high_stamp = position, handle.stamp
        if position < self._low:
            self._low, self._low_stamp = position, handle.stamp

    def _evidence(self, back: float, speed: float, handle: Handle, lacking: float) -> float:
        """Return how far outside of every disturbance the way back is [nat]."""
        if back <= 0.0 or speed <= 0.0:
            return 0.0
        settings = self.settings
        margin, end = settings.swing_margin, self._direction
        beyond = back - settings.wander * lacking
        if (beyond <= 0.0
                or inside(margin * self._swings.size[end], margin * self._swings.speed[end],
                          back, speed)
                or inside(margin * self._tremor.size, margin * self._tremor.speed, back, speed)):
            return 0.0
        sway_speed = settings.sway * self._pace
        sway = sway_speed * settings.sway_time
        noise = settings.noise * handle.position_deviation
        away = beyond / sqrt(noise * noise + sway * sway + 1e-18)
        if away < settings.least:
            return 0.0
        return away * speed / sqrt(handle.velocity_deviation ** 2 + sway_speed * sway_speed)

    def _turn(self, handle: Handle) -> float:
        """Decide whether the leg has turned; return the evidence against its direction [nat]."""
        settings, position, velocity = self.settings, handle.position, handle.velocity
        direction = self._direction
        if not direction:
            up = self._evidence(position - self._low, velocity, handle, self._min_range)
            down = self._evidence(self._high - position, -velocity, handle, self._min_range)
            if max(up, down) > settings.demand:
                self._begin(1 if up > down else -1, handle)
            return 0.0
        end = self._high if direction > 0 else self._low
        self._pace = max(self._pace, direction * velocity)
        if self._before is not None and direction * (position - self._from) < 0.0:
            back = direction * (self._from - position)
            if back > 3.0 * handle.position_deviation:
                self._refute(handle)
                return 0.0
        back = direction * (end - position)
        lacking = max(0.0, self._min_range - direction * (end - self._from))
        doubt = self._evidence(back, -direction * velocity, handle, 0.0)
        if doubt > settings.demand:
            if self._evidence(back, -direction * velocity, handle, lacking) > settings.demand:
                self._begin(-direction, handle)
                return 0.0
        return doubt

    def _begin(self, direction: int, handle: Handle) -> None:
        """Start a leg at the furthest point of the one before."""
        if self._direction:
            self._before = self._from
        else:
            self._before = None
            self._swings.begin(-direction)
        self._direction = direction
        self._pace *= 0.5
        if direction > 0:
            self._from = self._low
            self._high, self._high_stamp = handle.position, handle.stamp
        else:
            self._from = self._high
            self._low, self._low_stamp = handle.position, handle.stamp

    def _refute(self, handle: Handle) -> None:
        """Take back a turn: the handle went on beyond it."""
        assert self._before is not None
        self._direction = -self._direction
        self._from, self._before = self._before, None
        if self._direction > 0:
            self._low = self._from
        else:
            self._high = self._from
        self._follow(handle)

    def _held(self, handle: Handle) -> bool:
        """Whether the handle has been slow, tremor apart, for long enough."""
        share = min(1.0, (handle.stamp - self._stamp) / 0.08)
        self._slow += share * (handle.velocity - self._slow)
        self._slower += share * (self._slow - self._slower)
        if abs(self._slower) >= min(self.settings.hold_speed, 0.1 * self._min_range):
            self._slow_since = nan
            return False
        if isnan(self._slow_since):
            self._slow_since = handle.stamp
        return handle.stamp - self._slow_since >= self.settings.hold_time

    def _name(self, handle: Handle, doubt: float, held: bool) -> Phase:
        if held:
            if self._range is not None:
                top = self._range.fraction(handle.position) > 0.5
            elif self._direction:
                top = self._direction > 0
            else:
                top = self._order is Order.ECCENTRIC_FIRST
            return Phase.TOP_HOLD if top else Phase.BOTTOM_HOLD
        if not self._direction or doubt > 2.0 * self.settings.demand:
            return Phase.UNKNOWN
        return Phase.CONCENTRIC if self._direction > 0 else Phase.ECCENTRIC

    def _estimate(self, handle: Handle, phase: Phase, confidence: float) -> PhaseEstimate:
        fraction = self._range.fraction(handle.position) if self._range is not None else nan
        if handle.quality is Quality.FAULTY:
            phase = Phase.UNKNOWN
        return PhaseEstimate(handle.stamp, phase, confidence, self._start, handle.position,
                             handle.velocity, fraction)
