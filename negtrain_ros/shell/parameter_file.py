# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Reader of parameter files by rcl's own parser: nobody reads a file otherwise than a node does.

Which sections are those of a node is decided as rclpy does: `*` stands for one name, `**` for any
number of names, and a later section overrides an earlier one.
"""
from collections.abc import Iterator, Sequence
import ctypes
from dataclasses import dataclass
from functools import cache
import os
from pathlib import Path
import re
from typing import Any

import rclpy  # noqa: F401  it has loaded the libraries that are asked for below

LINE = 300  # characters of a refusal


class ParameterFileError(ValueError):
    """A file that rcl refuses, in one line."""


@dataclass(frozen=True, slots=True)
class Section:
    """
    Parameters of the nodes of one name.

    :ivar pattern: whole name of the nodes, with wildcards
    :ivar values: by the names of the parameters
    """

    pattern: str
    values: dict[str, Any]

    def is_of(self, node: str, namespace: str) -> bool:
        """Tell whether a node in a namespace, such as `/press`, is meant."""
        expression = self.pattern.replace('/**', '(?:/@+)*').replace('/*', '/@+')
        try:
            return bool(re.fullmatch(expression.replace('@', r'\w'),
                                     f'{namespace.rstrip("/")}/{node}', re.ASCII))
        except re.error:
            return False

    def namespace_of(self, node: str) -> str | None:
        """Return the namespace in which a node is named without wildcards; None: in none."""
        namespace, _, name = self.pattern.rpartition('/')
        if name not in (node, '*', '**') or '*' in namespace or self.pattern in ('/*', '/**'):
            return None
        return namespace or '/'


def read(path: Path) -> list[Section]:
    """
    Return the sections of a file in their order.

    :raises ParameterFileError: naming the file, and why rcl refuses it
    """
    try:
        with path.open('rb'):
            pass
    except (OSError, ValueError) as problem:
        raise ParameterFileError(
            f'{path}: {getattr(problem, "strerror", None) or problem}') from None
    parser, utilities = _libraries()
    allocator = utilities.rcutils_get_default_allocator()
    parameters = parser.rcl_yaml_node_struct_init(allocator)
    try:
        if not parser.rcl_parse_yaml_file(os.fsencode(path), parameters):
            said = utilities.rcutils_get_error_string().text.decode(errors='replace')
            utilities.rcutils_reset_error()
            raise ParameterFileError(f'{path}: no parameters of nodes: {_reason(said)}')
        return list(_sections(parameters.contents))
    except UnicodeDecodeError:
        raise ParameterFileError(f'{path}: is not in UTF-8') from None
    finally:
        parser.rcl_yaml_node_struct_fini(parameters)


def given(sections: Sequence[Section], node: str, namespace: str) -> dict[str, Any]:
    """Return the parameters that a node in a namespace is given, by their names."""
    return {name: value for section in sections if section.is_of(node, namespace)
            for name, value in section.values.items()}


def namespaces(sections: Sequence[Section], node: str) -> list[str]:
    """
    Return the namespaces in which a node may be meant, each once.

    They are those that are named; where none is, one example for each wildcard.
    """
    named = [each for each in (section.namespace_of(node) for section in sections) if each]
    if named:
        return list(dict.fromkeys(named))
    examples = []
    for section in sections:
        *names, last = section.pattern.split('/')[1:]
        if last in (node, '*', '**'):
            examples.append('/' + '/'.join('any' if name == '*' else name
                                           for name in names if name != '**'))
    return list(dict.fromkeys(examples))


class _Allocator(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in (
        'allocate', 'deallocate', 'reallocate', 'zero_allocate', 'state')]


class _Message(ctypes.Structure):
    _fields_ = [('text', ctypes.c_char * 1024)]


def _array(kind: Any) -> type[ctypes.Structure]:
    return type('_Array', (ctypes.Structure,), {
        '_fields_': [('values', ctypes.POINTER(kind)), ('size', ctypes.c_size_t)]})


class _Strings(ctypes.Structure):
    _fields_ = [('size', ctypes.c_size_t), ('values', ctypes.POINTER(ctypes.c_char_p)),
                ('allocator', _Allocator)]


class _Variant(ctypes.Structure):
    """Value of a parameter, as rcl_yaml_param_parser/types.h has it; one pointer is set."""

    _fields_ = [
        ('boolean', ctypes.POINTER(ctypes.c_bool)), ('integer', ctypes.POINTER(ctypes.c_int64)),
        ('real', ctypes.POINTER(ctypes.c_double)), ('text', ctypes.c_char_p),
        ('octets', ctypes.POINTER(_array(ctypes.c_uint8))),
        ('booleans', ctypes.POINTER(_array(ctypes.c_bool))),
        ('integers', ctypes.POINTER(_array(ctypes.c_int64))),
        ('reals', ctypes.POINTER(_array(ctypes.c_double))),
        ('texts', ctypes.POINTER(_Strings))]

    def value(self) -> Any:
        """Return the value; None: there is none."""
        if self.text is not None:
            return self.text.decode()
        for pointer in (self.boolean, self.integer, self.real):
            if pointer:
                return pointer.contents.value
        for pointer in (self.octets, self.booleans, self.integers, self.reals):
            if pointer:
                return pointer.contents.values[:pointer.contents.size]
        if self.texts:
            texts = self.texts.contents
            return [text.decode() for text in texts.values[:texts.size]]
        return None


class _Node(ctypes.Structure):
    _fields_ = [('names', ctypes.POINTER(ctypes.c_char_p)), ('values', ctypes.POINTER(_Variant)),
                ('count', ctypes.c_size_t), ('capacity', ctypes.c_size_t)]


class _Parameters(ctypes.Structure):
    _fields_ = [('names', ctypes.POINTER(ctypes.c_char_p)), ('nodes', ctypes.POINTER(_Node)),
                ('count', ctypes.c_size_t), ('capacity', ctypes.c_size_t),
                ('allocator', _Allocator)]


@cache
def _libraries() -> tuple[ctypes.CDLL, ctypes.CDLL]:
    """Return rcl's parser and the utilities of ROS."""
    parser = ctypes.CDLL('librcl_yaml_param_parser.so')
    utilities = ctypes.CDLL('librcutils.so')
    utilities.rcutils_get_default_allocator.restype = _Allocator
    utilities.rcutils_get_error_string.restype = _Message
    utilities.rcutils_reset_error.restype = None
    pointer = ctypes.POINTER(_Parameters)
    parser.rcl_yaml_node_struct_init.argtypes = [_Allocator]
    parser.rcl_yaml_node_struct_init.restype = pointer
    parser.rcl_parse_yaml_file.argtypes = [ctypes.c_char_p, pointer]
    parser.rcl_parse_yaml_file.restype = ctypes.c_bool
    parser.rcl_yaml_node_struct_fini.argtypes = [pointer]
    parser.rcl_yaml_node_struct_fini.restype = None
    return parser, utilities


def _sections(parameters: _Parameters) -> Iterator[Section]:
    for index in range(parameters.count):
        node = parameters.nodes[index]
        yield Section('/' + parameters.names[index].decode().lstrip('/'), {
            node.names[each].decode(): node.values[each].value() for each in range(node.count)})


def _reason(said: str) -> str:
    """Return what rcl says in one line, without the place in its source."""
    line = re.sub(r', at \S+:\d+$', '', ' '.join(said.split()))
    return line[:LINE] or 'rcl cannot read it'
