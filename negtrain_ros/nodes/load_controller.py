# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Load controller node: from phases to load commands, with a light handle after any fault."""
from dataclasses import replace
from functools import partial

from negtrain_interfaces.msg import LoadCommand, LoadState, SessionState
from negtrain_ros.core import types
from negtrain_ros.core.load.load_controller import LoadController, LoadSettings
from negtrain_ros.core.safety.inputs import LoadInputs
from negtrain_ros.shell import conversions, graph_checks, parameters, qos, services, spin, topics
from negtrain_ros.shell.change_filter import ChangeFilter
from negtrain_ros.shell.diagnostics import Diagnostics
from negtrain_ros.shell.realtime import RealTimeSettings
from rclpy.node import Node

SILENCE = 0.02  # s without a phase after which the controller decides by itself
STATE_PERIOD = 0.05  # s between states in which nothing has changed
CHANGING = ('target', 'commanded', 'explanation', 'prescription')
HEARD = {  # topic: value of the core, field of the inputs
    'handle': (types.HandleState, 'handle'),
    'phase': (types.PhaseState, 'estimate'),
    'machine_state': (types.MachineState, 'machine'),
}
REQUESTS = ('arm', 'disarm', 'emergency_stop', 'reset_faults')


class LoadControllerNode(Node):
    """Subscribe what is in HEARD and `session`; publish `load_command`, `load_state`."""

    def __init__(self, **options):
        """Wire the controller of the core; parameters as in docs/parameters.md."""
        super().__init__(
            'load_controller', automatically_declare_parameters_from_overrides=True, **options)
        load, realtime = parameters.declare(self, load=LoadSettings, realtime=RealTimeSettings)
        self._controller = LoadController(load)
        self._inputs = LoadInputs()
        self._state = None
        self._changes = ChangeFilter(types.LoadState, STATE_PERIOD, CHANGING)
        self._decided = 0.0
        self._diagnostics = Diagnostics(
            self, lambda: self._state.faults if self._state else (), realtime)
        for topic, (kind, name) in HEARD.items():
            message, profile = topics.MACHINE[topic]
            self.create_subscription(message, topic, self._listener(topic, kind, name), profile)
        self.create_subscription(SessionState, 'session', self._on_session, qos.STATE)
        self._commands = self.create_publisher(LoadCommand, 'load_command', qos.commands(self))
        self._states = self.create_publisher(LoadState, 'load_state', qos.STATE)
        services.serve_prescriptions(self, self._controller.prescribe)
        services.serve(self, {name: partial(self._on_request, name) for name in REQUESTS},
                       self._decide)
        self.create_timer(SILENCE, self._on_timer)
        self.create_timer(graph_checks.PERIOD, self._on_graph_timer)

    def _listener(self, topic, kind, name):
        def listen(message):
            value = conversions.from_msg(kind, message)
            self._diagnostics.heard(topic, value.stamp)
            self._inputs = replace(self._inputs, **{name: value})
            if topic == 'phase':
                self._decide(value.stamp)
        return listen

    def _on_session(self, message):
        self._inputs = replace(
            self._inputs, session_heard=conversions.now(self), session_limit=message.limit)

    def _on_timer(self):
        if conversions.now(self) - self._decided >= SILENCE:
            self._decide()

    def _on_graph_timer(self):
        self._inputs = replace(self._inputs, graph=graph_checks.reason(self, (*HEARD, 'session')))

    def _decide(self, stamp=0.0):
        self._decided = now = max(conversions.now(self), stamp)
        command, state = self._controller.step(self._inputs, now)
        self._commands.publish(conversions.to_msg(command))
        self._state = state
        if self._changes.should_publish(state):
            self._states.publish(conversions.to_msg(state))

    def _on_request(self, name, now):
        reason = getattr(self._controller, name)(now)
        self.get_logger().info(f'{name}: {reason or "done"}')
        return reason


def main(args=None):
    """Run the node."""
    spin.spin(LoadControllerNode, args)
