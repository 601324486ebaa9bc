# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""How a node lives and ends."""
from collections.abc import Callable
import sys

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node


def spin(make_node: Callable[[], Node], args: list[str] | None = None) -> None:
    """
    Make a node and spin it until SIGINT or SIGTERM, which end it quietly with status 0.

    What the node refuses at its start (ValueError) ends it with one line and status 1; any other
    error is unexpected and ends it with its traceback: the machine unloads on the silence.
    """
    try:
        rclpy.init(args=args)
        rclpy.spin(make_node())
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    except (ValueError, rclpy.exceptions.InvalidHandle) as refusal:
        sys.exit(str(refusal))
    finally:
        rclpy.try_shutdown()
