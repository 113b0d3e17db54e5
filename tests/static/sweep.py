#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""
Does `loupe static` end with a result or a clear refusal on every ELF file?

  sweep.py LOUPE [--every N] [--seconds N] [--memory MIB] [--jobs N] FOLDER...

Looks at every file below the folders that begins as ELF files do (with --every N: each Nth), each in a process of its own, which
may take so much time and address space. What the headers of a file say decides what is right: a result for programs and shared
objects of this machine, a refusal with one line on standard error (status 1) for all others. Prints what is wrong, and figures.
"""

import argparse
import concurrent.futures
import json
import os
import resource
import struct
import subprocess
import sys
import time

EM_X86_64, ELFCLASS64, ELFDATA2LSB, ET_EXEC, ET_DYN, PT_LOAD = 62, 2, 1, 2, 3, 1
SHT_NOBITS, SHF_EXECINSTR = 8, 4


def elf_files(folders):
    """Each file once, whatever names it has."""
    seen = set()
    for folder in folders:
        for parent, _, names in os.walk(folder):
            for name in sorted(names):
                path = os.path.join(parent, name)
                try:
                    if not os.path.isfile(path):
                        continue
                    status = os.stat(path)
                    with open(path, "rb") as file:
                        head = file.read(64)
                except OSError:
                    continue
                if head[:4] == b"\x7fELF" and (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    yield path, head


def is_for_debuggers(path, head):
    """True where its sections of code are empty: they are in another file, which this one tells about."""
    offset, = struct.unpack_from("<Q", head, 40)
    size, count = struct.unpack_from("<HH", head, 58)
    with open(path, "rb") as file:
        file.seek(offset)
        table = file.read(size * count)
    code = [kind for _, kind, flags in (struct.unpack_from("<IIQ", table, start) for start in range(0, len(table) - 63, size))
            if flags & SHF_EXECINSTR]
    return bool(code) and all(kind == SHT_NOBITS for kind in code)


def is_program(path, head):
    """True where its headers make it a program or a shared object of this machine that has something to load."""
    if len(head) < 64 or head[4] != ELFCLASS64 or head[5] != ELFDATA2LSB:
        return False
    kind, machine = struct.unpack_from("<HH", head, 16)
    if machine != EM_X86_64 or kind not in (ET_EXEC, ET_DYN):
        return False
    offset, = struct.unpack_from("<Q", head, 32)
    size, count = struct.unpack_from("<HH", head, 54)
    with open(path, "rb") as file:
        file.seek(offset)
        table = file.read(size * count)
    length = os.path.getsize(path)
    loads = False
    for start in range(0, len(table) - 55, size):
        kind, _, begin, _, _, filled = struct.unpack_from("<IIQQQQ", table, start)
        if kind == PT_LOAD:
            if begin + filled > length:
                return False  # such as separate debugging information
            loads = loads or filled > 0
    return loads and not is_for_debuggers(path, head)


def judge(arguments, path, head):
    """What is wrong about it (None: nothing), whether there is a result, and what it took."""
    limit = ("prlimit", f"--as={arguments.memory << 20}") if arguments.memory else ()
    begin = time.monotonic()
    try:
        result = subprocess.run([*limit, arguments.loupe, "static", "--json", "-", path], capture_output=True,
                                stdin=subprocess.DEVNULL, timeout=arguments.seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"{path}: took more than {arguments.seconds} s", False, arguments.seconds
    taken = time.monotonic() - begin
    message = result.stderr.decode(errors="replace").strip()
    right = is_program(path, head)
    if result.returncode == 0:
        try:
            json.loads(result.stdout)
        except ValueError:
            return f"{path}: the result is no JSON", True, taken
        return None if right else f"{path}: a result for what is no program of this machine", True, taken
    if result.returncode != 1 or not message or "\n" in message or "Sanitizer" in message:
        return f"{path}: status {result.returncode}: {message[-1000:]}", False, taken
    return f"{path}: refused: {message}" if right else None, False, taken


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("loupe")
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--memory", type=int, default=2048, help="MiB of address space; 0: no limit")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    files = list(elf_files(arguments.folders))[::arguments.every]
    results = wrong = 0
    slowest = (0.0, "")
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for (path, _), (fault, is_result, taken) in zip(files, pool.map(lambda item: judge(arguments, *item), files)):
            results += is_result
            slowest = max(slowest, (taken, path))
            if fault:
                wrong += 1
                print(fault, flush=True)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"{len(files)} ELF files: {results} results, {len(files) - results - wrong} refused, {wrong} wrong; "
          f"slowest {slowest[0]:.2f} s ({slowest[1]}); at most {memory / 1024:.0f} MiB")
    return 0 if files and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
