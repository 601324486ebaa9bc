# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The numbers that documents give are those of the settings."""
from pathlib import Path

from negtrain_ros.core.load.load_profile import LoadProfileSettings
from negtrain_ros.core.load.spotter import SpotterSettings
from negtrain_ros.core.safety.load_limits import LoadLimits, LoweringSpeedLimits
import pytest

DOCS = Path(__file__).parents[2] / 'docs'
SHAPE, SPOTTER, LIMITS = LoadProfileSettings(), SpotterSettings(), LoadLimits()


@pytest.mark.parametrize(('document', 'words'), [
    ('methods.md', f'over {100.0 * SHAPE.rise_share:g} % of the time down '
                   f'(at most {SHAPE.rise_longest:g} s)'),
    ('methods.md', f'never steeper than {LIMITS.rise:g} kg/s'),
    ('safety.md', f'no progress for {SPOTTER.stall_time:g} s in the middle of the range'),
    ('safety.md', f'{LIMITS.rise:g} kg/s up and {LIMITS.fall:g} kg/s down, '
                  f'{SHAPE.release:g} kg/s at the end of a set without fault'),
    ('safety.md', f'{LoweringSpeedLimits().over_speed:g} m/s'),
])
def test_a_number_of_a_document_is_that_of_its_setting(document, words):
    assert words in ' '.join((DOCS / document).read_text().split())
