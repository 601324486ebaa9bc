# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Turn phases into load commands, and end with a light handle whatever breaks."""
from dataclasses import replace

from negtrain_interfaces.msg import LoadCommand, LoadState, Prescription, SessionState
from negtrain_interfaces.srv import Prescribe
from negtrain_ros.core import types
from negtrain_ros.core.changes import Changes
from negtrain_ros.core.inputs import Inputs
from negtrain_ros.core.load import LoadController, LoadSettings
from negtrain_ros.shell import conversions, graph, parameters, qos, run, topics
from negtrain_ros.shell.diagnostics import Diagnostics
from rclpy.node import Node
from std_srvs.srv import Trigger

SILENCE = 0.02  # s without a phase after which the controller decides by itself
STATE_PERIOD = 0.05  # s between states in which nothing has changed
CHANGING = ('target', 'commanded', 'explanation', 'prescription')
HEARD = {  # topic: value of the core, field of the inputs
    'handle': (types.Handle, 'handle'),
    'phase': (types.PhaseEstimate, 'estimate'),
    'machine_state': (types.MachineState, 'machine'),
}


class LoadControllerNode(Node):
    """Subscribe what is in HEARD and `session`; publish `load_command`, `load_state`."""

    def __init__(self, **options):
        """Wire the controller of the core; parameters as in docs/parameters.md."""
        super().__init__(
            'load_controller', automatically_declare_parameters_from_overrides=True, **options)
        self._controller = LoadController(*parameters.declare(self, load=LoadSettings))
        self._inputs = Inputs()
        self._state = None
        self._changes = Changes(types.LoadState, STATE_PERIOD, CHANGING)
        self._decided = 0.0
        self._diagnostics = Diagnostics(self, lambda: self._state.faults if self._state else ())
        for topic, (kind, name) in HEARD.items():
            message, profile = topics.MACHINE[topic]
            self.create_subscription(message, topic, self._listener(topic, kind, name), profile)
        self.create_subscription(SessionState, 'session', self._on_session, qos.STATE)
        self._commands = self.create_publisher(LoadCommand, 'load_command', qos.COMMANDS)
        self._states = self.create_publisher(LoadState, 'load_state', qos.STATE)
        self._prescriptions = self.create_publisher(Prescription, 'prescription', qos.STATE)
        self.create_service(Prescribe, 'prescribe', self._on_prescribe)
        for name in ('arm', 'disarm', 'emergency_stop', 'reset_faults'):
            self.create_service(Trigger, name, self._answerer(getattr(self._controller, name)))
        self.create_timer(SILENCE, self._on_timer)
        self.create_timer(graph.PERIOD, self._on_graph_timer)

    def _listener(self, topic, kind, name):
        def listen(message):
            value = conversions.from_msg(kind, message)
            self._diagnostics.heard(topic, value.stamp)
            self._inputs = replace(self._inputs, **{name: value})
            if topic == 'phase':
                self._decide(max(conversions.now(self), value.stamp))
        return listen

    def _on_session(self, message):
        self._inputs = replace(self._inputs, session_heard=conversions.now(self))

    def _on_timer(self):
        now = conversions.now(self)
        if now - self._decided >= SILENCE:
            self._decide(now)

    def _on_graph_timer(self):
        self._inputs = replace(self._inputs, graph=graph.reason(self, (*HEARD, 'session')))

    def _decide(self, now):
        self._decided = now
        command, state = self._controller.step(self._inputs, now)
        self._commands.publish(conversions.to_msg(command))
        self._state = state
        if self._changes.worth_saying(state):
            self._states.publish(conversions.to_msg(state))

    def _on_prescribe(self, request, response):
        try:
            prescription = conversions.from_msg(types.Prescription, request.prescription)
        except ValueError as error:
            response.reason = str(error)
        else:
            response.reason = self._controller.prescribe(
                prescription, conversions.now(self)) or ''
        response.accepted = not response.reason
        if response.accepted:
            self._prescriptions.publish(request.prescription)
        return response

    def _answerer(self, request):
        def answer(_, response):
            reason = request(conversions.now(self))
            response.success, response.message = reason is None, reason or ''
            self.get_logger().info(f'{request.__name__}: {reason or "done"}')
            self._decide(conversions.now(self))
            return response
        return answer


def main(args=None):
    """Run the node."""
    run.spin(LoadControllerNode, args)
