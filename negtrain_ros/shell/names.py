# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of machines and domains: refused where ROS would refuse them, with one that would do."""
from collections.abc import Mapping
import re
import unicodedata

DOMAIN = 'ROS_DOMAIN_ID'
LAST_DOMAIN = 232  # of UDP ports below 65536
LONGEST = 150      # characters; DDS takes 255, with the longest name of an action behind

TOKEN = re.compile(r'[A-Za-z_][A-Za-z0-9_]*', re.ASCII)
# as strtoul(3) reads it
NUMBER = re.compile(r'\s*\+?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)', re.ASCII)
LATIN = {'ä': 'ae', 'ö': 'oe', 'ü': 'ue', 'ß': 'ss', 'æ': 'ae', 'ø': 'oe', 'å': 'aa', 'ł': 'l'}


def refusal(namespace: str, environment: Mapping[str, str]) -> str:
    """
    Tell in one line why no machine can be called so, or be in the domain of the environment.

    :param namespace: of the machine; a slash at either end makes no difference
    :return: empty: it can
    """
    return refused_namespace(namespace) or refused_domain(environment.get(DOMAIN, ''))


def refused_namespace(namespace: str) -> str:
    """Tell in one line why ROS does not take a namespace, and which would do; empty: it does."""
    inner = namespace.removeprefix('/').removesuffix('/')
    if not inner:
        return '' if namespace in ('', '/') else _refused(namespace, 'an empty name in it')
    for token in inner.split('/'):
        if not token:
            return _refused(namespace, 'an empty name in it')
        if not TOKEN.fullmatch(token):
            digit = token[0].isascii() and token[0].isdigit()
            return _refused(namespace, 'a digit at the beginning of a name' if digit else
                            'something else than letters from a to z, digits and _')
    if len(inner) > LONGEST:
        return _refused(namespace, f'more than {LONGEST} characters')
    return ''


def refused_domain(text: str) -> str:
    """Tell in one line why a ROS_DOMAIN_ID is none; empty: it is one, or not set."""
    number = text.strip().lstrip('+')
    if not text or (NUMBER.fullmatch(text) and _number(number) <= LAST_DOMAIN):
        return ''
    return (f'{DOMAIN}={_shown(text)} is no number from 0 to {LAST_DOMAIN}; '
            f'{DOMAIN}=0 is what holds without it')


def suggestion(namespace: str) -> str:
    """Return a namespace that ROS takes, as near to the given one as may be."""
    tokens = []
    for token in namespace.split('/'):
        lowered = ''.join(LATIN.get(character, LATIN.get(character.lower(), '').capitalize()
                                    or character) for character in token)
        ascii_only = unicodedata.normalize('NFKD', lowered).encode('ascii', 'ignore').decode()
        word = re.sub(r'[\W_]+', '_', ascii_only).strip('_')
        if word:
            tokens.append(f'machine_{word}' if word[0].isdigit() else word)
    return '/'.join(tokens)[:LONGEST].rstrip('/_') or 'machine_1'


def _refused(namespace: str, reason: str) -> str:
    return (f'{_shown(namespace)} is no namespace: it has {reason}; '
            f'{suggestion(namespace)} would do')


def _shown(text: str) -> str:
    shown = repr(text)
    return shown if len(shown) <= 60 else f'{shown[:57]}...{shown[0]}'


def _number(text: str) -> int:
    base = 16 if text[:2].lower() == '0x' else 8 if text[0] == '0' else 10
    return int(text, base)
