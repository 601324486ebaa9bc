# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Settings of the graphs that the tests run."""

# A dead node is seen by others for some seconds of real time, which here are many.
PATIENT = {'session.patience': 600.0}
FASTEST = {'mock_machine': {'simulation.real_time_factor': 0.0}}
