# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""What all tests share."""
from hypothesis import settings

# How long an example takes says how busy the computer is, and nothing about what is tested.
settings.register_profile('negtrain', deadline=None)
settings.load_profile('negtrain')
