#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Counts the single tests in logs of `meson test` (meson-logs/testlog.json): prints "PASSED FAILED".

A test program that speaks TAP or is a cmocka program counts with each of its tests, any other as one.
Skipped tests do not count. A program that failed counts as at least one failure, also when it was
killed before it could tell.
"""

import json
import re
import sys

TAP = re.compile(r"^(not )?ok\b(?!.*# skip)", re.MULTILINE | re.IGNORECASE)
CMOCKA = re.compile(r"^\[  (PASSED|FAILED)  \] (\d+) test\(s\)", re.MULTILINE)


def count(entry):
    output = entry.get("stdout", "") + entry.get("stderr", "")
    passed = failed = 0
    told = False
    for match in TAP.finditer(output):
        told = True
        passed, failed = (passed, failed + 1) if match[1] else (passed + 1, failed)
    for word, number in CMOCKA.findall(output):
        told = True
        passed, failed = (
            (passed + int(number), failed) if word == "PASSED" else (passed, failed + int(number))
        )
    if entry["result"] in ("OK", "EXPECTEDFAIL"):
        passed += not told
    elif entry["result"] != "SKIP":
        failed += not failed
    return passed, failed


def main():
    passed = failed = 0
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as log:
            for line in log:
                more_passed, more_failed = count(json.loads(line))
                passed += more_passed
                failed += more_failed
    print(passed, failed)


if __name__ == "__main__":
    main()
