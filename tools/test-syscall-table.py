# SPDX-License-Identifier: BSD-3-Clause
"""Breaks the table of calls in every way that its tools must notice.

    test-syscall-table.py CSV COMPILER…

Each test edits one row of the real table and looks for the message, with its line, and the status.
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).parent
TABLE = pathlib.Path(sys.argv[1])
COMPILER = sys.argv[2:]


def edit(text, name, change):
    """The table with the row of `name` replaced by what `change` makes of it, and the row's line."""
    lines = text.splitlines()
    index = next(i for i, line in enumerate(lines) if line.startswith(f"{name},"))
    lines[index : index + 1] = change(lines[index])
    return "\n".join(lines) + "\n", index + 1


class ToolTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.table = self.folder / "syscalls.csv"
        self.output = self.folder / "syscalls.c"

    def run_tool(self, tool, *arguments):
        command = [sys.executable, "-B", TOOLS / tool, self.table, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def generate(self):
        return self.run_tool("generate-syscalls.py", self.output)

    def validate(self):
        return self.run_tool("validate-syscalls.py", *COMPILER)

    def break_row(self, name, change):
        text, line = edit(TABLE.read_text(encoding="utf-8"), name, change)
        self.table.write_text(text, encoding="utf-8")
        return line


class Generator(ToolTest):
    def refuses(self, name, change, message, line_offset=0):
        line = self.break_row(name, change) + line_offset
        result = self.generate()
        self.assertEqual(result.stderr, f"{self.table}:{line}: {message}\n")
        self.assertEqual(result.returncode, 1)
        self.assertFalse(self.output.exists())

    def replaces(self, name, old, new, message):
        self.assertIn(old, TABLE.read_text(encoding="utf-8"))
        self.refuses(name, lambda row: [row.replace(old, new)], message)

    def test_takes_the_real_table(self):
        self.break_row("read", lambda row: [row])
        result = self.generate()
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn('.name = "read"', self.output.read_text(encoding="utf-8"))

    def test_unknown_argument_kind(self):
        kinds = "int, flags, selector, fd, path, pointer, signal, pid, mode, id"
        self.replaces(
            "read", "fd pointer int", "fd buffer int", f"'buffer' is no kind of argument ({kinds})"
        )

    def test_unknown_success_value(self):
        wanted = "(a number, argN, fd, iovecN, msghdrN, tid)"
        self.replaces("write", "arg2", "count", f"'count' is no success value {wanted}")
        self.replaces("write", "arg2", "", f"'' is no success value {wanted}")
        self.replaces("write", "arg2", "-1", f"'-1' is no success value {wanted}")

    def test_success_value_and_its_number(self):
        self.replaces("write", "arg2", "arg", "the success value 'arg': 'arg' needs a number")
        self.replaces("write", "arg2", "fd2", "the success value 'fd2': 'fd' takes no number")

    def test_success_value_reads_what_is_there(self):
        self.replaces(
            "write", "arg2", "arg3", "the success value 'arg3', but the call has 3 arguments"
        )
        self.replaces(
            "write", "arg2", "iovec2", "the success value 'iovec2', but that argument is no pointer"
        )
        self.replaces(
            "sendmsg",
            "msghdr1",
            "iovec1",
            "the success value 'iovec1', but no length follows that argument",
        )

    def test_seven_arguments(self):
        self.replaces(
            "mmap",
            "pointer int flags flags fd int",
            "pointer int flags flags fd int int",
            "7 arguments, but a call takes at most 6",
        )

    def test_duplicate_name(self):
        line = self.break_row("read", lambda row: [row])
        self.refuses("read", lambda row: [row, row], f"'read' stands in line {line} already", 1)

    def test_duplicate_number(self):
        line = self.break_row("read", lambda row: [row])
        self.refuses(
            "write",
            lambda row: [row.replace("write,1,", "write,0,")],
            f"number 0 of x86_64 belongs to 'read' in line {line}",
        )

    def test_order(self):
        self.replaces(
            "write", "write,", "aardvark,", "'aardvark' must stand before 'waitpid': rows go by name"
        )

    def test_numbers(self):
        for number in ("-1", "x", "01", "1073741825"):
            message = f"'{number}' is no number of a call of x86_64 (0 to 4095)"
            self.replaces("write", "write,1,", f"write,{number},", message)
        self.refuses(
            "write",
            lambda row: [",".join(["write", "", "", "", "", "", "", "0"])],
            "'write' has no number in any ABI",
        )

    def test_name(self):
        self.replaces("read", "read,", "Read me,", "'Read me' is no name of a call")

    def test_columns(self):
        self.refuses("read", lambda row: [row + ","], "9 columns instead of 8")
        self.refuses(
            "name",
            lambda row: [row.replace(",x32", "")],
            "the header must be 'name,x86_64,aarch64,riscv64,i386,x32,arguments,success'",
        )

    def test_empty_table(self):
        self.table.write_text("# nothing\n", encoding="utf-8")
        self.assertIn(":1: the table has no rows", self.generate().stderr)


class Validator(ToolTest):
    def finds(self, name, change, *messages):
        line = self.break_row(name, change)
        result = self.validate()
        self.assertEqual(result.returncode, 1, result.stderr)
        for message in messages:
            self.assertIn(f"{self.table}:{line}: {message}\n", result.stdout)

    def test_wrong_number(self):
        self.finds(
            "read",
            lambda row: [row.replace("read,0,", "read,1000,")],
            "x86_64: 'read' has number 1000, but 0 says libseccomp",
        )

    def test_number_left_out(self):
        self.finds(
            "openat",
            lambda row: [row.replace("openat,257,56,56,", "openat,257,,56,")],
            "aarch64: 'openat' is missing, number 56 says the kernel's header",
            "aarch64: 'openat' is missing, number 56 says libseccomp",
        )

    def test_row_left_out(self):
        self.break_row("read", lambda row: [])
        result = self.validate()
        self.assertEqual(result.returncode, 1)
        for abi in ("x86_64", "aarch64", "riscv64", "i386", "x32"):
            self.assertIn(f"{abi}: 'read' is missing", result.stdout)

    def test_number_nobody_knows(self):
        self.finds(
            "open",
            lambda row: [row.replace("open,2,,", "open,2,295,")],
            "aarch64: nobody knows a call 'open' with number 295",
        )

    def test_newer_call_numbered_unevenly(self):
        self.finds(
            "mseal",
            lambda row: [row.replace("462,462,462,462,462", "462,462,480,462,462")],
            "'mseal' is numbered differently from ABI to ABI: {'x86_64': 462, 'aarch64': 462, "
            "'riscv64': 480, 'i386': 462, 'x32': 462}",
        )

    def test_fault_in_the_table(self):
        line = self.break_row("read", lambda row: [row + ","])
        result = self.validate()
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, f"{self.table}:{line}: 9 columns instead of 8\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
