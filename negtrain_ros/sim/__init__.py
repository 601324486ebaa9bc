# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Simulation of machine, athlete and faults; as pure as the core."""
