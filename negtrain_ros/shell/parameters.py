# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Settings of the core as parameters of a node."""
from collections.abc import Iterator, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any

from negtrain_ros.core.settings import nested, Refusal, Settings
from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.node import Node

OF_EVERY_NODE = {'use_sim_time', 'start_type_description_service'}


def declare(node: Node, **groups: type[Settings]) -> list[Any]:
    """
    Declare the settings of a node and return them with the values that they were given.

    The node must have been made with `automatically_declare_parameters_from_overrides`, so that a
    name that nobody asked for is seen.

    :param groups: prefix of the parameter names and class of the settings
    :raises Refusal: naming the node and the parameter that is unknown or not allowed
    """
    given = {name: value.value for name, value in node.get_parameters_by_prefix('').items()
             if name not in OF_EVERY_NODE and not name.startswith('qos_overrides.')}
    settings = make(node.get_name(), given, **groups)
    for name in given:
        node.undeclare_parameter(name)
    for (prefix, kind), made in zip(groups.items(), settings, strict=True):
        for name, field in _leaves(prefix, kind):
            value = attrgetter(name.removeprefix(f'{prefix}.'))(made)
            node.declare_parameter(name, value, _descriptor(field), ignore_override=True)
    return settings


def make(node: str, given: Mapping[str, Any], **groups: type[Settings]) -> list[Any]:
    """
    Return the settings of a node with the values that it was given; arguments as of declare().

    :param given: values by the names of the parameters
    :raises Refusal: naming the node and the parameter that is unknown or not allowed
    """
    known = dict(leaf for prefix, kind in groups.items() for leaf in _leaves(prefix, kind))
    values = {}
    for name, value in given.items():
        if name not in known:
            raise Refusal(f'{node}: there is no parameter {name}')
        field = known[name]
        if type(value) is int and isinstance(field.default, float):
            value = float(value)
        if type(value) is not type(field.default):
            raise Refusal(f'{node}: {name} = {value!r} is not of type '
                             f'{type(field.default).__name__}')
        values[name] = value
    return [_made(node, prefix, kind, values) for prefix, kind in groups.items()]


def _leaves(prefix: str, kind: type[Settings]) -> Iterator[tuple[str, Any]]:
    """Yield the name of each parameter of settings and of those nested in them, and its field."""
    for field in fields(kind):
        name = f'{prefix}.{field.name}'
        inner = nested(field)
        if inner is not None:
            yield from _leaves(name, inner)
        else:
            yield name, field


def _made(node: str, prefix: str, kind: type[Settings], values: Mapping[str, Any]) -> Settings:
    """Return settings with those nested in them, from values by the names of the parameters."""
    given = {}
    for field in fields(kind):
        name = f'{prefix}.{field.name}'
        inner = nested(field)
        if inner is not None:
            given[field.name] = _made(node, name, inner, values)
        elif name in values:
            given[field.name] = values[name]
    try:
        return kind(**given)
    except Refusal as refusal:
        raise Refusal(f'{node}: {prefix}.{refusal}') from None


def _descriptor(field: Any) -> ParameterDescriptor:
    rule = field.metadata
    unit = f' [{rule["unit"]}]' if rule['unit'] else ''
    descriptor = ParameterDescriptor(
        description=rule['meaning'] + unit, read_only=True,
        additional_constraints='one of ' + ', '.join(rule['choices']) if rule['choices'] else '')
    if rule['low'] is not None and isinstance(field.default, float):
        descriptor.floating_point_range = [
            FloatingPointRange(from_value=float(rule['low']), to_value=float(rule['high']))]
    elif rule['low'] is not None:
        descriptor.integer_range = [
            IntegerRange(from_value=int(rule['low']), to_value=int(rule['high']), step=1)]
    return descriptor
