# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Phase detector as a machine has it, from the file with the parameters of its nodes."""
from pathlib import Path

from negtrain_ros.core.phase.phase_detector import PhaseSettings
from negtrain_ros.core.phase.repetition_counter import RepetitionSettings
from negtrain_ros.core.settings import Refusal
from negtrain_ros.replay.sample import RecordingError
from negtrain_ros.shell import parameter_file, parameters

NODE = 'phase_detector'


def detector(path: Path, namespace: str = '') -> tuple[PhaseSettings, RepetitionSettings]:
    """
    Return the settings of the phase detector.

    :param namespace: of the machine; empty: the one that the file is for
    :raises Unusable: rcl or the node would refuse the file, or it is for several machines
    """
    try:
        sections = parameter_file.read(path)
        possible = parameter_file.namespaces(sections, NODE)
        wanted = ['/' + namespace.strip('/')] if namespace else possible
        found = [parameter_file.given(sections, NODE, each) for each in wanted or ['/']]
        if any(each != found[0] for each in found):
            raise RecordingError(f'{path}: the phase detectors in {", ".join(wanted)} differ; '
                           'say --namespace')
        if namespace and possible and not any(
                section.is_of(NODE, wanted[0]) for section in sections):
            raise RecordingError(f'{path}: has a phase detector in {", ".join(possible)}, '
                           f'none in {wanted[0]}')
        values = {name: value for name, value in found[0].items()
                  if name not in parameters.OF_EVERY_NODE}
        phase, repetition = parameters.make(
            NODE, values, phase=PhaseSettings, repetition=RepetitionSettings)
    except parameter_file.ParameterFileError as refusal:
        raise RecordingError(str(refusal)) from None
    except Refusal as refusal:
        raise RecordingError(f'{path}: {refusal}') from None
    return phase, repetition
