# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Reports of the history: pages, charts and exports."""
