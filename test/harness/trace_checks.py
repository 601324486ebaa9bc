# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Checks that hold over every moment of every simulated set.

Each check takes the trace and the settings that it was made with, and asserts.
"""
from negtrain_ros.core.types import LimitReason, LoadMode, Phase
import numpy as np

MARGIN = 1.0  # kg, of the applied load over what was asked for
LAG = 0.15  # s, until the motor has followed
SETTLED = 5.0  # kg, a light handle


def never_above_limit(trace, settings):
    """No load above the heavier of both prescribed ones is ever commanded or applied."""
    heaviest = max(settings.concentric, settings.eccentric)
    assert trace.commanded.max() <= min(heaviest, settings.limit) + 1e-6
    assert trace.load.max() <= heaviest + MARGIN


def finite_and_not_negative(trace, settings):
    """Nothing is commanded that is no load."""
    assert np.isfinite(trace.commanded).all()
    assert trace.commanded.min() >= 0.0


def rate_bounded(trace, settings):
    """No load rises by more than 200 kg/s; only a fault or a falling handle lets it drop."""
    rate = np.diff(trace.commanded) / np.diff(trace.time)
    assert rate.max() <= 200.0 * 1.001
    calm = (trace.mode[1:] == LoadMode.ARMED) & (trace.limit[1:] != LimitReason.SPEED)
    steep = calm & (rate < -1000.0 * 1.001)
    assert not steep.any(), f'{rate[steep].min():.0f} kg/s at {trace.time[1:][steep][:3]} s'


def loaded_only_when_armed(trace, settings):
    """Disarmed means unloaded, once the motor has followed."""
    rate = round(1.0 / (trace.time[1] - trace.time[0]))
    idle = trace.mode == LoadMode.DISARMED
    settled = idle & np.roll(idle, round(LAG * rate))
    settled[:round(LAG * rate)] = False
    assert trace.commanded[idle].max(initial=0.0) < 0.01
    assert trace.load[settled].max(initial=0.0) < 0.5


def eccentric_load_only_in_eccentric(trace, settings):
    """More than the lower of both loads is commanded in the phase ECCENTRIC only."""
    lower = min(settings.concentric, settings.eccentric)
    overloaded = trace.commanded > lower + MARGIN
    elsewhere = overloaded & (trace.phase != Phase.ECCENTRIC)
    # A load that is coming down needs 34 ms for 34 kg; anything else is a load kept up.
    kept = elsewhere[1:] & (np.diff(trace.commanded) >= 0.0)
    assert not kept.any(), f'at {trace.time[1:][kept][:3]} s'


def never_overloaded_in_a_lift(trace, settings):
    """In a lift, as the simulation knows it, no more than the concentric load is applied."""
    heavy = trace.lifting & (trace.load > settings.concentric + MARGIN)
    assert not heavy.any(), (
        f'{trace.load[heavy].max():.1f} kg at {trace.time[heavy][0]:.2f} s')


EVERYWHERE = (
    never_above_limit, finite_and_not_negative, rate_bounded, loaded_only_when_armed,
    eccentric_load_only_in_eccentric)
"""What holds with any athlete and any fault."""


def check(outcome, settings, *more):
    """Assert what holds everywhere, and more."""
    for rule in (*EVERYWHERE, *more):
        rule(outcome.trace, settings)


def unloads_within(trace, onset, bound):
    """From a time [s] on, a light handle comes within a bound [s] and stays."""
    heavy = trace.time[(trace.load > SETTLED) & (trace.time > onset)]
    last = heavy[-1] if len(heavy) else onset
    assert last - onset <= bound, f'still {SETTLED:g} kg after {last - onset:.3f} s'
