# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Planning: strength, programmes and prescriptions."""
