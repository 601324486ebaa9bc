# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""A drive on a bus is what it should be, or is refused; without us it becomes light."""
from configparser import ConfigParser
from pathlib import Path
import time

import pytest

pytest.importorskip('canopen', reason='canopen is not installed')
pytest.importorskip('durand', reason='durand is not installed')

from harness.simulated_drive import bus_settings, device, GEAR, Host, LIGHT, PATIENCE
from negtrain_ros.core.machine.motor_control import DriveState, TorqueOrder
from negtrain_ros.drives import canopen_drive, cia402
from negtrain_ros.drives.drive import Drive, DriveRefused

PULL = TorqueOrder(100.0, enable=True)
RESET = TorqueOrder(0.0, enable=False, reset=True)


@pytest.fixture(scope='module')
def bus():
    """Return a bus of this computer."""
    return bus_settings()


@pytest.fixture(scope='module')
def faults(bus):
    """Run a drive on the bus for all tests; return what it is asked for faults with."""
    with device(bus) as requests:
        yield requests


@pytest.fixture
def host(bus, faults):
    """Return somebody who has prepared the drive."""
    host = Host(bus)
    host.prepare()
    yield host
    host.drive.close()


def enabled(feedback):
    return feedback.state is DriveState.ENABLED


def pulling(feedback):
    return abs(feedback.torque - PULL.torque) < 1.0


def light(feedback):
    return feedback.state is DriveState.LIGHT and abs(feedback.torque) < 1.0


def test_a_torque_that_is_ordered_is_there_and_goes_with_the_order(host):
    host.until(pulling, PULL)
    host.until(light)


def test_a_drive_that_hears_nothing_becomes_light_within_its_watchdog(host):
    host.until(pulling, PULL)
    time.sleep(0.3)  # nobody commands; the drive is not asked either
    first = host.until(lambda feedback: True)
    assert light(first) and first.watchdog
    assert 'missing' in first.words


def test_a_hot_drive_says_so_and_goes_on_once_it_is_cool_and_acknowledged(host, faults):
    host.until(pulling, PULL)
    faults.send(('DRIVE', 0.5))
    feedback = host.until(lambda feedback: feedback.state is DriveState.FAULT, PULL)
    assert feedback.words == 'motor too hot (0x4310)'
    host.until(lambda feedback: abs(feedback.torque) < 1.0, PULL)

    def cool(feedback):
        return feedback.state is not DriveState.FAULT
    end = time.monotonic() + 10.0
    while host.until(lambda feedback: True, RESET).state is DriveState.FAULT:
        host.until(lambda feedback: True, LIGHT)
        assert time.monotonic() < end
    assert host.until(cool).words == ''
    host.until(pulling, PULL)


def test_safe_torque_off_is_seen(host, faults):
    host.until(pulling, PULL)
    faults.send(('EMERGENCY_STOP', 0.3))
    feedback = host.until(lambda feedback: feedback.safe_torque_off, PULL)
    assert feedback.words == 'safe torque off'
    host.until(lambda feedback: not feedback.safe_torque_off and light(feedback))


def test_a_drive_that_restarts_is_prepared_anew(host, faults):
    host.until(pulling, PULL)
    faults.send(('RESTARTED', 0.0))
    end = time.monotonic() + 10.0
    while host.drive.prepared:
        host.drive.read()
        host.drive.command(PULL)
        assert time.monotonic() < end
    assert 'has restarted' in host.drive.trouble
    assert host.drive.read() is None
    host.prepare()
    host.until(pulling, PULL)


@pytest.fixture
def become(faults):
    """Return a function that makes the drive another one; it is itself again after the test."""
    def become(identity, stubborn=()):
        faults.send((identity, stubborn))
        assert faults.poll(PATIENCE)
        faults.recv()
    yield become
    become({})


def refusal(bus, **settings):
    """Return why the drive is refused."""
    host = Host(bus, **settings)
    try:
        with pytest.raises(DriveRefused) as refused:
            host.prepare()
    finally:
        host.drive.close()
    assert '\n' not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize('item, number', [
    (cia402.ABORT_CONNECTION, 3), (cia402.FAULT_OPTION, 2), (cia402.MAXIMUM_SPEED, 5000),
    (cia402.RPDO_EVENT_TIMER, 0), (cia402.CONSUMER_HEARTBEAT, 0)], ids=str)
def test_a_drive_that_does_not_keep_what_it_is_told_is_refused(bus, become, item, number):
    become({}, [(item, number)])
    assert refusal(bus).startswith(f'node 1 holds {number} as {item}, not ')


@pytest.mark.parametrize('identity, settings, words', [
    ({'device_type': 0x00020191}, {}, 'is no CiA 402 drive'),
    ({'product': 7}, {'product': 8}, 'is another drive: product code (0x1018:02) is 0x7'),
    ({'counts_per_turn': 4096}, {}, 'counts 4096 in 1 turns of the motor, not 65536'),
    ({'rated_torque': 0.0001}, {}, 'does not know its motor'),
], ids=str)
def test_a_wrong_drive_is_refused(bus, become, identity, settings, words):
    become(identity)
    assert words in refusal(bus, **settings)


def test_without_its_libraries_a_drive_is_refused_with_the_way_to_them(monkeypatch):
    host = Host(bus_settings())
    monkeypatch.setattr(canopen_drive, 'can', None)
    with pytest.raises(DriveRefused, match=r'pip install negtrain_ros\[canopen\]$'):
        host.drive.prepare()


def test_the_drive_keeps_to_the_protocol():
    assert isinstance(Host(bus_settings()).drive, Drive)


def test_a_bus_without_a_drive_is_refused():
    host = Host(bus_settings())
    with pytest.raises(DriveRefused, match='node 1 does not answer on udp_multicast'):
        host.drive.prepare()
    host.drive.close()


@pytest.mark.parametrize('interface, channel', [('socketcan', 'can77'), ('nonsense', 'x')])
def test_a_bus_that_is_not_there_is_refused(interface, channel):
    host = Host(bus_settings().__class__(interface=interface, channel=channel))
    with pytest.raises(DriveRefused, match=f'bus {interface} {channel}: '):
        host.drive.prepare()


def test_the_shipped_eds_is_the_one_that_the_drive_tells(bus, faults):
    shipped = (Path(__file__).parents[2] / 'config' / 'simulated_drive.eds')
    host = Host(bus, eds=str(shipped))
    host.prepare()
    host.drive.close()
    # Over the bus this takes seconds, which is why it is shipped.
    faults.send(('EDS', None))
    assert faults.poll(PATIENCE)
    assert sections(faults.recv()) == sections(shipped.read_text())


def sections(eds):
    """Return what an EDS says of each object, without values that change."""
    parser = ConfigParser()
    parser.read_string(eds)
    return {name: {key: value for key, value in parser[name].items() if key != 'defaultvalue'}
            for name in parser.sections()}


def test_an_eds_of_something_else_is_refused(tmp_path):
    eds = tmp_path / 'other.eds'
    eds.write_text('[DeviceInfo]\nVendorName=x\n[MandatoryObjects]\nSupportedObjects=1\n1=0x1000\n'
                   '[1000]\nParameterName=Device type\nObjectType=0x7\nDataType=0x0007\n'
                   'AccessType=ro\nPDOMapping=0\n')
    host = Host(bus_settings(), eds=str(eds))
    with pytest.raises(DriveRefused, match=r'there is no .* belongs to another drive'):
        host.drive.prepare()
    with pytest.raises(DriveRefused, match=r'EDS .*nowhere.eds'):
        Host(bus_settings(), eds=str(tmp_path / 'nowhere.eds')).drive.prepare()


def test_what_is_measured_is_what_the_transmission_says(host):
    feedback = host.until(lambda feedback: True)
    assert 0.0 <= feedback.angle < 1.0
    assert GEAR.counts(feedback.angle) > 0
