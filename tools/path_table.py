# SPDX-License-Identifier: BSD-3-Clause
"""Reads data/paths.csv, whose head documents its columns, and holds it against data/syscalls.csv.

Imported by the generator. Needs nothing but Python's own library.
"""

import errno
import re
from dataclasses import dataclass

from syscall_table import ABIS, RuleError, TableError, read_rows

COLUMNS = ("call", "path", "directory", "link", "fake")

# The CSV's words for links, without and with an argument's place and a flag, and their C names.
LINKS = {
    "follow": "PATH_LINK_FOLLOW",
    "keep": "PATH_LINK_KEEP",
    "keep N FLAG": "PATH_LINK_KEEP_IF",
    "follow N FLAG": "PATH_LINK_FOLLOW_IF",
    "open N": "PATH_LINK_OPEN",
    "how N": "PATH_LINK_HOW",
    "text": None,
}
# The words for fakes, the kinds of argument that they take, and their C names.
FAKES = {
    "descriptor": ((), "PATH_FAKE_DESCRIPTOR"),
    "creat": ((), "PATH_FAKE_CREAT"),
    "tree": (("flags",), "PATH_FAKE_TREE"),
    "stat": (("pointer",), "PATH_FAKE_STAT"),
    "stat64": (("pointer",), "PATH_FAKE_STAT64"),
    "oldstat": (("pointer",), "PATH_FAKE_OLDSTAT"),
    "statx": (("pointer", "flags"), "PATH_FAKE_STATX"),
    "statfs": (("pointer",), "PATH_FAKE_STATFS"),
    "statfs64": (("pointer",), "PATH_FAKE_STATFS64"),
    "success": ((), "PATH_FAKE_SUCCESS"),
    "folder": ((), "PATH_FAKE_FOLDER"),
}


@dataclass(frozen=True)
class PathRow:
    """One argument. `link` is a key of LINKS; `fake` one of FAKES or an errno's name."""

    line: int
    call: str
    abi: str  # the only one it holds for, or ""
    path: int
    directory: int  # -1: none
    link: str
    link_argument: int
    link_flag: str
    fake: str
    fake_arguments: tuple


def read_paths(path, calls_path, calls):
    """The rows in the file's order; `calls` are the rows of data/syscalls.csv."""
    by_name = {call.name: call for call in calls}
    rows, _ = read_rows(
        path, COLUMNS, lambda line, values: parse_row(line, values, by_name), check_order
    )
    check_complete(path, rows, calls_path, calls)
    return rows


def parse_row(line, values, calls):
    *prefix, name = values["call"].split(":")
    abi = ":".join(prefix)
    if name not in calls or (prefix and abi not in calls[name].numbers):
        raise RuleError(f"there is no call '{values['call']}'")
    arguments = list(calls[name].arguments)
    if abi == "i386" and name == "fanotify_mark":
        arguments.insert(2, "flags")  # the 64-bit mask, in two arguments
    path = parse_argument(values["path"], arguments, "path")
    directory = parse_argument(values["directory"], arguments, "fd") if values["directory"] else -1
    link, link_argument, link_flag = parse_link(values["link"], arguments)
    fake, fake_arguments = parse_fake(values["fake"], arguments, link)
    return PathRow(
        line, name, abi, path, directory, link, link_argument, link_flag, fake, fake_arguments
    )


def parse_argument(text, arguments, *kinds):
    if not re.fullmatch(r"[0-5]", text) or int(text) >= len(arguments):
        raise RuleError(f"'{text}' is no argument of the call")
    if arguments[int(text)] not in kinds:
        raise RuleError(f"argument {text} is of the kind '{arguments[int(text)]}', not {kinds[0]}")
    return int(text)


def parse_link(text, arguments):
    word, *operands = text.split(" ")
    pattern = " ".join((word, *("N", "FLAG")[: len(operands)]))
    if pattern not in LINKS or len(operands) > 2:
        raise RuleError(f"'{text}' says nothing about links")
    if not operands:
        return pattern, 0, "0"
    kind = "pointer" if word == "how" else "flags"
    argument = parse_argument(operands[0], arguments, kind)
    flag = operands[1] if len(operands) > 1 else "0"
    if not re.fullmatch(r"0|[A-Z][A-Z0-9_]*", flag):
        raise RuleError(f"'{flag}' is no flag's name")
    return pattern, argument, flag


def parse_fake(text, arguments, link):
    word, *operands = text.split(" ")
    if (link == "text") != (text == ""):
        raise RuleError("a text that names no file has no fake, and all else has one")
    if text == "":
        return "", ()
    if (word == "descriptor") != link.startswith(("open", "how")):
        raise RuleError("'descriptor' goes with the flags of open(2), and nothing else does")
    if word in FAKES:
        kinds = FAKES[word][0]
        if len(kinds) != len(operands):
            raise RuleError(f"'{word}' takes {len(kinds)} arguments, not {len(operands)}")
        return word, tuple(map(lambda a, kind: parse_argument(a, arguments, kind), operands, kinds))
    if operands or not hasattr(errno, word):
        raise RuleError(f"'{text}' is no fake and no error")
    return word, ()


def key(row):
    return row.call, row.abi, row.path


def check_order(rows):
    if len(rows) > 1 and key(rows[-2]) >= key(rows[-1]):
        raise RuleError(f"'{rows[-1].call}' must stand before '{rows[-2].call}', or stands twice")


def rows_of(rows, call, abi):
    """The rows that hold for a call in an ABI: those of its own where it has any."""
    own = [row for row in rows if row.call == call and row.abi == abi]
    return own or [row for row in rows if row.call == call and row.abi == ""]


def check_complete(path, rows, calls_path, calls):
    for call in calls:
        wanted = {i for i, kind in enumerate(call.arguments) if kind == "path"}
        present = {row.path for row in rows if row.call == call.name and row.abi == ""}
        for argument in sorted(wanted - present):
            raise TableError(
                calls_path, call.line, f"argument {argument} of '{call.name}' has no row in {path}"
            )
        for abi in ABIS:
            if len(rows_of(rows, call.name, abi)) < len(wanted):
                raise TableError(path, 1, f"'{abi}:{call.name}' lacks a row")
