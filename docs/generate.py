# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
docs/interfaces.md and docs/parameters.md, made from what the nodes themselves declare.

`python -m docs.generate` in the root of the repository writes both anew.
"""
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
import os
from pathlib import Path
import re
from tempfile import TemporaryDirectory
from typing import Any

from ament_index_python.packages import get_package_share_directory
from negtrain_ros.bringup import node_list
from rcl_interfaces.msg import ParameterDescriptor
import rclpy
from rclpy.action import get_action_server_names_and_types_by_node
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

NAMESPACE = '/documentation'
MODULES = {
    'simulated_drive': 'simulated_drive.node',
    **{name: f'nodes.{name}' for name in (*node_list.SIMULATION, 'machine')}}
OF_EVERY_NODE = re.compile(r'/rosout|/parameter_events|.*/(\w+_parameter\w*|get_type_description)')

# What a type does not say by itself.
MEANINGS = {
    'time_followed': 'how far a client has come that simulated time is to wait for; its name in '
                     '`frame_id`, time zero when it leaves',
    'clock': 'simulated time, where `use_sim_time` is set; moves with the namespace',
    '/diagnostics': 'rates and ages of what every node hears, and its faults, once a second; '
                    'scheduling, longest gap and missed deadlines of those from encoder to load',
    'prescribe': 'what is to be trained from the next arming on; refused while armed',
    'arm': 'begin to load the handle; the refusal names what is missing',
    'disarm': 'end the set and unload; always works',
    'emergency_stop': 'unload at once and stay so until `reset_faults`; always works',
    'reset_faults': 'acknowledge faults whose cause is gone, with the handle at rest',
    'pause': 'unload and wait, in a training',
    'resume': 'go on after a pause',
    'skip_rest': 'begin the next set now',
    'accept_strength_test': 'make the result of a strength test the maximum that is trained with',
    'calibrate_range': 'learn the personal range from light repetitions',
    'strength_test': 'measure a maximum; it counts once it is accepted',
    'train': 'train sets of a prescription, or the next session of a programme',
}

INTERFACES = """# Topics, services and actions
Made by `python -m docs.generate` from what the nodes declare; a test compares.

All names but `/diagnostics` are relative: a machine moves under a namespace as a whole. Every
field with its unit stands in the definitions in `negtrain_interfaces/`, which
`ros2 interface show negtrain_interfaces/msg/LoadState` prints, too.

*Latched* is transient local: who comes late hears the newest message. What is sent with best
effort must be asked for with best effort; `ros2 topic` and rqt's plots find that out by
themselves, rqt's topic monitor does not and shows nothing.
"""

PARAMETERS = """# Parameters
Made by `python -m docs.generate` from the settings of the core; a test compares.

All are read once, at the start (`use_sim_time`, which every node has, included). A name that a
node does not know, a value outside of its range or of another type ends the node with one line
that names it. `config/parameters.yaml` has what differs from the defaults; another file is given
with `params_file:=…` to the launch files and `--params-file` to `negtrain sim`.
"""


@contextmanager
def nodes() -> Iterator[dict[str, Node]]:
    """Make every node as it is when nobody gives it a parameter."""
    before = os.environ.get('XDG_DATA_HOME')
    with TemporaryDirectory() as folder:
        os.environ['XDG_DATA_HOME'] = folder  # the history of nobody
        rclpy.init(args=[
            '--ros-args', '-r', f'__ns:={NAMESPACE}', '-p', 'use_sim_time:=true', '--log-level',
            'error', *(word for pair in node_list.REMAPPINGS for word in ('-r', ':='.join(pair)))])
        try:
            yield {name: _kind(module)() for name, module in MODULES.items()}
        finally:
            rclpy.try_shutdown()
            del os.environ['XDG_DATA_HOME']
            if before is not None:
                os.environ['XDG_DATA_HOME'] = before


def interfaces(made: dict[str, Node]) -> str:
    """Return the text of docs/interfaces.md."""
    return '\n'.join((INTERFACES, *_topics(made), *_services(made), *_actions(made)))


def parameters(made: dict[str, Node]) -> str:
    """Return the text of docs/parameters.md."""
    lines = [PARAMETERS]
    for name, node in made.items():
        lines += [f'## {name}', *_table('parameter', 'default', 'range', 'meaning')]
        for parameter in sorted(node.list_parameters([], 0).names):
            if '.' in parameter and not parameter.startswith('qos_overrides.'):
                value = node.get_parameter(parameter).value
                lines.append(_row(f'`{parameter}`', _written(value),
                                  _range(node.describe_parameter(parameter)),
                                  node.describe_parameter(parameter).description))
        lines.append('')
    return '\n'.join(lines)


def _topics(made: dict[str, Node]) -> Iterator[str]:
    # Those that only clients publish stand here as the nodes hear them.
    ends = [end for kind in ('subscriptions', 'publishers')
            for node in made.values() for end in getattr(node, kind)]
    qualities = {(_relative(end.topic_name), end.msg_type): end.qos_profile for end in ends}
    yield '## Topics'
    yield from _table('topic', 'type', 'from', 'to', 'kept', 'carries')
    for (topic, kind), quality in sorted(qualities.items(), key=lambda item: item[0][0]):
        if OF_EVERY_NODE.fullmatch(topic):
            continue
        sources = [name for name, node in made.items()
                   if topic in {_relative(each.topic_name) for each in node.publishers}]
        sinks = [name for name, node in made.items()
                 if topic in {_relative(each.topic_name) for each in node.subscriptions}]
        yield _row(f'`{topic}`', _type(kind), _nodes(sources, made), _nodes(sinks, made),
                   _quality(quality), MEANINGS.get(topic) or _first_comment(kind))
    yield ''


def _services(made: dict[str, Node]) -> Iterator[str]:
    yield '## Services'
    yield from _table('service', 'type', 'of', 'does')
    for name, node in made.items():
        for service in node.services:
            relative = _relative(service.service_name)
            if not OF_EVERY_NODE.fullmatch(service.service_name) and '/_action/' not in relative:
                yield _row(f'`{relative}`', _type(service.srv_type), name, MEANINGS[relative])
    yield ''


def _actions(made: dict[str, Node]) -> Iterator[str]:
    yield '## Actions'
    yield from _table('action', 'type', 'of', 'does')
    for name, node in made.items():
        for action, kinds in get_action_server_names_and_types_by_node(node, name, NAMESPACE):
            relative = _relative(action)
            yield _row(f'`{relative}`', f'`{kinds[0]}`', name, MEANINGS[relative])
    yield ''


def _kind(name: str) -> type[Node]:
    module = import_module(f'negtrain_ros.{name}')
    kind, = (each for each in vars(module).values()
             if isinstance(each, type) and each.__module__ == module.__name__
             and issubclass(each, Node))
    return kind


def _relative(name: str) -> str:
    return name.removeprefix(f'{NAMESPACE}/')


def _type(kind: type) -> str:
    package, folder, *_ = kind.__module__.split('.')
    return f'`{package}/{folder}/{kind.__name__}`'


def _first_comment(kind: type) -> str:
    package, folder, *_ = kind.__module__.split('.')
    definition = Path(get_package_share_directory(package), folder, f'{kind.__name__}.msg')
    first: str = definition.read_text().splitlines()[0]
    return first.removeprefix('# ')


def _nodes(names: Sequence[str], made: dict[str, Node]) -> str:
    return 'all' if len(names) == len(made) else ', '.join(names)


def _quality(quality: QoSProfile) -> str:
    surely = 'reliable' if quality.reliability == ReliabilityPolicy.RELIABLE else 'best effort'
    latched = ', latched' if quality.durability == DurabilityPolicy.TRANSIENT_LOCAL else ''
    return f'{surely}, newest {quality.depth}{latched}'


def _range(descriptor: ParameterDescriptor) -> str:
    for limits in (*descriptor.floating_point_range, *descriptor.integer_range):
        return f'{limits.from_value:g} … {limits.to_value:g}'
    return str(descriptor.additional_constraints)


def _written(value: Any) -> str:
    return f'{value:g}' if isinstance(value, float) else str(value) or '(empty)'


def _table(*columns: str) -> tuple[str, str]:
    return _row(*columns), '|' + '---|' * len(columns)


def _row(*cells: str) -> str:
    return '| ' + ' | '.join(cell.replace('|', '\\|') for cell in cells) + ' |'


def main(folder: Path = Path('docs')) -> None:
    """Write both files."""
    with nodes() as made:
        (folder / 'interfaces.md').write_text(interfaces(made).rstrip() + '\n')
        (folder / 'parameters.md').write_text(parameters(made).rstrip() + '\n')


if __name__ == '__main__':
    main()
