# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Fault injection at run time, by the parameter `inject` of the mock machine."""
from collections.abc import Callable

from negtrain_ros.core.settings import Refusal
from negtrain_ros.core.types import Fault
from negtrain_ros.sim.fault_catalogue import FaultInjection, FaultPlace, SCENARIOS
from negtrain_ros.sim.fault_injector import FaultInjector
from rcl_interfaces.msg import ParameterDescriptor, SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter

NAME = 'inject'
FORM = 'fault[ delay [s][ duration [s][ value]]]'


def accept(node: Node, injector: FaultInjector, now: Callable[[], float]) -> None:
    """
    Let a node play the faults that its parameter `inject` names.

    :param now: time of the machine [s]
    """
    node.declare_parameter(
        NAME, '', ParameterDescriptor(description=f'fault to play now: {FORM}'))

    def check(parameters: list[Parameter]) -> SetParametersResult:
        try:
            for parameter in parameters:
                parse(parameter, 0.0)
        except Refusal as refusal:
            return SetParametersResult(successful=False, reason=str(refusal))
        return SetParametersResult(successful=True)

    def play(parameters: list[Parameter]) -> None:
        for parameter in parameters:
            injection = parse(parameter, now())
            if injection is not None:
                injector.inject(injection)

    node.add_on_set_parameters_callback(check)
    node.add_post_set_parameters_callback(play)


def parse(parameter: Parameter, now: float) -> FaultInjection | None:
    """
    Return the injection that a parameter asks for, None for other parameters and for no fault.

    :raises Refusal: it asks for something that cannot be played
    """
    words = str(parameter.value).split() if parameter.name == NAME else []
    if not words:
        return None
    name, *numbers = words
    names = {fault.name.lower(): fault for fault, play in SCENARIOS.items()
             if play.place is not FaultPlace.GRAPH}
    if name not in names:
        raise Refusal(f'{name!r} is none of {", ".join(names)}')
    if len(numbers) > 3:
        raise Refusal(f'{parameter.value!r} is not of the form {FORM}')
    try:
        delay, *rest = [float(number) for number in numbers] or [0.0]
    except ValueError:
        raise Refusal(f'{parameter.value!r} is not of the form {FORM}') from None
    return FaultInjection(Fault[name.upper()], now + delay, *rest)
