# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Clocks of a simulation: one that waits for the nodes, one that runs free."""
from collections import deque
from dataclasses import dataclass
import math

from negtrain_ros.core.settings import parameter, Settings


@dataclass(frozen=True)
class SimulationSettings(Settings):
    """Settings of the whole simulation."""

    rate: float = parameter(250.0, 'samples of the encoder per second', 50.0, 1000.0, unit='1/s')
    real_time_factor: float = parameter(
        1.0, 'largest ratio of simulated to real time; 0: as fast as the nodes answer',
        0.0, 100.0)
    free_running: bool = parameter(
        False, 'whether simulated time follows the clock on the wall even where the nodes fall '
        'behind, as time does at a machine; to judge how they keep up in real time')
    seed: int = parameter(1, 'seed of all random numbers', 0, 2**31 - 1)


@dataclass
class _Follower:
    """
    Somebody who lives in simulated time.

    :ivar lag: how far it may be behind [s]
    :ivar reached: simulated time that it is known to have reached [s]
    :ivar kept_up: how often it came on by no more than that, one time after the other
    """

    lag: float
    reached: float = -math.inf
    kept_up: int = 0
    awaited: bool = False


class WaitingClock:
    """
    Simulated time that waits for whoever follows it.

    The next step is due when its time has come on the wall and everybody has kept up with the
    last one, so a busy computer makes simulated time go slower and never jump. Whoever has come
    on steadily for a while, however late, is waited for.

    If somebody says nothing for RETRY, a message may have been lost, and the next step is tried;
    after TRIES of them time goes on without it, so that what a dead node leads to can be seen.
    Only the time in which this clock itself was looked at counts: where the computer lets nobody
    run, nobody is late.

    :ivar given_up: names of those who are not waited for any more, since they were last looked at
    """

    RETRY = 1.0  # s of real time
    TRIES = 5
    ACQUAINTED = 5  # words in due distance, after which a follower is waited for
    CATCH_UP = 10  # steps that may be made up for; what is further behind is not hurried after

    def __init__(self, settings: SimulationSettings, real: float) -> None:
        """Begin at `real` time [s]."""
        self.step_time = 1.0 / settings.rate
        factor = settings.real_time_factor
        self._real_step = self.step_time / factor if factor else 0.0
        self._next = self._looked = real
        self._waited = 0.0
        self._unanswered = 0
        self._followers: dict[str, _Follower] = {}
        self.given_up: list[str] = []

    @property
    def period(self) -> float:
        """How often due() wants to be asked without any news [s of real time]."""
        return max(0.001, self._real_step or self.step_time)

    @property
    def lost(self) -> float:
        """Simulated time that was skipped at the last due() [s]: never any."""
        return 0.0

    def follow(self, name: str, lag: float) -> None:
        """Let somebody follow who may be behind by `lag` [s]; who does already goes on."""
        self._followers.setdefault(name, _Follower(lag)).lag = lag

    def leave(self, name: str) -> None:
        """Let somebody follow no more."""
        self._followers.pop(name, None)

    def heard(self, name: str, reached: float) -> None:
        """Take note of the simulated time [s] that a follower has reached."""
        follower = self._followers[name]
        advance = reached - follower.reached
        if advance <= 0.0:
            return
        follower.reached = reached
        steady = advance < follower.lag + 1.5 * self.step_time
        follower.kept_up = follower.kept_up + 1 if steady else 0
        follower.awaited = follower.awaited or follower.kept_up >= self.ACQUAINTED

    def due(self, now: float, real: float) -> int:
        """Return how many steps to take from `now` [s, simulated] at `real` time [s]."""
        late = [name for name, each in self._followers.items()
                if each.awaited and not self._keeps_up(each, now)]
        self._waited += min(real - self._looked, 2.0 * self.period)
        self._looked = real
        if late:
            if self._waited < self.RETRY:
                return 0
            self._unanswered += 1
            if self._unanswered >= self.TRIES:
                self.given_up += late
                for name in late:
                    self._followers[name].awaited = False
                    self._followers[name].kept_up = 0
        elif real < self._next:
            return 0
        else:
            self._unanswered = 0
        self._waited = 0.0
        self._next = max(self._next + self._real_step, real - self.CATCH_UP * self._real_step)
        return 1

    def _keeps_up(self, follower: _Follower, now: float) -> bool:
        return follower.reached >= now - follower.lag - self.step_time / 2


class FreeRunningClock:
    """
    Simulated time that follows the clock on the wall, whoever falls behind.

    :ivar lost: simulated time that was too far behind to be caught up, at the last due() [s]
    :ivar given_up: empty, for nobody is waited for
    """

    AT_ONCE = 10  # steps; a computer that is further behind has lost the time for good

    def __init__(self, settings: SimulationSettings, real: float) -> None:
        """Begin at `real` time [s]."""
        self.step_time = 1.0 / settings.rate
        self._steps_per_second = settings.rate * (settings.real_time_factor or 1.0)
        self._begin = real
        self._done = 0
        self.lost = 0.0
        self.given_up: list[str] = []

    @property
    def period(self) -> float:
        """How often due() wants to be asked [s of real time]."""
        return max(0.001, 1.0 / self._steps_per_second)

    def follow(self, name: str, lag: float) -> None:
        """Take no note: nobody is waited for."""

    def leave(self, name: str) -> None:
        """Take no note: nobody is waited for."""

    def heard(self, name: str, reached: float) -> None:
        """Take no note: nobody is waited for."""

    def due(self, now: float, real: float) -> int:
        """Return how many steps to take from `now` [s, simulated] at `real` time [s]."""
        behind = math.floor((real - self._begin) * self._steps_per_second) - self._done
        self.lost = 0.0
        if behind > self.AT_ONCE:
            self.lost = (behind - self.AT_ONCE) * self.step_time
            self._done += behind - self.AT_ONCE
            behind = self.AT_ONCE
        self._done += behind
        return behind


SimulationClock = WaitingClock | FreeRunningClock


def make_clock(settings: SimulationSettings, real: float) -> SimulationClock:
    """Return the clock that the settings ask for, at `real` time [s]."""
    return (FreeRunningClock if settings.free_running else WaitingClock)(settings, real)


class SpeedMeter:
    """
    Ratio of simulated to real time, over the last seconds and over all.

    :ivar recent: ratio over the last WINDOW of real time; NaN while that has not passed
    :ivar slowest: least of these
    """

    WINDOW = 2.0  # s of real time

    def __init__(self) -> None:
        self._marks: deque[tuple[float, float]] = deque()
        self._begin: tuple[float, float] | None = None
        self.recent = self.slowest = math.nan

    @property
    def overall(self) -> float:
        """Return the ratio since the first step; NaN before there was any."""
        if self._begin is None or self._marks[-1][1] <= self._begin[1]:
            return math.nan
        (simulated, real), (first, begin) = self._marks[-1], self._begin
        return (simulated - first) / (real - begin)

    def step(self, simulated: float, real: float) -> None:
        """Take the simulated time at a real time, both [s]."""
        self._begin = self._begin or (simulated, real)
        marks = self._marks
        marks.append((simulated, real))
        while len(marks) > 2 and marks[1][1] <= real - self.WINDOW:
            marks.popleft()
        if real - marks[0][1] >= self.WINDOW:
            self.recent = (simulated - marks[0][0]) / (real - marks[0][1])
            self.slowest = self.recent if math.isnan(self.slowest) else min(
                self.slowest, self.recent)
