# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Node that runs calibrations, strength tests and trainings and stores their results."""
from functools import partial

from negtrain_interfaces.msg import LoadState, Repetition, SessionState
from negtrain_interfaces.srv import AcceptStrengthTest
from negtrain_ros.core import types
from negtrain_ros.core.planning.strength import StrengthSettings
from negtrain_ros.core.session.range_calibration import CalibrationSettings
from negtrain_ros.core.session.session import HEARTBEAT, Session, SessionEnded, SessionSettings
from negtrain_ros.core.session.state_machine import SessionTrigger
from negtrain_ros.history.settings import HistorySettings
from negtrain_ros.shell import conversions, parameters, qos, services, spin
from negtrain_ros.shell.change_filter import ChangeFilter
from negtrain_ros.shell.diagnostics import Diagnostics
from negtrain_ros.shell.history_setup import open_history
from negtrain_ros.shell.load_controller_client import LoadControllerClient
from negtrain_ros.shell.polled_subscription import PollingNode
from negtrain_ros.shell.session_actions import SessionActions
from negtrain_ros.shell.single_goal_server import SingleGoalServer

PERIOD = 0.05  # s


class SessionManagerNode(PollingNode):
    """Serve the actions, subscribe `load_state` and `repetitions`, publish `session`."""

    def __init__(self, **options):
        """Wire session and history; parameters as in docs/parameters.md."""
        super().__init__(
            'session_manager', automatically_declare_parameters_from_overrides=True, **options)
        session, calibration, strength, place = parameters.declare(
            self, session=SessionSettings, calibration=CalibrationSettings,
            strength=StrengthSettings, history=HistorySettings)
        self._session = Session(session)
        history, self._session_log = open_history(self, place)
        self._load = None
        self._changes = ChangeFilter(types.SessionState, HEARTBEAT, ['rest_left'])
        self._load_client = LoadControllerClient(self)
        self._diagnostics = Diagnostics(self)
        self.create_subscription(LoadState, 'load_state', self._on_load, qos.STATE)
        self.create_subscription(Repetition, 'repetitions', self._on_repetition, qos.KEPT_EVENTS)
        self._states = self.create_publisher(SessionState, 'session', qos.STATE)
        self._steady = partial(conversions.steady, self)
        services.serve(self, services.session_requests(self._session, self._steady), self._step)
        offers = SessionActions(
            self._begin, self._occupied, partial(conversions.now, self), history,
            self._session_log, calibration=calibration, strength=strength,
            load=lambda: self._load)
        self.create_service(AcceptStrengthTest, 'accept_strength_test', offers.accept)
        self._actions = SingleGoalServer(self, self._on_cancel, **offers.all())
        self.create_timer(PERIOD, self._step)

    def _occupied(self):
        return self._session.occupied if conversions.now(self) else 'waiting for simulated time'

    def _begin(self, activity, interrupted):
        now = conversions.now(self)
        self._session_log.open(activity, interrupted, now)
        self._session.start(activity, now, self._steady())
        self._step()

    def _on_load(self, message):
        self._load = conversions.from_msg(types.LoadState, message)
        self._diagnostics.heard('load_state', self._load.stamp)
        self._session_log.on_load_state(self._load)
        self._step()  # in simulated time, the timer of rclpy may come late

    def _on_repetition(self, message):
        repetition = conversions.from_msg(types.Repetition, message)
        self._session.on_repetition(repetition)
        self._session_log.on_repetition(repetition)
        self._step()

    def _on_cancel(self):
        self._session.request(
            SessionTrigger.STOP, conversions.now(self), 'cancelled', self._steady())
        self._step()

    def _step(self):
        now = conversions.now(self)
        state, happenings = self._session.step(
            self._load, now, self._load_client.refusal, self._steady())
        for happening in happenings:
            self._session_log.on_event(happening)
        self._load_client.step(self._session.desired_state, self._load)
        if self._changes.should_publish(state):
            self._states.publish(conversions.to_msg(state))
            self._actions.report(state)
        for happening in happenings:
            if isinstance(happening, SessionEnded):
                self.get_logger().info(f'{happening.stage.name.lower()} {happening.reason}')
                self._actions.finish(happening.stage, happening.reason)


def main(args=None):
    """Run the node."""
    spin.spin(SessionManagerNode, args)
