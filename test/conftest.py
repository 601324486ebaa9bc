# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of all tests."""
import os

from hypothesis import settings

# How long an example takes says how busy the computer is, and nothing about what is tested. Where
# a change is judged, the same change is judged the same way twice.
settings.register_profile('negtrain', deadline=None, derandomize='CI' in os.environ)
settings.load_profile('negtrain')
