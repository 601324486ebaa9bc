# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Checks before arming; each answer is one line for people."""
from negtrain_ros.core.planning.prescription_check import check
from negtrain_ros.core.safety.fault_table import fault_names
from negtrain_ros.core.safety.inputs import InputAges, LoadInputs
from negtrain_ros.core.safety.load_limits import LoadLimits
from negtrain_ros.core.types import HandleState, MachineState, Method, Prescription, Quality

AT_REST = 0.02  # m/s


def prescription_check(prescription: Prescription | None, limits: LoadLimits) -> str | None:
    """Return why a prescription cannot be armed."""
    if prescription is None:
        return 'nothing is prescribed'
    refusal = check(prescription, limits)
    if refusal is not None or prescription.rom is not None:
        return refusal
    up, down = prescription.concentric, prescription.eccentric
    if up != down or up > limits.light or prescription.method is not Method.REGULAR:
        return (f'range of motion not known: only {limits.light:g} kg and less, '
                'the same both ways')
    return None


def session_check(prescription: Prescription | None, limit: float) -> str | None:
    """Return why a prescription is more than the session lets be armed, a limit [kg]."""
    if prescription is None:
        return 'nothing is prescribed'
    heaviest = max(prescription.concentric, prescription.eccentric)
    if heaviest <= limit:
        return None
    return (f'{heaviest:g} kg is above what the session allows, {limit:g} kg: begin a training, '
            'or calibrate, test or train within the limits of the athlete')


def readiness_check(inputs: LoadInputs, ages: InputAges, speed: float, now: float) -> str | None:
    """
    Return what graph, encoder, phase detector, machine or session lack.

    :param speed: upwards, of the handle without tremor [m/s]
    :param now: time [s]
    """
    heard, estimate = inputs.session_heard, inputs.estimate
    refusal = inputs.graph or _encoder(inputs.handle, ages, speed, now)
    if refusal is not None:
        return refusal
    if estimate is None or not abs(now - estimate.stamp) <= ages.phase_stale:
        return 'phase detector is silent'
    refusal = _machine(inputs.machine, ages, now)
    if refusal is not None:
        return refusal
    if heard is not None and now - heard > ages.session_stale:
        return 'session manager is silent'
    return None


def _encoder(handle: HandleState | None, ages: InputAges, speed: float, now: float) -> str | None:
    if handle is None or not abs(now - handle.stamp) <= ages.stale:
        return 'encoder is silent'
    if handle.quality is not Quality.GOOD:
        return 'encoder cannot be trusted'
    if not abs(speed) <= AT_REST:
        return f'the handle moves at {speed:.2g} m/s: bring it to rest'
    return None


def _machine(machine: MachineState | None, ages: InputAges, now: float) -> str | None:
    if machine is None or not abs(now - machine.stamp) <= ages.machine_stale:
        return 'machine is silent'
    if machine.emergency_stop:
        return 'emergency stop is pressed'
    if machine.faults:
        return f'machine: {fault_names(machine.faults)}'
    if machine.watchdog:
        return 'machine does not hear commands'
    return None
