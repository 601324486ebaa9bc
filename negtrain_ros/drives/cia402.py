# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
PowerState machine, objects, frames and error codes of a CiA 402 drive, without a bus.

Sources: CiA 402-2 (IEC 61800-7-201), the state machine in figure "Finite state automaton of the
power drive system", the objects 0x603F to 0x6502; CiA 301, the objects 0x1000 to 0x1BFF and the
emergency error codes. The numbers were compared with the tables of the library `canopen`
(canopen.profiles.p402), which a test repeats.
"""
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
import math
import struct
from types import MappingProxyType

from negtrain_ros.core.machine.kinematics import Kinematics
from negtrain_ros.core.machine.transmission import Transmission
from negtrain_ros.core.types import GRAVITY, value


class PowerState(Enum):
    """States of the power drive system."""

    NOT_READY_TO_SWITCH_ON = 'not ready to switch on'
    SWITCH_ON_DISABLED = 'switch on disabled'
    READY_TO_SWITCH_ON = 'ready to switch on'
    SWITCHED_ON = 'switched on'
    OPERATION_ENABLED = 'operation enabled'
    QUICK_STOP_ACTIVE = 'quick stop active'
    FAULT_REACTION_ACTIVE = 'fault reaction active'
    FAULT = 'fault'


class Event(Enum):
    """Commands of the controlword, and what happens in the power drive system by itself."""

    INITIALISED = 'initialised'
    SHUTDOWN = 'shutdown'
    SWITCH_ON = 'switch on'
    ENABLE_OPERATION = 'enable operation'
    DISABLE_VOLTAGE = 'disable voltage'
    QUICK_STOP = 'quick stop'
    FAULT_RESET = 'fault reset'
    ERROR = 'error'
    REACTION_DONE = 'reaction done'


_S, _E = PowerState, Event
_POWERED = (_S.SWITCHED_ON, _S.OPERATION_ENABLED, _S.QUICK_STOP_ACTIVE)

TRANSITIONS: Mapping[tuple[PowerState, Event], PowerState] = MappingProxyType({
    (_S.NOT_READY_TO_SWITCH_ON, _E.INITIALISED): _S.SWITCH_ON_DISABLED,      # 1
    (_S.SWITCH_ON_DISABLED, _E.SHUTDOWN): _S.READY_TO_SWITCH_ON,             # 2
    (_S.READY_TO_SWITCH_ON, _E.SWITCH_ON): _S.SWITCHED_ON,                   # 3
    (_S.SWITCHED_ON, _E.ENABLE_OPERATION): _S.OPERATION_ENABLED,             # 4
    (_S.OPERATION_ENABLED, _E.SWITCH_ON): _S.SWITCHED_ON,                    # 5
    (_S.SWITCHED_ON, _E.SHUTDOWN): _S.READY_TO_SWITCH_ON,                    # 6
    (_S.READY_TO_SWITCH_ON, _E.DISABLE_VOLTAGE): _S.SWITCH_ON_DISABLED,      # 7
    (_S.READY_TO_SWITCH_ON, _E.QUICK_STOP): _S.SWITCH_ON_DISABLED,           # 7
    (_S.OPERATION_ENABLED, _E.SHUTDOWN): _S.READY_TO_SWITCH_ON,              # 8
    (_S.OPERATION_ENABLED, _E.DISABLE_VOLTAGE): _S.SWITCH_ON_DISABLED,       # 9
    (_S.SWITCHED_ON, _E.DISABLE_VOLTAGE): _S.SWITCH_ON_DISABLED,             # 10
    (_S.SWITCHED_ON, _E.QUICK_STOP): _S.SWITCH_ON_DISABLED,                  # 10
    (_S.OPERATION_ENABLED, _E.QUICK_STOP): _S.QUICK_STOP_ACTIVE,             # 11
    (_S.QUICK_STOP_ACTIVE, _E.DISABLE_VOLTAGE): _S.SWITCH_ON_DISABLED,       # 12
    (_S.QUICK_STOP_ACTIVE, _E.REACTION_DONE): _S.SWITCH_ON_DISABLED,         # 12
    (_S.QUICK_STOP_ACTIVE, _E.ENABLE_OPERATION): _S.OPERATION_ENABLED,       # 16
    **{(state, _E.ERROR): _S.FAULT_REACTION_ACTIVE                           # 13
       for state in PowerState if state not in (_S.FAULT, _S.FAULT_REACTION_ACTIVE)},
    (_S.FAULT_REACTION_ACTIVE, _E.REACTION_DONE): _S.FAULT,                  # 14
    (_S.FAULT, _E.FAULT_RESET): _S.SWITCH_ON_DISABLED,                       # 15
})
"""Where each event leads; the numbers are those of the transitions in CiA 402-2."""

IGNORED = frozenset({
    *((_S.NOT_READY_TO_SWITCH_ON, event) for event in (
        _E.SHUTDOWN, _E.SWITCH_ON, _E.ENABLE_OPERATION, _E.DISABLE_VOLTAGE, _E.QUICK_STOP)),
    *((_S.SWITCH_ON_DISABLED, event) for event in (
        _E.SWITCH_ON, _E.ENABLE_OPERATION, _E.DISABLE_VOLTAGE, _E.QUICK_STOP)),
    *((_S.READY_TO_SWITCH_ON, event) for event in (_E.SHUTDOWN, _E.ENABLE_OPERATION)),
    (_S.SWITCHED_ON, _E.SWITCH_ON),
    (_S.OPERATION_ENABLED, _E.ENABLE_OPERATION),
    *((_S.QUICK_STOP_ACTIVE, event) for event in (_E.SHUTDOWN, _E.SWITCH_ON, _E.QUICK_STOP)),
    *((state, event) for state in (_S.FAULT_REACTION_ACTIVE, _S.FAULT) for event in (
        _E.SHUTDOWN, _E.SWITCH_ON, _E.ENABLE_OPERATION, _E.DISABLE_VOLTAGE, _E.QUICK_STOP,
        _E.ERROR)),
    (_S.FAULT_REACTION_ACTIVE, _E.FAULT_RESET),
    (_S.FAULT, _E.REACTION_DONE),
    *((state, _E.FAULT_RESET) for state in PowerState
      if state not in (_S.FAULT_REACTION_ACTIVE, _S.FAULT)),
    *((state, _E.INITIALISED) for state in PowerState if state is not _S.NOT_READY_TO_SWITCH_ON),
    *((state, _E.REACTION_DONE) for state in (
        _S.NOT_READY_TO_SWITCH_ON, _S.SWITCH_ON_DISABLED, _S.READY_TO_SWITCH_ON, _S.SWITCHED_ON,
        _S.OPERATION_ENABLED)),
})
"""Events that change nothing in a state."""


def follow(state: PowerState, event: Event) -> PowerState:
    """Return the state after an event."""
    return TRANSITIONS.get((state, event), state)


_STATUSES = (  # mask and value of the statusword
    (0x4F, 0x00, _S.NOT_READY_TO_SWITCH_ON),
    (0x4F, 0x40, _S.SWITCH_ON_DISABLED),
    (0x6F, 0x21, _S.READY_TO_SWITCH_ON),
    (0x6F, 0x23, _S.SWITCHED_ON),
    (0x6F, 0x27, _S.OPERATION_ENABLED),
    (0x6F, 0x07, _S.QUICK_STOP_ACTIVE),
    (0x4F, 0x0F, _S.FAULT_REACTION_ACTIVE),
    (0x4F, 0x08, _S.FAULT),
)
VOLTAGE_ENABLED = 1 << 4
"""Bit of the statusword that is clear while the power stage has no voltage."""


def state_of(statusword: int) -> PowerState | None:
    """Return the state that a statusword (0x6041) shows; None if it shows no state at all."""
    for mask, shown, state in _STATUSES:
        if statusword & mask == shown:
            return state
    return None


def statusword_of(state: PowerState, *, voltage: bool = True) -> int:
    """Return a statusword (0x6041) that shows a state; remote control allowed (bit 9)."""
    shown = next(shown for _, shown, each in _STATUSES if each is state)
    return shown | 1 << 9 | (VOLTAGE_ENABLED if voltage else 0)


class Goal(Enum):
    """What a drive is wanted to do."""

    LIGHT = 'no voltage at the motor'
    TORQUE = 'follow the torque'
    RESET = 'acknowledge a fault, without voltage'


DISABLE_VOLTAGE, SHUTDOWN, SWITCH_ON, ENABLE_OPERATION, FAULT_RESET = 0x00, 0x06, 0x07, 0x0F, 0x80
FAULT_RESET_BIT = 1 << 7

CONTROLWORDS: Mapping[tuple[PowerState, Goal], int] = MappingProxyType({
    **{(state, Goal.LIGHT): DISABLE_VOLTAGE for state in PowerState},
    **{(state, Goal.RESET): DISABLE_VOLTAGE for state in PowerState},
    (_S.FAULT, Goal.RESET): FAULT_RESET,
    (_S.NOT_READY_TO_SWITCH_ON, Goal.TORQUE): DISABLE_VOLTAGE,
    (_S.SWITCH_ON_DISABLED, Goal.TORQUE): SHUTDOWN,
    (_S.READY_TO_SWITCH_ON, Goal.TORQUE): SWITCH_ON,
    (_S.SWITCHED_ON, Goal.TORQUE): ENABLE_OPERATION,
    (_S.OPERATION_ENABLED, Goal.TORQUE): ENABLE_OPERATION,
    # Somebody has stopped the drive: it becomes light before it may pull again.
    (_S.QUICK_STOP_ACTIVE, Goal.TORQUE): DISABLE_VOLTAGE,
    (_S.FAULT_REACTION_ACTIVE, Goal.TORQUE): DISABLE_VOLTAGE,
    (_S.FAULT, Goal.TORQUE): DISABLE_VOLTAGE,
})
"""
The controlword (0x6040) for each state and goal, one step at a time.

Sent again in every cycle, so nothing waits for an answer. A quick stop is never commanded: it
brakes and holds.
"""


def command_of(controlword: int, before: int) -> Event | None:
    """
    Return the command that a controlword carries, None for no command of the state machine.

    :param before: the controlword before it; a fault is reset by a rising edge of bit 7 alone
    """
    if controlword & ~before & FAULT_RESET_BIT:
        return Event.FAULT_RESET
    if not controlword & 0x02:
        return Event.DISABLE_VOLTAGE
    if not controlword & 0x04:
        return Event.QUICK_STOP
    return {0x06: Event.SHUTDOWN, 0x07: Event.SWITCH_ON, 0x0F: Event.ENABLE_OPERATION,
            0x0E: Event.SHUTDOWN}[controlword & 0x0F]


class Kind(Enum):
    """Type of an object, as a format of struct."""

    U8, I8, U16, I16, U32, I32 = 'B', 'b', 'H', 'h', 'I', 'i'

    @property
    def bits(self) -> int:
        """Width [bit]."""
        return 8 * struct.calcsize(f'<{self.value}')


@dataclass(frozen=True, slots=True)
class Item:
    """An object of the dictionary that this software reads or writes."""

    index: int
    subindex: int
    kind: Kind
    name: str

    def pack(self, number: int) -> bytes:
        """Return the bytes of a value; raises struct.error if it does not fit."""
        return struct.pack(f'<{self.kind.value}', number)

    def unpack(self, data: bytes) -> int:
        """Return the value of bytes; raises struct.error for another length."""
        number: int = struct.unpack(f'<{self.kind.value}', data)[0]
        return number

    @property
    def mapping(self) -> int:
        """Entry of a PDO mapping (0x1600, 0x1A00)."""
        return self.index << 16 | self.subindex << 8 | self.kind.bits

    def __str__(self) -> str:
        """Return what the object is called in a refusal."""
        place = f'0x{self.index:04X}' + (f':{self.subindex:02X}' if self.subindex else '')
        return f'{self.name} ({place})'


DEVICE_TYPE = Item(0x1000, 0, Kind.U32, 'device type')
VENDOR = Item(0x1018, 1, Kind.U32, 'vendor')
PRODUCT = Item(0x1018, 2, Kind.U32, 'product code')
CONSUMER_HEARTBEAT = Item(0x1016, 1, Kind.U32, 'consumer heartbeat time')
PRODUCER_HEARTBEAT = Item(0x1017, 0, Kind.U16, 'producer heartbeat time')
RPDO_EVENT_TIMER = Item(0x1400, 5, Kind.U16, 'RPDO event timer')
ABORT_CONNECTION = Item(0x6007, 0, Kind.I16, 'abort connection option code')
ERROR_CODE = Item(0x603F, 0, Kind.U16, 'error code')
CONTROLWORD = Item(0x6040, 0, Kind.U16, 'controlword')
STATUSWORD = Item(0x6041, 0, Kind.U16, 'statusword')
QUICK_STOP_OPTION = Item(0x605A, 0, Kind.I16, 'quick stop option code')
SHUTDOWN_OPTION = Item(0x605B, 0, Kind.I16, 'shutdown option code')
DISABLE_OPTION = Item(0x605C, 0, Kind.I16, 'disable operation option code')
HALT_OPTION = Item(0x605D, 0, Kind.I16, 'halt option code')
FAULT_OPTION = Item(0x605E, 0, Kind.I16, 'fault reaction option code')
MODE = Item(0x6060, 0, Kind.I8, 'modes of operation')
MODE_SHOWN = Item(0x6061, 0, Kind.I8, 'modes of operation display')
POSITION = Item(0x6064, 0, Kind.I32, 'position actual value')
VELOCITY = Item(0x606C, 0, Kind.I32, 'velocity actual value')
TARGET_TORQUE = Item(0x6071, 0, Kind.I16, 'target torque')
MAXIMUM_TORQUE = Item(0x6072, 0, Kind.U16, 'max torque')
RATED_TORQUE = Item(0x6076, 0, Kind.U32, 'motor rated torque')
TORQUE = Item(0x6077, 0, Kind.I16, 'torque actual value')
MAXIMUM_SPEED = Item(0x6080, 0, Kind.U32, 'max motor speed')
ENCODER_INCREMENTS = Item(0x608F, 1, Kind.U32, 'encoder increments')
MOTOR_REVOLUTIONS = Item(0x608F, 2, Kind.U32, 'motor revolutions')
INPUTS = Item(0x60FD, 0, Kind.U32, 'digital inputs')
SUPPORTED_MODES = Item(0x6502, 0, Kind.U32, 'supported drive modes')

ITEMS = tuple(each for each in vars().values() if isinstance(each, Item))
"""Every object above; an EDS without one of them belongs to another drive."""

PROFILE = 402
CYCLIC_TORQUE = 10      # 0x6060: cyclic synchronous torque mode
CYCLIC_TORQUE_BIT = 9   # 0x6502
ABORT_IS_LIGHT = 2      # 0x6007: disable voltage; 1 is a fault, 3 a quick stop
OPTION_IS_LIGHT = 0     # 0x605A to 0x605C, 0x605E: disable the drive, the motor is free to turn
# No halt option lets go (1 slows down, 2 stops quickly, 3 and 4 stop at a limit); in a torque mode
# slowing down takes the torque to zero, and the halt bit is never set here.
HALT_SLOWS_DOWN = 1
REVOLUTIONS_PER_MINUTE = 60.0 / math.tau
PER_MILLE = 1000.0


class _Frame:
    """Objects that travel in one PDO."""

    def __init__(self, *items: Item) -> None:
        self.items = items
        self._format = struct.Struct('<' + ''.join(item.kind.value for item in items))

    def pack(self, *numbers: int) -> bytes:
        """Return the data of the frame."""
        return self._format.pack(*numbers)

    def unpack(self, data: bytes) -> tuple[int, ...]:
        """Return the values; raises struct.error for data of another length."""
        return self._format.unpack(data)


COMMAND_FRAME = _Frame(CONTROLWORD, TARGET_TORQUE)          # RPDO 1
STATE_FRAME = _Frame(STATUSWORD, TORQUE, INPUTS)            # TPDO 1
MOTION_FRAME = _Frame(POSITION, VELOCITY)                   # TPDO 2

COMMAND_ID, STATE_ID, MOTION_ID = 0x200, 0x180, 0x280  # CiA 301, predefined connection set
SYNC_ID, EMERGENCY_ID, HEARTBEAT_ID = 0x80, 0x80, 0x700
INVALID_PDO = 1 << 31
ON_SYNC, AT_ONCE = 1, 255  # transmission types


@dataclass(frozen=True, slots=True)
class Assignment:
    """A value that an object of the drive is to have, written at the start and read back."""

    item: Item
    number: int


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What the drive is to hold by itself.

    :param watchdog: time without commands after which it lets go [s]
    :param torque: largest torque of the motor [N m]
    :param speed: largest speed of the motor [rad/s]
    """

    watchdog: float
    torque: float
    speed: float


def limits(
    watchdog: float, speed: float, load: float, kinematics: Kinematics,
    transmission: Transmission,
) -> Limits:
    """
    Return what a drive is to hold by itself, from what is to hold at the handle.

    :param speed: of the handle [m/s]; it is reached where the moment arm is longest
    :param load: largest load [kg]; the drive allows a tenth more, and so does not shape it
    """
    arm = max(kinematics.moment_arm(kinematics.stroke * share / 100.0) for share in range(101))
    torque = abs(transmission.motor_torque(1.1 * load * GRAVITY * arm))
    return Limits(watchdog, torque, speed / arm * transmission.settings.gear)


def assignments(node: int, host: int, limits: Limits, rated_torque: float,
                ) -> tuple[Assignment, ...]:
    """
    Return all that is written before a drive may be enabled, in this order.

    Whatever ends the commands ends the voltage at the motor: most drives brake and hold instead
    unless they are told so.

    :param node: number of the drive on the bus
    :param host: number whose heartbeat the drive watches
    :param rated_torque: of the motor [N m], to which limits of the torque refer
    """
    watchdog = round(1000.0 * limits.watchdog)
    torque = min(0xFFFF, math.floor(PER_MILLE * limits.torque / rated_torque))
    given = (
        (ABORT_CONNECTION, ABORT_IS_LIGHT),
        (QUICK_STOP_OPTION, OPTION_IS_LIGHT),
        (SHUTDOWN_OPTION, OPTION_IS_LIGHT),
        (DISABLE_OPTION, OPTION_IS_LIGHT),
        (HALT_OPTION, HALT_SLOWS_DOWN),
        (FAULT_OPTION, OPTION_IS_LIGHT),
        (MAXIMUM_TORQUE, torque),
        (MAXIMUM_SPEED, math.floor(limits.speed * REVOLUTIONS_PER_MINUTE)),
        (MODE, CYCLIC_TORQUE),
        *_pdo(0x1400, COMMAND_ID + node, AT_ONCE, COMMAND_FRAME),
        (RPDO_EVENT_TIMER, watchdog),
        *_pdo(0x1800, STATE_ID + node, ON_SYNC, STATE_FRAME),
        *_pdo(0x1801, MOTION_ID + node, ON_SYNC, MOTION_FRAME),
        (CONSUMER_HEARTBEAT, host << 16 | watchdog),
        (PRODUCER_HEARTBEAT, watchdog // 2),
    )
    return tuple(Assignment(item, number) for item, number in given)


def _pdo(index: int, identifier: int, transmission: int, frame: _Frame,
         ) -> tuple[tuple[Item, int], ...]:
    """Return how a PDO is set up: while it is invalid, as CiA 301 asks for."""
    name = 'RPDO' if index < 0x1800 else 'TPDO'
    number = (index & 0xFF) + 1
    link = Item(index, 1, Kind.U32, f'{name} {number} COB-ID')
    count = Item(index + 0x200, 0, Kind.U8, f'{name} {number} mapped objects')
    entries = tuple(
        (Item(index + 0x200, place, Kind.U32, f'{name} {number} mapping'), item.mapping)
        for place, item in enumerate(frame.items, 1))
    return ((link, identifier | INVALID_PDO), (count, 0), *entries, (count, len(frame.items)),
            (Item(index, 2, Kind.U8, f'{name} {number} transmission type'), transmission),
            (link, identifier))


WATCHDOG_CODES = frozenset({0x8130, 0x8250})
"""Error codes of a drive that has missed its commands: heartbeat, and event timer of an RPDO."""

_WORDS = (  # CiA 301 table "Emergency error codes", CiA 402-2 annex "Error codes"; mask and code
    (0xFFFF, 0x2310, 'continuous over-current'),
    (0xFFFF, 0x2320, 'short circuit or earth leakage'),
    (0xFFFF, 0x2330, 'earth leakage'),
    (0xFFFF, 0x2340, 'short circuit'),
    (0xFFFF, 0x3130, 'phase failure of the mains'),
    (0xFFFF, 0x3210, 'over-voltage of the DC link'),
    (0xFFFF, 0x3220, 'under-voltage of the DC link'),
    (0xFFFF, 0x4210, 'drive too hot'),
    (0xFFFF, 0x4310, 'motor too hot'),
    (0xFFFF, 0x5112, 'control voltage too low'),
    (0xFFFF, 0x6010, 'software watchdog'),
    (0xFFFF, 0x6320, 'parameter error'),
    (0xFFFF, 0x7121, 'motor blocked'),
    (0xFFFF, 0x7122, 'motor error or commutation'),
    (0xFFFF, 0x7305, 'incremental sensor 1'),
    (0xFFFF, 0x7306, 'incremental sensor 2'),
    (0xFFFF, 0x8110, 'CAN overrun'),
    (0xFFFF, 0x8120, 'CAN error passive'),
    (0xFFFF, 0x8130, 'heartbeat of the host missing'),
    (0xFFFF, 0x8140, 'recovered from bus off'),
    (0xFFFF, 0x8210, 'PDO of wrong length'),
    (0xFFFF, 0x8250, 'commands missing (RPDO timeout)'),
    (0xFFFF, 0x8311, 'torque too large'),
    (0xFF00, 0x8300, 'torque control'),
    (0xFF00, 0x8400, 'speed control or over-speed'),
    (0xFF00, 0x8600, 'positioning control'),
    (0xFF00, 0x1000, 'generic error'),
    (0xF000, 0x2000, 'current'),
    (0xF000, 0x3000, 'voltage'),
    (0xF000, 0x4000, 'temperature'),
    (0xF000, 0x5000, 'hardware of the drive'),
    (0xF000, 0x6000, 'software of the drive'),
    (0xF000, 0x7000, 'additional module'),
    (0xFF00, 0x8100, 'communication'),
    (0xF000, 0x8000, 'monitoring'),
    (0xFF00, 0x9000, 'external error'),
    (0xFF00, 0xF000, 'additional function'),
    (0xFF00, 0xFF00, 'error of the manufacturer'),
)


def words(code: int) -> str:
    """Return an error code (0x603F, EMCY) in words."""
    meaning = next((meaning for mask, each, meaning in _WORDS if code & mask == each), 'unknown')
    return f'{meaning} (0x{code:04X})'


class Lifecycle(IntEnum):
    """States of the network management (CiA 301) as a heartbeat carries them."""

    BOOT_UP = 0
    STOPPED = 4
    OPERATIONAL = 5
    PRE_OPERATIONAL = 127


@value
class Report:
    """What the two frames of a drive say: raw, in its own units."""

    statusword: int
    torque: int
    inputs: int
    position: int
    velocity: int
