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
measured from what the shortest fit could not foresee and from the smallest step seen.
"""
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.core.types import Handle, Quality

# A quantised position is wrong by the same amount until the next step, so its samples are not
# independent; below this many steps a second the error is taken as a constant of that age.
SLOWEST_STEPS = 10.0  # 1/s


@dataclass(frozen=True)
class MotionSettings(Settings):
    """How much of the past may be used to smooth."""

    shortest_memory: float = parameter(
        0.005, 'memory of the fastest fit, never less than a sample', 0.001, 0.1, unit='s')
    memory_ratio: float = parameter(3.0, 'memory of each fit by that of the one before', 1.5, 5.0)
    memories: int = parameter(4, 'number of fits', 1, 6)
    agreement: float = parameter(
        2.0, 'standard deviations by which velocities may differ and still agree', 0.5, 5.0)
    bound: float = parameter(1.0, 'x', 0.1, 10.0)
    noise_floor: float = parameter(
        0.00001, 'smallest believable standard deviation of a sample', 0.0, 0.01, unit='m')
    noise_memory: float = parameter(
        60.0, 'samples over which the noise is averaged', 10.0, 1000.0)


class _Fit:
    """Quadratic through the past that fades with one time constant."""

    __slots__ = ('memory', 'position', 'velocity', 'acceleration')

    def __init__(self, memory: float, position: float) -> None:
        self.memory = memory
        self.position = position
        self.velocity = self.acceleration = 0.0


class MotionEstimator:
    """Estimate the motion of the handle, one position sample at a time."""

    def __init__(self, settings: MotionSettings) -> None:
        self.settings = settings
        self.reset()

    def reset(self) -> None:
        """Forget the past; the next sample is taken to be at rest."""
        self._fits: Sequence[_Fit] = ()
        self._stamp = 0.0
        self._sample = self._raw = 0.0
        self._samples = 0
        self._interval = 0.0
        self._step = 0.0
        self._variance = self.settings.noise_floor ** 2
        self._velocity = 0.0
        self._changed = 0.0

    @property
    def noise(self) -> float:
        """Standard deviation of one sample, as seen so far [m]."""
        return sqrt(max(self._variance, self._step * self._step / 12.0))

    def predict(self, stamp: float) -> float:
        """Where the handle would be at `stamp` if it went on as before [m]."""
        if not self._fits:
            return self._sample
        return self._sample + self._velocity * (stamp - self._stamp)

    def step(self, position: float, stamp: float) -> Handle:
        """
        Take one sample and return the motion at its time.

        :param position: where the handle was measured [m], finite
        :param stamp: when [s], later than that of the sample before
        :return: the motion; the deviations are large until a few samples have been seen
        """
        settings = self.settings
        if not self._fits:
            self._fits = [_Fit(settings.shortest_memory * settings.memory_ratio ** k, position)
                          for k in range(settings.memories)]
            self._stamp, self._sample, self._raw = stamp, position, position
            return Handle(stamp, position, 0.0, settings.noise_floor, 1.0)
        interval = stamp - self._stamp
        self._observe(position, stamp)
        self._stamp, self._raw = stamp, position
        half = 0.5 * self._step
        edge = min(max(self._sample, position - half), position + half)
        if edge != self._sample:
            self._changed = stamp
        self._sample = position = edge

        speed = abs(self._velocity)
        variance = max(self._variance, settings.noise_floor ** 2)
        step = self._step
        if step > 0.0:
            # as many equal errors in a row as samples fit into one step of the encoder
            steps = max(speed / step, SLOWEST_STEPS)
            variance = max(variance, step * step / 12.0 * max(1.0, 1.0 / (steps * interval)))
        low, high = -1e9, 1e9
        chosen: _Fit | None = None
        position_variance = velocity_variance = 0.0
        for k, fit in enumerate(self._fits):
            forget = exp(-interval / fit.memory)
            fresh = 1.0 - forget
            acceleration = fit.acceleration
            foreseen = fit.position + interval * (fit.velocity + 0.5 * interval * acceleration)
            miss = position - foreseen
            if k == 0:
                self._learn_noise(miss, forget)
            fit.position = foreseen + (1.0 - forget * forget * forget) * miss
            fit.velocity += (interval * acceleration
                             + 1.5 * fresh * fresh * (1.0 + forget) * miss / interval)
            fit.acceleration = acceleration + fresh * fresh * fresh * miss / (interval * interval)
            if low > high:
                continue
            scale = variance * fresh / (1.0 + forget) ** 5
            fit_variance = (scale * fresh * fresh * (49.0 + forget * (50.0 + 13.0 * forget))
                            / (2.0 * interval * interval))
            reach = settings.agreement * sqrt(fit_variance)
            low, high = max(low, fit.velocity - reach), min(high, fit.velocity + reach)
            if low <= high or chosen is None:
                chosen = fit
                velocity_variance = fit_variance
                position_variance = scale * (19.0 + forget * (24.0 + forget * (
                    16.0 + forget * (6.0 + forget))))
        assert chosen is not None
        if self._samples < 5:
            velocity_variance += 1.0 / self._samples ** 4
        white = 3.0 * sqrt(max(0.0, self._variance - step * step / 6.0))
        estimate = min(max(chosen.position, position - white), position + white)
        self._velocity = chosen.velocity
        if stamp > self._changed:
            # the next step of the encoder is overdue at any higher speed
            fastest = (self.settings.bound * step + white) / (stamp - self._changed)
            self._velocity = min(max(self._velocity, -fastest), fastest)
        return Handle(stamp, estimate, self._velocity, sqrt(min(position_variance, white * white) + 0.01 * step * step),
                      sqrt(velocity_variance), Quality.GOOD)

    def _observe(self, position: float, stamp: float) -> None:
        """Learn the interval between samples and the step of the encoder."""
        self._samples += 1
        share = max(1.0 / self._samples, 0.02)
        self._interval += share * (stamp - self._stamp - self._interval)
        if self._samples <= 20:
            memory = max(self.settings.shortest_memory, self._interval)
            for fit in self._fits:
                fit.memory = memory
                memory *= self.settings.memory_ratio
        step = abs(position - self._raw)
        if step > 1e-9 and (step < self._step or self._step == 0.0):
            self._step = step

    def _learn_noise(self, miss: float, forget: float) -> None:
        """Learn the noise of a sample from what the shortest fit did not foresee."""
        # the fit adds its own error to that of the sample; a miss is at most a little surprising,
        # so that one glitch does not blind the estimate
        square = miss * miss * forget ** 3
        share = max(1.0 / self._samples, 1.0 / self.settings.noise_memory)
        self._variance += share * (min(square, 25.0 * self._variance + 1e-8) - self._variance)
