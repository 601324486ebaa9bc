# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Position, velocity and their uncertainty from position samples of any rate.

Four polynomial fits of second degree, each forgetting the past three times as slowly as the one
before, run side by side (fading-memory filters, Morrison 1969, Introduction to Sequential
Smoothing and Prediction, ch. 13). A short memory follows a turn at once and is noisy, a long one
is smooth and late. Of all of them the longest counts whose velocity is not contradicted by a
shorter one: intersection of confidence intervals (Lepski 1990; Goldenshluger and Nemirovski 1997;
Katkovnik 1999, IEEE Trans. Signal Process. 47:2567). Nothing is tuned to a machine: the noise is
measured from what the shortest fit could not foresee, the step of the encoder from the smallest
change seen. A stepping encoder is read by its edges (core/encoder/quantization.py), and a step
that is overdue bounds the speed.
"""
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, sqrt

from negtrain_ros.core.encoder.quantization import EncoderQuantization
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import HandleState

SLOWEST_STEPS = 4.0   # 1/s; slower steps leave an error of an age that no longer matters
OVERDUE = 2.0         # steps within which a handle that has turned may still show none
EDGE_DEVIATION = 0.1  # steps; what the play between two edges adds to the deviation
TREMBLING = 0.5       # steps; the same, while the count trembles
LEARNING = 30         # samples after which rate and noise are known


@dataclass(frozen=True)
class MotionSettings(Settings):
    """Memories of the filters and limits of the noise."""

    shortest_memory: float = parameter(
        0.005, 'memory of the fastest fit, never less than a sample', 0.001, 0.1, unit='s')
    memory_ratio: float = parameter(3.0, 'memory of each fit by that of the one before', 1.5, 5.0)
    memories: int = parameter(4, 'number of fits', 1, 6)
    agreement: float = parameter(
        1.25, 'standard deviations by which velocities may differ and still agree', 0.5, 5.0)
    noise_floor: float = parameter(
        0.00001, 'smallest believable standard deviation of a sample', 1e-7, 0.01, unit='m')
    noise_memory: float = parameter(
        60.0, 'samples over which the noise is averaged', 10.0, 1000.0)


class FadingMemoryFilter:
    """
    Quadratic through a past that fades with one time constant.

    What follows from the interval between samples is kept until it changes: the gains, the
    variances of position and miss by that of a sample, and the deviation of the velocity by that
    of a sample [1/s].
    """

    __slots__ = ('_acceleration_gain', '_position_gain', '_velocity_gain', 'acceleration',
                 'interval', 'memory', 'miss', 'miss_spread', 'position', 'position_spread',
                 'velocity', 'velocity_spread')

    def __init__(self, memory: float, position: float) -> None:
        self.memory = memory
        self.position = position
        self.velocity = self.acceleration = 0.0
        self.miss = 0.0  # m, by which the last sample missed the expected position
        self.interval = 0.0

    def expect(self, interval: float) -> None:
        """Expect the next samples at an interval [s]; Morrison 1969, ch. 13."""
        self.interval = interval
        forget = exp(-interval / self.memory)
        fresh, grown = 1.0 - forget, 1.0 + forget
        self._position_gain = 1.0 - forget * forget * forget
        self._velocity_gain = 1.5 * fresh * fresh * grown / interval
        self._acceleration_gain = fresh * fresh * fresh / (interval * interval)
        scale = fresh / (grown * grown * grown * grown * grown)
        self.position_spread = scale * (1.0 + forget * (
            6.0 + forget * (16.0 + forget * (24.0 + forget * 19.0))))
        self.velocity_spread = fresh / interval * sqrt(
            0.5 * scale * (13.0 + forget * (50.0 + forget * 49.0)))
        # that of the sample itself, and that of what was foreseen
        self.miss_spread = 1.0 + scale * (19.0 + forget * (
            24.0 + forget * (16.0 + forget * (6.0 + forget))))

    def step(self, position: float) -> None:
        """Take a sample."""
        interval, acceleration = self.interval, self.acceleration
        foreseen = self.position + interval * (self.velocity + 0.5 * interval * acceleration)
        miss = position - foreseen
        self.position = foreseen + self._position_gain * miss
        self.velocity += interval * acceleration + self._velocity_gain * miss
        self.acceleration = acceleration + self._acceleration_gain * miss
        self.miss = miss


class MotionEstimator:
    """Estimate the motion of the handle, one position sample at a time."""

    def __init__(self, settings: MotionSettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget the past; the next sample is taken to be at rest."""
        self._fits: Sequence[FadingMemoryFilter] = ()
        self._stamp = 0.0
        self._raw = 0.0
        self._quantization = EncoderQuantization(0.0, 0.0)
        self._samples = 0
        self._interval = 0.0
        self._least = self._variance = self.settings.noise_floor ** 2
        self._velocity = self._foreseen = 0.0

    @property
    def noise(self) -> float:
        """Standard deviation of one sample, as seen so far [m]."""
        return sqrt(max(self._variance, self._quantization.step * self._quantization.step / 12.0))

    def predict(self, stamp: float) -> float:
        """Return where the handle would be at `stamp` if it went on as before [m]."""
        return self._raw + self._velocity * (stamp - self._stamp)

    def step(self, position: float, stamp: float) -> HandleState:
        """
        Take one sample and return the motion at its time.

        :param position: where the handle was measured [m], finite
        :param stamp: when [s], later than that of the sample before
        :return: the motion; the deviations are large until a few samples have been seen, and a
            steady error of the position by less than the step of the encoder is not in them
        """
        settings = self.settings
        if not self._fits:
            self._fits = [FadingMemoryFilter(settings.shortest_memory * settings.memory_ratio ** k,
                                             position)
                          for k in range(settings.memories)]
            self._stamp, self._raw = stamp, position
            self._quantization = EncoderQuantization(position, stamp)
            return HandleState(stamp, position, 0.0, settings.noise_floor, 1.0)
        interval = stamp - self._stamp
        self._learn_interval(interval)
        self._stamp, self._raw = stamp, position
        self._quantization.read(position, stamp, self._foreseen)
        edge = self._quantization.position
        variance = self._sample_variance(interval)
        for fit in self._fits:
            fit.step(edge)
        shortest = self._fits[0]
        self._learn_noise(shortest.miss * shortest.miss / shortest.miss_spread)
        deviation = sqrt(variance)
        chosen = self._choose(deviation)
        velocity_deviation = deviation * chosen.velocity_spread
        if self._samples < 5:
            velocity_deviation += 1.0 / self._samples ** 2
        return self._bounded(
            chosen, stamp, variance * chosen.position_spread, velocity_deviation)

    def bridge(self, position: float, stamp: float) -> HandleState:
        """
        Continue after a gap with the learnt rate and noise.

        :param position: where the handle was measured [m], about where it was going
        :param stamp: when [s], later than that of the sample before
        :return: the motion, with the mean velocity over the gap
        """
        interval = stamp - self._stamp
        velocity = (position - self._raw) / interval
        for fit in self._fits:
            fit.position, fit.velocity, fit.acceleration, fit.miss = position, velocity, 0.0, 0.0
        self._quantization.begin(position, stamp)
        self._stamp, self._raw = stamp, position
        self._velocity = self._foreseen = velocity
        return HandleState(stamp, position, velocity, self.noise, 1.0)

    def _choose(self, deviation: float) -> FadingMemoryFilter:
        """Return the longest fit whose velocity no shorter one contradicts."""
        agreement = self.settings.agreement * deviation
        low, high = -inf, inf
        chosen = self._fits[0]
        for fit in self._fits:
            velocity, reach = fit.velocity, agreement * fit.velocity_spread
            if velocity - reach > low:
                low = velocity - reach
            if velocity + reach < high:
                high = velocity + reach
            if low > high:
                break
            chosen = fit
        return chosen

    def _bounded(
        self,
        chosen: FadingMemoryFilter,
        stamp: float,
        position_variance: float,
        velocity_deviation: float,
    ) -> HandleState:
        """Return the motion of a fit, kept to what the edges of the encoder allow."""
        edges = self._quantization
        step, edge = edges.step, edges.position
        beyond = self._variance - step * step / 6.0
        blur = 3.0 * sqrt(beyond) if beyond > 0.0 else 0.0
        position, velocity = chosen.position, chosen.velocity
        self._foreseen = velocity
        if position > edge + blur:
            position = edge + blur
        elif position < edge - blur:
            position = edge - blur
        if stamp > edges.stamp:
            fastest = (OVERDUE * step + blur) / (stamp - edges.stamp)
            if velocity > fastest:
                velocity = fastest
            elif velocity < -fastest:
                velocity = -fastest
        self._velocity = velocity
        play = (TREMBLING if edges.trembles(stamp) else EDGE_DEVIATION) * step
        return HandleState(stamp, position + edges.arch, velocity,
                      sqrt(min(position_variance, blur * blur) + play * play),
                      velocity_deviation)

    def _learn_interval(self, interval: float) -> None:
        """Learn the interval between samples; no memory is shorter."""
        self._samples += 1
        if self._samples <= LEARNING:
            self._interval += (interval - self._interval) / self._samples
            memory = max(self.settings.shortest_memory, self._interval)
            for fit in self._fits:
                fit.memory = memory
                memory *= self.settings.memory_ratio
        elif interval == self._fits[0].interval:
            return
        for fit in self._fits:
            fit.expect(interval)

    def _sample_variance(self, interval: float) -> float:
        """Return the variance of a sample as if errors were independent from one to the next."""
        variance, step = self._variance, self._quantization.step
        if variance < self._least:
            variance = self._least
        if step > 0.0:
            # as many equal errors in a row as samples fit into one step of the encoder
            steps = min(abs(self._velocity) / step, self._quantization.pace)
            if steps < SLOWEST_STEPS:
                steps = SLOWEST_STEPS
            row = 1.0 / (steps * interval)
            quantised = step * step / 12.0 * (row if row > 1.0 else 1.0)
            if variance < quantised:
                variance = quantised
        if self._samples < LEARNING:
            # what is known of the noise is itself a guess from so few samples
            variance *= LEARNING / self._samples
        return variance

    def _learn_noise(self, square: float) -> None:
        """Learn the variance of a sample [m²] from what the shortest fit did not foresee."""
        most = 25.0 * self._variance + 1e-8  # a single glitch must not blind it
        share = max(1.0 / self._samples, 1.0 / self.settings.noise_memory)
        self._variance += share * ((square if square < most else most) - self._variance)
