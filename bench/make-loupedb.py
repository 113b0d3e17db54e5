#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""
Makes a folder in the layout of loupedb, of applications that do not exist.
Usage: bench/make-loupedb.py DIR APPLICATIONS [CALLS], with CALLS calls used by each (60).
"""

import pathlib
import random
import sys

ROWS = 335
HEADER = "# syscall, used, works faked, works stubbed, works both\n"
UNUSED = [f"{number},N,N,N,N\n" for number in range(ROWS)]
USED = [[f"{number},{word}\n" for word in ("Y,N,N,N", "Y,Y,N,N", "Y,N,Y,N", "Y,N,N,Y")] for number in range(ROWS)]


def main():
    if len(sys.argv) not in (3, 4):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    root, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    calls = int(sys.argv[3]) if len(sys.argv) == 4 else 60
    # The same folder every time; popular calls are used by most, as with real applications.
    chance = random.Random(4)
    for index in range(count):
        rows = UNUSED.copy()
        numbers = set()
        while len(numbers) < calls:
            numbers.add(int(chance.expovariate(1 / 90)) % ROWS)
        for number in numbers:
            rows[number] = chance.choice(USED[number])
        folder = root / f"application-{index:06}" / "benchmark-it" / "imported" / "data"
        folder.mkdir(parents=True)
        (folder / "dyn.csv").write_text(HEADER + "".join(rows), encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
