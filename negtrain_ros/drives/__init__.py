# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Drives of real motors, one file each, behind the protocol of drives/drive.py; no ROS."""
