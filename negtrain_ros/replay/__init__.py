# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain replay`: run the core over a recording, as it would have run at the machine."""
