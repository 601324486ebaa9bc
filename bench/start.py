# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Time from `negtrain sim` to the first load command, and of `make` with nothing to make.

`python -m bench.start`; cold is without bytecode, as after an installation.
"""
import os
from pathlib import Path
import signal
import subprocess
import sys
from tempfile import TemporaryDirectory
import time
from typing import Annotated

from bench.measuring import Figure, in_turn, keep, Kept
from negtrain_interfaces.msg import LoadCommand
from negtrain_ros.bringup import transport
from negtrain_ros.shell import qos
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
import typer

ROOT = Path(__file__).parent.parent
PATIENCE = 120.0  # s


def first_command(*, cold: bool) -> float:
    """Return the time from the command line to the first load command [s]."""
    heard: list[float] = []
    context = rclpy.Context()
    rclpy.init(context=context, signal_handler_options=rclpy.SignalHandlerOptions.NO)
    node = Node('listener', context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    node.create_subscription(
        LoadCommand, 'load_command', lambda message: heard.append(time.monotonic()), qos.COMMANDS)
    with TemporaryDirectory(prefix='negtrain-bench-') as folder:
        environment = {**os.environ, 'PYTHONPYCACHEPREFIX': folder} if cold else None
        begin = time.monotonic()
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / 'negtrain'), 'sim', '--no-display', '--output',
             folder], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not heard and time.monotonic() < begin + PATIENCE:
            executor.spin_once(timeout_sec=0.05)
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)
    executor.shutdown()
    node.destroy_node()
    rclpy.try_shutdown(context=context)
    return heard[0] - begin if heard else float('nan')


def run(*words: str) -> float:
    """Return how long a command takes [s]."""
    begin = time.monotonic()
    subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begin


def main(rounds: Annotated[int, typer.Option(min=1)] = 3) -> None:
    """Measure all in turn."""
    transport.stay_local()
    measured = {name: tuple(values) for name, values in in_turn(rounds, {
        'cold': lambda: first_command(cold=True),
        'warm': lambda: first_command(cold=False),
        'make': lambda: run('make', '--silent', '.venv'),
        'python': lambda: run(sys.executable, '-c', 'pass')}).items()}
    keep('start', Kept([
        Figure('negtrain sim to the first load command, cold', 's', measured['cold'], 'warm',
               measured['warm']),
        Figure('negtrain sim to the first load command, warm', 's', measured['warm']),
        Figure('make, nothing to make', 's', measured['make'], 'python alone',
               measured['python'])]))


if __name__ == '__main__':
    typer.run(main)
