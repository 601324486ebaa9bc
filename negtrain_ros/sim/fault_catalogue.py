# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Catalogue of fault scenarios: a way to cause each fault of the fault table.

A fault acts in one place: on a sample of the encoder, on a command to the machine, on machine or
athlete themselves, or on the graph of nodes, which only whoever runs the nodes can break. The
reactions are not known here: whoever watches decides whether they came in time.
"""
from dataclasses import dataclass
from enum import Enum
import math

from negtrain_ros.core.types import Fault


class FaultPlace(Enum):
    """Place where a fault acts."""

    SAMPLE = 'sample of the encoder'
    COMMAND = 'command to the machine'
    STATION = 'machine or athlete'
    GRAPH = 'graph of nodes'


@dataclass(frozen=True, slots=True)
class FaultScenario:
    """
    How a fault is played.

    :param place: where it acts
    :param meaning: what happens, for people
    :param duration: how long it lasts [s] when nobody says otherwise
    :param value: how much, when nobody says otherwise
    :param unit: of the value
    """

    place: FaultPlace
    meaning: str
    duration: float
    value: float = math.nan
    unit: str = ''


_SAMPLE, _COMMAND, _STATION, _GRAPH = (
    FaultPlace.SAMPLE,
    FaultPlace.COMMAND,
    FaultPlace.STATION,
    FaultPlace.GRAPH,
)
SCENARIOS: dict[Fault, FaultScenario] = {
    Fault.EMERGENCY_STOP: FaultScenario(_STATION, 'the button at the machine is pressed', 2.0),
    Fault.ENCODER_SILENT: FaultScenario(_SAMPLE, 'no samples come', 2.0),
    Fault.ENCODER_FROZEN: FaultScenario(_SAMPLE, 'the counts stand still while the handle moves',
                                        2.0),
    Fault.ENCODER_JUMP: FaultScenario(_SAMPLE, 'every second sample is far off', 0.5, 0.1, 'm'),
    Fault.ENCODER_INVALID: FaultScenario(_SAMPLE,
                                         'the counts are those of a place beyond the stops', 0.5,
                                1.5, 'm'),
    Fault.TIME_INVALID: FaultScenario(_SAMPLE, 'stamps lie in the past', 0.5, 1.0, 's'),
    Fault.OVER_SPEED: FaultScenario(_STATION, 'the athlete has only a share of the strength', 3.0,
                                    0.3),
    Fault.RUNAWAY: FaultScenario(_STATION, 'a force tears the handle down, the athlete lets go',
                                 0.5,
                        2000.0, 'N'),
    Fault.STALL: FaultScenario(_STATION, 'the athlete stands still', 12.0),
    Fault.PHASE_TOO_LONG: FaultScenario(_STATION, 'the athlete goes on at a share of the tempo',
                                        30.0, 0.1),
    Fault.OVER_TRAVEL: FaultScenario(_STATION, 'the athlete goes beyond the range', 10.0, 0.08,
                                     'm'),
    Fault.COMMAND_LOST: FaultScenario(_COMMAND, 'commands do not arrive', 2.0),
    Fault.SESSION_LOST: FaultScenario(_GRAPH, 'the session manager falls silent', 10.0),
    Fault.RESTARTED: FaultScenario(_STATION, 'the drive restarts', 0.0),
    Fault.COMMAND_INVALID: FaultScenario(_COMMAND, 'the commanded load is not a possible one', 1.0,
                                math.nan, 'kg'),
    Fault.LOAD_MISMATCH: FaultScenario(_STATION,
                                       'the motor pulls so many times as much as it is told to',
                              2.0, 1.2),
    Fault.SLEW_EXCEEDED: FaultScenario(_COMMAND, 'the commanded load is cut off 5 times a second',
                                       2.0),
    Fault.CHATTER: FaultScenario(_STATION, 'the hand trembles', 4.0, 0.012, 'm'),
    Fault.PHASE_UNKNOWN: FaultScenario(_STATION, 'the athlete wavers to and fro', 30.0, 1.0),
    Fault.DRIVE: FaultScenario(_STATION, 'the drive reports a fault', 2.0),
    Fault.ATHLETE_GONE: FaultScenario(_STATION, 'the athlete leaves at the end of the repetition',
                                      15.0),
    Fault.GRAPH_INVALID: FaultScenario(_GRAPH, 'a second node publishes the same topic', 2.0),
}
"""Every fault and how it is played."""


@dataclass(frozen=True, slots=True)
class FaultInjection:
    """
    One fault to be played; duration and value are those of PLAYS unless they are given.

    :param fault: which
    :param onset: when it begins [s]
    :param duration: how long it lasts [s]
    :param value: how much, in the unit of the play
    """

    fault: Fault
    onset: float
    duration: float = math.nan
    value: float = math.nan

    @property
    def amount(self) -> float:
        """Return how much, given or by default."""
        return SCENARIOS[self.fault].value if math.isnan(self.value) else self.value

    def active(self, now: float) -> bool:
        """Tell whether the fault is active at `now` [s]."""
        duration = SCENARIOS[self.fault].duration if math.isnan(self.duration) else self.duration
        return self.onset <= now < self.onset + duration
