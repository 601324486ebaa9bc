# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Topics of a machine with their types and quality of service (docs/interfaces.md)."""
from negtrain_interfaces.msg import (
    EncoderCounts,
    HandleState,
    LoadCommand,
    LoadState,
    MachineState,
    PhaseState,
    Prescription,
    Repetition,
    SessionState,
    Truth,
)
from negtrain_ros.shell import qos

MACHINE = {
    'encoder_counts': (EncoderCounts, qos.SAMPLES),
    'handle': (HandleState, qos.SAMPLES),
    'phase': (PhaseState, qos.SAMPLES),
    'load_command': (LoadCommand, qos.COMMANDS),
    'machine_state': (MachineState, qos.SAMPLES),
    'repetitions': (Repetition, qos.EVENTS),
    'load_state': (LoadState, qos.STATE),
    'session': (SessionState, qos.STATE),
    'prescription': (Prescription, qos.STATE),
}
SIMULATION = {**MACHINE, 'truth': (Truth, qos.EVERY_SAMPLE)}
