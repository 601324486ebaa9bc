# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Controller of the hand at the handle.

Its force is what it feels of the load, corrected by reflexes towards a planned course, as far as
the muscles can; muscle and co-contraction damp at once what the reflexes are too slow for.
"""
from negtrain_ros.core.types import GRAVITY
from negtrain_ros.sim.muscle import Muscle, MuscleSettings

# Per isometric force: the stiffness of a muscle goes with its crossbridges, as its force.
REFLEX_STIFFNESS = 2.2  # 1/m
REFLEX_DAMPING = 0.35  # s/m
# Without delay: what crossbridges and co-contraction resist, more as the muscle works harder.
SLACK_STIFFNESS, TAUT_STIFFNESS = 0.7, 4.2  # 1/m
SLACK_DAMPING, TAUT_DAMPING = 0.13, 0.48  # s/m
PULL = -60.0  # N, the athlete follows the handle rather than pull it down
FEELING = 0.05  # s, time constant of feeling the load


class HandController:
    """
    Muscle and reflexes at the handle.

    Forces [N] are up positive and come with how much less they become as the handle gets faster
    [N s/m], at its present velocity.

    :ivar felt: load as it is felt [N]
    """

    def __init__(self, muscle: MuscleSettings) -> None:
        self.muscle = Muscle(muscle)
        self.felt = 0.0
        self._build = self.muscle.isometric

    def on_load(self, dt: float, load: float) -> None:
        """Feel a load [kg] for `dt` [s]."""
        self.felt += (load * GRAVITY - self.felt) * min(1.0, dt / FEELING)

    def rest(self, dt: float) -> None:
        """Do nothing for `dt` [s]."""
        self.muscle.activation = 0.0
        self.muscle.tire(dt, 0.0)

    def push(self, dt: float, will: float, velocity: float) -> tuple[float, float]:
        """Push with a share of all force at a velocity [m/s]; return the force and its loss."""
        muscle = self.muscle
        share, loss = muscle.share(velocity)
        muscle.will(dt, will)
        full = muscle.activation * muscle.isometric
        return full * share, full * loss

    def follow(
        self, dt: float, place: float, course: float, position: float, velocity: float,
    ) -> tuple[float, float]:
        """
        Keep to a course; return the force and its loss.

        :param place: where the handle is meant to be [m]
        :param course: how fast it is meant to go [m/s]
        :param position: where it is [m]
        :param velocity: how fast it goes [m/s]
        """
        muscle, build = self.muscle, self._build
        full = muscle.isometric
        share, loss = muscle.share(velocity)
        error, drift = place - position, course - velocity
        wanted = self.felt + build * (REFLEX_STIFFNESS * error + REFLEX_DAMPING * drift)
        available = full * muscle.share(course)[0]
        muscle.will(dt, 1.0 if wanted > available else wanted / available)
        taut = muscle.activation
        stiff = SLACK_STIFFNESS + taut * (TAUT_STIFFNESS - SLACK_STIFFNESS)
        viscous = build * (SLACK_DAMPING + taut * (TAUT_DAMPING - SLACK_DAMPING))
        force = taut * full * share + (build * stiff * error + viscous * drift)
        if force > full * share:
            return full * share, full * loss
        return (force, taut * full * loss + viscous) if force > PULL else (PULL, 0.0)
