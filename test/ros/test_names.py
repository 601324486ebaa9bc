# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Names that ROS refuses are refused before anything starts, with one that would do."""
from hypothesis import example, given
from hypothesis import strategies as st
from negtrain_ros.shell import names
import pytest
from rclpy.exceptions import InvalidNamespaceException
from rclpy.validate_namespace import validate_namespace

NAMES = st.one_of(st.text(max_size=30), st.text(
    st.sampled_from('aZ_09/- äß.~{}\n'), max_size=12), st.text('ab/', min_size=140, max_size=160))


def taken_by_ros(namespace):
    inner = namespace.removeprefix('/').removesuffix('/')
    # ROS reads a name only as far as the character that ends a string in C.
    if '\0' in namespace or (not inner and namespace not in ('', '/')):
        return False
    try:
        return bool(validate_namespace('/' + inner))
    except (InvalidNamespaceException, ValueError, UnicodeEncodeError):
        return False


@given(NAMES)
@example('press-1')
@example('\0')
@example('press\0')
@example('press 1')
@example('größe')
@example('press//1')
@example('1press')
@example('//')
@example('a\n')
@example('a__b')
def test_what_ros_refuses_is_refused_and_what_is_suggested_is_taken(namespace):
    refused = names.refused_namespace(namespace)
    assert (not refused) == taken_by_ros(namespace) or len(namespace) > names.LONGEST
    assert '\n' not in refused
    suggested = names.suggestion(namespace)
    assert taken_by_ros(suggested) and not names.refused_namespace(suggested)
    assert not refused or f'{suggested} would do' in refused


@pytest.mark.parametrize('namespace', ['', '/', 'press', '/press', 'press/', 'gym/press_1', '_a'])
def test_what_ros_takes_is_taken(namespace):
    assert names.refused_namespace(namespace) == '' and taken_by_ros(namespace)


@pytest.mark.parametrize(('namespace', 'suggested'), [
    ('press-1', 'press_1'), ('press 1', 'press_1'), ('größe', 'groesse'),
    ('press//1', 'press/machine_1'),
    ('Gerät 3', 'Geraet_3'), ('1', 'machine_1'), ('機械', 'machine_1'), ('Öl', 'Oel')])
def test_the_suggestion_is_near(namespace, suggested):
    assert names.suggestion(namespace) == suggested


@pytest.mark.parametrize('text', ['', '0', '32', '232', '0x10', '010', ' 5', '+7'])
def test_numbers_of_domains_are_taken(text):
    assert names.refused_domain(text) == ''


@pytest.mark.parametrize('text', [
    'abc', '-1', '233', '1.5', '5 ', '0xg', '08', '99999999999', ' '])
def test_what_is_no_domain_is_refused_in_one_line(text):
    assert 'ROS_DOMAIN_ID' in names.refused_domain(text)
    assert len(names.refused_domain(text).splitlines()) == 1
