# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Values made for every sample: equal by content, and without room for other attributes."""
from negtrain_ros.core.value import value
import pytest


@value
class Reading:
    stamp: float
    position: float = 0.0


def test_values_are_equal_by_content():
    assert Reading(1.0) == Reading(1.0, 0.0) != Reading(2.0)


def test_a_value_has_no_attribute_that_is_not_declared():
    with pytest.raises(AttributeError):
        Reading(1.0).velocity = 2.0
