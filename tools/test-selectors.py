# SPDX-License-Identifier: BSD-3-Clause
"""Gives the tools for data/features/ every fault that they must notice.

    test-selectors.py CSV YAML… -- COMPILER…

Each test writes a small file and looks for the message, with its line, and the status: of the generator,
of the compiler that gets what it generated, or of the validator.
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).parent
SOURCE = TOOLS.parent / "src"
CSV = pathlib.Path(sys.argv[1])
TABLES = sys.argv[2 : sys.argv.index("--")]
COMPILER = sys.argv[sys.argv.index("--") + 1 :]

# What the faulty files are made from: a list of values and the selectors that follow.
GOOD = """\
include: [linux/fcntl.h, linux/openat2.h]
values:
  command: [F_DUPFD, F_SETFL]
selectors:
  - {call: fcntl, name: cmd, argument: 1, kind: enumeration, values: command}
"""


class ToolTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.table = self.folder / "table.yaml"
        self.output = self.folder / "table.c"

    def run_tool(self, tool, *arguments):
        command = [sys.executable, "-B", TOOLS / tool, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def generate(self, text):
        self.table.write_text(text, encoding="utf-8")
        return self.run_tool("generate-selectors.py", "family", CSV, self.output, self.table)

    def refuses(self, text, line, message):
        result = self.generate(text)
        self.assertEqual(result.stderr, f"{self.table}:{line}: {message}\n")
        self.assertEqual(result.returncode, 1)
        self.assertFalse(self.output.exists())

    def replaces(self, old, new, line, message):
        self.assertIn(old, GOOD)
        self.refuses(GOOD.replace(old, new), line, message)

    def adds(self, rows, line, message):
        """`rows` follow the good one, which ends in line 5."""
        self.refuses(GOOD + rows, line, message)


class Generator(ToolTest):
    def test_takes_what_is_right(self):
        result = self.generate(GOOD)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn('{"F_SETFL", SELECTOR_WORD_32(F_SETFL)}', self.output.read_text("utf-8"))

    def test_no_yaml(self):
        self.replaces("[F_DUPFD, F_SETFL]", "[F_DUPFD", 4, "expected ',' or ']', but got ':'")
        self.refuses("# nothing\n", 1, "the file describes nothing")
        self.refuses("[a]\n", 1, "the file must be a mapping")

    def test_keys(self):
        self.replaces("values:\n", "value:\n", 2, "the file has no key 'value'")
        self.replaces("name: cmd, ", "", 5, "a selector lacks the key 'name'")
        self.replaces("name: cmd", "names: cmd", 5, "a selector has no key 'names'")
        self.replaces("name: cmd", "name: cmd, name: c", 5, "a selector has the key 'name' twice")
        self.replaces("name: cmd", "name: [cmd]", 5, "the selector must be a word")
        self.replaces("name: cmd", "name: Cmd", 5, "the selector 'Cmd' is not a name")
        self.replaces(
            "[F_DUPFD,", "[{name: F_DUPFD, sucess: fd},", 3, "a value has no key 'sucess'"
        )

    def test_call(self):
        self.replaces("call: fcntl", "call: fctl", 5, "no system call is called 'fctl'")
        self.replaces("call: fcntl", "call: [fcntl, fctl]", 5, "no system call is called 'fctl'")

    def test_argument(self):
        has = "it has 3, counted from 0"
        self.replaces("argument: 1", "argument: 3", 5, f"'fcntl' has no argument 3: {has}")
        self.replaces("argument: 1", "argument: 6", 5, "the argument '6' is no number from 0 to 0x5")
        self.replaces("argument: 1", "argument: x", 5, "the argument 'x' is no number from 0 to 0x5")
        self.replaces(
            "argument: 1",
            "argument: 2, source: pair",
            5,
            f"'fcntl' has no argument 3: {has}",
        )

    def test_words(self):
        self.replaces(
            "enumeration", "enum", 5, "the kind 'enum' is none of enumeration, flags"
        )
        self.replaces(
            "kind:", "source: memory, kind:", 5,
            "the source 'memory' is none of argument, pair, pointer",
        )
        self.replaces(
            "[F_DUPFD,", "[{name: F_DUPFD, machine: vax},", 3,
            "the machine 'vax' is none of x86_64, aarch64, riscv64",
        )
        self.replaces(
            "kind:", "abis: [vax], kind:", 5,
            "the ABI 'vax' is none of x86_64, aarch64, riscv64, i386, x32",
        )

    def test_abi_without_the_call(self):
        self.adds(
            "  - {call: open, name: flags, argument: 1, abis: [aarch64], kind: flags, "
            "values: [O_PATH]}\n",
            6,
            "aarch64 has no call 'open'",
        )

    def test_pointer(self):
        row = (
            "  - {{call: openat2, name: flags, argument: {}, source: pointer, {} kind: flags, "
            "values: [O_PATH]}}\n"
        )
        member = "member: open_how.flags, size: 8,"
        self.adds(row.format(3, member), 6, "argument 3 of 'openat2' is no pointer")
        self.adds(row.format(2, "size: 8,"), 6, "a pointer's selector lacks the key 'member'")
        self.adds(
            row.format(2, "member: open_how.flags, size: 2,"), 6, "the size 2 is neither 4 nor 8"
        )
        self.adds(
            row.format(2, "member: flags, size: 8,"), 6, "the member 'flags' is not a name"
        )
        self.replaces("kind:", "size: 4, kind:", 5, "only a pointer's selector has the key 'size'")

    def test_masks(self):
        row = "  - {{call: flock, name: {}, argument: 1, kind: flags, mask: {}, values: [{}]}}\n"
        self.adds(
            row.format("a", "0x6", "LOCK_EX") + row.format("b", "0xc", "LOCK_UN"),
            7,
            "the mask shares bits with that of 'a' in line 6",
        )
        self.adds(row.format("a", "0", "LOCK_EX"), 6, "the mask has no bit")
        self.adds(
            row.format("a", "0x100000000", "LOCK_EX"),
            6,
            "the mask '0x100000000' is no number from 0 to 0xffffffff",
        )
        self.adds(
            row.format("a", "0x6", "{name: LOCK_NEW, value: 8}"),
            6,
            "'LOCK_NEW' is outside of the mask in line 6",
        )
        self.adds(
            row.format("a", "0xf", "{name: LOCK_NEW, value: 3}"), 6, "'LOCK_NEW' is more than one bit"
        )

    def test_names_within_a_call(self):
        row = "  - {{call: flock, name: {}, argument: 1, kind: flags, mask: {}, values: [{}]}}\n"
        self.adds(
            row.format("a", "0x2", "LOCK_EX")
            + "  - {call: flock, name: a, argument: 1, kind: flags, mask: 0x8, values: command}\n",
            7,
            "'flock' has a selector 'a' in line 6 already",
        )
        self.adds(
            row.format("a", "0x2", "LOCK_EX") + row.format("b", "0xc", "LOCK_EX"),
            7,
            "'flock' has 'LOCK_EX' in line 6 already",
        )
        self.adds(
            "".join(row.format(name, hex(1 << i), f"LOCK_{i}") for i, name in enumerate("abcde")),
            10,
            "'flock' has more than 4 selectors",
        )

    def test_values(self):
        self.replaces("F_SETFL]", "F_DUPFD]", 3, "'F_DUPFD' stands in line 3 already")
        self.replaces("F_SETFL]", "F SETFL]", 3, "the value 'F SETFL' is not a name")
        self.replaces("[F_DUPFD, F_SETFL]", "[]", 3, "the list 'command' is empty")
        self.replaces(
            "values: command", "values: commands", 5, "no list of values is called 'commands'"
        )
        self.replaces(
            "selectors:", "  other: [F_GETFL]\nselectors:", 4, "no selector uses the values 'other'"
        )
        self.replaces(
            "[F_DUPFD,",
            "[{name: A, value: 1}, {name: B, value: 1},",
            3,
            "'B' has the value of 'A': mark it as an alias",
        )
        self.replaces(
            "[F_DUPFD,", "[{name: A, alias: F_SETFL},", 3, "'A': no 'F_SETFL' stands before it"
        )
        self.replaces(
            "[F_DUPFD,",
            "[{name: A, alias: B, value: 1},",
            3,
            "an alias has the value of what it is an alias of",
        )

    def test_success(self):
        self.replaces(
            "[F_DUPFD,",
            "[{name: F_DUPFD, success: arg3},",
            3,
            "'F_DUPFD': the success value 'arg3', but the call has 3 arguments",
        )

    def test_levels(self):
        self.replaces(
            "[F_DUPFD,",
            "[{level: SOL_SOCKET, names: [SO_DEBUG]},",
            3,
            "'SO_DEBUG': the selector in line 5 takes no levels",
        )
        self.adds(
            "  - {call: setsockopt, name: option, argument: 1, source: pair, kind: enumeration, "
            "values: [SO_DEBUG]}\n",
            6,
            "'SO_DEBUG': the selector in line 6 needs levels",
        )

    def test_undivided(self):
        entry = "undivided:\n  - {{call: {}, argument: {}{}}}\n"
        self.adds(entry.format("fcntl", 1, ", reason: x"), 7, "argument 1 of 'fcntl' is divided")
        self.adds(entry.format("fcntl", 2, ""), 7, "an entry lacks the key 'reason'")
        self.adds(entry.format("fctl", 2, ", reason: x"), 7, "no system call is called 'fctl'")

    def test_shift(self):
        row = (
            "  - {{call: quotactl{}, name: cmd, argument: {}, kind: enumeration, shift: {}, "
            "values: {}}}\n"
        )
        self.adds(
            row.format("", 0, 8, "[Q_SYNC]") + row.format("_fd", 1, 4, "quotactl_cmd"),
            7,
            "'quotactl_cmd' is used elsewhere with the shift 8",
        )

    def test_call_in_two_files(self):
        other = self.folder / "other.yaml"
        other.write_text(GOOD, encoding="utf-8")
        self.table.write_text(GOOD, encoding="utf-8")
        result = self.run_tool("generate-selectors.py", "index", CSV, self.output, self.table, other)
        self.assertEqual(result.stderr, f"{other}:5: 'fcntl' is described in {self.table} as well\n")
        self.assertEqual(result.returncode, 1)


class Compiler(ToolTest):
    """What the generated C asserts."""

    def compile(self, text):
        result = self.generate(text)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        command = [*COMPILER, "-D_GNU_SOURCE", "-fsyntax-only", "-I", str(SOURCE), str(self.output)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def complains(self, old, new, line, message):
        self.assertIn(old, GOOD)
        result = self.compile(GOOD.replace(old, new))
        self.assertNotEqual(result.returncode, 0)
        self.assertRegex(result.stderr, rf"table.yaml:{line}:.*{message}")

    def test_takes_what_is_right(self):
        result = self.compile(GOOD)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_unknown_name(self):
        self.complains("F_SETFL]", "F_SETFLL]", 3, "undeclared")

    def test_unknown_header(self):
        self.complains("linux/fcntl.h", "linux/fctl.h", 1, "fctl.h")

    def test_wrong_number(self):
        self.complains("F_SETFL]", "{name: F_SETFL, value: 5}]", 3, "the header differs")

    def test_duplicate(self):
        self.complains("F_SETFL]", "O_WRONLY, F_GETFD]", 3, "duplicate case value")

    def test_false_alias(self):
        self.complains("F_SETFL]", "{name: F_SETFL, alias: F_DUPFD}]", 3, "no alias")

    def test_outside_of_the_mask(self):
        self.complains("kind:", "mask: 0x3, kind:", 3, "outside of the mask")

    def test_more_than_one_bit(self):
        text = GOOD.replace("[F_DUPFD, F_SETFL]", "[F_DUPFD, F_GETFL]").replace("enumeration", "flags")
        result = self.compile(text)
        self.assertRegex(result.stderr, r"table.yaml:3:.*more than one bit")

    def test_more_than_32_bits(self):
        self.complains("F_SETFL]", "F_SETFL, __LONG_MAX__]", 3, "more than 32 bits")

    def test_member(self):
        row = (
            "  - {{call: openat2, name: flags, argument: 2, source: pointer, member: open_how.{}, "
            "size: {}, kind: flags, values: [O_PATH]}}\n"
        )
        result = self.compile(GOOD + row.format("flags", 8))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(self.compile(GOOD + row.format("flags", 4)).stderr, "another size")
        self.assertRegex(self.compile(GOOD + row.format("flag", 8)).stderr, "no member named")


class Validator(ToolTest):
    def validate(self, *tables):
        return self.run_tool("validate-selectors.py", CSV, *tables, "--", *COMPILER)

    def test_takes_the_real_tables(self):
        result = self.validate(*TABLES)
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)

    def test_undescribed_argument(self):
        self.table.write_text(GOOD, encoding="utf-8")
        result = self.validate(self.table)
        self.assertEqual(result.returncode, 1)
        lines = CSV.read_text(encoding="utf-8").splitlines()
        wanted = (("kill", 1, "signal"), ("mmap", 3, "flags"), ("futex", 1, "selector"))
        for call, argument, kind in wanted:
            line = 1 + next(i for i, text in enumerate(lines) if text.startswith(f"{call},"))
            message = f"argument {argument} of '{call}' ({kind}) is not described"
            self.assertIn(f"{CSV}:{line}: {message}\n", result.stdout)
        self.assertNotIn("'fcntl'", result.stdout)

    def test_wrong_number_of_an_enumerator(self):
        self.table.write_text(
            "include: [linux/kcmp.h]\n"
            "selectors:\n"
            "  - call: kcmp\n"
            "    name: type\n"
            "    argument: 2\n"
            "    kind: enumeration\n"
            "    values:\n"
            "      - {name: KCMP_FILE, value: 0}\n"
            "      - {name: KCMP_FILES, value: 9}\n"
            "      - {name: KCMP_NEWER, value: 99}\n",
            encoding="utf-8",
        )
        result = self.validate(self.table)
        message = "the header has another number for 'KCMP_FILES'"
        self.assertIn(f"{self.table}:9: {message}\n", result.stdout)
        self.assertNotIn("table.yaml:8:", result.stdout)
        self.assertNotIn("table.yaml:10:", result.stdout)

    def test_fault_in_a_table(self):
        self.table.write_text(GOOD.replace("call: fcntl", "call: fctl"), encoding="utf-8")
        result = self.validate(self.table)
        self.assertEqual(result.stderr, f"{self.table}:5: no system call is called 'fctl'\n")
        self.assertEqual(result.returncode, 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
