# SPDX-License-Identifier: BSD-3-Clause
"""Reads data/features/*.yaml, whose README says how they are written, and checks every rule that needs
no compiler. What needs the values of the kernel's names is left to assertions in the generated C.

Imported by the generator and the validator. Needs python3-yaml beside Python's own library.
"""

import pathlib
import re
from dataclasses import dataclass, field

import yaml

from syscall_table import ABIS, RuleError, TableError, parse_success

# As in src/feature/selector.h.
SELECTORS_MAX = 4
# No longer than what base/nearest.h compares.
NAME_LENGTH_MAX = 63

KINDS = ("enumeration", "flags")
SOURCES = ("argument", "pair", "pointer")
# The words for `machine`, and what the compiler says of it.
MACHINES = {"x86_64": "__x86_64__", "aarch64": "__aarch64__", "riscv64": "__riscv"}


@dataclass(frozen=True)
class Value:
    """One name of a list. `number` and `alias` are None where the headers say it, or it is no alias."""

    line: int
    name: str
    number: int = None
    alias: str = None
    machine: str = None
    success: str = None
    level: str = None


@dataclass(frozen=True)
class Include:
    line: int
    header: str
    machine: str = None


@dataclass(frozen=True)
class Selector:
    """What one row says about one call."""

    line: int
    call: str
    name: str
    kind: str
    source: str
    argument: int
    member: str
    size: int
    mask: int
    shift: int
    list_name: str
    abis: tuple

    def word(self):
        """Tells where the word comes from: two selectors with the same answer share their bits."""
        return self.source, self.argument, self.member


@dataclass(frozen=True)
class Undivided:
    """An argument that is left as a whole, and why."""

    line: int
    call: str
    argument: int
    reason: str


@dataclass
class Family:
    path: str
    includes: list = field(default_factory=list)
    lists: dict = field(default_factory=dict)
    list_lines: dict = field(default_factory=dict)
    # The size of the smallest word that a list's numbers have to fit, and their shift in there.
    list_words: dict = field(default_factory=dict)
    selectors: list = field(default_factory=list)
    undivided: list = field(default_factory=list)

    def name(self):
        return pathlib.Path(self.path).stem

    def by_call(self):
        calls = {}
        for selector in self.selectors:
            calls.setdefault(selector.call, []).append(selector)
        return calls


class Reader:
    """Turns the nodes of one file into a Family. Raises a fault as a TableError with its line."""

    def __init__(self, path, calls):
        self.path = path
        self.calls = calls
        self.family = Family(str(path))
        self.used = set()  # names of lists

    def fault(self, node_or_line, message):
        line = node_or_line
        if isinstance(node_or_line, yaml.Node):
            line = node_or_line.start_mark.line + 1
        raise TableError(self.path, line, message)

    # The shapes of nodes

    def text(self, node, what):
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            self.fault(node, f"{what} must be a word")
        return node.value

    def number(self, node, what, maximum):
        text = self.text(node, what)
        if not re.fullmatch(r"0|[1-9][0-9]*|0x[0-9a-f]+", text) or int(text, 0) > maximum:
            self.fault(node, f"{what} '{text}' is no number from 0 to {maximum:#x}")
        return int(text, 0)

    def word(self, node, what, words):
        text = self.text(node, what)
        if text not in words:
            self.fault(node, f"{what} '{text}' is none of {', '.join(words)}")
        return text

    def items(self, node, what):
        if not isinstance(node, yaml.SequenceNode):
            self.fault(node, f"{what} must be a list")
        return node.value

    def keys(self, node, what, required=(), optional=()):
        """The nodes of a mapping by their keys."""
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, f"{what} must be a mapping")
        found = {}
        for key_node, value in node.value:
            key = self.text(key_node, "a key")
            if key not in required and key not in optional:
                self.fault(key_node, f"{what} has no key '{key}'")
            if key in found:
                self.fault(key_node, f"{what} has the key '{key}' twice")
            found[key] = value
        for key in required:
            if key not in found:
                self.fault(node, f"{what} lacks the key '{key}'")
        return found

    def identifier(self, node, what, pattern):
        text = self.text(node, what)
        if not re.fullmatch(pattern, text) or len(text) > NAME_LENGTH_MAX:
            self.fault(node, f"{what} '{text}' is not a name")
        return text

    # The parts of a file

    def read(self):
        try:
            with open(self.path, encoding="utf-8") as file:
                root = yaml.compose(file, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            self.fault(error.problem_mark.line + 1, error.problem)
        if root is None:
            self.fault(1, "the file describes nothing")
        parts = self.keys(root, "the file", (), ("include", "values", "selectors", "undivided"))
        for node in self.items(parts["include"], "include") if "include" in parts else ():
            self.family.includes.append(self.read_include(node))
        if "values" in parts:
            self.read_lists(parts["values"])
        for node in self.items(parts["selectors"], "selectors") if "selectors" in parts else ():
            self.read_selector(node)
        for name, line in self.family.list_lines.items():
            if name not in self.used:
                self.fault(line, f"no selector uses the values '{name}'")
        for node in self.items(parts["undivided"], "undivided") if "undivided" in parts else ():
            self.read_undivided(node)
        self.check_calls()
        return self.family

    def read_include(self, node):
        line = node.start_mark.line + 1
        if isinstance(node, yaml.ScalarNode):
            return Include(line, self.text(node, "an include"))
        keys = self.keys(node, "an include", ("header", "machine"))
        machine = self.word(keys["machine"], "the machine", MACHINES)
        return Include(line, self.text(keys["header"], "the header"), machine)

    def read_lists(self, node):
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, "values must be a mapping")
        for key, list_node in node.value:
            name = self.identifier(key, "the list's name", r"[a-z][a-z0-9_]*")
            if name in self.family.lists:
                self.fault(key, f"the list '{name}' stands twice")
            self.add_list(name, list_node)

    def add_list(self, name, node):
        values = [value for item in self.items(node, "values") for value in self.read_value(item)]
        if not values:
            self.fault(node, f"the list '{name}' is empty")
        self.check_list(values)
        self.family.lists[name] = values
        self.family.list_lines[name] = node.start_mark.line + 1

    def read_value(self, node, level=None):
        """One item of a list: a name, a mapping about a name, or the names below a level."""
        line = node.start_mark.line + 1
        name_pattern = r"[A-Za-z_][A-Za-z0-9_]*"
        if level is None and self.has_key(node, "list"):
            keys = self.keys(node, "a list", ("list",))
            return self.family.lists[self.known_list(keys["list"])]
        if isinstance(node, yaml.ScalarNode):
            return [Value(line, self.identifier(node, "the value", name_pattern), level=level)]
        if level is None and self.has_key(node, "level"):
            keys = self.keys(node, "a level", ("level", "names"))
            level = self.identifier(keys["level"], "the level", name_pattern)
            names = self.items(keys["names"], "names")
            return [value for name in names for value in self.read_value(name, level)]
        keys = self.keys(node, "a value", ("name",), ("value", "alias", "machine", "success"))
        if "value" in keys and "alias" in keys:
            self.fault(node, "an alias has the value of what it is an alias of")
        optional = lambda key, read: read(keys[key]) if key in keys else None
        return [
            Value(
                line,
                self.identifier(keys["name"], "the value", name_pattern),
                optional("value", lambda n: self.number(n, "the value", 2**64 - 1)),
                optional("alias", lambda n: self.identifier(n, "the alias", name_pattern)),
                optional("machine", lambda n: self.word(n, "the machine", MACHINES)),
                optional("success", lambda n: self.text(n, "the success value")),
                level,
            )
        ]

    @staticmethod
    def has_key(node, key):
        return isinstance(node, yaml.MappingNode) and any(k.value == key for k, _ in node.value)

    def known_list(self, node):
        """The name of a list that stands before it is used."""
        name = self.text(node, "values")
        if name not in self.family.lists:
            self.fault(node, f"no list of values is called '{name}'")
        self.used.add(name)
        return name

    def check_list(self, values):
        seen = {}
        numbers = {}
        for value in values:
            if value.name in seen:
                self.fault(value.line, f"'{value.name}' stands in line {seen[value.name].line} already")
            if value.alias and (value.alias not in seen or seen[value.alias].level != value.level):
                self.fault(value.line, f"'{value.name}': no '{value.alias}' stands before it")
            key = (value.level, value.number)
            if value.number is not None and key in numbers:
                self.fault(
                    value.line, f"'{value.name}' has the value of '{numbers[key]}': mark it as an alias"
                )
            numbers[key] = value.name
            seen[value.name] = value

    def call_argument(self, keys, count=1):
        """The rows of the calls and the argument's index, which all of them must have."""
        nodes = [keys["call"]]
        if isinstance(keys["call"], yaml.SequenceNode):
            nodes = keys["call"].value
        names = [self.text(node, "the call") for node in nodes]
        argument = self.number(keys["argument"], "the argument", 5)
        for node, name in zip(nodes, names):
            if name not in self.calls:
                self.fault(node, f"no system call is called '{name}'")
            have = len(self.calls[name].arguments)
            if "abis" not in keys and argument + count > have:
                self.fault(
                    keys["argument"],
                    f"'{name}' has no argument {argument + count - 1}: it has {have}, counted from 0",
                )
        return names, argument

    def read_selector(self, node):
        """Adds a selector for each call of the row."""
        required = ("call", "name", "argument", "kind", "values")
        optional = ("source", "member", "size", "mask", "shift", "abis")
        keys = self.keys(node, "a selector", required, optional)
        kind = self.word(keys["kind"], "the kind", KINDS)
        source = self.word(keys["source"], "the source", SOURCES) if "source" in keys else "argument"
        name = self.identifier(keys["name"], "the selector", r"[a-z][a-z0-9_]*")
        calls, argument = self.call_argument(keys, 2 if source == "pair" else 1)
        member, size = self.read_place(node, keys, source, calls, argument)
        maximum = 2 ** (8 * size) - 1
        mask = self.number(keys["mask"], "the mask", maximum) if "mask" in keys else maximum
        if mask == 0:
            self.fault(keys["mask"], "the mask has no bit")
        list_name = self.read_values(keys["values"], calls[0], name)
        shift = self.number(keys["shift"], "the shift", 31) if "shift" in keys else 0
        used_size, used_shift = self.family.list_words.get(list_name, (size, shift))
        if used_shift != shift:
            self.fault(node, f"'{list_name}' is used elsewhere with the shift {used_shift}")
        self.family.list_words[list_name] = min(size, used_size), shift
        for call in calls:
            abis = self.read_abis(keys, call)
            selector = Selector(
                node.start_mark.line + 1, call, name, kind, source, argument, member, size, mask,
                shift, list_name, abis,
            )
            self.check_values(selector)
            self.family.selectors.append(selector)

    def read_abis(self, keys, call):
        """The ABIs of the call that a row is about: all, unless it says which."""
        known = tuple(abi for abi in ABIS if abi in self.calls[call].numbers)
        if "abis" not in keys:
            return known
        nodes = self.items(keys["abis"], "abis")
        abis = tuple(self.word(node, "the ABI", ABIS) for node in nodes)
        for node, abi in zip(nodes, abis):
            if abi not in known:
                self.fault(node, f"{abi} has no call '{call}'")
        return abis

    def read_place(self, node, keys, source, calls, argument):
        """The member, as "structure.member", and the size of the word in bytes."""
        if source != "pointer":
            for key in ("member", "size"):
                if key in keys:
                    self.fault(keys[key], f"only a pointer's selector has the key '{key}'")
            return None, 8 if source == "pair" else 4
        for key in ("member", "size"):
            if key not in keys:
                self.fault(node, f"a pointer's selector lacks the key '{key}'")
        for call in calls:
            if self.calls[call].arguments[argument] != "pointer":
                self.fault(keys["argument"], f"argument {argument} of '{call}' is no pointer")
        size = self.number(keys["size"], "the size", 8)
        if size not in (4, 8):
            self.fault(keys["size"], f"the size {size} is neither 4 nor 8")
        return self.identifier(keys["member"], "the member", r"[a-z_]+\.[a-z_]+"), size

    def read_values(self, node, call, name):
        """The name of the list: one that stands under `values`, or a new one for a list on the spot."""
        if isinstance(node, yaml.SequenceNode):
            list_name = f"{call}_{name}"
            if list_name in self.family.lists:
                self.fault(node, f"the list '{list_name}' stands twice")
            self.add_list(list_name, node)
            self.used.add(list_name)
            return list_name
        return self.known_list(node)

    def check_values(self, selector):
        arguments = self.calls[selector.call].arguments
        for value in self.family.lists[selector.list_name]:
            if (selector.source == "pair") != (value.level is not None):
                wants = "needs" if selector.source == "pair" else "takes no"
                row = f"the selector in line {selector.line}"
                self.fault(value.line, f"'{value.name}': {row} {wants} levels")
            if value.success is not None:
                try:
                    parse_success(value.success, arguments)
                except RuleError as error:
                    self.fault(value.line, f"'{value.name}': {error}")
            if value.number is None or selector.source == "pair":
                continue
            if value.number << selector.shift & ~selector.mask:
                self.fault(value.line, f"'{value.name}' is outside of the mask in line {selector.line}")
            if selector.kind == "flags" and value.number & (value.number - 1):
                self.fault(value.line, f"'{value.name}' is more than one bit")

    def read_undivided(self, node):
        keys = self.keys(node, "an entry", ("call", "argument", "reason"))
        calls, argument = self.call_argument(keys)
        reason = self.text(keys["reason"], "the reason")
        line = node.start_mark.line + 1
        self.family.undivided += [Undivided(line, call, argument, reason) for call in calls]

    # What the rows of one call must not do to each other

    def check_calls(self):
        for call, selectors in self.family.by_call().items():
            for abi in ABIS:
                self.check_call(call, [s for s in selectors if abi in s.abis])
        described = {(s.call, argument) for s in self.family.selectors for argument in arguments_of(s)}
        for entry in self.family.undivided:
            if (entry.call, entry.argument) in described:
                self.fault(entry.line, f"argument {entry.argument} of '{entry.call}' is divided")

    def check_call(self, call, selectors):
        if len(selectors) > SELECTORS_MAX:
            self.fault(selectors[-1].line, f"'{call}' has more than {SELECTORS_MAX} selectors")
        names = {}
        for index, selector in enumerate(selectors):
            for other in selectors[:index]:
                self.check_pair(selector, other)
            for value in self.family.lists[selector.list_name]:
                if value.name in names:
                    self.fault(
                        selector.line,
                        f"'{call}' has '{value.name}' in line {names[value.name]} already",
                    )
                names[value.name] = selector.line

    def check_pair(self, selector, other):
        if selector.name == other.name:
            self.fault(
                selector.line,
                f"'{selector.call}' has a selector '{selector.name}' in line {other.line} already",
            )
        if selector.word() == other.word() and selector.mask & other.mask:
            self.fault(
                selector.line, f"the mask shares bits with that of '{other.name}' in line {other.line}"
            )


def divided_abis(selectors):
    """The ABIs of a call, in tuples of those that are divided in the same way."""
    groups = {}
    for abi in ABIS:
        row = tuple(selector for selector in selectors if abi in selector.abis)
        if row:
            groups.setdefault(row, []).append(abi)
    return groups


def arguments_of(selector):
    """The arguments whose meaning a selector describes."""
    count = 2 if selector.source == "pair" else 1
    return range(selector.argument, selector.argument + count)


def read_family(path, calls):
    """The contents of one file. `calls`: rows of data/syscalls.csv by their names."""
    return Reader(path, calls).read()


def read_families(paths, calls):
    """The contents of all files, held against each other."""
    families = [read_family(path, calls) for path in paths]
    homes = {}
    for family in families:
        for selector in family.selectors:
            home = homes.setdefault(selector.call, family.path)
            if home != family.path:
                raise TableError(
                    family.path, selector.line, f"'{selector.call}' is described in {home} as well"
                )
    return families
