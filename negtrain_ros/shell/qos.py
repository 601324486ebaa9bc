# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Quality of service of each kind of message, and the reasons for it."""
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

# A sample that came late is worth nothing: the next one is already under way.
SAMPLES = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)

# Only the newest command counts, and none that is older than the machine may trust it. A lost one
# is made good by the next, sooner than it could be asked for again (docs/decisions/0008).
COMMANDS = QoSProfile(
    depth=1, reliability=ReliabilityPolicy.BEST_EFFORT,
    lifespan=Duration(nanoseconds=100_000_000))

# In simulated time, which may stand still for longer than that, a command grows old by its stamp.
SIMULATED_COMMANDS = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)

# What a picture is drawn of, by somebody for whom simulated time waits.
EVERY_SAMPLE = QoSProfile(depth=500, reliability=ReliabilityPolicy.RELIABLE)

# What happened once must be heard once, also by a listener that is busy for a while.
EVENTS = QoSProfile(depth=100, reliability=ReliabilityPolicy.RELIABLE)

# The same for a listener who must not miss what happened while it was down: of repetitions, a
# quarter of an hour.
KEPT_EVENTS = QoSProfile(
    depth=1000, reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL)

# Whoever comes late must know how things stand.
STATE = QoSProfile(
    depth=1, reliability=ReliabilityPolicy.RELIABLE, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def commands(node: Node) -> QoSProfile:
    """Return how the commands of a node are kept, in its kind of time."""
    return SIMULATED_COMMANDS if node.get_parameter('use_sim_time').value else COMMANDS
