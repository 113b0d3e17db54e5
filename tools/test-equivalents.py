# SPDX-License-Identifier: BSD-3-Clause
"""Breaks the table of equivalents in every way that its generator must notice.

    test-equivalents.py CSV SYSCALLS_CSV

Each test edits one row of the real table and looks for the message, with its line, and the status.
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).parent
TABLE = pathlib.Path(sys.argv[1])
CALLS = pathlib.Path(sys.argv[2])
PIPE = "pipe,pipe2,always,flags 0"


class Generator(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.table = pathlib.Path(folder.name) / "equivalents.csv"
        self.output = pathlib.Path(folder.name) / "equivalents.c"

    def generate(self, *lines):
        self.table.write_text("\n".join(lines) + "\n", encoding="utf-8")
        command = [sys.executable, "-B", TOOLS / "generate-equivalents.py"]
        command += [self.table, CALLS, self.output]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def refuses(self, new, message, line=None):
        """`new` stands where pipe's row was: a row, or several."""
        lines = TABLE.read_text(encoding="utf-8").splitlines()
        index = lines.index(PIPE)
        lines[index : index + 1] = new
        result = self.generate(*lines)
        self.assertEqual(result.stderr, f"{self.table}:{line or index + len(new)}: {message}\n")
        self.assertEqual(result.returncode, 1)
        self.assertFalse(self.output.exists())

    def test_takes_the_real_table(self):
        result = self.generate(*TABLE.read_text(encoding="utf-8").splitlines())
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn('{.call = "pipe", .by = "pipe2",', self.output.read_text(encoding="utf-8"))

    def test_names(self):
        self.refuses(["piipe,pipe2,always,flags 0"], "there is no call 'piipe'")
        self.refuses(["pipe,pipe3,always,flags 0"], "there is no call 'pipe3'")
        self.refuses(["pipe,pipe,always,flags 0"], "'pipe' cannot stand for itself")
        self.refuses(["pipe,riscv_hwprobe,always,x"], "no ABI has both 'pipe' and 'riscv_hwprobe'")

    def test_when(self):
        wrong = "'sometimes' is neither 'always' nor 'only' with values"
        self.refuses(["pipe,pipe2,sometimes,flags 0"], wrong)
        self.refuses(
            ["pipe,pipe2,always O_CLOEXEC,flags 0"],
            "'always O_CLOEXEC' is neither 'always' nor 'only' with values",
        )
        self.refuses(
            ["pipe,pipe2,only,flags 0"],
            "'pipe' has no argument of which only some values could be used",
        )
        self.refuses(
            [PIPE, "pipe2,inotify_init1,only o_cloexec,x"],
            "'o_cloexec' is no name of a value, or stands there twice",
        )
        self.refuses(
            [PIPE, "pipe2,inotify_init1,only O_CLOEXEC O_CLOEXEC,x"],
            "'O_CLOEXEC' is no name of a value, or stands there twice",
        )

    def test_how(self):
        self.refuses(["pipe,pipe2,always,"], "it is not said how")

    def test_order(self):
        self.refuses(
            [PIPE, PIPE],
            "'pipe' by 'pipe2' must stand before 'pipe' by 'pipe2', or stands twice",
        )
        self.refuses(
            [PIPE, "pause,socket,always,x"],
            "'pause' by 'socket' must stand before 'pipe' by 'pipe2', or stands twice",
        )

    def test_cycles(self):
        lines = TABLE.read_text(encoding="utf-8").splitlines()
        index = lines.index("pipe2,pipe,only,without flags they are the same")
        lines[index] = "pipe2,pipe,always,x"
        result = self.generate(*lines)
        first = lines.index(PIPE) + 1
        self.assertEqual(
            result.stderr, f"{self.table}:{first}: 'pipe' stands for itself in the end\n"
        )


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
