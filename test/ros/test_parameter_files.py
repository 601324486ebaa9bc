# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Our reader of parameter files and the nodes of ROS take the same files for the same."""
from contextlib import suppress

from hypothesis import example, given, HealthCheck, settings
from hypothesis import strategies as st
from negtrain_ros.shell import parameter_file
import pytest
import rclpy
from rclpy.context import Context
from rclpy.node import Node

NODE = 'phase_detector'
NAMESPACES = ('/', '/press', '/gym/press')
FORMS = [
    '/**: {ros__parameters: {a: 1}}',
    '/**: {phase_detector: {ros__parameters: {a: 1}}}',
    '/**/phase_detector: {ros__parameters: {a: 1}}',
    'phase_detector: {ros__parameters: {a: 1}}',
    '/phase_detector: {ros__parameters: {a: 1}}',
    'press: {phase_detector: {ros__parameters: {a: 1}}}',
    '/press: {phase_detector: {ros__parameters: {a: 1}}}',
    '/press/phase_detector: {ros__parameters: {a: 1}}',
    'press/phase_detector: {ros__parameters: {a: 1}}',
    '/press/*: {ros__parameters: {a: 1}}',
    '/press/**: {ros__parameters: {a: 1}}',
    '/*/phase_detector: {ros__parameters: {a: 1}}',
    '/*/*/phase_detector: {ros__parameters: {a: 1}}',
    'gym: {press: {phase_detector: {ros__parameters: {a: 1}}}}',
    '/gym/**/phase_detector: {ros__parameters: {a: 1}}',
    '/**: {ros__parameters: {a: 1, b: 1}}\nphase_detector: {ros__parameters: {a: 2}}',
    'phase_detector: {ros__parameters: {a: 2}}\n/**: {ros__parameters: {a: 1, b: 1}}',
    '*: {ros__parameters: {a: 1}}',
    'encoder_publisher: {ros__parameters: {a: 1}}',
    'phase_detector: {ros__parameters: {a: {b: {c: 1}}, a.d: 2}}',
    'phase_detector: {ros__parameters: {}}',
    'phase_detector: {ros__parameters: {a: [1, 2], b: [1.0, 2.0], c: [x, y], d: [true, false]}}',
    "phase_detector: {ros__parameters: {a: yes, b: Off, c: '1', d: 0x1F, e: 017}}",
    'phase_detector: {ros__parameters: {f: 1e3, g: .inf}}',
    'phase_detector: {ros__parameters: {a: ~, b: null, c: 1_000, d: .nan, e: -.5, f: +3}}',
    'phase_detector: {ros__parameters: {a: !!str 1, b: |\n  text\n}}',
    '', '[1, 2]', 'phase_detector: 3', 'phase_detector: {a: 8.0}', 'a: b: c', '{}', '- x',
    'phase_detector: {ros__parameters: 3}', 'phase_detector: {ros__parameters: [1]}',
    'phase_detector: {ros__parameters: {a: [1, x]}}',
    'phase_detector: {ros__parameters: {a: [[1]]}}',
    'phase_detector: {ros__parameters: {a: &x 1, b: *x}}', 'phase_detector:\n\tros__parameters:',
    'phase_detector: {ros__parameters: {a: 99999999999999999999}}', '/**: {}', '? [a]\n: b',
    'phase_detector: {ros__parameters: {a: 1}}\n---\nphase_detector: {ros__parameters: {a: 2}}',
    'phase_detector: {ros__parameters: {a: }}', 'phase_detector: {ros__parameters: {a: []}}',
    'phase_detector: {ros__parameters: {größe: 1, b: ä}}', "'': {ros__parameters: {a: 1}}",
    '/(: {ros__parameters: {a: 1}}', '%YAML 3.0\n---\na: 1',
    '\ufeff/**: {ros__parameters: {a: 1}}',
]


def of_a_node(path, namespace):
    """Return what a node is given by a file; None: it refuses the file."""
    context = Context()
    try:
        rclpy.init(context=context, args=[
            '--ros-args', '--params-file', str(path), '-r', f'__ns:={namespace}', '--log-level',
            'fatal'])
        node = Node(NODE, context=context, start_parameter_services=False, enable_rosout=False)
        return {name: value.value for name, value in node._parameter_overrides.items()}
    except Exception:
        return None
    finally:
        with suppress(Exception):
            rclpy.shutdown(context=context)


def of_us(path, namespace):
    """Return the same as we read it."""
    try:
        return parameter_file.given(parameter_file.read(path), NODE, namespace)
    except parameter_file.ParameterFileError as refusal:
        assert '\n' not in str(refusal)
        return None


@pytest.mark.parametrize('content', FORMS)
def test_a_file_gives_us_what_it_gives_a_node(content, tmp_path):
    path = tmp_path / 'parameters.yaml'
    path.write_text(content)
    for namespace in NAMESPACES:
        # values that are not numbers differ from themselves
        assert repr(of_us(path, namespace)) == repr(of_a_node(path, namespace)), namespace


TOKENS = st.sampled_from([
    '/**', '/*', 'press', 'phase_detector', '/', ':', ': ', '\n', '\n  ', '\n    ', '{', '}', '[',
    ']', ',', '1', '1.5', 'true', '~', "'", '"', '&a', '*a', '!!int', '|', '---', '#', 'a', 'a.b',
    'ros__parameters', 'ros__parameters:', '\t', '- ', '\0', 'ä', '%', '?', '0x', '1e999'])


@settings(max_examples=500, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=100),
                 st.lists(TOKENS, max_size=40).map(lambda parts: ''.join(parts).encode()),
                 st.tuples(st.sampled_from(FORMS), st.integers(0, 99), TOKENS).map(
                     lambda made: (made[0][:made[1]] + made[2] + made[0][made[1]:]).encode())))
@example(b'\xff')
def test_whatever_a_file_holds_it_is_read_or_refused_in_one_line(tmp_path, content):
    path = tmp_path / 'parameters.yaml'
    path.write_bytes(content)
    for namespace in NAMESPACES:
        of_us(path, namespace)
    with suppress(parameter_file.ParameterFileError):
        parameter_file.namespaces(parameter_file.read(path), NODE)


@pytest.mark.parametrize(('content', 'expected'), [
    ('/**: {ros__parameters: {a: 1}}', ['/']),
    ('press: {phase_detector: {ros__parameters: {a: 1}}}\n/**: {ros__parameters: {b: 1}}',
     ['/press']),
    ('/press/phase_detector: {ros__parameters: {a: 1}}\n/row/*: {ros__parameters: {a: 2}}',
     ['/press', '/row']),
    ('/*/phase_detector: {ros__parameters: {a: 1}}', ['/any']),
    ('encoder_publisher: {ros__parameters: {a: 1}}', []),
])
def test_the_machines_of_a_file_are_known(content, expected, tmp_path):
    path = tmp_path / 'parameters.yaml'
    path.write_text(content)
    assert parameter_file.namespaces(parameter_file.read(path), NODE) == expected
