# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Facts that several parts need, each stated once."""
from dataclasses import fields

from negtrain_ros.core.phase.phase_detector import PhaseSettings
from negtrain_ros.core.phase.repetition_counter import RepetitionSettings
from negtrain_ros.core.planning.exercise import Exercise
from negtrain_ros.core.types import Order, ORDERS
from negtrain_ros.replay.command import OrderWord
import pytest


@pytest.mark.parametrize('settings', [PhaseSettings, Exercise])
def test_the_order_of_a_repetition_has_one_spelling(settings):
    (order,) = (each for each in fields(settings) if each.name == 'order')
    assert order.metadata['choices'] == tuple(ORDERS)
    assert {each.setting for each in OrderWord} == set(ORDERS)
    assert set(ORDERS.values()) == set(Order)


def test_detector_and_counter_share_no_setting():
    assert not ({each.name for each in fields(PhaseSettings)}
                & {each.name for each in fields(RepetitionSettings)})
