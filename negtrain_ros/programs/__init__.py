# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Programmes and exercises, as people write them in YAML."""
