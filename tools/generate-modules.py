# SPDX-License-Identifier: BSD-3-Clause
"""Turns data/modules.csv, whose head documents its columns, into the C table behind src/program/modules.h.

    generate-modules.py CSV OUTPUT

A fault in the table ends it with `file:line: message` and status 1; then no output is written.
"""

import sys
from dataclasses import dataclass

from syscall_table import RuleError, generate, read_rows

COLUMNS = ("string", "mechanism", "what")
MECHANISMS = {
    "conversion": "MODULE_CONVERSION",
    "name-service": "MODULE_NAME_SERVICE",
    "pam": "MODULE_PAM",
}

RULES_MAX = 64  # bits that tell which of them were carried out


@dataclass(frozen=True)
class Rule:
    string: str
    mechanism: str
    what: str


def parse_row(_, values):
    rule = Rule(**values)
    # Only such strings are kept of an object's code (FACT_STRING of src/binary/summary.h).
    if not rule.string.startswith("/") and ".so" not in rule.string:
        raise RuleError(f"'{rule.string}' is no absolute path and has no '.so'")
    if rule.mechanism not in MECHANISMS:
        raise RuleError(f"'{rule.mechanism}' is no mechanism ({', '.join(MECHANISMS)})")
    if rule.mechanism == "name-service":
        if rule.what.count("*") != 1 or "/" in rule.what:
            raise RuleError(f"'{rule.what}' is no object's name with one '*' for the service")
    elif not rule.what.startswith("/") or rule.what.endswith("/"):
        raise RuleError(f"'{rule.what}' is no absolute path of a folder")
    return rule


def check_order(rules):
    if len(rules) > RULES_MAX:
        raise RuleError(f"more than {RULES_MAX} rows")
    if len(rules) > 1 and rules[-2].string >= rules[-1].string:
        raise RuleError(f"'{rules[-1].string}' must stand before '{rules[-2].string}', or stands twice")


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def c_file(rules):
    rows = "".join(
        f"        {{{c_string(rule.string)}, {MECHANISMS[rule.mechanism]}, {c_string(rule.what)}}},\n"
        for rule in rules
    )
    return "\n".join(
        (
            "/* Generated from data/modules.csv by tools/generate-modules.py: change those. */",
            '#include "program/module-table.h"',
            "",
            "const struct module_rule module_table[] = {",
            rows + "        {},",
            "};",
            "",
        )
    )


def main():
    csv_path, output_path = sys.argv[1:]
    generate(output_path, lambda: c_file(read_rows(csv_path, COLUMNS, parse_row, check_order)[0]))


if __name__ == "__main__":
    main()
