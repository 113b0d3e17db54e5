#!/usr/bin/python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""
Runs a command under strace: task.py ENTRY LOG STRACE [OPTION...], with ENTRY a JSON object {"before", "input", "words", "beside"}.
The script `before` runs first, what it leaves in the background goes on; `beside` runs at the same time, and when it is through
the command is asked to end. Meant to be the first process of namespaces of processes and networks of its own: what is left ends
with it. The status is the command's.
"""

import fcntl
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
PATIENCE = 10  # seconds


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = bytearray(fcntl.ioctl(any_socket, SIOCGIFFLAGS, struct.pack("16s24x", b"lo")))
        struct.pack_into("<H", request, 16, struct.unpack_from("<H", request, 16)[0] | IFF_UP)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, bytes(request))


def children(process):
    return map(int, pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split())


def run_script(text):
    subprocess.run(["/bin/sh", "-c", text], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   check=False)


def main():
    entry, log = json.loads(sys.argv[1]), sys.argv[2]
    raise_loopback()
    run_script(entry["before"])
    with open(entry["input"], "rb") as text:
        process = subprocess.Popen([*sys.argv[3:], "-o", log, *entry["words"]], stdin=text, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
    if entry["beside"]:
        run_script(entry["beside"])
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            for child in children(process):
                os.kill(child, signal_number)
            try:
                process.wait(PATIENCE)
                break
            except subprocess.TimeoutExpired:
                continue
    return min(abs(process.wait()), 255)


if __name__ == "__main__":
    sys.exit(main())
