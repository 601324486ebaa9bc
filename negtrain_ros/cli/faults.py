# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""`negtrain faults`: cause every fault at the full eccentric load, and report the reactions."""
from collections.abc import Iterable
from datetime import datetime
from functools import partial
import json
import math
import os
from pathlib import Path
import signal
import statistics
from typing import Annotated, Any, Optional

from negtrain_ros.bringup import node_list, transport
from negtrain_ros.bringup.processes import NodeDied
from negtrain_ros.cli import CommandRefused
from negtrain_ros.core.safety.fault_table import RULES
from negtrain_ros.core.types import Fault, Method, Prescription
from negtrain_ros.fault_campaign.cases import CaseOutcome, FaultCase
from negtrain_ros.fault_campaign.test_stand import FaultTestStand, FROZEN
from negtrain_ros.machine_client import MachineClientError
from negtrain_ros.sim.fault_catalogue import FaultPlace, SCENARIOS
from rich.console import Console
from rich.progress import Progress
from typer import Option

REFERENCE = Prescription(
    athlete='simulated athlete', exercise='chest_press', method=Method.NEGATIVE,
    concentric=51.0, eccentric=85.0, limit=101.0, repetitions=100, concentric_time=1.0,
    eccentric_time=2.5)
NODE_BOUNDS = {  # s until less than 5 kg are applied when a node is killed or frozen
    'encoder_publisher': RULES[Fault.ENCODER_SILENT].bound,
    'phase_detector': 0.3,
    'load_controller': RULES[Fault.COMMAND_LOST].bound,
    'session_manager': RULES[Fault.SESSION_LOST].bound,
    'mock_machine': 0.5,
    'simulated_drive': 0.5,
    'machine': RULES[Fault.COMMAND_LOST].bound,
}
OVER_THE_BUS = {  # how the drive of a bus plays what is not the same as with the mock
    Fault.EMERGENCY_STOP: 'safe torque off at the drive',
    Fault.ENCODER_SILENT: 'the frames with the position get lost',
    Fault.COMMAND_LOST: 'the frames with the torque get lost, the watchdog of the drive trips',
    Fault.RESTARTED: 'the drive restarts and forgets what it was told',
    Fault.LOAD_MISMATCH: 'the motor pulls 1.2 times as much as it is told to',
    Fault.DRIVE: 'the motor is too hot (EMCY 0x4310)',
}
# Played on a command or a stamp on its way to the mock; a bus carries neither.
NOT_ON_A_BUS = (Fault.TIME_INVALID, Fault.COMMAND_INVALID, Fault.SLEW_EXCEEDED)
LATER = {  # what the athlete does only when he comes to the end of his way
    Fault.OVER_TRAVEL: FaultTestStand.is_outside,
    Fault.ATHLETE_GONE: FaultTestStand.is_left,
}
COUNTDOWN = 0.5  # s
REFUSAL_BOUND = 0.1  # s


def faults(
    only: Annotated[str, Option(help='names to run, separated by commas; none: all')] = '',
    repeat: Annotated[int, Option(min=1, max=1000, help='times that each is run')] = 1,
    drive: Annotated[str, Option(
        help=f'what moves the handle: {", ".join(node_list.DRIVES)}')] = 'mock',
    domain: Annotated[Optional[int], Option(min=0, max=232, help='ROS_DOMAIN_ID')] = None,
    output: Annotated[Path, Option(help='folder for the report')] = Path('faults'),
) -> None:
    """Run every fault of the fault table, kill and freeze every node; report how it ended."""
    if drive not in node_list.DRIVES:
        raise CommandRefused(f'unknown drive {drive!r}: one of {", ".join(node_list.DRIVES)}')
    cases = {case.name: case for case in all_cases(drive)}
    names = [name.strip() for name in only.split(',') if name.strip()] or list(cases)
    unknown = [name for name in names if name not in cases]
    if unknown:
        raise CommandRefused(f'{unknown[0]!r} is none of {", ".join(cases)}')
    transport.stay_local()
    if domain is not None:
        os.environ['ROS_DOMAIN_ID'] = str(domain)
    output.mkdir(parents=True, exist_ok=True)
    outcomes, lost = _run([cases[name] for _ in range(repeat) for name in names], drive,
                          output)
    print((output / 'faults.md').read_text())
    failed = [one.case.name for one in outcomes if not one.passed]
    if failed or lost:
        raise CommandRefused(f'{len(failed)} of {len(outcomes)} failed, {lost} repetitions lost: '
                      f'{", ".join(sorted(set(failed)))}', status=1)


def all_cases(drive: str = 'mock') -> Iterable[FaultCase]:
    """Yield every row of the fault table with a drive, then what is done to every node."""
    bus = drive != 'mock'
    for fault, play in SCENARIOS.items():
        if bus and fault in NOT_ON_A_BUS:
            continue
        played = (bus and OVER_THE_BUS.get(fault)) or play.meaning
        name, meaning = fault.name.lower(), f'{RULES[fault].meaning}: {played}'
        if play.place is not FaultPlace.GRAPH:
            yield FaultCase(name, meaning, RULES[fault].bound,
                       partial(FaultTestStand.play, fault=fault),
                       partial(FaultTestStand.cut_short, fault=fault), shows=LATER.get(fault))
        elif fault is Fault.SESSION_LOST:
            yield FaultCase(name, meaning, RULES[fault].bound,
                       partial(FaultTestStand.send, node='session_manager', number=signal.SIGSTOP),
                       partial(FaultTestStand.revive, node='session_manager'))
        else:
            yield FaultCase(name, meaning, RULES[fault].bound, FaultTestStand.publish_twice,
                       FaultTestStand.publish_once)
    yield FaultCase('impossible_prescription', 'an impossible prescription is sent', REFUSAL_BOUND,
                    FaultTestStand.prescribe_nonsense, refused=True)
    nodes = node_list.DRIVES[drive]
    for node in nodes:
        bound, blind = NODE_BOUNDS[node], node == nodes[0]
        yield FaultCase(f'kill_{node}', f'{node} is killed', bound,
                   partial(FaultTestStand.send, node=node, number=signal.SIGKILL),
                   partial(FaultTestStand.restart, node=node), blind=blind)
        yield FaultCase(f'freeze_{node}', f'{node} stands still for {FROZEN:g} s', bound,
                   partial(FaultTestStand.send, node=node, number=signal.SIGSTOP),
                   partial(FaultTestStand.revive, node=node), blind=blind)


def tabulate(outcomes: list[CaseOutcome], lost: list[str]) -> str:
    """
    Return the report: for each case how often it ended well, and how fast.

    :param lost: for every completed repetition that the history lacks, the case of its time
    """
    cases: dict[str, list[CaseOutcome]] = {}
    for outcome in outcomes:
        cases.setdefault(outcome.case.name, []).append(outcome)
    lines = [
        '# Faults at the full eccentric load', '',
        f'{sum(one.passed for one in outcomes)} of {len(outcomes)} as they have to be; '
        f'{len(lost)} completed repetitions lost{": " if lost else ""}{", ".join(lost)}. '
        f'Times in s since the onset, median and largest.', '',
        '| what breaks | detected | below 5 kg | bound | went on | verdict |',
        '|---|---|---|---|---|---|']
    lines += [_row(group) for group in cases.values()]
    return '\n'.join(lines) + '\n'


def _row(group: list[CaseOutcome]) -> str:
    case, count = group[0].case, len(group)
    passed = sum(one.passed for one in group)
    light = 'refused' if case.refused else _spread([one.light for one in group])
    remarks = {one.remark for one in group if one.remark}
    return (f'| `{case.name}` {case.meaning} | {_spread([one.detected for one in group])} '
            f'| {light} | {"" if case.refused else f"{case.bound:g}"} '
            f'| {sum(one.recovered for one in group)} of {count} '
            f'| {passed} of {count}{": " if remarks else ""}{"; ".join(sorted(remarks))} |')


def _spread(times: list[float]) -> str:
    known = [one for one in times if math.isfinite(one)]
    if not known:
        return 'never'
    missing = f', {len(times) - len(known)} never' if len(known) < len(times) else ''
    return f'{statistics.median(known):.3f} / {max(known):.3f}{missing}'


def _plain(outcome: CaseOutcome) -> dict[str, Any]:
    times = {name: value if math.isfinite(value := getattr(outcome, name)) else None
             for name in ('detected', 'light')}
    return {'name': outcome.case.name, 'bound': outcome.case.bound, **times,
            'recovered': outcome.recovered, 'passed': outcome.passed, 'remark': outcome.remark}


def _run(cases: list[FaultCase], drive: str, output: Path) -> tuple[list[CaseOutcome], int]:
    """Run the cases one after the other on one graph; report, even when it is interrupted."""
    folder = output / datetime.now().strftime('%Y-%m-%d_%H-%M-%S')
    folder.mkdir(parents=True)
    start = node_list.Start(params_file=node_list.parameters_file(drive), parameters={
        **node_list.simulated(drive, {
            'muscle.maximum': REFERENCE.limit,
            'athlete.concentric_time': REFERENCE.concentric_time,
            'athlete.eccentric_time': REFERENCE.eccentric_time}),
        'session_manager': {
            'history.folder': str(folder.resolve()), 'session.countdown': COUNTDOWN,
            'session.lighter': 0.0}})  # every case begins at the same load
    outcomes: list[CaseOutcome] = []
    console = Console(stderr=True)
    with (folder / 'nodes.log').open('w') as log, Progress(console=console) as progress:
        task = progress.add_task('faults', total=len(cases))
        ground = FaultTestStand(start, REFERENCE, log, folder, node_list.DRIVES[drive])
        try:
            with ground:
                for case in cases:
                    progress.update(task, description=case.name)
                    outcomes.append(ground.prove(case))
                    progress.advance(task)
                    console.print(_line(outcomes[-1]), highlight=False)
        except (MachineClientError, NodeDied) as failure:
            raise CommandRefused(f'{cases[len(outcomes)].name}: {failure}', status=1) from None
        finally:
            lost = _write(outcomes, ground, output)
    return outcomes, lost


def _write(outcomes: list[CaseOutcome], ground: FaultTestStand, output: Path) -> int:
    """Write the report; return how many repetitions were lost."""
    lost = ground.lost() if outcomes else []
    (output / 'faults.md').write_text(tabulate(outcomes, lost))
    (output / 'faults.json').write_text(json.dumps(
        {'repetitions_lost': lost, 'outcomes': [_plain(one) for one in outcomes]}, indent=1))
    return len(lost)


def _line(outcome: CaseOutcome) -> str:
    case = outcome.case
    ended = 'refused' if case.refused else (
        f'below 5 kg after {outcome.light:.3f} s of {case.bound:g}')
    verdict = 'passed' if outcome.passed else 'FAILED'
    return f'{case.name}: {ended}, {verdict} {outcome.remark}'
