# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Messages that wait until they are taken."""
import time

from negtrain_interfaces.msg import EncoderCounts
from negtrain_ros.shell import qos
from negtrain_ros.shell.polled_subscription import PollingNode
import pytest
import rclpy
from rclpy.experimental.events_executor import EventsExecutor


@pytest.fixture
def node():
    context = rclpy.Context()
    rclpy.init(context=context)
    node = PollingNode('listener', context=context)
    yield node
    node.destroy_node()
    rclpy.try_shutdown(context=context)


def test_what_waits_is_taken_in_order_and_nobody_is_called_back(node):
    heard = []
    node.create_subscription(
        EncoderCounts, 'counts', lambda message: heard.append(message.counts), qos.EVENTS)
    inbox = node.create_inbox(EncoderCounts, 'counts', qos.EVENTS)
    publisher = node.create_publisher(EncoderCounts, 'counts', qos.EVENTS)
    executor = EventsExecutor(context=node.context)
    executor.add_node(node)
    begin = time.time_ns()
    for counts in range(50):
        publisher.publish(EncoderCounts(counts=counts))
    deadline, waiting = time.monotonic() + 60.0, []
    while min(len(heard), len(waiting)) < 50 and time.monotonic() < deadline:
        executor.spin_once(timeout_sec=0.1)
        waiting += inbox.take()
    executor.shutdown()
    assert [message.counts for message, _ in waiting] == heard == list(range(50))
    times = [begin, *(received for _, received in waiting), time.time_ns()]
    assert times == sorted(times)


def test_the_newest_wait_as_many_as_the_profile_keeps(node):
    inbox = node.create_inbox(EncoderCounts, 'counts', qos.SAMPLES)
    publisher = node.create_publisher(EncoderCounts, 'counts', qos.EVENTS)
    deadline, newest, counts = time.monotonic() + 60.0, [], 0
    while newest[-1:] != [counts] and time.monotonic() < deadline:
        for _ in range(20):
            counts += 1
            publisher.publish(EncoderCounts(counts=counts))
        time.sleep(0.05)
        newest = [message.counts for message, _ in inbox.take()]
    assert newest == list(range(counts - qos.SAMPLES.depth + 1, counts + 1))
