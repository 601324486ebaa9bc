# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Metrics of one phase of a repetition: durations, velocities, loads, work, smoothness."""
from collections import deque
from dataclasses import replace
from math import nan
from typing import Any

from negtrain_ros.core.types import GRAVITY, PhaseMeasure, RangeOfMotion
import numpy as np

RIM = 0.05       # of the travel, within which a way may still rest before it begins
SETTLING = 0.065  # of the travel; what follows a stop and is shorter settles, else goes on
SINKING = 0.024  # m; by which a handle that is held may have sunk before a way
STRETCH = 0.05   # of the travel, over which the speed just off the rim is taken
LEAVING = 1.0    # s; of a rest at either end that is looked at for its part in the way
TREMBLE = 0.005  # m; what the furthest point gains by trembling during a rest, at most
SLOWEST_TREMOR = 0.2      # s; of the slowest tremor
SETTLED = 0.05   # s, over which a velocity has a mean before its change is a force
QUICK = 0.2      # of the middle of a way; the longest mean that leaves it as it is
STILL = 0.0003   # m; what a movement lags at least behind an even one,
TREMOR_SHARE = 0.7     # and this share of what has been taken away as tremor
PLATEAU = (0.20, 0.85)  # shares of the range between which the load has had time to settle
KEPT = 2048             # samples kept of one leg; of a longer one every second, fourth, …
PENDING = 1024          # samples kept of a pause
LEAST_TENSION = 1.0     # kg; less is no tension
NOTHING = PhaseMeasure()

Sample = tuple[float, float, float, float]  # stamp [s], position [m], velocity [m/s], load [kg]


def spectral_arc_length(speeds: Any, rate: float) -> float:
    """
    Return the smoothness of a movement: near -1.5 for a bell-shaped one, less with every jerk.

    Arc length of the amplitude spectrum of the speed profile up to the last frequency below 10 Hz
    at which it exceeds 5 % of its maximum (Balasubramanian et al. 2012, IEEE Trans. Biomed. Eng.
    59:2126; 2015, J. NeuroEng. Rehabil. 12:112, whose parameters these are).

    :param speeds: magnitudes at even intervals, shape (n,) [m/s]
    :param rate: of the samples [1/s]
    :return: dimensionless; NaN for less than four samples or no movement
    """
    if len(speeds) < 4 or max(speeds) <= 0.0:
        return nan
    size = 1 << (len(speeds) - 1).bit_length() + 4
    spectrum = np.abs(np.fft.rfft(speeds, size))
    frequencies = np.arange(len(spectrum)) * rate / size
    last = int(np.nonzero((spectrum >= 0.05 * spectrum.max()) & (frequencies <= 10.0))[0][-1])
    if last == 0:
        return nan
    heights = spectrum[:last + 1] / spectrum.max()
    return float(-np.sum(np.hypot(1.0 / last, np.diff(heights))))


class HalfRepetition:
    """Collect the samples of one way up or down in bounded memory, and measure it at its end."""

    def __init__(self, direction: int, slowest: float) -> None:
        """
        Begin a leg.

        :param direction: 1 up, -1 down
        :param slowest: below this speed the handle is parked [m/s]
        """
        self.direction = direction
        self.travel = 0.0  # m, how far the leg has come
        self.furthest = -np.inf
        self._slowest = slowest
        self._samples: list[Sample] = []
        self._pending: deque[Sample] = deque(maxlen=PENDING)
        self.moved = 0.0  # s, when it last came further
        self._stride = 1
        self._skipped = 0
        self._known: tuple[float, RangeOfMotion | None, PhaseMeasure] | None = None
        self.peak = 0.0

    def step(self, sample: Sample) -> None:
        """Take one sample: stamp, position, velocity and applied load."""
        self._known = None
        self._pending.append(sample)
        ahead = self.direction * sample[1]
        speed = self.direction * sample[2]
        # tremor sets the furthest point further during a rest, but makes no way
        progress = min(TREMBLE, self._slowest * (
            sample[0] - self.moved)) if self._samples else 0.0
        if ahead > self.furthest + progress and speed >= self._slowest:
            self.furthest, self.moved = ahead, sample[0]
            if speed > self.peak:
                self.peak = speed
            self._move()

    def _move(self) -> None:
        """Take what was pending into the leg: the handle has gone on."""
        if not self._samples:
            self._trim_head()
        if self._stride == 1:
            self._samples.extend(self._pending)
        else:
            for sample in self._pending:
                self._skipped += 1
                if self._skipped >= self._stride:
                    self._samples.append(sample)
                    self._skipped = 0
        self._pending.clear()
        self.travel = max(0.0, self.furthest - self.direction * self._samples[0][1])
        if len(self._samples) > KEPT:
            del self._samples[1::2]
            self._stride *= 2

    def _trim_head(self) -> None:
        """Keep of a rest no more than the smoothest start takes to be seen."""
        pending = self._pending
        while pending[-1][0] - pending[0][0] > LEAVING:
            pending.popleft()

    def turn(self, stamp: float) -> 'HalfRepetition':
        """End the leg at a turning point and return the next one, which began there."""
        following = HalfRepetition(-self.direction, self._slowest)
        pending, self._pending = self._pending, deque(maxlen=PENDING)
        for sample in pending:
            if sample[0] <= stamp:
                self._pending.append(sample)
            else:
                following.step(sample)
        return following

    def resume(self, shift: 'HalfRepetition') -> None:
        """Go on after a shift to and fro that was no way of its own."""
        for sample in (*shift._samples, *shift._pending):
            self.step(sample)

    @property
    def origin(self) -> float:
        """Where the leg began [m]; NaN before it has moved."""
        return self._samples[0][1] if self._samples else nan

    def measure(self, moving_mass: float, rom: RangeOfMotion | None = None) -> PhaseMeasure:
        """
        Measure the leg as far as it is known; a parked end is left out.

        The propulsive part (Sánchez-Medina 2010, Int. J. Sports Med. 31:123) ends where the
        athlete no longer drives the load. On a free weight that is an acceleration below -g; on a
        motor it is where the force at the handle, load * g + moving mass * acceleration, is no
        longer upward. Work and power are those of the same force.

        :param moving_mass: what moves with the handle besides the load [kg]
        :param rom: the personal range that the plateau is a part of; None: that of the leg
        """
        if self._known is None or self._known[:2] != (moving_mass, rom):
            self._known = moving_mass, rom, self._measure(moving_mass, rom)
        return self._known[2]

    def _measure(self, moving_mass: float, rom: RangeOfMotion | None) -> PhaseMeasure:
        samples = list(self._samples)
        latest = self.moved + LEAVING
        samples += (sample for sample in self._pending if sample[0] <= latest)
        if len(samples) < 3:
            return NOTHING
        table = np.array(samples)
        time, travel = table[:, 0], self.direction * (table[:, 1] - table[0, 1])
        shaken, travel = travel, _without_tremor(time, travel)
        still = STILL + TREMOR_SHARE * float(np.std(shaken - travel))
        length = float(travel.max() - travel[0])
        begin = _onset(time, travel - travel[0], max(RIM * length, SINKING), still)
        end = len(time) - _onset(-time[::-1], travel.max() - travel[::-1], SETTLING * length,
                                  still)
        if end - begin < 3:
            return NOTHING
        time, position, velocity, load = table[begin:end].T
        step = np.diff(time)
        travel = travel[begin:end] - travel[begin]
        duration = float(time[-1] - time[0])
        speeds = np.maximum(0.0, self.direction * velocity)
        grid = np.linspace(time[0], time[-1], min(512, len(time)))
        result = PhaseMeasure(
            start=float(time[0]), start_position=float(position[0]), duration=duration,
            range=float(travel.max()), mean_velocity=float(travel.max()) / duration,
            peak_velocity=self.peak,
            time_under_tension=duration,
            smoothness=spectral_arc_length(np.interp(grid, time, speeds),
                                           (len(grid) - 1) / duration))
        if not np.isfinite(load).all():
            return result
        middle = 0.5 * (load[1:] + load[:-1])
        advance = np.diff(travel)
        origin, span = float(position[0]), float(travel.max())
        if rom is not None:
            origin, span = rom.bottom if self.direction > 0 else rom.top, rom.length
        share = self.direction * (0.5 * (position[1:] + position[:-1]) - origin) / span
        plateau = (share >= PLATEAU[0]) & (share <= PLATEAU[1])
        force = GRAVITY * load + moving_mass * np.gradient(velocity, time)
        driven = 0.5 * (force[1:] + force[:-1]) > 0.0
        # a peak shows the noise of an acceleration, a mean does not
        force = GRAVITY * load + moving_mass * np.gradient(
            _running_mean(time, velocity, SETTLED), time)
        middle_force = 0.5 * (force[1:] + force[:-1])
        driven_time = float(step[driven].sum())
        return replace(
            result,
            mean_propulsive_velocity=(
                float(advance[driven].sum()) / driven_time if driven_time > 0.0 else nan),
            time_under_tension=float(step[middle > LEAST_TENSION].sum()),
            mean_load=_mean(middle, advance), plateau_load=_mean(middle[plateau],
                                                                advance[plateau]),
            peak_load=float(load.max()), work=float((middle_force * advance).sum()),
            peak_power=float(np.abs(force * velocity).max()))


def _onset(time: Any, travel: Any, rim: float, still: float) -> int:
    """
    Return the index at which a movement really began, what was parked before it left out.

    Its speed just off the beginning tells how long it can have taken to get there: three times
    distance over speed at the most, which is what the smoothest start takes (x ~ t³). The distance
    is that from where the handle was then: while it is held it may have sunk.

    :param time: (n,) s, increasing
    :param travel: (n,) m, from where it began
    :param rim: distance within which the handle may have been parked [m]
    :param still: what a movement lags at least behind an even one [m]
    """
    length = travel.max()
    rim = min(rim, 0.2 * length)
    far = int(np.argmax(travel >= rim + STRETCH * length))
    resting = np.nonzero(travel[:far] < rim)[0]
    if not len(resting):
        return 0
    near = int(resting[-1])
    speed = (travel[far] - travel[near]) / (time[far] - time[near])
    early = (time[near] - time[:near]) * speed - 3.0 * (travel[near] - travel[:near])
    late = np.minimum.accumulate(early[::-1])[::-1]  # of all that follows up to near
    parked = np.nonzero((early >= 0.0) & (late <= -still))[0]
    return int(parked[-1]) if len(parked) else 0


def _without_tremor(time: Any, position: Any) -> Any:
    """
    Return positions without what a tremor adds to them.

    The mean over a cycle, and of what it leaves over once more (Tukey 1977, *twicing*): a
    movement with constant acceleration is not changed. A quick way has no time to tremble, and
    less of it makes a mean.

    :param time: (n,) s, increasing
    :param position: (n,) m
    """
    low, high = position.min(), position.max()
    between = time[(position > low + 0.1 * (high - low)) & (position < high - 0.1 * (high - low))]
    cycle = min(SLOWEST_TREMOR, QUICK * float(between[-1] - between[0])) if len(between) else 0.0
    kept = _running_mean(time, position, cycle)
    return kept + _running_mean(time, position - kept, cycle)


def _running_mean(time: Any, values: Any, span: float) -> Any:
    """Return the mean over a span [s] around each value, a shorter one at both ends."""
    area = np.concatenate(([0.0], np.cumsum(0.5 * (values[1:] + values[:-1]) * np.diff(time))))
    half = np.minimum(0.5 * span, np.minimum(time - time[0], time[-1] - time))
    width = np.interp(time + half, time, area) - np.interp(time - half, time, area)
    inner = half > 0.0
    return np.where(inner, width / np.where(inner, 2.0 * half, 1.0), values)


def _mean(load: Any, advance: Any) -> float:
    """Return the mean over the travel; what goes back for a moment has no part in it."""
    advance = np.maximum(advance, 0.0)
    total = float(advance.sum())
    if total <= 0.0:
        return nan
    least = float(load[0])  # a constant load is its own mean, to the last bit
    return least + float(((load - least) * advance).sum()) / total
