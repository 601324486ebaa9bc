# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Tables and characters that any terminal, pipe and encoding can show."""
import codecs
from collections.abc import Collection, Iterable, Sequence
import io
import sys
from typing import TYPE_CHECKING
import unicodedata

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PLAIN = {'…': '...', '·': '-', '–': '-', '—': '-', '×': 'x', '→': '->', '≤': '<=', '≥': '>=',
         '²': '2', '³': '3', '°': 'deg', '„': '"', '“': '"', '”': '"', '‘': "'", '’': "'",
         '│': '|', '─': '-', '━': '-', 'ß': 'ss'}
WIDE = 1000  # columns of a pipe: nothing is folded there
LONGEST_WORD = 20  # columns; a longer one is folded where there is no room for it
ERRORS = 'negtrain_plain'


def show(headings: Sequence[str], rows: Iterable[Sequence[str]], words: Collection[str] = (),
         ) -> None:
    """
    Print a table of which no number is ever cut.

    :param headings: each with its unit in brackets, which stands in a line of its own
    :param words: headings of the columns that stand to the left and may be folded
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    lines = list(rows)
    for index, heading in enumerate(headings):
        word = heading in words
        longest = max((len(part) for line in lines for part in line[index].split()), default=0)
        table.add_column(
            Text(heading.replace(' [', '\n[')), overflow='fold', no_wrap=not word,
            justify='left' if word else 'right', vertical='top',
            min_width=min(longest, LONGEST_WORD) if word else None)
    for line in lines:
        table.add_row(*map(Text, line))
    print_whole(table, console)


def print_whole(table: 'Table', console: 'Console') -> None:
    """Print a table as wide as its narrowest form is, however narrow the terminal."""
    from rich.measure import Measurement
    width = console.width
    needed = Measurement.get(console, console.options.update(width=WIDE), table).minimum
    console.width = max(width, needed)
    console.print(table)
    console.width = width


def plain(text: str) -> str:
    """Return a text in ASCII: the nearest characters, or question marks."""
    return ''.join(_plain(character) for character in text)


def degrade() -> None:
    """Let standard output and error show what their encoding lacks in plain characters."""
    codecs.register_error(ERRORS, _replace)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ERRORS)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start:error.end]), error.end


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if character in PLAIN:
        return PLAIN[character]
    base = unicodedata.normalize('NFKD', character).encode('ascii', 'ignore').decode()
    return base or '?'
