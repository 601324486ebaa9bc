# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Executables of the nodes; a signal ends them quietly, even while they are still loading."""
from functools import partial
from importlib import import_module
import os
import signal


def _run(module: str) -> None:
    """Load a module, which takes seconds on a busy computer, and run its main()."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # Nothing is there yet that would have to be brought to an end.
        signal.signal(number, lambda number, frame: os._exit(0))
    import_module(module).main()


encoder_publisher = partial(_run, 'negtrain_ros.nodes.encoder_publisher')
phase_detector = partial(_run, 'negtrain_ros.nodes.phase_detector')
load_controller = partial(_run, 'negtrain_ros.nodes.load_controller')
session_manager = partial(_run, 'negtrain_ros.nodes.session_manager')
mock_machine = partial(_run, 'negtrain_ros.nodes.mock_machine')
machine = partial(_run, 'negtrain_ros.nodes.machine')
simulated_drive = partial(_run, 'negtrain_ros.simulated_drive.node')
composed = partial(_run, 'negtrain_ros.bringup.composed')
