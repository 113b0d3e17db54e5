# SPDX-License-Identifier: BSD-3-Clause
"""Turns data/equivalents.csv into the C table behind src/plan/equivalents.h.

    generate-equivalents.py CSV SYSCALLS_CSV OUTPUT

A fault in the table ends it with `file:line: message` and status 1; then no output is written.
"""

import sys

from equivalent_table import read_equivalents
from syscall_table import generate, read_table


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def c_row(row):
    values = "NULL"
    if row.values is not None:
        names = "".join(f"{c_string(value)}, " for value in row.values)
        values = f"(const char *const[]){{{names}NULL}}"
    return (
        f"        {{.call = {c_string(row.call)}, .by = {c_string(row.by)},\n"
        f"                .values = {values},\n"
        f"                .how = {c_string(row.how)}}},\n"
    )


def c_file(rows):
    return "\n".join(
        (
            "/* Generated from data/equivalents.csv by tools/generate-equivalents.py: change those. */",
            '#include "plan/equivalents.h"',
            "",
            "const struct equivalent equivalent_table[] = {",
            "".join(map(c_row, rows)) + "        {},",
            "};",
            "",
        )
    )


def main():
    csv_path, calls_path, output_path = sys.argv[1:]
    generate(output_path, lambda: c_file(read_equivalents(csv_path, read_table(calls_path))))


if __name__ == "__main__":
    main()
