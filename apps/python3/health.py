# SPDX-License-Identifier: BSD-3-Clause
"""A little of what Python programs do; prints one line for each part that came out right."""

import json
import os
import socket
import subprocess
import sys
import threading


def files():
    folder = "/tmp/health"
    os.mkdir(folder)
    path = os.path.join(folder, "table.json")
    table = {"numbers": list(range(1000)), "text": "grün", "nested": {"none": None, "half": 0.5}}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(table, file)
    os.rename(path, path + ".old")
    with open(path + ".old", encoding="utf-8") as file:
        assert json.load(file) == table
    assert os.listdir(folder) == ["table.json.old"]
    assert os.stat(path + ".old").st_size == len(json.dumps(table))
    os.remove(path + ".old")
    os.rmdir(folder)
    assert not os.path.exists(folder)


def threads():
    total = 0
    lock = threading.Lock()
    barrier = threading.Barrier(4)

    def add(numbers):
        nonlocal total
        barrier.wait()  # all four are alive at the same time
        for number in numbers:
            with lock:
                total += number

    workers = [threading.Thread(target=add, args=(range(i, 1000, 4),)) for i in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert total == sum(range(1000))


def child_process():
    result = subprocess.run(["/bin/sh", "-c", "tr a-z A-Z; exit 7"],
                            input=b"to the child and back", stdout=subprocess.PIPE, check=False)
    assert result.stdout == b"TO THE CHILD AND BACK"
    assert result.returncode == 7


def sockets():
    message = bytes(range(256)) * 400

    def serve(listener):
        connection, _ = listener.accept()
        with connection:
            while chunk := connection.recv(65536):
                connection.sendall(chunk)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        echo = threading.Thread(target=serve, args=(listener,))
        echo.start()
        received = b""
        with socket.create_connection(listener.getsockname()) as connection:
            connection.sendall(message)
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                received += chunk
        echo.join()
    assert received == message


for part in (files, threads, child_process, sockets):
    part()
    print(part.__name__, "ok", flush=True)
print(sys.implementation.name, "done")
