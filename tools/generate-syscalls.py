# SPDX-License-Identifier: BSD-3-Clause
"""Turns data/syscalls.csv into the C table behind src/arch/syscalls.h.

    generate-syscalls.py CSV OUTPUT

A fault in the table ends it with `file:line: message` and status 1; then no output is written.
"""

import sys

from syscall_table import ABIS, ARGUMENT_KINDS, SUCCESS_KINDS, generate, read_table


def c_row(row):
    numbers = ", ".join(f"[ABI_{abi.upper()}] = {row.numbers.get(abi, -1)}" for abi in ABIS)
    arguments = ", ".join(ARGUMENT_KINDS[word] for word in row.arguments)
    success = f"{SUCCESS_KINDS[row.success.kind]}, {row.success.value}"
    return (
        "        {\n"
        f'                .name = "{row.name}",\n'
        f"                .numbers = {{{numbers}}},\n"
        f"                .argument_count = {len(row.arguments)},\n"
        f"                .arguments = {{{arguments}}},\n"
        f"                .success = {{{success}}},\n"
        "        },\n"
    )


def c_index(rows, abi):
    """The array that leads from a number to a row, so that looking one up takes no search."""
    row_by_number = {row.numbers[abi]: i for i, row in enumerate(rows) if abi in row.numbers}
    entries = "".join(
        f"        [{number}] = {index} + 1,\n" for number, index in sorted(row_by_number.items())
    )
    return f"static const uint16_t rows_{abi}[] = {{\n{entries}}};\n"


def c_file(rows):
    indices = "".join(
        f"        [ABI_{abi.upper()}] = {{rows_{abi}, ARRAY_SIZE(rows_{abi})}},\n" for abi in ABIS
    )
    return "\n".join(
        (
            "/* Generated from data/syscalls.csv by tools/generate-syscalls.py: change those. */",
            '#include "arch/syscall-index.h"',
            '#include "base/cleanup.h"',
            "",
            f'_Static_assert(ABI_COUNT == {len(ABIS)}, "an ABI without a column in syscalls.csv");',
            "",
            "const struct syscall_info syscall_table[] = {",
            "".join(map(c_row, rows)) + "};",
            "",
            "const size_t syscall_table_size = ARRAY_SIZE(syscall_table);",
            "",
            *(c_index(rows, abi) for abi in ABIS),
            "const struct syscall_index syscall_indices[ABI_COUNT] = {",
            indices + "};",
            "",
        )
    )


def main():
    csv_path, output_path = sys.argv[1:]
    generate(output_path, lambda: c_file(read_table(csv_path)))


if __name__ == "__main__":
    main()
