# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Verdicts on a computer: what was measured decides, in the words of the fault table."""
from dataclasses import replace

from hypothesis import given, strategies
from negtrain_ros.computer_check.verdicts import (
    Bounds,
    Finding,
    Flushes,
    Level,
    NodeReport,
    of_clock,
    of_flushes,
    of_governor,
    of_memory,
    of_neighbours,
    of_nodes,
    of_path,
    of_preemption,
    of_priority,
    of_processors,
    of_wake_ups,
    Processors,
    Rights,
    SamplePath,
    status,
    WakeUps,
)
import pytest

FIT, UNMEASURED, WARNING, UNFIT = Level
BOUNDS = Bounds(silence=0.05, session=1.0, period=0.004)
GRANTED = Rights(priority=50)
REFUSED = Rights(50, 'SCHED_FIFO 50 is refused', 'memory may be locked up to 8 MB only')
FIFO, ORDINARY = NodeReport('SCHED_FIFO 50', 0), NodeReport('SCHED_OTHER', 0)
GOOD = SamplePath(1000, [0.002] * 1000, [0.004] * 1000, {'encoder_publisher': FIFO})


def path(**changes):
    """Return a way of samples that is good but for some changes."""
    return replace(GOOD, **changes)


TABLE = [
    (of_wake_ups(WakeUps([0.004, 0.0051], 'SCHED_FIFO 50'), BOUNDS), FIT, 'far from the 50 ms'),
    (of_wake_ups(WakeUps([0.004, 0.031], ''), BOUNDS), WARNING, 'away for 31 ms, more than half'),
    (of_wake_ups(WakeUps([0.063, 0.004], ''), BOUNDS), UNFIT,
     'this computer was away for 63 ms: a set would have been ended as *encoder silent*'),
    (of_wake_ups(WakeUps([], ''), BOUNDS), UNFIT, 'never woken'),
    (of_path(GOOD, BOUNDS), FIT, 'far from'),
    (of_path(path(gaps=[0.004, 0.03]), BOUNDS), WARNING, 'no load command came for 30 ms'),
    (of_path(path(gaps=[0.071]), BOUNDS), UNFIT, 'no load command came for 71 ms'),
    (of_path(path(latencies=[0.002] * 999 + [0.08]), BOUNDS), UNFIT, '80 ms old'),
    (of_path(path(latencies=[0.002] * 990), BOUNDS), WARNING, '1.0 % of the samples'),
    (of_path(path(latencies=[], gaps=[10.0]), BOUNDS), UNFIT, 'no sample came through'),
    (of_path(SamplePath(0, [], []), BOUNDS), UNFIT, 'no sample came through'),
    (of_nodes(GOOD, GRANTED), FIT, 'no node missed'),
    (of_nodes(path(nodes={'a': FIFO, 'b': ORDINARY}), GRANTED), WARNING, 'b did not get'),
    (of_nodes(path(nodes={'a': ORDINARY}), Rights(0)), FIT, 'no node missed'),
    (of_nodes(path(nodes={'a': replace(FIFO, missed=2)}), GRANTED), WARNING, 'missed: a 2'),
    (of_nodes(path(nodes={'a': FIFO, 'b': None}), GRANTED), UNMEASURED, 'from b'),
    (of_nodes(path(nodes={}), GRANTED), UNMEASURED, 'from any node'),
    (of_priority(GRANTED), FIT, 'go before'),
    (of_priority(REFUSED), WARNING, 'docs/realtime.md'),
    (of_priority(Rights(0)), WARNING, 'any program'),
    (of_memory(GRANTED), FIT, 'no node waits'),
    (of_memory(REFUSED), WARNING, 'docs/realtime.md'),
    (of_memory(Rights(0)), WARNING, 'wait for the disk'),
    (of_preemption('PREEMPT_RT'), FIT, 'made for real time'),
    (of_preemption('full'), FIT, 'PREEMPT_RT would'),
    (of_preemption('lazy'), FIT, 'PREEMPT_RT would'),
    (of_preemption('voluntary'), WARNING, 'preempt=full'),
    (of_preemption('none'), WARNING, 'preempt=full'),
    (of_preemption('of next year'), WARNING, 'preempt=full'),
    (of_preemption(None), UNMEASURED, 'does not show'),
    (of_governor(['performance', 'performance']), FIT, 'keep their speed'),
    (of_governor(['performance', 'powersave']), WARNING, 'powersave lets'),
    (of_governor([]), UNMEASURED, 'no governor is shown'),
    (of_processors(Processors(0.3, 0.0), REFUSED), FIT, 'room'),
    (of_processors(Processors(0.8, 0.0), REFUSED), WARNING, 'other programs'),
    (of_processors(Processors(1.0, 0.0), GRANTED), WARNING, 'other programs'),
    (of_processors(Processors(1.0, 0.0), REFUSED), UNFIT, 'encoder silent'),
    (of_processors(Processors(1.0, 0.0), Rights(0)), UNFIT, 'encoder silent'),
    (of_processors(Processors(0.1, 0.05), GRANTED), WARNING, 'another virtual machine'),
    (of_clock(1e-5, BOUNDS), FIT, 'was not set'),
    (of_clock(-0.006, BOUNDS), WARNING, 'set by 6 ms'),
    (of_clock(-3600.0, BOUNDS), UNFIT, 'encoder silent'),
    (of_clock(0.05, BOUNDS), UNFIT, 'set by 50 ms'),
    (of_flushes(Flushes('/data', [0.004, 0.1]), BOUNDS), FIT, 'soon kept'),
    (of_flushes(Flushes('/data', [0.6]), BOUNDS), WARNING, 'more than half of the 1000 ms'),
    (of_flushes(Flushes('/data', [1.4]), BOUNDS), UNFIT, 'session manager silent'),
    (of_flushes(Flushes('/data', [], 'read-only'), BOUNDS), UNFIT, 'read-only'),
    (of_flushes(Flushes('/data'), BOUNDS), UNMEASURED, 'nothing was written'),
    (of_neighbours([], '0', ''), FIT, 'nobody else'),
    (of_neighbours(['load_controller'], '0', 'left'), UNFIT, 'taken: load_controller'),
]


@pytest.mark.parametrize(('verdict', 'level', 'words'), TABLE)
def test_what_was_measured_decides(verdict, level, words):
    assert verdict.level is level
    assert words in verdict.sentence


def test_every_level_of_every_subject_that_has_figures_is_in_the_table():
    known = {(verdict.subject, level) for verdict, level, _ in TABLE}
    for subject in ('wake-ups', 'sample to load command', 'system clock', 'disk of the history'):
        assert {level for each, level in known if each == subject} >= {FIT, WARNING, UNFIT}


GAPS = strategies.lists(strategies.floats(0.0, 2.0), min_size=1, max_size=20)


@given(GAPS, strategies.floats(0.01, 0.5))
def test_one_gap_that_ends_a_set_is_enough_and_none_other_is(gaps, silence):
    bounds = replace(BOUNDS, silence=silence)
    judged = {of_wake_ups(WakeUps(gaps, ''), bounds).level,
              of_path(path(gaps=gaps), bounds).level,
              of_path(path(latencies=gaps, sent=len(gaps)), bounds).level}
    assert len(judged) == 1
    assert (judged == {UNFIT}) == (max(gaps) >= silence)


@given(GAPS, GAPS)
def test_a_computer_is_not_judged_better_for_further_gaps(gaps, further):
    before, after = (of_wake_ups(WakeUps(each, ''), BOUNDS).level
                     for each in (gaps, gaps + further))
    assert after >= before


@given(strategies.floats(-1e6, 1e6))
def test_a_clock_is_judged_alike_forwards_and_backwards(step):
    assert of_clock(step, BOUNDS).level is of_clock(-step, BOUNDS).level


@given(strategies.lists(strategies.sampled_from(Level), min_size=1))
def test_the_worst_verdict_is_the_status_and_what_is_not_known_is_not_passed(levels):
    verdicts = [Finding('', level, '', '') for level in levels]
    expected = 2 if UNFIT in levels else 0 if {*levels} == {FIT} else 1
    assert status(verdicts) == expected


def test_nothing_measured_is_no_permission():
    assert status([]) == 2


@pytest.mark.parametrize('verdict', [row[0] for row in TABLE])
def test_a_verdict_is_one_line_of_plain_words(verdict):
    assert verdict.subject and verdict.sentence
    assert '\n' not in verdict.measured + verdict.sentence
    assert not any(word in verdict.measured + verdict.sentence for word in ('None', 'nan', 'inf '))


def test_the_longest_gap_is_said_in_ms():
    verdict = of_wake_ups(WakeUps([0.0634], 'SCHED_OTHER'), BOUNDS)
    assert 'longest gap 63 ms' in verdict.measured and 'SCHED_OTHER' in verdict.measured
    assert 'due every 4 ms' in verdict.measured
