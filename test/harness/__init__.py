# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Parts that several tests share."""
