# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
A CiA 402 drive on a CANopen bus.

The library `canopen` does what takes time at the start (SDO) and what comes by the way (EMCY,
NMT). In operation there is no thread: each cycle sends a SYNC, waits for both answers and then
sends the command. The heartbeat that the drive watches comes from the same cycle, so that it ends
when the cycle does.
"""
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import logging
import math
from pathlib import Path
import struct
import time
from typing import Any

from negtrain_ros.core.machine.kinematics import Kinematics
from negtrain_ros.core.machine.motor_control import DriveState, Feedback, TorqueOrder
from negtrain_ros.core.machine.transmission import Transmission
from negtrain_ros.core.settings import parameter, Settings
from negtrain_ros.drives import cia402
from negtrain_ros.drives.cia402 import Goal, Item, Lifecycle, PowerState, Report
from negtrain_ros.drives.drive import DriveRefused

try:
    import can
    import canopen
except ImportError:
    can = canopen = None  # type: ignore[assignment]

# What they have to say is said by the refusals; a word of theirs would be a second line.
for library in ('can', 'canopen'):
    logging.getLogger(library).addHandler(logging.NullHandler())

EXTRA = 'a CANopen drive needs the libraries of: pip install negtrain_ros[canopen]'
THIS_COMPUTER = '239.74.163.2'  # multicast group of python-can for IPv4
PORT = 43113
GATHERING = 0.05  # s between looks of the thread of the start at whether it has to end
BEATS = 4  # heartbeats within the time after which the drive misses them


@dataclass(frozen=True)
class BusSettings(Settings):
    """Where the drive is."""

    interface: str = parameter(
        'socketcan', 'interface of python-can; udp_multicast stays on this computer')
    channel: str = parameter(
        'can0', 'channel of the interface, as can0; for udp_multicast group:port, or nothing')
    bitrate: int = parameter(1000000, 'of the bus', 10000, 1000000, unit='bit/s')
    rate: float = parameter(
        250.0, 'cycles of the bus per second', 50.0, 500.0, unit='1/s')
    node: int = parameter(1, 'number of the drive on the bus', 1, 127)
    host: int = parameter(127, 'number under which this computer sends its heartbeat', 1, 127)


@dataclass(frozen=True)
class DriveSettings(Settings):
    """What a drive is, and what it must hold by itself."""

    boot_time: float = parameter(
        20.0, 'time that the drive has to answer at the start', 0.0, 120.0, unit='s')
    watchdog: float = parameter(
        0.1, 'time without commands after which the drive lets go', 0.02, 0.5, unit='s')
    speed_limit: float = parameter(
        1.0, 'speed of the handle, either way, above which the drive trips by itself',
        0.3, 5.0, unit='m/s')
    vendor: int = parameter(0, 'vendor that the drive must have (0x1018:01); 0: any', 0, 2**32 - 1)
    product: int = parameter(
        0, 'product code that it must have (0x1018:02); 0: any', 0, 2**32 - 1)
    eds: str = parameter('', 'EDS of the drive, to be compared with it; empty: not compared')
    safe_torque_off_input: int = parameter(
        3, 'bit of the digital inputs (0x60FD) that safe torque off sets; -1: none', -1, 31)


def open_bus(settings: BusSettings, listen: Iterable[int] | None = None) -> Any:
    """
    Open a bus.

    :param listen: identifiers of the frames to hear; None: all
    :raises DriveRefused: there is no such bus, or no library for it
    """
    if can is None:
        raise DriveRefused(EXTRA)
    filters = None if listen is None else [
        {'can_id': each, 'can_mask': 0x7FF, 'extended': False} for each in listen]
    options: dict[str, Any] = {'interface': settings.interface, 'channel': settings.channel}
    if settings.interface == 'udp_multicast':
        group, _, port = settings.channel.partition(':')
        options |= {'channel': group or THIS_COMPUTER, 'port': int(port or PORT), 'hop_limit': 0,
                    'fd': False}
    elif settings.interface != 'socketcan':  # whose bit rate is set with `ip link`
        options['bitrate'] = settings.bitrate
    try:
        return can.Bus(can_filters=filters, **options)
    except (can.CanError, OSError, ValueError, ImportError, RuntimeError) as error:
        raise DriveRefused(
            f'bus {settings.interface} {settings.channel}: {_reason(error)}') from None


def _reason(error: BaseException) -> str:
    """Return why a bus failed: what lies behind an error, where it says more."""
    return ' '.join(str(error.__cause__ or error).split()) or type(error).__name__


class NoAnswer(DriveRefused):
    """A drive that does not answer."""


class CanopenDrive:
    """
    Implements the protocol of drives/drive.py for CiA 402 over CANopen.

    :ivar trouble: what is wrong with bus or drive, for people; empty if nothing is
    """

    def __init__(
        self, bus: BusSettings, drive: DriveSettings, transmission: Transmission,
        kinematics: Kinematics, largest_load: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Prepare nothing yet.

        :param largest_load: above which the drive itself limits its torque [kg]
        :param clock: seconds that never step
        """
        self.settings = bus
        self._drive = drive
        self._transmission = transmission
        self._limits = cia402.limits(
            drive.watchdog, drive.speed_limit, largest_load, kinematics, transmission)
        self._clock = clock
        self._patience = 0.5 / bus.rate
        self._beat_period = drive.watchdog / BEATS
        self._rated = 1.0
        self._bus: Any = None
        self._network: Any = None
        self.trouble = 'not prepared'
        self.prepared = False
        self._beat = -math.inf
        self._state = PowerState.NOT_READY_TO_SWITCH_ON
        self._word = 0
        self._missed = False
        self._error = 0

    def prepare(self, patience: float = 0.0) -> None:
        """Find the drive, write what it must hold by itself, read it back; see Drive."""
        self.prepared = False
        self._check_eds()
        node = self.settings.node
        if self._bus is None:
            self._bus = open_bus(self.settings, [
                base + node for base in (cia402.STATE_ID, cia402.MOTION_ID, cia402.EMERGENCY_ID,
                                         0x580, cia402.HEARTBEAT_ID)])
        try:
            with self._gathering() as remote:
                self._await(remote, patience)
                self._identify(remote.sdo)
                self._write(remote.sdo)
                remote.nmt.state = 'OPERATIONAL'
        except (can.CanError, OSError) as error:
            raise DriveRefused(f'bus {self.settings.channel}: {_reason(error)}') from None
        self._beat, self._word, self._error = -math.inf, 0, 0
        self._missed = False
        self.trouble = ''
        self.prepared = True

    def read(self) -> Feedback | None:
        """Ask for position, speed, torque and state; see Drive."""
        if not self.prepared:
            return None
        report = self._ask()
        return None if report is None or not self.prepared else self._feedback(report)

    def command(self, order: TorqueOrder) -> None:
        """Have the drive do what is ordered; see Drive."""
        if not self.prepared:
            return
        goal = Goal.TORQUE if order.enable else Goal.RESET if order.reset else Goal.LIGHT
        word = cia402.CONTROLWORDS[self._state, goal]
        share = 0
        if word == cia402.ENABLE_OPERATION:
            motor = self._transmission.motor_torque(order.torque)
            share = round(cia402.PER_MILLE * motor / self._rated)
            share = min(max(share, -0x8000), 0x7FFF)
        self._send(cia402.COMMAND_ID + self.settings.node, cia402.COMMAND_FRAME.pack(word, share))
        now = self._clock()
        if now - self._beat >= self._beat_period:
            self._beat = now
            self._send(cia402.HEARTBEAT_ID + self.settings.host, bytes([Lifecycle.OPERATIONAL]))

    def close(self) -> None:
        """Let the motor go and leave the bus."""
        if self._bus is None:
            return
        if self.prepared:
            self._send(cia402.COMMAND_ID + self.settings.node,
                       cia402.COMMAND_FRAME.pack(cia402.DISABLE_VOLTAGE, 0))
        self.prepared = False
        self._bus.shutdown()
        self._bus = None

    def _check_eds(self) -> None:
        """Refuse an EDS that cannot be read or lacks what is needed."""
        if can is None:
            raise DriveRefused(EXTRA)
        self._dictionary = canopen.ObjectDictionary()  # type: ignore[no-untyped-call]
        if not self._drive.eds:
            return
        path = Path(self._drive.eds)
        try:
            self._dictionary = canopen.import_od(str(path), self.settings.node)
        except (OSError, ValueError, KeyError, LookupError) as error:
            raise DriveRefused(f'EDS {path}: {_reason(error)}') from None
        for item in cia402.ITEMS:
            if self._dictionary.get_variable(item.index, item.subindex) is None:
                raise DriveRefused(f'EDS {path}: there is no {item}: it belongs to another drive')

    @contextmanager
    def _gathering(self) -> Iterator[Any]:
        """Let the library hear the bus in a thread of its own, as its SDO client needs it."""
        self._network = canopen.Network(self._bus)
        self._network.NOTIFIER_CYCLE = GATHERING
        remote = self._network.add_node(self.settings.node, self._dictionary)
        remote.emcy.add_callback(self._on_emergency)
        remote.nmt.add_heartbeat_callback(self._on_heartbeat)
        self._network.connect()
        try:
            yield remote
        finally:
            self._network.notifier.stop()
            self._network.notifier = None

    def _await(self, remote: Any, patience: float) -> None:
        """Wait for a drive that is still booting."""
        end = self._clock() + patience
        while True:
            remote.nmt.state = 'PRE-OPERATIONAL'
            try:
                self._upload(remote.sdo, cia402.DEVICE_TYPE)
                return
            except NoAnswer:
                if self._clock() > end:
                    raise

    def _identify(self, sdo: Any) -> None:
        """Refuse what is not there, no such drive, or another one than expected."""
        node, drive = self.settings.node, self._drive
        found = self._upload(sdo, cia402.DEVICE_TYPE)
        if found & 0xFFFF != cia402.PROFILE:
            raise DriveRefused(f'node {node} is no CiA 402 drive: '
                               f'{cia402.DEVICE_TYPE} is 0x{found:08X}')
        identity = self._dictionary.device_information if drive.eds else None
        for item, wanted, listed in (
                (cia402.VENDOR, drive.vendor, identity and identity.vendor_number),
                (cia402.PRODUCT, drive.product, identity and identity.product_number)):
            found = self._upload(sdo, item)
            if wanted and found != wanted:
                raise DriveRefused(f'node {node} is another drive: {item} is 0x{found:X}, '
                                   f'not 0x{wanted:X} as drive.{item.name.split()[0]} says')
            if listed and found != listed:
                raise DriveRefused(f'EDS {drive.eds} belongs to another drive: {item} is '
                                   f'0x{found:X}, not 0x{listed:X}')
        if not self._upload(sdo, cia402.SUPPORTED_MODES) >> cia402.CYCLIC_TORQUE_BIT & 1:
            raise DriveRefused(f'node {node} has no cyclic synchronous torque mode '
                               f'({cia402.SUPPORTED_MODES})')
        counts = self._transmission.settings.counts_per_turn
        increments = self._upload(sdo, cia402.ENCODER_INCREMENTS)
        turns = self._upload(sdo, cia402.MOTOR_REVOLUTIONS)
        if increments != counts * turns:
            raise DriveRefused(f'node {node} counts {increments} in {turns} turns of the motor, '
                               f'not {counts} a turn as transmission.counts_per_turn says')
        self._rated = self._upload(sdo, cia402.RATED_TORQUE) / 1000.0
        if self._rated == 0.0:
            raise DriveRefused(f'node {node} does not know its motor: '
                               f'{cia402.RATED_TORQUE} is 0')

    def _write(self, sdo: Any) -> None:
        """Write what the drive must hold by itself; refuse it if it then holds anything else."""
        wanted: dict[Item, int] = {}
        for each in cia402.assignments(
                self.settings.node, self.settings.host, self._limits, self._rated):
            try:
                sdo.download(each.item.index, each.item.subindex, each.item.pack(each.number))
            except canopen.SdoAbortedError as refusal:
                raise DriveRefused(f'node {self.settings.node} does not take {each.number} as '
                                   f'{each.item}: {refusal}') from None
            except canopen.SdoCommunicationError:
                raise self._no_answer() from None
            wanted[each.item] = each.number
        for item, number in wanted.items():
            found = self._upload(sdo, item)
            if found != number:
                raise DriveRefused(f'node {self.settings.node} holds {found} as {item}, '
                                   f'not {number} as it was told')

    def _upload(self, sdo: Any, item: Item) -> int:
        try:
            return item.unpack(sdo.upload(item.index, item.subindex))
        except canopen.SdoAbortedError as refusal:
            raise DriveRefused(
                f'node {self.settings.node} does not tell its {item}: {refusal}') from None
        except struct.error:
            raise DriveRefused(
                f'node {self.settings.node}: {item} is not {item.kind.bits} bit wide') from None
        except canopen.SdoCommunicationError:
            raise self._no_answer() from None

    def _no_answer(self) -> NoAnswer:
        s = self.settings
        return NoAnswer(f'node {s.node} does not answer on {s.interface} {s.channel}: '
                            'check power, wiring, bit rate and bus.node')

    def _ask(self) -> Report | None:
        """Send a SYNC and wait for both answers; None: they did not come in time."""
        try:
            while (message := self._bus.recv(0.0)) is not None:
                self._hear(message)
            self._send(cia402.SYNC_ID, b'')
            end = self._clock() + self._patience
            state: tuple[int, ...] | None = None
            motion: tuple[int, ...] | None = None
            while (left := end - self._clock()) > 0.0:
                message = self._bus.recv(left)
                if message is None:
                    break
                kind = message.arbitration_id - self.settings.node
                if kind == cia402.STATE_ID:
                    state = cia402.STATE_FRAME.unpack(message.data)
                elif kind == cia402.MOTION_ID:
                    motion = cia402.MOTION_FRAME.unpack(message.data)
                else:
                    self._hear(message)
                if state is not None and motion is not None:
                    return Report(*state, *motion)
        except (can.CanError, OSError) as error:
            self.trouble = f'bus {self.settings.channel}: {_reason(error)}'
        except struct.error:
            self.trouble = f'node {self.settings.node} sends frames of another length'
        return None

    def _hear(self, message: Any) -> None:
        """Let the library take what is no answer to a SYNC."""
        if not message.is_error_frame:
            self._network.notify(message.arbitration_id, message.data, message.timestamp)

    def _feedback(self, report: Report) -> Feedback:
        """Return what a report means, as seen at the joint."""
        state = cia402.state_of(report.statusword)
        self._state = state or PowerState.NOT_READY_TO_SWITCH_ON
        shown = _STATES[self._state]
        stop_input = self._drive.safe_torque_off_input
        powered = shown is DriveState.ENABLED or self._state is PowerState.SWITCHED_ON
        stopped = (stop_input >= 0 and bool(report.inputs >> stop_input & 1)) or (
            powered and not report.statusword & cia402.VOLTAGE_ENABLED)
        missed, self._missed = self._missed, False
        if shown is not DriveState.FAULT and not missed:
            self._error = 0
        wrong = cia402.words(self._error) if self._error else (
            'fault without a code' if shown is DriveState.FAULT else '')
        self.trouble = 'safe torque off' if stopped else wrong
        transmission = self._transmission
        return Feedback(
            transmission.angle(report.position), transmission.speed(report.velocity),
            transmission.torque(report.torque * self._rated / cia402.PER_MILLE),
            shown, stopped, missed, self.trouble)

    def _on_emergency(self, emergency: Any) -> None:
        """Take note of an error code (EMCY)."""
        if emergency.code in cia402.WATCHDOG_CODES:
            self._missed = True
        if emergency.code:
            self._error = emergency.code

    def _on_heartbeat(self, lifecycle: int) -> None:
        """Notice a drive that has restarted: it has forgotten what was written to it."""
        if self.prepared and lifecycle != Lifecycle.OPERATIONAL:
            self.prepared = False
            self.trouble = (
                f'node {self.settings.node} has restarted' if lifecycle == Lifecycle.BOOT_UP
                else f'node {self.settings.node} has left operation')

    def _send(self, identifier: int, data: bytes) -> None:
        try:
            self._bus.send(can.Message(
                arbitration_id=identifier, data=data, is_extended_id=False))
        except (can.CanError, OSError) as error:
            self.trouble = f'bus {self.settings.channel}: {_reason(error)}'


_STATES = {
    PowerState.NOT_READY_TO_SWITCH_ON: DriveState.LIGHT,
    PowerState.SWITCH_ON_DISABLED: DriveState.LIGHT,
    PowerState.READY_TO_SWITCH_ON: DriveState.STARTING,
    PowerState.SWITCHED_ON: DriveState.STARTING,
    PowerState.OPERATION_ENABLED: DriveState.ENABLED,
    PowerState.QUICK_STOP_ACTIVE: DriveState.FAULT,
    PowerState.FAULT_REACTION_ACTIVE: DriveState.FAULT,
    PowerState.FAULT: DriveState.FAULT,
}
