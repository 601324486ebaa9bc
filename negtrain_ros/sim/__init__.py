# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Simulation of the machine, the athlete and the faults; as pure as the core."""
