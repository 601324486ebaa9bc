# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Simulated time waits for whoever follows it, and says for whom it waits no more."""
from hypothesis import given
from hypothesis import strategies as some
from negtrain_ros.sim.clock import make_clock, SimulationSettings, SpeedMeter, WaitingClock
import pytest

STEP = 0.004  # s
CONTROLLER, SESSION, LAG = 'load controller', 'session manager', 0.3
TOLERANCE = 1e-9
PATIENCE = WaitingClock.RETRY * WaitingClock.TRIES  # s


class Graph:
    """A clock, and followers that answer after some real time."""

    def __init__(self, **settings):
        self.clock = make_clock(SimulationSettings(**settings), 0.0)
        self.clock.follow(CONTROLLER, 0.0)
        self.clock.follow(SESSION, LAG)
        self.now = self.real = 0.0
        self.moves = []

    def look(self, after):
        """Ask what is due after some real time [s], and take it."""
        self.real += after
        steps = self.clock.due(self.now, self.real)
        self.now += steps * STEP + self.clock.lost
        if steps:
            self.moves.append((self.real, steps))
        return steps

    def answer(self, *names):
        """Have followers reach the present."""
        for name in names or (CONTROLLER, SESSION):
            self.clock.heard(name, self.now)

    def gaps(self):
        """Return the real time between steps [s]."""
        return [after - before for (before, _), (after, _) in zip(
            self.moves, self.moves[1:], strict=False)]

    def become_acquainted(self):
        """Take steps until everybody is waited for."""
        end = len(self.moves) + 2 * WaitingClock.ACQUAINTED
        while len(self.moves) < end:
            self.look(STEP)
            self.answer()


@given(delays=some.lists(some.floats(0.0, 1.0), min_size=50, max_size=200),
       factor=some.sampled_from([0.0, 0.5, 1.0, 4.0]))
def test_however_late_answers_are_time_takes_one_step_at_a_time(delays, factor):
    graph = Graph(real_time_factor=factor)
    graph.become_acquainted()
    for delay in delays:
        steps = graph.look(delay)
        assert steps <= 1
        if steps:
            assert graph.look(delay) == 0  # nobody has answered yet
        graph.answer()
    assert not graph.clock.given_up


@given(delays=some.lists(some.floats(0.0, 0.2), min_size=50, max_size=300),
       factor=some.sampled_from([0.5, 1.0, 4.0]))
def test_time_never_goes_faster_than_asked_for(delays, factor):
    graph = Graph(real_time_factor=factor)
    for delay in delays:
        graph.look(delay)
        graph.answer()
    spare = WaitingClock.CATCH_UP + 2
    for index, (begin, _) in enumerate(graph.moves):
        for real, _ in graph.moves[index:]:
            steps = sum(begin <= at <= real for at, _ in graph.moves)
            assert steps <= (real - begin) * factor / STEP + spare + TOLERANCE


def test_time_waits_for_the_session_at_its_heartbeat_only():
    graph = Graph(real_time_factor=0.0)
    graph.become_acquainted()
    reached = graph.now
    while graph.look(STEP):
        graph.answer(CONTROLLER)
    assert graph.now - reached == pytest.approx(LAG + STEP, abs=2 * STEP)
    graph.answer(SESSION)
    assert graph.look(STEP) == 1


@pytest.mark.parametrize('name', [CONTROLLER, SESSION])
def test_who_falls_silent_is_named_once_and_time_goes_on(name):
    graph = Graph(real_time_factor=1.0)
    graph.become_acquainted()
    other, = {CONTROLLER, SESSION} - {name}
    while graph.real < 2 * PATIENCE:
        graph.look(STEP)
        graph.answer(other)
    assert graph.clock.given_up == [name]
    gaps = graph.gaps()
    assert max(gaps) == pytest.approx(WaitingClock.RETRY, abs=0.1)
    assert gaps[-100:] == pytest.approx([STEP] * 100)


def test_a_lost_answer_costs_a_second_and_nothing_else():
    graph = Graph(real_time_factor=1.0)
    graph.become_acquainted()
    for number in range(1000):
        steps = graph.look(STEP)
        if steps and number % 300:
            graph.answer()
    assert max(graph.gaps()) == pytest.approx(WaitingClock.RETRY, abs=0.1)
    assert not graph.clock.given_up


def test_a_computer_that_lets_nobody_run_makes_nobody_late():
    graph = Graph(real_time_factor=1.0)
    graph.become_acquainted()
    for _ in range(50):
        graph.look(1.0)
    assert not graph.clock.given_up


def test_who_answers_only_now_and_then_is_not_waited_for():
    # The load controller decides by itself every few steps while no phase comes.
    graph = Graph(real_time_factor=1.0)
    for step in range(1000):
        assert graph.look(STEP) == 1
        graph.answer(SESSION)
        if step % 5 == 0:
            graph.answer(CONTROLLER)


def test_who_is_always_late_but_steady_is_waited_for():
    graph = Graph(real_time_factor=1.0)
    late = []
    for _ in range(1000):
        if graph.look(STEP):
            late.append(graph.now)
        if len(late) > 7:
            graph.clock.heard(CONTROLLER, late.pop(0))
        graph.answer(SESSION)
    # It has not answered the last seven, and time stands still until it has.
    assert graph.now < 0.2
    graph.answer()
    assert graph.look(STEP) == 1


def test_who_left_is_not_waited_for():
    graph = Graph(real_time_factor=0.0)
    graph.clock.follow('client', LAG)
    graph.become_acquainted()
    graph.clock.heard('client', graph.now)
    graph.become_acquainted()
    graph.clock.leave('client')
    for _ in range(1000):
        assert graph.look(STEP) == 1
        graph.answer()


@given(away=some.floats(0.1, 10.0))
def test_free_running_time_follows_the_wall_and_says_what_was_lost(away):
    graph = Graph(real_time_factor=1.0, free_running=True)
    graph.look(away)
    assert graph.now == pytest.approx(away, abs=2 * STEP)
    assert graph.clock.lost == pytest.approx(graph.now - graph.moves[-1][1] * STEP)
    assert graph.clock.lost > 0.0


@given(speeds=some.lists(some.floats(0.1, 2.0), min_size=3, max_size=10))
def test_speed_is_measured_over_the_last_seconds_and_over_all(speeds):
    meter, now, real = SpeedMeter(), 100.0, 0.0
    for speed in speeds:
        for _ in range(100):
            now, real = now + 0.05 * speed, real + 0.05
            meter.step(now, real)
    assert meter.recent == pytest.approx(speeds[-1], rel=0.05)
    assert meter.slowest == pytest.approx(min(speeds), rel=0.05)
    assert meter.overall == pytest.approx(sum(speeds) / len(speeds), rel=0.05)
