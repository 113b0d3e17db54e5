# SPDX-License-Identifier: BSD-3-Clause
"""Holds data/features/*.yaml against data/syscalls.csv and against the headers of this machine.

    validate-selectors.py CSV YAML… -- COMPILER…

Every argument that the table of calls says to be flags, a selector or a signal must be described, or
stand under `undivided` with its reason. Every number that a file gives explicitly must be
the one of the headers, where they have the name, as a macro or otherwise; the generated C can only ask
for macros. Prints every difference as `file:line: message`.

Exit status: 0 no difference, 1 differences.
"""

import re
import subprocess
import sys

from feature_tables import MACHINES, arguments_of, read_families
from syscall_table import TableError, read_table

DIVIDED_KINDS = ("flags", "selector", "signal")


def find_undescribed(csv_path, rows, families):
    """Arguments nobody says anything about, as (path, line, message)."""
    described = set()
    for family in families:
        for selector in family.selectors:
            described |= {(selector.call, argument) for argument in arguments_of(selector)}
        described |= {(entry.call, entry.argument) for entry in family.undivided}
    for row in rows:
        for argument, kind in enumerate(row.arguments):
            if kind in DIVIDED_KINDS and (row.name, argument) not in described:
                message = f"argument {argument} of '{row.name}' ({kind}) is not described"
                yield csv_path, row.line, message


def compile_check(family, compiler, values):
    """What the compiler says about the values' numbers, as `line: message`."""
    text = "".join(
        f"#ifdef {MACHINES[include.machine]}\n#include <{include.header}>\n#endif\n"
        if include.machine
        else f"#include <{include.header}>\n"
        for include in family.includes
    )
    for value in values:
        text += f'#line {value.line} "{family.path}"\n'
        text += f'_Static_assert(({value.name}) == {value.number}, "the header differs");\n'
    command = [*compiler, "-D_GNU_SOURCE", "-fsyntax-only", "-fdiagnostics-color=never"]
    # Else clang and gcc stop, for most names are unknown.
    command += ["-ferror-limit=0"] if "clang" in compiler[0] else ["-fmax-errors=0"]
    result = subprocess.run(
        [*command, "-x", "c", "-"], input=text, capture_output=True, text=True, check=False
    )
    return result.stderr


def find_wrong_numbers(family, compiler):
    """Explicit numbers that differ from the headers'. Returns them and how many headers knew."""
    values = {
        value.line: value
        for values in family.lists.values()
        for value in values
        if value.number is not None
    }
    if not values:
        return [], 0
    stderr = compile_check(family, compiler, values.values())
    if re.search(r"fatal error", stderr):
        sys.exit(stderr)
    pattern = re.escape(family.path) + r":(\d+):\d+: error: (.*)"
    unknown = set()
    wrong = set()
    for line, message in re.findall(pattern, stderr):
        if "undeclared" in message:
            unknown.add(int(line))
        elif "the header differs" in message:
            wrong.add(int(line))
    differences = [
        (family.path, line, f"the header has another number for '{values[line].name}'")
        for line in wrong - unknown
    ]
    return differences, len(values) - len(unknown)


def validate(csv_path, paths, compiler):
    """Returns the differences, and says on stdout what was held against what."""
    rows = read_table(csv_path)
    families = read_families(paths, {row.name: row for row in rows})
    differences = list(find_undescribed(csv_path, rows, families))
    for family in families:
        wrong, known = find_wrong_numbers(family, compiler)
        differences += wrong
        names = sum(map(len, family.lists.values()))
        print(
            f"{family.name()}: {len(family.by_call())} calls, {len(family.selectors)} selectors, "
            f"{names} names; numbers that the headers know as well: {known}"
        )
    return differences


def main():
    csv_path, *rest = sys.argv[1:]
    separator = rest.index("--")
    try:
        differences = validate(csv_path, rest[:separator], rest[separator + 1 :])
    except TableError as error:
        sys.exit(str(error))
    for path, line, message in sorted(differences):
        print(f"{path}:{line}: {message}")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
