# SPDX-License-Identifier: BSD-3-Clause
"""Reads data/syscalls.csv, whose head documents its columns, and checks every rule a row must follow.

Imported by the generator and the validator. Needs nothing but Python's own library.
"""

import re
import sys
from dataclasses import dataclass

ABIS = ("x86_64", "aarch64", "riscv64", "i386", "x32")
COLUMNS = ("name", *ABIS, "arguments", "success")

# The CSV's words and the C names (src/arch/syscalls.h) that they stand for.
ARGUMENT_KINDS = {
    "int": "ARGUMENT_INTEGER",
    "flags": "ARGUMENT_FLAGS",
    "selector": "ARGUMENT_SELECTOR",
    "fd": "ARGUMENT_DESCRIPTOR",
    "path": "ARGUMENT_PATH",
    "pointer": "ARGUMENT_POINTER",
    "signal": "ARGUMENT_SIGNAL",
    "pid": "ARGUMENT_PROCESS",
    "mode": "ARGUMENT_MODE",
    "id": "ARGUMENT_IDENTITY",
}
SUCCESS_KINDS = {
    "": "SUCCESS_CONSTANT",
    "arg": "SUCCESS_ARGUMENT",
    "fd": "SUCCESS_DESCRIPTOR",
    "iovec": "SUCCESS_IOVEC",
    "msghdr": "SUCCESS_MESSAGE",
    "tid": "SUCCESS_THREAD",
}
SUCCESS_KINDS_WITH_VALUE = {"", "arg", "iovec", "msghdr"}

ARGUMENTS_MAX = 6
# Leaves room for an ABI's prefix in FEATURE_NAME_MAX (src/feature/feature.h).
NAME_LENGTH_MAX = 48
# The numbers index arrays. This also refuses x32's with its bit 30 left in.
NUMBER_MAX = 4095


class TableError(Exception):
    """A fault in the table, as `file:line: message`."""

    def __init__(self, path, line, message):
        super().__init__(f"{path}:{line}: {message}")


class RuleError(Exception):
    """A fault in one row, by a function that does not know where the row stands."""


@dataclass(frozen=True)
class Success:
    """How a faked call answers: a key of SUCCESS_KINDS, and the constant or the argument's index."""

    kind: str
    value: int


@dataclass(frozen=True)
class Row:
    """One call. `numbers` has the ABIs that know the call, and only those."""

    line: int
    name: str
    numbers: dict
    arguments: list
    success: Success


def read_rows(path, columns, parse_row, check_last):
    """
    The rows of a CSV file in their order, and the number of its last line. `parse_row` makes a row of a
    line's number and values by column, `check_last` holds the last of the rows against those before it.
    Raises TableError at the first fault.
    """
    rows = []
    header_seen = False
    line = 0
    with open(path, encoding="utf-8") as file:
        for line, text in enumerate(file, start=1):
            text = text.rstrip("\n")
            if text.startswith("#"):
                continue
            try:
                if not header_seen:
                    check_header(text, columns)
                    header_seen = True
                else:
                    rows.append(parse_row(line, split_row(text, columns)))
                    check_last(rows)
            except RuleError as error:
                raise TableError(path, line, error) from None
    return rows, line


def check_header(text, columns):
    if text != ",".join(columns):
        raise RuleError(f"the header must be '{','.join(columns)}'")


def split_row(text, columns):
    fields = text.split(",")
    if len(fields) != len(columns):
        raise RuleError(f"{len(fields)} columns instead of {len(columns)}")
    return dict(zip(columns, fields))


def generate(output_path, make_text):
    """Writes what `make_text` returns; where a table has a fault, says so and writes nothing."""
    try:
        text = make_text()
    except TableError as error:
        sys.exit(str(error))
    with open(output_path, "w", encoding="utf-8") as output:
        output.write(text)


def read_table(path):
    """The rows in the file's order. Raises TableError at the first fault."""
    rows, line = read_rows(path, COLUMNS, parse_row, check_against_earlier)
    if not rows:
        raise TableError(path, line, "the table has no rows")
    return rows


def parse_row(line, values):
    name = values["name"]
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", name) or len(name) > NAME_LENGTH_MAX:
        raise RuleError(f"'{name}' is no name of a call")
    numbers = {abi: parse_number(abi, values[abi]) for abi in ABIS if values[abi]}
    if not numbers:
        raise RuleError(f"'{name}' has no number in any ABI")
    arguments = parse_arguments(values["arguments"])
    return Row(line, name, numbers, arguments, parse_success(values["success"], arguments))


def parse_number(abi, text):
    if not re.fullmatch(r"0|[1-9][0-9]*", text) or int(text) > NUMBER_MAX:
        raise RuleError(f"'{text}' is no number of a call of {abi} (0 to {NUMBER_MAX})")
    return int(text)


def parse_arguments(text):
    arguments = text.split(" ") if text else []
    for word in arguments:
        if word not in ARGUMENT_KINDS:
            raise RuleError(f"'{word}' is no kind of argument ({', '.join(ARGUMENT_KINDS)})")
    if len(arguments) > ARGUMENTS_MAX:
        raise RuleError(f"{len(arguments)} arguments, but a call takes at most {ARGUMENTS_MAX}")
    return arguments


def parse_success(text, arguments):
    match = re.fullmatch(r"([a-z]*)(0|[1-9][0-9]*)?", text)
    kind = match[1] if match else None
    if not text or kind not in SUCCESS_KINDS:
        raise RuleError(f"'{text}' is no success value (a number, argN, fd, iovecN, msghdrN, tid)")
    if (kind in SUCCESS_KINDS_WITH_VALUE) != (match[2] is not None):
        wants = "needs a number" if kind in SUCCESS_KINDS_WITH_VALUE else "takes no number"
        raise RuleError(f"the success value '{text}': '{kind}' {wants}")
    success = Success(kind, int(match[2] or 0))
    check_success_argument(success, text, arguments)
    return success


def check_success_argument(success, text, arguments):
    """What a success value reads must be there, and be of a kind that can be read that way."""
    if success.kind not in ("arg", "iovec", "msghdr"):
        return
    if success.value >= len(arguments):
        raise RuleError(f"the success value '{text}', but the call has {len(arguments)} arguments")
    if success.kind == "arg":
        return
    if arguments[success.value] != "pointer":
        raise RuleError(f"the success value '{text}', but that argument is no pointer")
    if success.kind == "iovec" and arguments[success.value + 1 : success.value + 2] != ["int"]:
        raise RuleError(f"the success value '{text}', but no length follows that argument")


def check_against_earlier(rows):
    """Holds the last row against those before it: order, names, numbers."""
    *earlier, row = rows
    if earlier and earlier[-1].name >= row.name:
        known = next((other for other in earlier if other.name == row.name), None)
        if known:
            raise RuleError(f"'{row.name}' stands in line {known.line} already")
        raise RuleError(f"'{row.name}' must stand before '{earlier[-1].name}': rows go by name")
    for other in earlier:
        for abi, number in row.numbers.items():
            if other.numbers.get(abi) == number:
                raise RuleError(
                    f"number {number} of {abi} belongs to '{other.name}' in line {other.line}"
                )
