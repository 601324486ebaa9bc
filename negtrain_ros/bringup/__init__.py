# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Bring-up of the nodes of a machine: list, transport, processes."""
