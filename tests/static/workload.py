#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""
Runs a workload file's program under a tracer, with its test: workload.py WORKLOAD.yaml TRACER [OPTION...]
The tracer gets -o FILE, and that file is printed at the end. Meant for one of loupe's sandboxes, which keeps what this does
from the rest of the system.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import yaml

TEST_AGAIN = 200
PATIENCE = 60  # seconds


def place_files(workload, folder):
    for entry in workload.get("files", []):
        path = pathlib.Path(entry["path"])
        path.parent.mkdir(parents=True, exist_ok=True)
        if "content" in entry:
            path.write_text(entry["content"], encoding="utf-8")
        elif "source" in entry:
            shutil.copyfile(folder / entry["source"], path)
        else:
            path.mkdir(exist_ok=True)
        path.chmod(int(entry.get("mode", "0644" if path.is_file() else "0755"), 8))


def is_ready(condition):
    kind, _, port = condition.partition(":")
    if kind != "tcp":
        sys.exit(f"workload.py knows tcp:PORT only, not {condition}")
    with open("/proc/net/tcp", encoding="ascii") as four, open("/proc/net/tcp6", encoding="ascii") as six:
        listening = [line.split() for line in (*four, *six) if " 0A " in line]
    return any(int(line[1].rpartition(":")[2], 16) == int(port) for line in listening)


def wait_for(question, process):
    end = time.monotonic() + PATIENCE
    while not question():
        if process.poll() is not None or time.monotonic() > end:
            sys.exit("the program is not ready" if process.poll() is None else f"it ended: {process.returncode}")
        time.sleep(0.02)


def passes(test, output):
    status = TEST_AGAIN
    end = time.monotonic() + PATIENCE
    while status == TEST_AGAIN and time.monotonic() < end:
        status = subprocess.run([test, output], stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode
    return status == 0


def main():
    file = pathlib.Path(sys.argv[1]).resolve()
    workload = yaml.safe_load(file.read_text(encoding="utf-8"))
    test = file.parent / workload["test"] if "test" in workload else None
    place_files(workload, file.parent)
    log = tempfile.mktemp(prefix="trace")
    with tempfile.NamedTemporaryFile() as output:
        process = subprocess.Popen([*sys.argv[2:], "-o", log, "--", *map(str, workload["command"])],
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                   cwd=workload.get("directory", file.parent), start_new_session=True)
        if workload.get("mode") == "server":
            wait_for(lambda: is_ready(workload["ready"]), process)
            good = passes(test, output.name)
            # The tracer hands this on to nobody: the program itself is to end in order.
            children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
            for child in children.split():
                os.kill(int(child), signal.SIGTERM)
            process.wait(PATIENCE)
        else:
            good = process.wait(PATIENCE) == int(workload.get("exit", 0)) and (not test or passes(test, output.name))
    with open(log, encoding="utf-8", errors="replace") as lines:
        shutil.copyfileobj(lines, sys.stdout)
    return os.EX_OK if good else os.EX_UNAVAILABLE


if __name__ == "__main__":
    sys.exit(main())
