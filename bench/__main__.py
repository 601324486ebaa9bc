# Copyright 2026 negtrain contributors
# SPDX-License-Identifier: Apache-2.0
"""Measure everything: `python -m bench`, or one of it: `python -m bench.NAME --help`."""
import subprocess
import sys

MEASURED = (
    ('bench.let_go',),
    ('bench.detector',),
    ('bench.sets', 'reference', '--only', '61'),
    ('bench.sets', 'random', '--sets', '50'),
    ('bench.history', 'insert'),
)


def main() -> int:
    """Run one measurement after the other, so that they do not disturb each other."""
    statuses = []
    for module, *arguments in MEASURED:
        print(f'\n{module} {" ".join(arguments)}', flush=True)
        statuses.append(subprocess.run([sys.executable, '-m', module, *arguments]).returncode)
    return max(statuses)


if __name__ == '__main__':
    sys.exit(main())
