# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Faults of a session as a report shows them."""
from negtrain_ros.history.reports.html import faults_by_kind


def fault(name, at, explanation=''):
    return {'fault': name, 'explanation': explanation, 'happened_at': at}


def test_what_passes_by_itself_never_hides_what_ended_a_set():
    passing = [fault('phase_unknown', at, f'since {at}') for at in range(23)]
    shown = faults_by_kind([*passing[:9], fault('over_speed', 8.5, 'too fast'), *passing[9:]])
    assert [(row['fault'], row['times'], row['happened_at']) for row in shown] == [
        ('over_speed', 1, 8.5), ('phase_unknown', 23, 0)]
    assert shown[0]['explanation'] == 'too fast'


def test_no_fault_is_lost():
    met = [fault(name, at) for at, name in enumerate(
        ['stall', 'over_speed', 'stall', 'chatter', 'over_speed', 'phase_unknown'])]
    assert sum(row['times'] for row in faults_by_kind(met)) == len(met)
    assert {row['fault'] for row in faults_by_kind(met)} == {row['fault'] for row in met}
