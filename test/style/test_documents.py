# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""The documents agree with the settings and with each other: numbers, names, pages, links."""
from pathlib import Path
import re

from negtrain_ros.bringup import node_list
from negtrain_ros.core.load.load_profile import LoadProfileSettings
from negtrain_ros.core.load.spotter import SpotterSettings
from negtrain_ros.core.safety.load_limits import LoadLimits, LoweringSpeedLimits
import pytest

DOCS = Path(__file__).parents[2] / 'docs'
ROOT = DOCS.parent
PAGES = sorted((*ROOT.glob('*.md'), *DOCS.rglob('*.md')))
# Each row of the generated tables of parameters: name and default.
DEFAULTS = dict(re.findall(r'^\| `([\w.]+)` \| (\S+) \|', (DOCS / 'parameters.md').read_text(),
                           re.MULTILINE))
GROUPS = '|'.join(sorted({each.split('.')[0] for each in DEFAULTS}))
OF_A_NODE = ('Subscribes', 'Publishes', 'Services', 'Actions', 'Parameters',
             'On bad or missing input', 'How well it was measured', 'Theory')
SHAPE, SPOTTER, LIMITS = LoadProfileSettings(), SpotterSettings(), LoadLimits()


@pytest.mark.parametrize(('document', 'words'), [
    ('methods.md', f'over {100.0 * SHAPE.rise_share:g} % of the time down '
                   f'(at most {SHAPE.rise_longest:g} s)'),
    ('methods.md', f'never steeper than {LIMITS.rise:g} kg/s'),
    ('safety.md', f'no progress for {SPOTTER.stall_time:g} s in the middle of the range'),
    ('safety.md', f'{LIMITS.rise:g} kg/s up and {LIMITS.fall:g} kg/s down, '
                  f'{SHAPE.release:g} kg/s at the end of a set without fault'),
    ('safety.md', f'{LoweringSpeedLimits().over_speed:g} m/s'),
])
def test_a_number_of_a_document_is_that_of_its_setting(document, words):
    assert words in ' '.join((DOCS / document).read_text().split())


def cited(text):
    """Return the parameters that a text names, each with the value in brackets behind it."""
    name = rf'(?:{GROUPS})\.[a-z][\w.]*(?<!\.py)(?<!\.sqlite)'
    return re.findall(rf'`({name})`(?: \((-?\d[\d.]*)(?: [^)]*)?\))?', text)


def path_of(page):
    """Return how a page is called in the name of a test."""
    return str(page.relative_to(ROOT))


def headings(text):
    """Return the anchors of the headings of a page, as GitHub makes them."""
    titles = re.findall(r'^#+ (.*)$', text, re.MULTILINE)
    return {re.sub(r'[^\w\- ]', '', title.lower()).replace(' ', '-') for title in titles}


@pytest.mark.parametrize(
    'page', [page for page in PAGES if page.name != 'migration.md'], ids=path_of)
def test_every_parameter_that_a_page_names_exists_and_has_the_value_that_it_gives(page):
    for name, value in cited(page.read_text()):
        assert name in DEFAULTS, name
        assert not value or float(value) == float(DEFAULTS[name]), name


def test_a_wrong_value_or_name_of_a_parameter_is_found():
    assert cited('after `load.inputs.stale` (0.05 s), or `load.limits.rise` here') == [
        ('load.inputs.stale', '0.05'), ('load.limits.rise', '')]
    assert len(DEFAULTS) > 100


@pytest.mark.parametrize('node', node_list.SIMULATION)
def test_every_node_has_a_page_of_one_shape(node):
    text = (DOCS / 'nodes' / f'{node}.md').read_text()
    assert text.startswith(f'# {node}\n')
    assert tuple(re.findall(r'^## (.*)$', text, re.MULTILINE)) == OF_A_NODE


@pytest.mark.parametrize('page', PAGES, ids=path_of)
def test_every_link_leads_to_a_file_and_a_heading_of_it(page):
    for target in re.findall(r'\]\(([^)\s]+)\)', page.read_text()):
        if '://' in target:
            continue
        place, _, anchor = target.partition('#')
        other = page.parent / place if place else page
        assert other.exists(), target
        assert not anchor or anchor in headings(other.read_text()), target
