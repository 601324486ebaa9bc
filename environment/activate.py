# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Make every Python of the environment know where its ROS packages are: nothing is sourced."""
import os
import sys

MARKER = '_ROS_WHEELS_BOOTSTRAP_COMPLETE'

# The wheels' bootstrapper starts Python anew with its library path, once, and leaves the marker.
# A process started from another environment inherits that marker together with foreign paths.
library_path = os.environ.get('LD_LIBRARY_PATH', '').split(os.pathsep)
if MARKER in os.environ and f'{sys.prefix}/lib' not in library_path:
    for name in (MARKER, 'LD_LIBRARY_PATH', 'AMENT_PREFIX_PATH'):
        os.environ.pop(name, None)

# Last, so that a workspace built on top of this environment comes before it.
prefixes = [path for path in os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep) if path]
if sys.prefix not in prefixes:
    os.environ['AMENT_PREFIX_PATH'] = os.pathsep.join([*prefixes, sys.prefix])
