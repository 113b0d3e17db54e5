# SPDX-License-Identifier: BSD-3-Clause
"""Turns data/paths.csv into the C table behind src/policy/path-call.h.

    generate-paths.py CSV SYSCALLS_CSV OUTPUT

A fault in the table ends it with `file:line: message` and status 1; then no output is written.
"""

import sys

from path_table import FAKES, LINKS, read_paths, rows_of
from syscall_table import ABIS, generate, read_table

HEADERS = (
    "<errno.h>",
    "<fcntl.h>",
    "<linux/fanotify.h>",
    "<sys/inotify.h>",
    "<sys/mount.h>",
    '"base/cleanup.h"',
    '"policy/path-index.h"',
)


def c_row(row):
    fake = FAKES[row.fake][1] if row.fake in FAKES else "PATH_FAKE_ERROR"
    errnum = "0" if row.fake in FAKES else row.fake
    arguments = ", ".join(map(str, row.fake_arguments or (0,)))
    return (
        f"        {{ /* {row.call} */\n"
        f"                .path = {row.path},\n"
        f"                .directory = {row.directory},\n"
        f"                .link = {LINKS[row.link]},\n"
        f"                .link_argument = {row.link_argument},\n"
        f"                .link_flag = {row.link_flag},\n"
        f"                .fake = {fake},\n"
        f"                .fake_arguments = {{{arguments}}},\n"
        f"                .errnum = {errnum},\n"
        "        },\n"
    )


def c_index(rows, calls, abi):
    entries = ""
    for call in sorted((c for c in calls if abi in c.numbers), key=lambda c: c.numbers[abi]):
        own = rows_of(rows, call.name, abi)
        if own:
            entries += f"        [{call.numbers[abi]}] = {{{rows.index(own[0])}, {len(own)}}},\n"
    return f"static const struct path_span spans_{abi}[] = {{\n{entries}}};\n"


def c_file(rows, calls):
    rows = [row for row in rows if LINKS[row.link]]
    indices = "".join(
        f"        [ABI_{abi.upper()}] = {{spans_{abi}, ARRAY_SIZE(spans_{abi})}},\n" for abi in ABIS
    )
    return "\n".join(
        (
            "/* Generated from data/paths.csv by tools/generate-paths.py: change those. */",
            *(f"#include {header}" for header in HEADERS),
            "",
            "const struct path_call path_table[] = {",
            "".join(map(c_row, rows)) + "};",
            "",
            *(c_index(rows, calls, abi) for abi in ABIS),
            "const struct path_index path_indices[ABI_COUNT] = {",
            indices + "};",
            "",
        )
    )


def main():
    csv_path, calls_path, output_path = sys.argv[1:]

    def make_text():
        calls = read_table(calls_path)
        return c_file(read_paths(csv_path, calls_path, calls), calls)

    generate(output_path, make_text)


if __name__ == "__main__":
    main()
