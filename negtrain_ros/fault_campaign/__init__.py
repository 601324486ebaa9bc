# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Fault campaign: every fault, caused at the full load and timed."""
