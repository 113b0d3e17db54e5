# SPDX-License-Identifier: BSD-3-Clause
"""Reads data/equivalents.csv, whose head documents its columns, and holds it against data/syscalls.csv.

Imported by the generator. Needs nothing but Python's own library.
"""

import re
from dataclasses import dataclass

from syscall_table import RuleError, TableError, read_rows

COLUMNS = ("call", "by", "when", "how")


@dataclass(frozen=True)
class Equivalent:
    """One pair. `values` is None where the stand-in always does, else the values that it can take."""

    line: int
    call: str
    by: str
    values: tuple | None
    how: str


def read_equivalents(path, calls):
    """The rows in the file's order; `calls` are the rows of data/syscalls.csv."""
    names = {call.name: call for call in calls}
    rows, _ = read_rows(path, COLUMNS, lambda line, values: parse_row(line, values, names), check_order)
    check_cycles(path, rows)
    return rows


def parse_row(line, values, names):
    call, by = values["call"], values["by"]
    for name in (call, by):
        if name not in names:
            raise RuleError(f"there is no call '{name}'")
    if call == by:
        raise RuleError(f"'{call}' cannot stand for itself")
    if not set(names[call].numbers) & set(names[by].numbers):
        raise RuleError(f"no ABI has both '{call}' and '{by}'")
    if not values["how"].strip():
        raise RuleError("it is not said how")
    return Equivalent(line, call, by, parse_when(values["when"], names[call]), values["how"])


def parse_when(text, call):
    word, *operands = text.split(" ")
    if word == "always" and not operands:
        return None
    if word != "only":
        raise RuleError(f"'{text}' is neither 'always' nor 'only' with values")
    if not {"flags", "mode", "selector", "int"} & set(call.arguments):
        raise RuleError(f"'{call.name}' has no argument of which only some values could be used")
    for value in operands:
        if not re.fullmatch(r"[A-Z][A-Za-z0-9_]*", value) or operands.count(value) > 1:
            raise RuleError(f"'{value}' is no name of a value, or stands there twice")
    return tuple(operands)


def check_order(rows):
    if len(rows) > 1 and (rows[-2].call, rows[-2].by) >= (rows[-1].call, rows[-1].by):
        raise RuleError(
            f"'{rows[-1].call}' by '{rows[-1].by}' must stand before "
            f"'{rows[-2].call}' by '{rows[-2].by}', or stands twice"
        )


def check_cycles(path, rows):
    """What always stands for another must not lead back to it: the chains have an end."""
    following = {}
    for row in rows:
        if row.values is None:
            following.setdefault(row.call, []).append(row.by)
    for row in rows:
        if row.values is not None:
            continue
        seen, due = set(), [row.by]
        while due:
            name = due.pop()
            if name == row.call:
                raise TableError(path, row.line, f"'{row.call}' stands for itself in the end")
            if name not in seen:
                seen.add(name)
                due += following.get(name, [])
