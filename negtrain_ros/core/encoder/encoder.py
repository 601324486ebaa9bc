# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Encoder: motion of the handle from counts, and faults 2 to 6 of the fault table."""
from dataclasses import dataclass, replace
import math
from math import copysign, isfinite

from negtrain_ros.core.encoder.gap import hidden, reaches
from negtrain_ros.core.encoder.motion_estimator import MotionEstimator, MotionSettings
from negtrain_ros.core.settings import parameter, Refusal, Settings
from negtrain_ros.core.types import Fault, HandleState, Quality

MOST_HIDDEN = 0.12  # m; a gap that may hide more is a new beginning wherever the handle is
SET_BACK = 5        # samples in a row that make a clock that was set back a new beginning
STOPPING = 1000.0  # m/s³, jerk at the end of a way of a metre within 0.4 s; no hand stops harder


@dataclass(frozen=True)
class EncoderSettings(Settings):
    """Properties of the encoder and limits of its samples."""

    counts_per_metre: float = parameter(
        10000.0, 'resolution', 20.0, 1e8, unit='1/m')
    counter_bits: int = parameter(32, 'width of the counter that wraps around', 8, 32, unit='bit')
    offset: float = parameter(0.0, 'position at count 0', -100.0, 100.0, unit='m')
    direction: int = parameter(1, '1 or -1: whether the counts grow upwards', -1, 1)
    bottom_stop: float = parameter(-0.05, 'lowest possible position', -100.0, 100.0, unit='m')
    top_stop: float = parameter(2.0, 'highest possible position', -100.0, 100.0, unit='m')
    silence: float = parameter(
        0.05, 'time without a sample after which the encoder is silent', 0.01, 1.0, unit='s')
    acceleration: float = parameter(
        100.0, 'no handle gains or loses speed faster', 10.0, 1000.0, unit='m/s²')
    surprise: float = parameter(
        0.01, 'distance from the expected position that is no jump at any rate', 0.001, 0.2,
        unit='m')
    glitches: int = parameter(3, 'rejected samples within glitch_window that are a fault', 2, 20)
    glitch_window: float = parameter(0.1, 'time over which glitches are counted', 0.02, 1.0,
                                     unit='s')
    recovery: float = parameter(
        0.1, 'time of consistent samples that ends a fault', 0.0, 5.0, unit='s')
    frozen_after: float = parameter(
        0.2, 'time for which counts stand still after an impossible stop', 0.05, 3600.0, unit='s')
    frozen_speed: float = parameter(
        0.05, 'speed out of which no handle stops dead between the stops', 0.01, 2.0, unit='m/s')

    def __post_init__(self) -> None:
        """Raise Refusal for settings that contradict each other."""
        super().__post_init__()
        if self.direction == 0:
            raise Refusal('direction = 0 is neither 1 nor -1')
        if self.bottom_stop >= self.top_stop:
            raise Refusal(
                f'bottom_stop = {self.bottom_stop} is not below top_stop = {self.top_stop}')


class Encoder:
    """Unwraps and checks counts, estimates motion; an invalid sample is never smoothed over."""

    def __init__(self, settings: EncoderSettings, motion: MotionSettings | None = None) -> None:
        self.settings = settings
        self._motion = MotionEstimator(motion or MotionSettings())
        self._turn = 1 << settings.counter_bits
        self._scale = settings.direction / settings.counts_per_metre
        # a hand stops a handle within this time over the last two steps of the encoder, of which
        # it may show only one, and the other is in the estimate
        self._unseen = math.pow(2.0 * 6.0 / (STOPPING * settings.counts_per_metre), 1.0 / 3.0)
        self.reset()

    def reset(self) -> None:
        """Forget everything, the number of wraps included."""
        self._motion.reset()
        self._last: HandleState | None = None
        self._counts: int | None = None
        self._total = 0
        self._glitches: list[float] = []
        self._fault: Fault | None = None
        self._sane_since = 0.0
        self._heard = 0.0
        self._set_back = 0
        self._set_back_to = 0.0
        self._samples = self._samples_before = 0
        self._came = 0.0
        self.explanation = ''
        self._moved = 0.0
        self._speed_before = self._interval_before = 0.0
        self._frozen = False

    def step(self, counts: int, stamp: float) -> HandleState:
        """
        Process one count of the encoder.

        :param counts: the raw counter, wrapping around at its width
        :param stamp: time of measurement [s]
        :return: the motion; HELD repeats the last good one when this sample was not believed,
            FAULTY when the encoder cannot be trusted, with the faults
        """
        last, settings = self._last, self.settings
        self._samples += 1
        if not isfinite(stamp) or (last is not None and stamp <= self._heard):
            return self._doubt_time(counts, stamp)
        self._set_back = 0
        if not isfinite(counts):
            self._heard = stamp
            self.explanation = 'the count is no number'
            return self._doubt(stamp, Fault.ENCODER_INVALID)
        counts = int(counts)
        total = self._unwrap(counts)
        position = settings.offset + self._scale * total
        if last is None:
            self._accept(counts, total)
            return self._start(position, stamp)
        silent = stamp - self._heard > settings.silence
        self._heard = stamp
        if not settings.bottom_stop <= position <= settings.top_stop:
            self.explanation = (
                f'{position:.3g} m is outside the stops, {settings.bottom_stop:g} to '
                f'{settings.top_stop:g} m: check resolution, direction and offset')
            return self._doubt(stamp, Fault.ENCODER_INVALID)
        if silent:
            return self._after_silence(counts, total, position, stamp)
        interval = stamp - last.stamp
        if self._impossible(position, stamp, interval):
            self.explanation = (
                f'the handle moved by {abs(position - last.position):.3g} m in '
                f'{1000.0 * interval:.3g} ms: check resolution and cable')
            return self._doubt(stamp, Fault.ENCODER_JUMP, counts, total, position)
        change = self._scale * (total - self._total)
        self._accept(counts, total)
        handle = self._motion.step(position, stamp)
        self._watch_frozen(change, interval, handle, stamp)
        if self._frozen:
            handle = replace(handle, quality=Quality.FAULTY, faults=(Fault.ENCODER_FROZEN,))
        elif self._fault is not None:
            if stamp - self._sane_since < settings.recovery:
                handle = replace(handle, quality=Quality.FAULTY, faults=(self._fault,))
            else:
                self._fault = None
        self._last = handle
        return handle

    def check(self, now: float) -> HandleState | None:
        """
        Return a faulty handle state after too long a silence, else None.

        Samples that go on coming, but with old times, have a wrong clock.
        """
        last, silence = self._last, self.settings.silence
        if self._samples != self._samples_before:
            self._samples_before, self._came = self._samples, now
        if last is None or now - self._heard <= silence:
            return None
        fault = Fault.ENCODER_SILENT
        if now - self._heard > 2.0 * silence and now - self._came <= silence:
            fault = Fault.TIME_INVALID
            self.explanation = (
                'samples have the time zero' if self._heard == 0.0 else
                f'samples are {now - self._heard:.3g} s old: another clock')
        return replace(last, quality=Quality.FAULTY, faults=(fault,))

    def _doubt_time(self, counts: int, stamp: float) -> HandleState:
        """Hold a sample whose time does not advance, unless the clock was set back for good."""
        back, silence = self._heard - stamp, self.settings.silence
        self.explanation = (f'time went back by {back:.3g} s' if back > 0.0 else
                            'time stands still' if back == 0.0 else 'the time is no number')
        if not back > silence or not isfinite(counts):
            return self._hold(self._heard, Fault.TIME_INVALID)
        goes_on = self._set_back and 0.0 < stamp - self._set_back_to <= silence
        self._set_back = self._set_back + 1 if goes_on else 1
        self._set_back_to = stamp
        if self._set_back < SET_BACK:
            return self._hold(self._heard, Fault.TIME_INVALID)
        counts, self._set_back = int(counts), 0
        total = self._unwrap(counts)
        position = self.settings.offset + self._scale * total
        self._heard = stamp
        if not self.settings.bottom_stop <= position <= self.settings.top_stop:
            return self._hold(stamp, Fault.TIME_INVALID, Quality.FAULTY)
        self._accept(counts, total)
        return self._restart(position, stamp, Fault.TIME_INVALID)

    def _after_silence(
        self, counts: int, total: int, position: float, stamp: float
    ) -> HandleState:
        """Continue the motion, or start again; report the silence in both cases."""
        last = self._last
        assert last is not None
        seconds = stamp - last.stamp
        self.explanation = f'no sample for {seconds:.3g} s'
        self._accept(counts, total)
        if (self._fault is not None or self._frozen or hidden(seconds) > MOST_HIDDEN
                or not reaches(last, position, seconds)):
            return self._restart(position, stamp, Fault.ENCODER_SILENT)
        self._glitches.clear()
        self._moved, self._speed_before = stamp, 0.0
        self._last = self._motion.bridge(position, stamp)
        return replace(self._last, quality=Quality.FAULTY, faults=(Fault.ENCODER_SILENT,))

    def _unwrap(self, counts: int) -> int:
        half = self._turn >> 1
        if self._counts is None:
            return (counts + half) % self._turn - half
        return self._total + (counts - self._counts + half) % self._turn - half

    def _accept(self, counts: int, total: int) -> None:
        self._counts, self._total = counts, total

    def _impossible(self, position: float, stamp: float, interval: float) -> bool:
        """Tell whether no handle can have moved here since the last good sample."""
        settings = self.settings
        distance = abs(position - self._motion.predict(stamp))
        if distance <= settings.surprise:
            return False
        allowed = settings.surprise + 0.5 * settings.acceleration * interval * interval
        return distance > max(allowed, 6.0 * self._motion.noise)

    def _start(self, position: float, stamp: float) -> HandleState:
        self._heard = stamp
        self._moved = stamp
        self._last = self._motion.step(position, stamp)
        return self._last

    def _restart(self, position: float, stamp: float, fault: Fault) -> HandleState:
        """Start again at a new position; faulty until the samples are consistent."""
        self._motion.reset()
        self._glitches.clear()
        self._fault, self._sane_since = fault, stamp
        self._frozen, self._moved, self._speed_before = False, stamp, 0.0
        self._last = replace(self._motion.step(position, stamp),
                             quality=Quality.FAULTY, faults=(fault,))
        return self._last

    def _doubt(self, stamp: float, fault: Fault, counts: int | None = None, total: int = 0,
               position: float = 0.0) -> HandleState:
        """Reject one sample; too many of them in a short time are a fault."""
        window = stamp - self.settings.glitch_window
        self._glitches = [time for time in self._glitches if time > window]
        self._glitches.append(stamp)
        if len(self._glitches) < self.settings.glitches and self._fault is None:
            return self._hold(stamp, fault)
        if counts is not None:
            self._accept(counts, total)
            return self._restart(position, stamp, fault)
        self._fault, self._sane_since = fault, stamp
        return self._hold(stamp, fault, Quality.FAULTY)

    def _hold(self, stamp: float, fault: Fault, quality: Quality = Quality.HELD) -> HandleState:
        """Repeat the last motion at the time of the rejected sample."""
        if self._last is None:
            return HandleState(stamp, 0.0, 0.0, 1.0, 1.0, Quality.FAULTY, (fault,))
        if self._fault is not None:
            quality = Quality.FAULTY
        return replace(self._last, stamp=stamp, quality=quality, faults=(fault,))

    def _watch_frozen(
        self, change: float, interval: float, handle: HandleState, stamp: float
    ) -> None:
        """Notice counts that stopped dead out of a movement, away from both stops."""
        if change:
            # an estimate lags behind a quick but possible stop, the last change does not
            direction = copysign(1.0, change)
            self._speed_before = min(direction * handle.velocity, direction * change / interval)
            self._interval_before = interval
            self._moved, self._frozen = stamp, False
        elif stamp - self._moved >= self.settings.frozen_after and self._stopped_dead(handle):
            self._frozen = True

    def _stopped_dead(self, handle: HandleState) -> bool:
        """Tell whether the handle stopped faster than a hand can stop it, away from both stops."""
        settings, margin = self.settings, 0.02
        if not settings.bottom_stop + margin < handle.position < settings.top_stop - margin:
            return False
        # mean speed over the last interval in which a handle is seen to move that a hand stops
        time = self._unseen + 0.5 * self._interval_before
        return self._speed_before > max(settings.frozen_speed, 0.5 * STOPPING * time * time)
