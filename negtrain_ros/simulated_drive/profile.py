# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Profile CiA 402 of a simulated drive, on the CANopen stack of `durand`.

Its values after power-on are those of most drives: when commands stop it brakes and holds. A host
that forgets to say otherwise is found out.
"""
from collections.abc import Callable
from dataclasses import dataclass
import math

from durand.datatypes import DatatypeEnum
from durand.node import MinimalNode
from durand.object_dictionary import Record, Variable
from durand.services.nmt import StateEnum
from negtrain_ros.drives import cia402
from negtrain_ros.drives.cia402 import Event, Item, Kind, PowerState
from negtrain_ros.simulated_drive.network import PolledNetwork

TYPES = {
    Kind.U8: DatatypeEnum.UNSIGNED8, Kind.I8: DatatypeEnum.INTEGER8,
    Kind.U16: DatatypeEnum.UNSIGNED16, Kind.I16: DatatypeEnum.INTEGER16,
    Kind.U32: DatatypeEnum.UNSIGNED32, Kind.I32: DatatypeEnum.INTEGER32,
}
SERVO_DRIVE = 0x00020192  # 0x1000: profile 402, type servo drive
CYCLIC_TORQUE_ONLY = 1 << cia402.CYCLIC_TORQUE_BIT
INTERLOCK = 1 << 3  # 0x60FD: safe torque off
HOLDING = 40.0  # torque of the motor by its speed in a quick stop [N m s/rad], up to its largest
FILTER = 0.003  # s, time constant of the speed that the drive makes from its encoder
READ_ONLY = frozenset({
    cia402.ERROR_CODE, cia402.STATUSWORD, cia402.MODE_SHOWN, cia402.POSITION, cia402.VELOCITY,
    cia402.RATED_TORQUE, cia402.TORQUE, cia402.INPUTS, cia402.SUPPORTED_MODES})
POWER_ON = {  # what objects have that do not begin with 0
    cia402.ABORT_CONNECTION: 3, cia402.QUICK_STOP_OPTION: 6, cia402.DISABLE_OPTION: 1,
    cia402.HALT_OPTION: 1, cia402.FAULT_OPTION: 2, cia402.MAXIMUM_TORQUE: 1000,
    cia402.MAXIMUM_SPEED: 3000, cia402.MOTOR_REVOLUTIONS: 1,
    cia402.SUPPORTED_MODES: CYCLIC_TORQUE_ONLY,
}
_GENERIC, _COMMUNICATION, _TEMPERATURE, _PROFILE = 0x01, 0x11, 0x09, 0x21  # 0x1001
OVER_SPEED, MOTOR_TOO_HOT, HEARTBEAT_LOST, COMMANDS_LOST = 0x8481, 0x4310, 0x8130, 0x8250
REGISTERS = {OVER_SPEED: _PROFILE, MOTOR_TOO_HOT: _TEMPERATURE, HEARTBEAT_LOST: _COMMUNICATION,
             COMMANDS_LOST: _COMMUNICATION}


@dataclass(frozen=True)
class Identity:
    """Who the drive says it is, and what its motor is."""

    vendor: int = 0x4E54
    product: int = 0x402
    counts_per_turn: int = 65536
    rated_torque: float = 40.0  # N m
    device_type: int = SERVO_DRIVE


class Cia402Device:
    """
    A node on the bus that follows CiA 402; call step() in its cycle.

    :ivar torque: what the motor is to pull with now [N m], in the direction of its counts
    """

    def __init__(
        self, network: PolledNetwork, number: int, identity: Identity,
        clock: Callable[[], float], before_sync: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Boot.

        :param clock: seconds that never step
        :param before_sync: called before the drive answers a SYNC; brings it up to date
        """
        self.identity = identity
        self._clock = clock
        self._before_sync = before_sync
        self.torque = self._speed = self._actual = 0.0
        self._counts = self._word = self._error = 0
        self._state = PowerState.NOT_READY_TO_SWITCH_ON
        self._commanded = self._beat = math.inf
        self._safe_torque_off = self._hot = False
        self._node = node = MinimalNode(network, number)
        self._od = node.object_dictionary
        # First of all that a SYNC calls.
        node.sync.callbacks.add(self._on_sync)
        self._make_objects()
        self.listen(cia402.CONTROLWORD, self._on_controlword)
        self.listen(cia402.MODE, self._on_mode)
        self._network = network
        self._od.update_callbacks[cia402.CONSUMER_HEARTBEAT.index, 1].add(self._on_consumer)
        node.nmt.state_callbacks.add(self._on_lifecycle)
        self._forget()

    def reboot(self) -> None:
        """Begin as after power-on: all that was written is forgotten."""
        self._node.nmt.reset()
        self._restore()
        self._forget()

    @property
    def state(self) -> PowerState:
        """PowerState of the power drive system."""
        return self._state

    @property
    def has_voltage(self) -> bool:
        """Whether the power stage is on."""
        return not self._safe_torque_off and self._state in (
            PowerState.SWITCHED_ON, PowerState.OPERATION_ENABLED, PowerState.QUICK_STOP_ACTIVE,
            PowerState.FAULT_REACTION_ACTIVE)

    @property
    def eds(self) -> str:
        """The EDS of the drive."""
        text: str = self._node.eds.content
        return text

    def set_safe_torque_off(self, active: bool) -> None:
        """Take the torque away by hardware, or give it back."""
        self._safe_torque_off = active

    def keep(self, item: Item, number: int) -> None:
        """Keep a number in an object, whatever is written to it: a drive that does not obey."""
        self._write(item, number)
        self.listen(item, lambda _: self._write(item, number))

    def listen(self, item: Item, heard: Callable[[int], None]) -> None:
        """Have somebody called with whatever the host writes to an object."""
        self._od.download_callbacks[item.index, item.subindex].add(heard)

    def set_hot(self, hot: bool) -> None:
        """Let the motor be too hot, or not any more."""
        self._hot = hot

    def step(self, dt: float, counts: int, actual: float) -> None:
        """
        Go on by `dt` [s].

        :param counts: of the encoder of the motor
        :param actual: torque of the motor [N m], in the direction of its counts
        """
        if dt > 0.0:
            rate = (counts - self._counts) / dt
            self._speed += (rate - self._speed) * (1.0 - math.exp(-dt / FILTER))
        self._counts, self._actual = counts, actual
        self._watch()
        self._state = self._settle(self._state)
        self.torque = self._drive()

    def publish(self, counts: int) -> None:
        """Put position, speed, torque and state where the bus finds them."""
        share = round(cia402.PER_MILLE * self._actual / self.identity.rated_torque)
        self._write(cia402.STATUSWORD, cia402.statusword_of(
            self._state, voltage=not self._safe_torque_off))
        self._write(cia402.TORQUE, min(max(share, -0x8000), 0x7FFF))
        self._write(cia402.INPUTS, INTERLOCK if self._safe_torque_off else 0)
        self._write(cia402.POSITION, (counts + 2**31) % 2**32 - 2**31)
        self._write(cia402.VELOCITY, round(self._speed))

    def _make_objects(self) -> None:
        """Fill the object dictionary."""
        records: dict[int, Record] = {}
        for item in cia402.ITEMS:
            if item in (cia402.DEVICE_TYPE, cia402.VENDOR, cia402.PRODUCT,
                        cia402.PRODUCER_HEARTBEAT):
                continue  # durand has made them
            access = 'ro' if item in READ_ONLY else 'rw'
            variable = Variable(TYPES[item.kind], access, 0, name=item.name)
            if item is cia402.RPDO_EVENT_TIMER:
                self._od[item.index][item.subindex] = variable
            elif item.subindex:
                record = records.setdefault(item.index, Record(name=item.name))
                record[item.subindex] = variable
                self._od[item.index] = record
            else:
                self._od[item.index] = variable
        eds = self._node.eds
        eds.file_info.FileName = 'simulated_drive.eds'
        eds.file_info.Description = 'Simulated CiA 402 drive of negtrain_ros'
        eds.device_info.VendorName = 'negtrain_ros'
        eds.device_info.VendorNumber = self.identity.vendor
        self._restore()

    def _restore(self) -> None:
        """Give all objects what they have after power-on."""
        identity = self.identity
        given = {
            **POWER_ON, cia402.DEVICE_TYPE: identity.device_type,
            cia402.VENDOR: identity.vendor, cia402.PRODUCT: identity.product,
            cia402.ENCODER_INCREMENTS: identity.counts_per_turn,
            cia402.RATED_TORQUE: round(1000.0 * identity.rated_torque)}
        for item in cia402.ITEMS:
            self._write(item, given.get(item, 0))

    def _forget(self) -> None:
        """Forget what happened since power-on."""
        self._state = PowerState.SWITCH_ON_DISABLED
        self._word = 0
        self._commanded = self._beat = math.inf  # nobody is missed who was never there
        self._counts, self._speed, self._actual = 0, 0.0, 0.0
        self._error = 0
        self.torque = 0.0

    def _on_lifecycle(self, state: StateEnum) -> None:
        """Expect nothing before operation has begun."""
        self._commanded = self._beat = math.inf

    def _on_consumer(self, value: int) -> None:
        """Watch the heartbeat of whom the host has named."""
        host = value >> 16 & 0x7F
        if host:
            self._network.add_subscription(cia402.HEARTBEAT_ID + host, self._on_heartbeat)

    def _on_heartbeat(self, identifier: int, data: bytes) -> None:
        self._beat = self._clock()

    def _on_sync(self) -> None:
        self._before_sync()

    def _on_mode(self, mode: int) -> None:
        self._write(cia402.MODE_SHOWN, mode)

    def _on_controlword(self, word: int) -> None:
        self._commanded = self._clock()
        command = cia402.command_of(word, self._word)
        self._word = word
        if command is Event.FAULT_RESET and (self._hot or self._safe_torque_off):
            return
        if command is not None:
            before, self._state = self._state, cia402.follow(self._state, command)
            if before is PowerState.FAULT and self._state is not PowerState.FAULT:
                self._error = 0
                self._write(cia402.ERROR_CODE, 0)
                self._node.emcy.set(0, 0)

    def _watch(self) -> None:
        """Notice what is wrong, and react as the host has said."""
        if self._safe_torque_off and self._state not in (
                PowerState.FAULT, PowerState.FAULT_REACTION_ACTIVE):
            self._state = PowerState.SWITCH_ON_DISABLED
        if self._hot:
            self._fail(MOTOR_TOO_HOT)
        turns = abs(self._speed) / self.identity.counts_per_turn
        if self._state is PowerState.OPERATION_ENABLED and (
                60.0 * turns > self._read(cia402.MAXIMUM_SPEED)):
            self._fail(OVER_SPEED)
        now = self._clock()
        timer = self._read(cia402.RPDO_EVENT_TIMER) / 1000.0
        beat = (self._read(cia402.CONSUMER_HEARTBEAT) & 0xFFFF) / 1000.0
        for since, allowed, code in ((self._commanded, timer, COMMANDS_LOST),
                                     (self._beat, beat, HEARTBEAT_LOST)):
            if allowed and now - since > allowed:
                self._lose(code)

    def _lose(self, code: int) -> None:
        """React to commands that have stopped (0x6007)."""
        self._commanded = self._beat = math.inf
        self._say(code)
        event = {1: Event.ERROR, 2: Event.DISABLE_VOLTAGE, 3: Event.QUICK_STOP}.get(
            self._read(cia402.ABORT_CONNECTION))
        if event is not None:
            self._state = cia402.follow(self._state, event)

    def _fail(self, code: int) -> None:
        """Go to the fault reaction, and say why once."""
        if self._state in (PowerState.FAULT, PowerState.FAULT_REACTION_ACTIVE):
            return
        self._state = cia402.follow(self._state, Event.ERROR)
        self._say(code)

    def _say(self, code: int) -> None:
        self._error = code
        self._write(cia402.ERROR_CODE, code)
        self._node.emcy.set(code, REGISTERS.get(code, _GENERIC))

    def _settle(self, state: PowerState) -> PowerState:
        """Return the state once a fault reaction is over; with option 0 it is at once."""
        if state is PowerState.FAULT_REACTION_ACTIVE and (
                self._read(cia402.FAULT_OPTION) == cia402.OPTION_IS_LIGHT
                or abs(self._speed) < 1.0):
            return cia402.follow(state, Event.REACTION_DONE)
        return state

    def _drive(self) -> float:
        """Return the torque that the motor is to have [N m]."""
        rated = self.identity.rated_torque
        largest = rated * self._read(cia402.MAXIMUM_TORQUE) / cia402.PER_MILLE
        if self._safe_torque_off:
            return 0.0
        if self._state is PowerState.OPERATION_ENABLED:
            if self._read(cia402.MODE) != cia402.CYCLIC_TORQUE:
                return 0.0
            torque = rated * self._read(cia402.TARGET_TORQUE) / cia402.PER_MILLE
            return min(max(torque, -largest), largest)
        if self._state in (PowerState.QUICK_STOP_ACTIVE, PowerState.FAULT_REACTION_ACTIVE):
            turning = self._speed / self.identity.counts_per_turn * math.tau
            return min(max(-HOLDING * turning, -largest), largest)
        return 0.0

    def _read(self, item: Item) -> int:
        number: int = self._od.read(item.index, item.subindex)
        return number

    def _write(self, item: Item, number: int) -> None:
        self._od.write(item.index, item.subindex, number)
