# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""
Measure everything: `python -m bench`, or one of it: `python -m bench.NAME --help`.

What was measured is in bench/results: results.md, results.json and pictures.
"""
from dataclasses import asdict
from datetime import timedelta
import json
import subprocess
import sys
import time

from bench import measuring, pictures
from rich.console import Console

MEASURED = (
    ('cost', '--rounds', '2', '--seconds', '5'),
    ('latency', '--rounds', '2', '--seconds', '4'),
    ('turn',),
    ('speed', '--rounds', '2', '--seconds', '5'),
    ('start', '--rounds', '2'),
    ('gym', '--rounds', '1'),
    ('soak', '--minutes', '10', '--rate', '50'),
    ('let_go',),
    ('detector',),
    ('sets', 'reference', '--only', '61'),
    ('sets', 'random', '--sets', '50'),
    ('history', 'insert'),
)


def main() -> int:
    """Run one measurement after the other, so that they do not disturb each other."""
    console = Console(stderr=True)
    begin = time.monotonic()
    said, statuses = {}, []
    for number, (module, *arguments) in enumerate(MEASURED, 1):
        name = ' '.join((module, *arguments))
        passed = timedelta(seconds=round(time.monotonic() - begin))
        console.print(f'{passed}  {number} of {len(MEASURED)}: {name}')
        path = measuring.RESULTS / f'{module}.json'
        path.unlink(missing_ok=True)
        run = subprocess.run([sys.executable, '-m', f'bench.{module}', *arguments],
                             stdout=subprocess.PIPE, text=True)
        statuses.append(run.returncode)
        said[name] = run.stdout if run.returncode == 0 else (
            f'{run.stdout}\nended with status {run.returncode}')
        if not path.exists():
            print(f'{name}\n{said[name]}', flush=True)
    _write(said)
    return max(statuses)


def _write(said: dict[str, str]) -> None:
    """Print one table of all figures; write it, with what had no figures, and draw."""
    kept = {name: measuring.load(name.split()[0]) for name in said}
    figures = [figure for each in kept.values() if each for figure in each.figures]
    measuring.show(figures)
    measuring.RESULTS.mkdir(exist_ok=True)
    sections = [f'## {name}\n\n{measuring.markdown(each)}' if each
                else f'## {name}\n\n```\n{said[name].strip()}\n```\n'
                for name, each in kept.items()]
    (measuring.RESULTS / 'results.md').write_text('# Measured\n\n' + '\n'.join(sections))
    (measuring.RESULTS / 'results.json').write_text(json.dumps(
        {name: asdict(each) if each else said[name] for name, each in kept.items()}, indent=1))
    pictures.draw(measuring.RESULTS)


if __name__ == '__main__':
    sys.exit(main())
