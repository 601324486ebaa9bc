# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Nodes, one file each; a node connects topics to the core and decides nothing."""
