#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""
Damaged ELF files: `loupe static` must end with a result or a refusal on each, and soon.

  damage.py LOUPE [--changes N] FILE...

Each file is cut off at every 64th byte (at most 400 places), gets bytes changed by chance in its headers, in what these lead to,
and anywhere (the same chances every time), and gets program headers that overlap, wrap around, or claim more than there is. Many
of them go through one process; where it ends badly they are tried one by one.
"""

import argparse
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

HEADER, ENTRY = 64, 56  # bytes of Elf64_Ehdr, of Elf64_Phdr
BATCH = 100
EXTREMES = (0, 1, 7, 0x1000, 0x7fffffff, 0x80000000, 0xffffffff, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 8,
            (1 << 64) - 1)


def program_headers(data):
    offset, = struct.unpack_from("<Q", data, 32)
    count, = struct.unpack_from("<H", data, 56)
    return [offset + ENTRY * number for number in range(count)]


def truncated(data):
    step = max(64, len(data) // 400 // 64 * 64)
    for length in range(0, len(data), step):
        yield f"cut at {length}", data[:length]


def lying_headers(data):
    """Each field of each header gets extreme values."""
    fields = [("<Q", 24), ("<Q", 32), ("<Q", 40), ("<I", 48), ("<H", 16), ("<H", 18), ("<H", 52), ("<H", 54), ("<H", 56),
              ("<H", 58), ("<H", 60), ("<H", 62)]
    for header in program_headers(data):
        fields += [("<I", header), ("<I", header + 4)] + [("<Q", header + place) for place in range(8, ENTRY, 8)]
    sections, = struct.unpack_from("<Q", data, 40)
    count, = struct.unpack_from("<H", data, 60)
    for number in range(count if sections else 0):
        fields += [("<I", sections + 64 * number + 4)] + [("<Q", sections + 64 * number + place) for place in (16, 24, 32, 56)]
    for form, place in fields:
        size = struct.calcsize(form)
        for value in {extreme & ((1 << 8 * size) - 1) for extreme in EXTREMES}:
            changed = bytearray(data)
            struct.pack_into(form, changed, place, value)
            yield f"{value:#x} at {place:#x}", changed


def overlapping(data):
    """Each program header becomes a copy of each other one, in part or as a whole."""
    headers = program_headers(data)
    for one in headers:
        for other in headers:
            for begin, end in ((0, ENTRY), (8, 24), (16, 48), (32, 48)):
                changed = bytearray(data)
                changed[one + begin:one + end] = data[other + begin:other + end]
                yield f"{other:#x} to {one:#x}", changed


def by_chance(data, changes):
    chance = random.Random(len(data))
    ends = [HEADER + 700, len(data) // 3, len(data)]
    for number in range(changes):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 1, 3, 30))):
            place = chance.randrange(min(chance.choice(ends), len(data)))
            changed[place] = chance.choice((0, 0xff, chance.randrange(256), changed[place] ^ 1 << chance.randrange(8)))
        yield f"change {number}", changed


def run(loupe, paths):
    """The status, or None where it takes too long; and the last it said."""
    try:
        result = subprocess.run([loupe, "static", "--no-db", "--json", "/dev/null", *paths], stdin=subprocess.DEVNULL,
                                capture_output=True, timeout=20 + len(paths), check=False)
    except subprocess.TimeoutExpired:
        return None, "took too long"
    return result.returncode, result.stderr.decode(errors="replace")


def is_good(status, message):
    return status in (0, 1) and "Sanitizer" not in message and "runtime error" not in message


def try_batch(loupe, batch, folder):
    """The faults of a batch of (what was done, data)."""
    paths = []
    for number, (_, data) in enumerate(batch):
        path = os.path.join(folder, f"damaged-{number}")
        pathlib.Path(path).write_bytes(data)
        paths.append(path)
    if is_good(*run(loupe, paths)):
        return []
    faults = []
    for path, (what, _) in zip(paths, batch):
        status, message = run(loupe, [path])
        if not is_good(status, message):
            faults.append(f"{what}: status {status}: {message.strip()[-3000:]}")
    return faults or ["together only: " + ", ".join(what for what, _ in batch)]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("loupe")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--changes", type=int, default=1000, help="by chance, of each file")
    arguments = parser.parse_args()
    tried = wrong = 0
    for name in arguments.files:
        data = pathlib.Path(name).read_bytes()
        cases = [*truncated(data), *lying_headers(data), *overlapping(data), *by_chance(data, arguments.changes)]
        for start in range(0, len(cases), BATCH):
            with tempfile.TemporaryDirectory() as folder:
                for fault in try_batch(arguments.loupe, cases[start:start + BATCH], folder):
                    wrong += 1
                    print(f"{name}: {fault}", flush=True)
        tried += len(cases)
    print(f"{tried} damaged files, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
