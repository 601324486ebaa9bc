# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Keys of a terminal call services, and the terminal is left as it was."""
import os
import pty
import termios

from negtrain_ros.cli.keyboard import Keyboard, KEYS
import pytest


@pytest.fixture
def terminal():
    """Give both ends of a terminal: who types, and who reads."""
    master, slave = pty.openpty()
    yield master, slave
    os.close(master)
    os.close(slave)


@pytest.mark.parametrize('key', KEYS)
def test_every_key_asks_for_its_service_without_a_line_being_ended(terminal, key):
    typist, reader = terminal
    with Keyboard(reader) as keyboard:
        assert keyboard.requests() == []
        os.write(typist, f'?{key}'.encode())
        asked = []
        while not asked:
            asked = keyboard.requests()
    assert asked == [KEYS[key][0]]


def test_the_terminal_is_left_as_it_was(terminal):
    _, reader = terminal
    before = termios.tcgetattr(reader)
    with Keyboard(reader):
        assert termios.tcgetattr(reader) != before
    assert termios.tcgetattr(reader) == before


def test_without_a_terminal_no_key_is_pressed(tmp_path):
    with (tmp_path / 'keys').open('w+') as keys:
        keys.write('ps')
        keys.flush()
        with Keyboard(keys.fileno()) as keyboard:
            assert not keyboard.live
            assert keyboard.requests() == []
