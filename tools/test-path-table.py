# SPDX-License-Identifier: BSD-3-Clause
"""Breaks the table of paths in every way that its generator must notice.

    test-path-table.py CSV SYSCALLS_CSV

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


class Generator(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.table = pathlib.Path(folder.name) / "paths.csv"
        self.output = pathlib.Path(folder.name) / "paths.c"

    def generate(self, *lines):
        self.table.write_text("\n".join(lines) + "\n", encoding="utf-8")
        command = [sys.executable, "-B", TOOLS / "generate-paths.py"]
        command += [self.table, CALLS, self.output]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def refuses(self, old, new, message, table=None, line=None):
        """`old` is a whole row, `new` what stands there instead: a row, several, or none."""
        lines = TABLE.read_text(encoding="utf-8").splitlines()
        index = lines.index(old)
        lines[index : index + 1] = new
        result = self.generate(*lines)
        where = f"{table or self.table}:{line or index + len(new)}"
        self.assertEqual(result.stderr, f"{where}: {message}\n")
        self.assertEqual(result.returncode, 1)
        self.assertFalse(self.output.exists())

    def test_takes_the_real_table(self):
        result = self.generate(*TABLE.read_text(encoding="utf-8").splitlines())
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("/* openat2 */", self.output.read_text(encoding="utf-8"))

    def test_argument_without_a_row(self):
        lines = CALLS.read_text(encoding="utf-8").splitlines()
        line = next(i for i, text in enumerate(lines, start=1) if text.startswith("rename,"))
        self.refuses(
            "rename,1,,keep,success",
            [],
            f"argument 1 of 'rename' has no row in {self.table}",
            table=CALLS,
            line=line,
        )

    def test_call(self):
        row = "access,0,,follow,success"
        self.refuses(row, ["acess,0,,follow,success"], "there is no call 'acess'")
        self.refuses(row, ["aarch64:access,0,,follow,success"], "there is no call 'aarch64:access'")

    def test_arguments(self):
        row = "openat,1,0,open 2,descriptor"
        path = "argument 0 is of the kind 'fd', not path"
        self.refuses(row, ["openat,0,0,open 2,descriptor"], path)
        self.refuses(row, ["openat,4,0,open 2,descriptor"], "'4' is no argument of the call")
        fd = "argument 2 is of the kind 'flags', not fd"
        self.refuses(row, ["openat,1,2,open 2,descriptor"], fd)

    def test_link(self):
        row = "statx,1,0,keep 2 AT_SYMLINK_NOFOLLOW,statx 4 3"
        for words in ("keeps", "keep 2", "keep 2 A B", "open", ""):
            message = f"'{words}' says nothing about links"
            self.refuses(row, [f"statx,1,0,{words},statx 4 3"], message)
        message = "argument 4 is of the kind 'pointer', not flags"
        self.refuses(row, ["statx,1,0,keep 4 AT_SYMLINK_NOFOLLOW,statx 4 3"], message)
        self.refuses(row, ["statx,1,0,keep 2 2;,statx 4 3"], "'2;' is no flag's name")

    def test_fake(self):
        row = "stat,0,,follow,stat 1"
        self.refuses(row, ["stat,0,,follow,EUNHEARD"], "'EUNHEARD' is no fake and no error")
        self.refuses(row, ["stat,0,,follow,stat"], "'stat' takes 1 arguments, not 0")
        message = "argument 0 is of the kind 'path', not pointer"
        self.refuses(row, ["stat,0,,follow,stat 0"], message)
        message = "'descriptor' goes with the flags of open(2), and nothing else does"
        self.refuses(row, ["stat,0,,follow,descriptor"], message)
        message = "a text that names no file has no fake, and all else has one"
        self.refuses(row, ["stat,0,,follow,"], message)

    def test_order(self):
        row = "acct,0,,follow,success"
        message = "'acct' must stand before 'acct', or stands twice"
        self.refuses(row, [row, row], message)

    def test_columns(self):
        row = "acct,0,,follow,success"
        self.refuses(row, [row + ","], "6 columns instead of 5")
        message = "the header must be 'call,path,directory,link,fake'"
        self.refuses("call,path,directory,link,fake", ["call,path"], message)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
