# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Transport of the nodes: the settings of DDS in the environment."""
from collections.abc import Mapping
import os

from negtrain_ros.bringup.node_list import share

RANGE = 'ROS_AUTOMATIC_DISCOVERY_RANGE'
PROFILES = 'FASTRTPS_DEFAULT_PROFILES_FILE'
TRANSPORTS = 'FASTDDS_BUILTIN_TRANSPORTS'

# Whoever sets one of these has chosen how the nodes talk.
CHOICES = (PROFILES, 'FASTDDS_DEFAULT_PROFILES_FILE', TRANSPORTS)

# These lead beyond this computer whatever the range.
PEERS = ('ROS_STATIC_PEERS', 'ROS_DISCOVERY_SERVER')


def environment_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """
    Return what keeps nodes from shared memory, in which a killed one can deafen its successor.

    :param environment: in which the nodes will run; what somebody chose there holds, and
        LOCALHOST is kept by a profile, because rmw_fastrtps itself would add shared memory to it
    """
    implementation = environment.get('RMW_IMPLEMENTATION') or 'rmw_fastrtps_cpp'
    discovery = environment.get(RANGE) or 'SUBNET'
    if (not implementation.startswith('rmw_fastrtps') or discovery == 'SYSTEM_DEFAULT'
            or environment.get('ROS_LOCALHOST_ONLY') == '1'
            or any(environment.get(name) for name in CHOICES)):
        return {}
    if discovery != 'LOCALHOST':
        return {TRANSPORTS: 'UDPv4'}
    if any(environment.get(name) for name in PEERS):
        return {}
    return {RANGE: 'SYSTEM_DEFAULT', PROFILES: str(share() / 'config' / 'loopback.xml')}


def stay_local() -> None:
    """Keep this process and those that it starts on this computer, unless told otherwise."""
    os.environ.setdefault(RANGE, 'LOCALHOST')
    os.environ.update(environment_variables(os.environ))
