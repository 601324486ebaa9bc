# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Every topic, service, action and parameter of the nodes stands in the documentation."""
from pathlib import Path

from docs import generate
from negtrain_ros.bringup import node_list
import pytest

DOCS = Path(__file__).parents[2] / 'docs'


@pytest.fixture(scope='module')
def made(domain):
    """Return every node as it is when nobody gives it a parameter."""
    pytest.importorskip('durand', reason='durand, of the simulated drive, is not installed')
    with generate.nodes() as nodes:
        yield nodes


@pytest.mark.parametrize('name', ['interfaces', 'parameters'])
def test_the_documentation_says_what_the_nodes_declare(made, name):
    said = getattr(generate, name)(made).rstrip() + '\n'
    assert (DOCS / f'{name}.md').read_text() == said, 'run python -m docs.generate'


@pytest.mark.parametrize('name', node_list.SIMULATION)
def test_the_page_of_a_node_lists_what_the_node_declares(made, name):
    page = (DOCS / 'nodes' / f'{name}.md').read_text()
    assert page == generate.node_page(made, name, page), 'run python -m docs.generate'


def test_every_parameter_has_a_meaning_and_cannot_be_changed_under_a_load(made):
    for node in made.values():
        names = [name for name in node.list_parameters([], 0).names
                 if '.' in name and not name.startswith('qos_overrides.')]
        assert names
        for name in names:
            assert len(node.describe_parameter(name).description) > 5, name
            assert node.describe_parameter(name).read_only, name


def test_real_time_is_for_the_path_from_encoder_to_load_alone(made):
    asking = {name for name, node in made.items() if node.has_parameter('realtime.priority')}
    assert asking == set(node_list.PATH)
