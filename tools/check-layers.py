#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds the sources against the table of layers in ARCHITECTURE.md.

The first column of the table names the folders under src/, from the bottom up. A file may include headers
of its own folder and of those above it in the table, always with the folder in the path. Folders that the
table does not name, and names without a folder, are errors.
"""

import pathlib
import re
import sys

ROW = re.compile(r"^\|\s*`src/([a-z0-9_-]+)/?`\s*\|")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def read_layers(architecture):
    lines = architecture.read_text(encoding="utf-8").splitlines()
    return [match[1] for match in map(ROW.match, lines) if match]


def check_table(layers, source):
    folders = {path.name for path in source.iterdir() if path.is_dir()}
    for name in sorted(folders - set(layers)):
        yield f"ARCHITECTURE.md: the table of layers lacks src/{name}"
    for name in sorted(set(layers) - folders):
        yield f"ARCHITECTURE.md: src/{name} is not there"
    for name in sorted({name for name in layers if layers.count(name) > 1}):
        yield f"ARCHITECTURE.md: src/{name} stands in the table twice"


def check_file(path, rank, root):
    own = path.relative_to(root / "src").parts[0]
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        include = INCLUDE.match(line)
        if not include:
            continue
        place = f"{path.relative_to(root)}:{number}"
        folder, slash, _ = include[1].partition("/")
        if not slash or folder not in rank:
            yield f'{place}: "{include[1]}" does not start with a folder of src/'
        elif own in rank and rank[folder] > rank[own]:
            yield f"{place}: src/{own} may not use src/{folder}, which is above it"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    if len(sys.argv) > 1:
        root = pathlib.Path(sys.argv[1]).resolve()
    layers = read_layers(root / "ARCHITECTURE.md")
    rank = {name: index for index, name in enumerate(layers)}
    problems = list(check_table(layers, root / "src"))
    for path in sorted((root / "src").glob("*/**/*.[ch]")):
        problems += check_file(path, rank, root)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
