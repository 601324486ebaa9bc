# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Run calibrations, strength tests and trainings, and keep what came of them."""
from functools import partial

from negtrain_interfaces.msg import LoadState, Repetition, SessionState
from negtrain_interfaces.srv import AcceptStrengthTest
from negtrain_ros.core import types
from negtrain_ros.core.calibration import CalibrationSettings
from negtrain_ros.core.changes import Changes
from negtrain_ros.core.course import Event
from negtrain_ros.core.session import HEARTBEAT, Session, SessionEnded, SessionSettings
from negtrain_ros.core.strength import StrengthSettings
from negtrain_ros.history.settings import HistorySettings
from negtrain_ros.shell import conversions, parameters, qos, run, services
from negtrain_ros.shell.actions import Actions
from negtrain_ros.shell.diagnostics import Diagnostics
from negtrain_ros.shell.inbox import InboxNode
from negtrain_ros.shell.keeping import open_history
from negtrain_ros.shell.offers import Offers
from negtrain_ros.shell.wishes import Wishes

PERIOD = 0.05  # s
REQUESTS = {'pause': Event.PAUSE, 'resume': Event.RESUME, 'skip_rest': Event.RESTED}


class SessionManager(InboxNode):
    """Serve the actions, subscribe `load_state` and `repetitions`, publish `session`."""

    def __init__(self, **options):
        """Wire session and history; parameters as in docs/parameters.md."""
        super().__init__(
            'session_manager', automatically_declare_parameters_from_overrides=True, **options)
        session, calibration, strength, place = parameters.declare(
            self, session=SessionSettings, calibration=CalibrationSettings,
            strength=StrengthSettings, history=HistorySettings)
        self._session = Session(session)
        history, self._journal = open_history(self, place)
        self._load = None
        self._changes = Changes(types.SessionState, HEARTBEAT, ['rest_left'])
        self._wishes = Wishes(self)
        self._diagnostics = Diagnostics(self)
        self.create_subscription(LoadState, 'load_state', self._on_load, qos.STATE)
        self.create_subscription(Repetition, 'repetitions', self._on_repetition, qos.KEPT_EVENTS)
        self._states = self.create_publisher(SessionState, 'session', qos.STATE)
        services.serve(self, {name: partial(self._on_request, event)
                              for name, event in REQUESTS.items()}, self._step)
        offers = Offers(
            self._begin, self._occupied, partial(conversions.now, self), history, self._journal,
            calibration=calibration, strength=strength, test_rest=session.test_rest,
            load=lambda: self._load)
        self.create_service(AcceptStrengthTest, 'accept_strength_test', offers.accept)
        self._actions = Actions(self, self._on_cancel, **offers.all())
        self.create_timer(PERIOD, self._step)

    def _occupied(self):
        return self._session.occupied if conversions.now(self) else 'nobody says what time it is'

    def _begin(self, activity, interrupted):
        now = conversions.now(self)
        self._journal.open(activity, interrupted, now)
        self._session.start(activity, now)
        self._step()

    def _on_load(self, message):
        self._load = conversions.from_msg(types.LoadState, message)
        self._diagnostics.heard('load_state', self._load.stamp)
        self._journal.watch(self._load)

    def _on_repetition(self, message):
        repetition = conversions.from_msg(types.Repetition, message)
        self._session.hear(repetition)
        self._journal.hear(repetition)
        self._step()

    def _on_request(self, event, now):
        return self._session.request(event, now, event.name.lower())

    def _on_cancel(self):
        self._session.request(Event.STOP, conversions.now(self), 'cancelled')
        self._step()

    def _step(self):
        now = conversions.now(self)
        state, happenings = self._session.step(self._load, now, self._wishes.refusal)
        for happening in happenings:
            self._journal.take(happening)
        self._wishes.step(self._session.wish, self._load)
        if self._changes.worth_saying(state):
            self._states.publish(conversions.to_msg(state))
            self._actions.report(state)
        for happening in happenings:
            if isinstance(happening, SessionEnded):
                self.get_logger().info(f'{happening.stage.name.lower()} {happening.reason}')
                self._actions.finish(happening.stage, happening.reason)


def main(args=None):
    """Run the node."""
    run.spin(SessionManager, args)
