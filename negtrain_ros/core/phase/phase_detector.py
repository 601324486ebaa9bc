# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Phase detector: a sequential test for the turning points of the movement.

A *leg* is the way from one turning point to the next. While one runs, the handle may come back
from its furthest point because it has turned, or because of noise, tremor, sway, or because
somebody wanders about. What a turn must show depends on where it would be: after a leg long enough
to be half a repetition a turn is what everybody expects and a millimetre may do; in the middle of
one, or before the first, a wandering is. This is a sequential test (Wald 1945; Page 1954) whose
prior is the place, and whose noise is what has been seen of late. See docs/phases.md.
"""
from collections import deque
from dataclasses import dataclass
from math import exp, isnan, nan, sqrt

from negtrain_ros.core.encoder.gap import bridged, is_gap
from negtrain_ros.core.phase.sway import inside, SwayDetector, SwaySettings
from negtrain_ros.core.phase.tremor import TremorEstimator, TremorSettings
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import (
    DIRECTIONS,
    HandleState,
    Order,
    ORDERS,
    Phase,
    PhaseState,
    Prescription,
    Quality,
    RangeOfMotion,
)

PHASES = {direction: phase for phase, direction in DIRECTIONS.items()}
OPENINGS = {Order.CONCENTRIC_FIRST: 1, Order.ECCENTRIC_FIRST: -1}
SMALLEST_RANGE = 0.01  # m; whatever the personal range, less is no half of a repetition
MIDDLE = (0.15, 0.85)  # of the personal range, where nobody means to rest
CLEAR = 0.02           # share of a half repetition; noise below it hides no turn
LEGS = 5               # whose ends are remembered at either end
SLOWNESS = 0.1         # 1/s; a hold is slower than this share of the shortest travel a second


@dataclass(frozen=True)
class PhaseSettings(Settings):
    """How much must be seen before it is believed."""

    min_range: float = parameter(
        0.05, 'shortest travel that can be half a repetition', 0.01, 1.0, unit='m')
    share: float = parameter(
        0.6, 'shortest travel that can be half a repetition, as a share of the personal range '
        'once that is known', 0.1, 0.95)
    order: str = parameter(
        'concentric_first', 'which phase begins a repetition, unless a prescription says it',
        choices=tuple(ORDERS))
    demand: float = parameter(
        8.0, 'evidence that makes a turn: displacement times speed, in their deviations',
        1.0, 50.0)
    expected: float = parameter(
        0.5, 'share of demand where a repetition is half done, once it has been there', 0.02, 1.0)
    noise: float = parameter(
        3.0, 'by how much the furthest of many noisy positions exceeds the true one',
        1.0, 10.0)
    wander: float = parameter(
        0.35, 'way back without a turn, by the travel that a leg still lacks', 0.02, 1.0)
    unusual: float = parameter(
        0.1, 'way back without a turn, as a share of the way that the legs before went further',
        0.0, 1.0)
    sway: float = parameter(
        0.004, 'speed that is no turn after a whole leg, by the fastest of the leg', 0.0, 0.2)
    sway_time: float = parameter(
        0.03, 'time for which sway that is no turn lasts', 0.0, 1.0, unit='s')
    swing_margin: float = parameter(
        1.6, 'factor by which a turn is larger than the largest swing or tremor', 1.0, 3.0)
    hurry_margin: float = parameter(
        2.0, 'factor by which a turn is faster or longer than the largest swing', 1.0, 5.0)
    tremor_margin: float = parameter(
        2.0, 'factor by which a turn is larger than the largest tremor, which swells', 1.0, 4.0)
    tremor_hurry: float = parameter(
        2.5, 'factor by which a turn is faster than the largest tremor', 1.0, 5.0)
    hold_speed: float = parameter(
        0.010, 'a slower handle is held', 0.001, 0.05, unit='m/s')
    creep: float = parameter(
        0.3, 'share of hold_speed below which a handle is held in the middle of the personal '
        'range', 0.0, 1.0)
    hold_time: float = parameter(
        0.2, 'time after which a slow handle is held', 0.05, 2.0, unit='s')
    hold_smoothing: float = parameter(
        0.08, 'time over which tremor is taken out of the speed of a hold', 0.01, 0.5, unit='s')

    def half_repetition(self, rom: RangeOfMotion | None) -> float:
        """Return the shortest travel that can be half a repetition in a personal range [m]."""
        return self.min_range if rom is None else max(SMALLEST_RANGE, self.share * rom.length)


class PhaseDetector:
    """Tell where in the movement the handle is, using nothing that comes later."""

    def __init__(self, settings: PhaseSettings) -> None:
        self.settings = settings
        self._order = ORDERS[settings.order]
        self._expect_rom(None)
        self._swings = SwayDetector(SwaySettings())
        self._tremor = TremorEstimator(TremorSettings())
        self.beginnings = 0  # how often everything was forgotten
        self.reset()

    def expect(self, prescription: Prescription) -> None:
        """Use the personal range and the order of a prescription from now on."""
        self._order = prescription.order
        self._expect_rom(prescription.rom)

    def reset(self) -> None:
        """Forget the movement; what is expected stays."""
        self.beginnings += 1
        self._swings.reset()
        self._tremor.reset()
        self._ends = {1: deque[float](maxlen=LEGS), -1: deque[float](maxlen=LEGS)}
        self._direction = 0  # of the leg: 1 up, -1 down, 0 before the first
        self._from = nan     # where it began
        self._before: float | None = None  # where the one before it began
        self._fastest = 0.0
        self._low = self._high = nan
        self._low_stamp = self._high_stamp = nan
        self._slow = self._slower = 0.0
        self._slow_since = self._stamp = nan
        self._phase = Phase.UNKNOWN
        self._start = nan
        self._seen: HandleState | None = None  # last good one
        self._gap: HandleState | None = None  # the last sample of a gap

    def step(self, handle: HandleState) -> PhaseState:
        """
        Take the motion of the handle and return the phase.

        :param handle: as the encoder gave it; FAULTY ends the movement and all that was learnt,
            unless it was only a gap that hides nothing
        :return: the phase at the stamp of the handle; UNKNOWN before the first leg is sure, and
            while the handle moves against its leg without having turned for sure
        """
        fraction = self._rom.fraction(handle.position) if self._rom is not None else nan
        if handle.quality is not Quality.GOOD:
            if handle.quality is Quality.FAULTY:
                if is_gap(handle):
                    self._gap, self._phase = handle, Phase.UNKNOWN
                else:
                    self.reset()
                self._start = handle.stamp
            return self._estimate(handle, self._phase, 0.0, fraction)
        if self._gap is not None:
            if not bridged(self._seen, self._gap, handle, self._min_range):
                self.reset()
            self._gap = None
        self._seen = handle
        if isnan(self._low):
            self._low = self._high = handle.position
            self._low_stamp = self._high_stamp = self._start = self._stamp = handle.stamp
        self._tremor.step(handle)
        self._swings.step(handle, self._end(handle), 0.25 * self._min_range)
        self._follow(handle)
        against = self._turn(handle)
        held = self._hold(handle, fraction)
        phase = self._name(handle, against, held, fraction)
        if phase is not self._phase:
            self._begin_phase(phase, handle.stamp)
        confidence = 1.0 / (1.0 + exp(min(50.0, against - 4.0)))
        return self._estimate(handle, phase, confidence, fraction)

    def _expect_rom(self, rom: RangeOfMotion | None) -> None:
        self._rom, self._min_range = rom, self.settings.half_repetition(rom)
        self._held_speed = min(self.settings.hold_speed, SLOWNESS * self._min_range)

    def _end(self, handle: HandleState) -> int:
        """To which end of the way the handle is nearer: 1 top, -1 bottom, 0 before any leg."""
        travel = self._direction * (handle.position - self._from)
        return self._direction if travel > 0.5 * self._min_range else -self._direction

    def _follow(self, handle: HandleState) -> None:
        """Keep the furthest points of the leg, or of everything before the first one."""
        position, direction = handle.position, self._direction
        if position > self._high:
            self._high, self._high_stamp = position, handle.stamp
        if position < self._low:
            self._low, self._low_stamp = position, handle.stamp
        speed = direction * handle.velocity
        if speed > self._fastest:
            self._fastest = speed

    def _turn(self, handle: HandleState) -> float:
        """Decide whether the leg has turned; return the evidence against its direction."""
        settings, position, velocity = self.settings, handle.position, handle.velocity
        direction, least = self._direction, self._min_range
        if not direction:
            wander = settings.wander * least
            for way, back in ((1, position - self._low), (-1, self._high - position)):
                if self._evidence(handle, back - wander, back, way * velocity) > settings.demand:
                    self._begin_leg(way, handle)
                    break
            return 0.0
        if (self._before is not None and direction * (self._from - position)
                > 3.0 * handle.position_deviation):
            self._take_back(handle)
            return 0.0
        end = self._high if direction > 0 else self._low
        back = direction * (end - position)
        against = self._evidence(handle, back, back, -direction * velocity)
        if against <= 0.0:
            return against
        demand = self._demand(handle, end)
        if against > demand:
            beyond = back - self._wandering(end)
            if self._evidence(handle, beyond, back, -direction * velocity) > demand:
                self._begin_leg(-direction, handle)
                return 0.0
        return against

    def _demand(self, handle: HandleState, end: float) -> float:
        """
        Return the evidence that makes a turn.

        Where a repetition is half done nobody parks the handle, as where it begins and ends: after
        a whole leg to there, which is not the first, a turn is what everybody waits for. Noise
        that is large beside the way looks like one too often.

        :param end: how far the leg has come [m]
        """
        direction, settings, least = self._direction, self.settings, self._min_range
        if (direction == OPENINGS[self._order] and self._ends[direction]
                and direction * (end - self._from) >= least
                and settings.noise * handle.position_deviation < CLEAR * least):
            return settings.demand * settings.expected
        return settings.demand

    def _wandering(self, end: float) -> float:
        """
        Return the way back that would be no surprise without a turn [m].

        :param end: how far the leg has come [m]
        """
        settings, least, direction = self.settings, self._min_range, self._direction
        wandering = settings.wander * (least - direction * (end - self._from))
        ends = self._ends[direction]
        if len(ends) > 2:
            near, far = (min(ends), max(ends)) if direction > 0 else (max(ends), min(ends))
            short = direction * (near - end) - 2.0 * abs(far - near)
            wandering = max(wandering, settings.unusual * short)
        return max(0.0, wandering)

    def _evidence(self, handle: HandleState, beyond: float, back: float, speed: float) -> float:
        """
        Return how far a way back stands out from noise, tremor and sway.

        :param beyond: how far it has gone beyond a mere wandering [m]
        :param back: how far it has gone at all [m]
        :param speed: with which it goes [m/s]
        :return: product of displacement and speed, each in deviations: a handle that has stopped,
            or only seems to move, shows neither both nor for long
        """
        if beyond <= 0.0 or speed <= 0.0:
            return 0.0
        settings, swings, tremor = self.settings, self._swings, self._tremor
        size, hurry, end = settings.swing_margin, settings.hurry_margin, self._direction
        if ((inside(size * swings.size[end], hurry * swings.speed[end], back, speed)
                and swings.lasted(handle.stamp) < hurry * swings.duration[end])
                or inside(settings.tremor_margin * tremor.size,
                          settings.tremor_hurry * tremor.speed, back, speed)):
            return 0.0
        sway_speed = settings.sway * self._fastest
        sway = settings.sway_time * sway_speed
        noise = settings.noise * handle.position_deviation
        return beyond * speed / sqrt(
            (noise * noise + sway * sway + 1e-14)
            * (handle.velocity_deviation ** 2 + sway_speed * sway_speed + 1e-14))

    def _begin_leg(self, direction: int, handle: HandleState) -> None:
        """Start a leg at the furthest point of the one before."""
        if self._direction:
            self._before = self._from
            self._ends[self._direction].append(self._low if direction > 0 else self._high)
        else:
            self._swings.begin(-direction)
        self._direction = direction
        self._fastest *= 0.5
        self._slow = self._slower = handle.velocity
        self._slow_since = nan
        if direction > 0:
            self._from = self._low
            self._high, self._high_stamp = handle.position, handle.stamp
        else:
            self._from = self._high
            self._low, self._low_stamp = handle.position, handle.stamp

    def _take_back(self, handle: HandleState) -> None:
        """Undo a turn: the handle has gone on beyond it."""
        assert self._before is not None
        self._direction = -self._direction
        self._ends[self._direction].pop()
        self._from, self._before = self._before, None
        if self._direction > 0:
            self._low = self._from
        else:
            self._high = self._from
        self._follow(handle)

    def _hold(self, handle: HandleState, fraction: float) -> bool:
        """Whether the handle has been slow, tremor apart, for long enough."""
        interval = handle.stamp - self._stamp
        self._stamp = handle.stamp
        share = interval / (interval + self.settings.hold_smoothing)
        self._slow += share * (handle.velocity - self._slow)
        self._slower += share * (self._slow - self._slower)
        if abs(self._slower) >= self._slowest(fraction):
            self._slow_since = nan
            return False
        if isnan(self._slow_since):
            self._slow_since = handle.stamp
        return handle.stamp - self._slow_since >= self.settings.hold_time

    def _slowest(self, fraction: float) -> float:
        """Return the speed below which a handle is held [m/s]."""
        if not MIDDLE[0] < fraction < MIDDLE[1]:
            return self._held_speed
        # who cannot go on creeps: that must not end the movement for those who watch its duration
        return self._held_speed * self.settings.creep

    def _name(self, handle: HandleState, against: float, held: bool, fraction: float) -> Phase:
        if held:
            if self._rom is not None:
                top = fraction > 0.5
            elif self._direction:
                top = self._end(handle) > 0
            else:
                top = self._order is Order.ECCENTRIC_FIRST
            return Phase.TOP_HOLD if top else Phase.BOTTOM_HOLD
        backwards = self._direction * self._slower < -self.settings.hold_speed
        if not self._direction or backwards or against > 2.0 * self.settings.demand:
            return Phase.UNKNOWN
        return PHASES[self._direction]

    def _begin_phase(self, phase: Phase, stamp: float) -> None:
        self._phase = phase
        if phase in (Phase.BOTTOM_HOLD, Phase.TOP_HOLD):
            self._start = self._slow_since
        elif phase is Phase.UNKNOWN:
            self._start = stamp
        else:
            self._start = self._low_stamp if self._direction > 0 else self._high_stamp

    def _estimate(
        self, handle: HandleState, phase: Phase, confidence: float, fraction: float,
    ) -> PhaseState:
        return PhaseState(handle.stamp, phase, confidence, self._start, handle.position,
                             handle.velocity, fraction)
