# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Replay a recording: `python -m negtrain_ros.replay FILE`."""
from negtrain_ros.replay.command import replay
from negtrain_ros.terminal import degrade
import typer

degrade()
typer.run(replay)
