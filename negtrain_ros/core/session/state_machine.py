# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""State machine of the session: stages, transitions and the texts of the display."""
from enum import auto, Enum

from negtrain_ros.core.types import Instruction, SessionStage


class SessionTrigger(Enum):
    """What can happen to a session."""

    START = auto()      # an activity was asked for
    READY = auto()      # position taken, armed, countdown over
    SET_OVER = auto()   # and another one follows
    LAST_OVER = auto()  # and it was the last
    RESTED = auto()     # or the rest was skipped
    PAUSE = auto()      # asked for, or the machine has unloaded
    RESUME = auto()
    STOP = auto()


WORKING = (SessionStage.CALIBRATING, SessionStage.TESTING, SessionStage.TRAINING)
OPEN = (SessionStage.COUNTDOWN, *WORKING, SessionStage.RESTING, SessionStage.PAUSED)
CLOSED = (SessionStage.IDLE, SessionStage.FINISHED, SessionStage.STOPPED)

# READY leads to the working stage of the activity in hand; TRAINING stands for all three.
TRANSITIONS: dict[tuple[SessionStage, SessionTrigger], SessionStage] = {
    **{(stage, SessionTrigger.START): SessionStage.COUNTDOWN for stage in CLOSED},
    (SessionStage.COUNTDOWN, SessionTrigger.READY): SessionStage.TRAINING,
    **{(stage, SessionTrigger.SET_OVER): SessionStage.RESTING for stage in WORKING},
    **{(stage, SessionTrigger.LAST_OVER): SessionStage.FINISHED for stage in WORKING},
    (SessionStage.RESTING, SessionTrigger.RESTED): SessionStage.COUNTDOWN,
    **{(stage, SessionTrigger.PAUSE): SessionStage.PAUSED
       for stage in OPEN if stage is not SessionStage.PAUSED},
    (SessionStage.PAUSED, SessionTrigger.RESUME): SessionStage.COUNTDOWN,
    **{(stage, SessionTrigger.STOP): SessionStage.STOPPED for stage in OPEN},
}

INSTRUCTIONS = {
    SessionStage.COUNTDOWN: (Instruction.TAKE_POSITION, 'bring the handle to rest at the start'),
    SessionStage.RESTING: (Instruction.REST, 'rest'),
    SessionStage.PAUSED: (Instruction.REST, 'paused'),
    SessionStage.FINISHED: (Instruction.NOTHING, 'finished'),
    SessionStage.STOPPED: (Instruction.NOTHING, 'stopped'),
    SessionStage.IDLE: (Instruction.NOTHING, 'ready'),
}

REQUESTS = {'pause': SessionTrigger.PAUSE, 'resume': SessionTrigger.RESUME,
            'skip_rest': SessionTrigger.RESTED}
"""What people may ask for, by the name of its service."""
