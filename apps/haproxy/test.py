#!/usr/bin/python3 -IS
# SPDX-License-Identifier: BSD-3-Clause
"""Is the proxy's client and the two servers behind it; so both ends of every request are seen."""

import socket
import sys
import threading

PROXY = ("127.0.0.1", 8080)
BODY = bytes(range(256)) * 1200  # larger than the proxy's buffers


def benchmark():
    import re
    import subprocess

    report = subprocess.run(["wrk", "-t", "1", "-c", "8", "-d", "1s", "http://127.0.0.1:8080/alive"],
                            capture_output=True, text=True, check=True).stdout
    print(re.search(r"Requests/sec: *([0-9.]+)", report)[1])


def read_message(stream):
    """An HTTP/1.1 request or answer: its first line, headers (in small letters) and body; None at the end."""
    first = stream.readline()
    if not first:
        return None
    headers = {}
    while (line := stream.readline()) != b"\r\n":
        name, _, value = line.partition(b":")
        if not value:
            raise EOFError("the connection ended amid the headers")
        headers[name.strip().lower()] = value.strip()
    return first.rstrip(), headers, stream.read(int(headers.get(b"content-length", 0)))


def serve(listener, name):
    """Answers every request with its own body, and tells in headers what arrived."""
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as stream:
            while message := read_message(stream):
                request, headers, body = message
                connection.sendall(b"HTTP/1.1 200 OK\r\nServed-By: %s\r\nRequest: %s\r\nClient: %s\r\n"
                                   b"Content-Length: %d\r\n\r\n%s" % (
                                       name, request, headers[b"x-forwarded-for"], len(body), body))


def main():
    for port, name in ((8081, b"first"), (8082, b"second")):
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=serve, args=(listener, name), daemon=True).start()

    connection = socket.create_connection(PROXY)
    stream = connection.makefile("rb")

    def ask(request, body=b""):
        connection.sendall(b"%s HTTP/1.1\r\nHost: test\r\nContent-Length: %d\r\n\r\n%s" % (
            request, len(body), body))
        return read_message(stream)

    # One connection of the client; its requests go to one server after the other.
    for name, request, body in ((b"first", b"GET /a?b=c", b""), (b"second", b"POST /upload", BODY),
                                (b"first", b"PUT /small", b"x"), (b"second", b"DELETE /small", b"")):
        status, headers, answer = ask(request, body)
        assert status == b"HTTP/1.1 200 OK", status
        assert headers[b"served-by"] == name, headers
        assert headers[b"request"] == request + b" HTTP/1.1", headers
        assert headers[b"client"] == b"127.0.0.1", headers
        assert headers[b"x-proxy"] == b"haproxy", headers
        assert answer == body

    # What the proxy answers by itself.
    assert ask(b"GET /alive")[0] == b"HTTP/1.1 200 OK"
    assert ask(b"GET /private/key")[0] == b"HTTP/1.1 403 Forbidden"

    with socket.create_connection(PROXY) as other:
        other.sendall(b"GET /nobody HTTP/1.1\r\nHost: test\r\n\r\n")
        assert other.makefile("rb").readline() == b"HTTP/1.1 503 Service Unavailable\r\n"


if sys.argv[2:] == ["benchmark"]:
    benchmark()
else:
    main()
