# SPDX-License-Identifier: BSD-3-Clause
"""Breaks the table of modules in every way that its generator must notice.

    test-modules.py CSV

Each test edits one row of the real table and looks for the message, with its line, and the status.
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).parent
TABLE = pathlib.Path(sys.argv[1])
NAMES = "libnss_%s.so%s,name-service,libnss_*.so.2"
FOLDER = "/usr/lib/gconv,conversion,/usr/lib/gconv"


class Generator(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.table = pathlib.Path(folder.name) / "modules.csv"
        self.output = pathlib.Path(folder.name) / "modules.c"

    def generate(self, *lines):
        self.table.write_text("\n".join(lines) + "\n", encoding="utf-8")
        command = [sys.executable, "-B", TOOLS / "generate-modules.py", self.table, self.output]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def refuses(self, old, new, message):
        """`old` is a whole row, `new` what stands there instead; the last of them is refused."""
        lines = TABLE.read_text(encoding="utf-8").splitlines()
        index = lines.index(old)
        lines[index : index + 1] = new
        result = self.generate(*lines)
        self.assertEqual(result.stderr, f"{self.table}:{index + len(new)}: {message}\n")
        self.assertEqual(result.returncode, 1)
        self.assertFalse(self.output.exists())

    def test_takes_the_real_table(self):
        result = self.generate(*TABLE.read_text(encoding="utf-8").splitlines())
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn(
            '{"libnss_%s.so%s", MODULE_NAME_SERVICE, "libnss_*.so.2"},',
            self.output.read_text(encoding="utf-8"),
        )
        # Who reads the table ends at the row without a string.
        self.assertTrue(self.output.read_text(encoding="utf-8").endswith("        {},\n};\n"))

    def test_quotes(self):
        result = self.generate("string,mechanism,what", '/a"b,conversion,/usr/lib/gconv')
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn('{"/a\\"b", ', self.output.read_text(encoding="utf-8"))

    def test_number_of_rows(self):
        rows = [f"/a/{i:03},conversion,/usr/lib/gconv" for i in range(65)]
        result = self.generate("string,mechanism,what", *rows)
        self.assertEqual(result.stderr, f"{self.table}:66: more than 64 rows\n")
        self.assertEqual(result.returncode, 1)

    def test_string_that_summaries_do_not_keep(self):
        message = "'libnss_' is no absolute path and has no '.so'"
        self.refuses(NAMES, ["libnss_,name-service,libnss_*.so.2"], message)
        message = "'libnso' is no absolute path and has no '.so'"
        self.refuses(NAMES, ["libnso,name-service,libnss_*.so.2"], message)

    def test_mechanism(self):
        message = "'names' is no mechanism (conversion, name-service, pam)"
        self.refuses(NAMES, ["libnss_%s.so%s,names,libnss_*.so.2"], message)

    def test_what(self):
        for what in ("libnss.so.2", "libnss_**.so.2", "/lib/libnss_*.so"):
            message = f"'{what}' is no object's name with one '*' for the service"
            self.refuses(NAMES, [f"libnss_%s.so%s,name-service,{what}"], message)
        for what in ("gconv", "/usr/lib/gconv/", ""):
            message = f"'{what}' is no absolute path of a folder"
            self.refuses(FOLDER, [f"/usr/lib/gconv,conversion,{what}"], message)

    def test_order(self):
        message = "'/usr/lib/gconv' must stand before '/usr/lib/gconv', or stands twice"
        self.refuses(FOLDER, [FOLDER, FOLDER], message)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
