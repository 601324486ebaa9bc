# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Recordings as other programs write them: what fits one answer is read, the rest refused."""
from math import cos, pi
import re

from hypothesis import example, given, settings
from hypothesis import strategies as st
from negtrain_ros.replay.csv_reader import Declared, decode, parse
from negtrain_ros.replay.sample import RecordingError
import pytest

RATE = 50  # samples a second
TIME_HEADINGS = {
    's': ('time', 'Time', 'TIME [s]', 'time (s)', 'time_s', 't', 't [s]', 'Zeit / s', 'seconds',
          'timestamp', '__time', '"Time"', 'elapsed time (sec)', 'time in s'),
    'ms': ('time_ms', 'Time [ms]', 't (ms)', 'milliseconds', 'time/ms', 'timestamp_ms'),
    'us': ('time [µs]', 'time_us', 'Time (us)'),
    'ns': ('time_ns', 'stamp [ns]'),
    'min': ('time [min]',),
}
POSITION_HEADINGS = {
    'm': ('position', 'Position', 'position [m]', 'pos', 'height_m', 'x', '/press/handle/position',
          'position / m', 'Weg [m]', 'displacement (metres)'),
    'cm': ('position_cm', 'Position [cm]', 'height (cm)'),
    'mm': ('position_mm', 'Position [mm]', 'pos (mm)', 'handle position [mm]', 'Weg/mm'),
    'in': ('position [in]', 'height (inches)'),
}
SECONDS = {'s': 1.0, 'ms': 1e-3, 'us': 1e-6, 'ns': 1e-9, 'min': 60.0}
METRES = {'m': 1.0, 'cm': 0.01, 'mm': 0.001, 'in': 0.0254}
ENCODINGS = ('utf-8', 'utf-8-sig', 'utf-16', 'utf-16-le', 'utf-16-be')
COMMENTS = ('', '# made by a logger, version 2.1\n', '% 3 repetitions; at 50 Hz\n\n', 'sep={0}\n',
            'Device: logger 3\nAthlete{0}Ann\n')


def movement(low=0.1, way=0.4, seconds=3.0, begin=0.0):
    """Positions [m] of one repetition over time [s]."""
    count = round(seconds * RATE)
    return [(begin + index / RATE, low + way * (0.5 - 0.5 * cos(2.0 * pi * index / count)))
            for index in range(count + 1)]


def digits(value, resolution, mark):
    return f'{value:.{resolution}f}'.replace('.', mark)


@st.composite
def files(draw):
    """Give a movement, its file and what it is rounded to [s, m]."""
    time_unit = draw(st.sampled_from(sorted(SECONDS)))
    unit = draw(st.sampled_from(sorted(METRES)))
    begin = draw(st.sampled_from((0.0, 12.5, 1795359506.0) if time_unit != 'min' else (0.0, 12.5)))
    samples = movement(draw(st.floats(0.0, 1.0)), draw(st.floats(0.2, 1.0)),
                       draw(st.floats(1.0, 5.0)), begin)
    separator, mark = draw(st.sampled_from([
        (',', '.'), (';', '.'), (';', ','), ('\t', '.'), ('\t', ','), ('|', '.'), (', ', '.'),
        ('; ', ',')]))
    end = draw(st.sampled_from(('\n', '\r\n', '\r')))
    extra = draw(st.booleans())
    turned = draw(st.booleans())
    heading = [draw(st.sampled_from(TIME_HEADINGS[time_unit])),
               draw(st.sampled_from(POSITION_HEADINGS[unit]))]
    rows = [[digits(time / SECONDS[time_unit], 6, mark), digits(x / METRES[unit], 6, mark)]
            for time, x in samples]
    if extra:
        heading.insert(1, 'velocity [m/s]')
        for row in rows:
            row.insert(1, digits(0.25, 3, mark))
    if turned:
        heading.reverse()
        rows = [row[::-1] for row in rows]
    comment = draw(st.sampled_from(COMMENTS)).replace('{0}', separator.strip() or separator)
    text = comment + '\n'.join(separator.join(row) for row in [heading, *rows]) + '\n'
    encoding = draw(st.sampled_from(ENCODINGS))
    return samples, text.replace('\n', end).encode(encoding), 1e-6 * SECONDS[time_unit]


@settings(max_examples=400, deadline=None)
@given(files())
def test_a_movement_is_read_equal_from_every_dialect(made):
    samples, content, resolution = made
    found = parse(decode(content))
    for time, (wanted, _) in zip(found.times, samples, strict=True):
        assert abs(time - wanted) <= max(resolution, 1e-6)
    for position, (_, wanted) in zip(found.positions, samples, strict=True):
        assert abs(position - wanted) <= 1e-6
    assert found.remarks == ()


def written(samples, heading='time,position', line='{:.4f},{:.6f}'):
    return heading + '\n' + ''.join(line.format(*sample) + '\n' for sample in samples)


@pytest.mark.parametrize('factor', [1e3, 1e6, 1e9])
def test_times_since_1970_need_no_unit(factor):
    samples = movement(begin=1795359506.0)
    found = parse(written([(time * factor, x) for time, x in samples], line='{:.0f},{:.6f}'))
    assert found.times == pytest.approx([time for time, _ in samples], abs=2e-6)


@pytest.mark.parametrize(('unit', 'factor'), [('mm', 1e3), ('cm', 1e2), ('in', 1 / 0.0254)])
def test_positions_that_no_handle_takes_are_refused_with_the_unit_that_fits(unit, factor):
    text = written([(time, factor * x) for time, x in movement()])
    with pytest.raises(RecordingError, match=rf'no movement of a handle.*--unit .*\b{unit}\b'):
        parse(text)
    found = parse(text, Declared(unit=unit))
    assert found.positions == pytest.approx([x for _, x in movement()], abs=1e-6)


@pytest.mark.parametrize(('unit', 'factor'), [('ms', 1e3), ('us', 1e6), ('ns', 1e9)])
def test_times_that_no_recording_has_are_refused_with_the_unit_that_fits(unit, factor):
    text = written([(time * factor, x) for time, x in movement()])
    with pytest.raises(RecordingError, match=rf'--time-unit .*\b{unit}\b'):
        parse(text)
    found = parse(text, Declared(time_unit=unit))
    assert found.times == pytest.approx([time for time, _ in movement()], abs=1e-6)


def test_metres_under_the_heading_of_millimetres_are_refused():
    text = written(movement(), 'time,position [mm]')
    with pytest.raises(RecordingError, match=r'0\.0004 m only, in m a movement of a handle'):
        parse(text)
    assert max(parse(text, Declared(unit='m')).positions) == pytest.approx(0.5)


@pytest.mark.parametrize('clock', ['12:00:{:06.3f}', '2026-11-25 12:00:{:06.3f}',
                                   '2026-11-25T12:00:{:06.3f}Z'])
def test_times_of_day_are_read(clock):
    text = 'time,position\n' + ''.join(
        f'{clock.format(time)},{x:.6f}\n' for time, x in movement())
    found = parse(text)
    assert [time - found.times[0] for time in found.times] == pytest.approx(
        [time for time, _ in movement()], abs=1e-6)


def test_down_positive_is_turned_when_it_is_said():
    text = written([(time, 1.0 - x) for time, x in movement()])
    assert parse(text, Declared(invert=True)).positions == pytest.approx(
        [x - 1.0 for _, x in movement()], abs=1e-6)
    with pytest.raises(RecordingError, match='--invert'):
        parse(written(movement(), 'time,depth'))
    parse(written(movement(), 'time,depth'), Declared(invert=False))


@settings(max_examples=50, deadline=None)
@given(st.sets(st.integers(0, 150), min_size=1, max_size=30), st.sampled_from(['', 'nan', '-']),
       st.integers(0, 1))
def test_rows_with_a_missing_cell_are_left_out_and_said(lost, cell, column):
    rows = [[f'{time:.4f}', f'{x:.6f}'] for time, x in movement()]
    for index in lost:
        rows[index][column] = cell
    found = parse('time,position\n' + ''.join(','.join(row) + '\n' for row in rows))
    kept = [sample for index, sample in enumerate(movement()) if index not in lost]
    assert found.times == pytest.approx([time for time, _ in kept])
    assert found.positions == pytest.approx([x for _, x in kept], abs=1e-6)
    assert found.remarks[0].startswith(f'{len(lost)} of 151 rows lack time or position')


@given(st.integers(2, 6), st.floats(1.0, 4.0), st.sampled_from([0.0, 0.02, 5.0]))
@settings(max_examples=30, deadline=None)
def test_time_that_begins_again_at_each_cycle_goes_on(cycles, seconds, begin):
    cycle = movement(seconds=seconds, begin=begin)[1:]
    found = parse(written(cycle * cycles))
    wanted = [begin + (index + 1) / RATE for index in range(len(cycle) * cycles)]
    assert found.times == pytest.approx(wanted, abs=2e-3 * cycles)
    assert found.remarks[0].startswith(f'time begins again {cycles - 1} times')


@pytest.mark.parametrize(('text', 'declared', 'position'), [
    (written(movement(), 'a,b'), ('a', 'b'), 1),
    (written(movement(), 'time,left [m]'), ('time', 'left'), 1),
    (written(movement(), 'time,pos,height', '{:.4f},{:.6f},0.3'), ('time', 'pos'), 1),
    (''.join(f'{time:.4f} {x:.6f}\n' for time, x in movement()), ('1', '2'), 1),
    (''.join(f'{x:.6f};{time:.4f}\n' for time, x in movement()), ('2', '1'), 1),
])
def test_columns_that_only_the_user_knows_are_asked_for(text, declared, position):
    with pytest.raises(RecordingError, match='--columns'):
        parse(text)
    found = parse(text, Declared(columns=declared))
    assert found.positions == pytest.approx([x for _, x in movement()], abs=1e-6)


@pytest.mark.parametrize('text', [
    '# time position\n' + ''.join(f'{t:.4f} {x:.6f}\n' for t, x in movement()),
    'time,position\ns,mm\n' + ''.join(f'{t:.4f},{1e3 * x:.3f}\n' for t, x in movement()),
    '"time","position"\n' + ''.join(f'"{t:.4f}","{x:.6f}"\n' for t, x in movement()),
    'time,position,\n' + ''.join(f'{t:.4f},{x:.6f},\n' for t, x in movement()),
    '"time","position"\n' + ''.join(f'"{t:.4f}","{x:.6f}"\n'.replace('.', ',')
                                    for t, x in movement()),
    'time,phase,position\n' + ''.join(f'{t:.4f},up,{x:.6f}\n' for t, x in movement()),
    written(movement()) + '\n\n# end\n',
], ids=['numpy', 'units below', 'quoted', 'trailing', 'quoted commas', 'words', 'comment behind'])
def test_other_layouts_are_read(text):
    found = parse(text)
    assert found.positions == pytest.approx([x for _, x in movement()], abs=1e-6)


@pytest.mark.parametrize(('unit', 'factor'), [('', 1.0), (' [lb]', 0.45359237), ('_N', 0.101972)])
def test_load_is_read_in_its_unit(unit, factor):
    text = written(movement(), f'time,position,load{unit}', '{:.4f},{:.6f},50')
    assert parse(text).loads == pytest.approx([50.0 * factor] * 151, rel=1e-4)


@pytest.mark.parametrize(('text', 'told'), [
    ('', 'it is empty'),
    ('\n \n', 'it is empty'),
    (written(movement()).replace('.', ','), 'under 2 headings'),
    (written(movement(), 'time,place'), 'no column position among time, place'),
    (written(movement(), 'time,position,time', '{0:.4f},{1:.6f},{0:.4f}'), 'more than one column'),
    (written(movement()).replace('0.1000,', 'soon,'), "time is 'soon'"),
    (written(movement()) + '9,1e400\n', "position is '1e400'"),
    (written(movement()) + '1.0,0.1\n', ':153: time 1 is before 3'),
    ('t;x\n' + ''.join(f'{k};1,{k:03d}\n' for k in range(100, 200)), 'may be 1.100 or 1100'),
    ('time,position [kg]\n0,0\n0.02,0\n', 'in none of m, cm, mm, in'),
])
def test_what_is_doubtful_gets_one_line(text, told):
    with pytest.raises(RecordingError, match=re.escape(told)) as refusal:
        parse(text)
    assert '\n' not in str(refusal.value)


TOKENS = st.sampled_from([
    'time', 'position', 'load', 't', 'x', '[mm]', '_ms', ',', ';', '\t', ' ', '\n', '\r\n', '"',
    '0', '0.1', '0,5', '-1', '1e9', '1e400', 'nan', '12:00:00', '2026-11-25', '#', '\ufeff', 'é',
    '\0', '1.234,5', '99999999999999999999', "'", '|', 'inf', '0.02', '0.04', '0.06'])


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=300),
                 st.lists(TOKENS, max_size=60).map(lambda parts: ''.join(parts).encode()),
                 st.lists(TOKENS, max_size=60).map(
                     lambda parts: ('time,position\n' + ''.join(parts)).encode())))
@example(b'\xff\xfe\x00')
@example(b'time,position\n0,0\n0.02,0\n0.04,0\n0.06e90,0\n')
@example(b'time,position\n0:99:00,0\n9999-99-99 00:00:00,1\n')
def test_whatever_a_file_holds_it_is_read_or_refused_in_one_line(content):
    try:
        found = parse(decode(content))
    except RecordingError as refusal:
        assert '\n' not in str(refusal)
    else:
        assert found.times == sorted(found.times) and len(found.times) >= 2
