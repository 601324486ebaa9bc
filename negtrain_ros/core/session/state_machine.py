# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""State machine of the session: stages, transitions and the texts of the display."""
from enum import auto, Enum

from negtrain_ros.core.types import Instruction, SessionStage


class SessionTrigger(Enum):
    """What can happen to a session."""

    START = auto()      # an activity was asked for
    BEGIN = auto()      # position taken, armed, countdown over
    SET_OVER = auto()   # and another one follows
    LAST_OVER = auto()  # and it was the last
    LEFT = auto()       # the athlete has let go or gone; the set may go on
    RESTED = auto()     # or the rest was skipped
    UNREADY = auto()    # the rest or the pause is over, but readiness has to be shown first
    READY = auto()      # somebody says that the athlete is ready
    PAUSE = auto()      # asked for, or the machine has unloaded
    RESUME = auto()
    STOP = auto()


WORKING = (SessionStage.CALIBRATING, SessionStage.TESTING, SessionStage.TRAINING)
OPEN = (SessionStage.COUNTDOWN, *WORKING, SessionStage.RESTING, SessionStage.PAUSED,
        SessionStage.WAITING)
BEFORE_LOAD = (SessionStage.COUNTDOWN, SessionStage.RESTING, SessionStage.WAITING)
CLOSED = (SessionStage.IDLE, SessionStage.FINISHED, SessionStage.STOPPED)

TOWARDS_LOAD = (SessionTrigger.RESTED, SessionTrigger.READY, SessionTrigger.RESUME)
"""What lets the handle be loaded again; a latched fault forbids it."""

# BEGIN leads to the working stage of the activity in hand; TRAINING stands for all three.
TRANSITIONS: dict[tuple[SessionStage, SessionTrigger], SessionStage] = {
    **{(stage, SessionTrigger.START): SessionStage.COUNTDOWN for stage in CLOSED},
    (SessionStage.COUNTDOWN, SessionTrigger.BEGIN): SessionStage.TRAINING,
    **{(stage, SessionTrigger.SET_OVER): SessionStage.RESTING for stage in WORKING},
    **{(stage, SessionTrigger.LAST_OVER): SessionStage.FINISHED for stage in WORKING},
    **{(stage, SessionTrigger.LEFT): SessionStage.WAITING
       for stage in (SessionStage.COUNTDOWN, *WORKING)},
    (SessionStage.RESTING, SessionTrigger.RESTED): SessionStage.COUNTDOWN,
    (SessionStage.RESTING, SessionTrigger.UNREADY): SessionStage.WAITING,
    (SessionStage.RESTING, SessionTrigger.READY): SessionStage.COUNTDOWN,
    (SessionStage.WAITING, SessionTrigger.READY): SessionStage.COUNTDOWN,
    **{(stage, SessionTrigger.PAUSE): SessionStage.PAUSED
       for stage in OPEN if stage is not SessionStage.PAUSED},
    (SessionStage.PAUSED, SessionTrigger.RESUME): SessionStage.COUNTDOWN,
    (SessionStage.PAUSED, SessionTrigger.UNREADY): SessionStage.WAITING,
    **{(stage, SessionTrigger.STOP): SessionStage.STOPPED for stage in OPEN},
}

INSTRUCTIONS = {
    SessionStage.COUNTDOWN: (Instruction.TAKE_POSITION, 'bring the handle to rest at the start'),
    SessionStage.RESTING: (Instruction.REST, 'rest'),
    SessionStage.PAUSED: (Instruction.REST, 'paused'),
    SessionStage.WAITING: (
        Instruction.TAKE_POSITION,
        'bring the handle to rest at the start, then say so with negtrain ready'),
    SessionStage.FINISHED: (Instruction.NOTHING, 'finished'),
    SessionStage.STOPPED: (Instruction.NOTHING, 'stopped'),
    SessionStage.IDLE: (Instruction.NOTHING, 'ready'),
}

REQUESTS = {'pause': SessionTrigger.PAUSE, 'resume': SessionTrigger.RESUME,
            'stop': SessionTrigger.STOP, 'skip': SessionTrigger.RESTED,
            'ready': SessionTrigger.READY}
"""What people may ask for, by the name of its service."""

_WORK = 'negtrain pause interrupts it, negtrain stop ends it'
WAYS_ON = {
    SessionStage.COUNTDOWN: 'the set begins as soon as the handle rests at the start',
    **dict.fromkeys(WORKING, _WORK),
    SessionStage.RESTING: 'negtrain skip ends the rest, negtrain stop the session',
    SessionStage.PAUSED: 'negtrain resume goes on, negtrain stop ends it',
    SessionStage.WAITING: 'negtrain ready goes on, negtrain stop ends it',
    **dict.fromkeys(CLOSED, 'negtrain train begins a session'),
}
"""What people can do in each stage, for those who asked for something else."""
