# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
A CiA 402 drive on a CANopen bus, with a simulated machine and athlete behind it.

The CANopen stack is that of the library `durand`, not the one of drives/; the profile on top of it
is ours.
"""
