# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Checks of the graph of nodes: duplicate or missing publishers."""
from collections.abc import Iterable

from rclpy.node import Node

PERIOD = 0.5  # s between looks; a second publisher has been found before anybody could arm


def reason(node: Node, heard: Iterable[str]) -> str | None:
    """
    Return why a node must not trust its graph, or None.

    :param heard: topics that must each have one publisher; `load_command` must have none but it
    """
    for topic in (*heard, 'load_command'):
        count = node.count_publishers(topic)
        if count != 1:
            return f'{count} publish {topic}' if count else f'nobody publishes {topic}'
    if not node.get_parameter('use_sim_time').value and node.count_publishers('/clock'):
        return 'somebody simulates the time, but this machine is real'
    return None
