# SPDX-License-Identifier: BSD-3-Clause
"""Both ends of connections on the loopback interface, in one process: network.py"""

import asyncio
import http.server
import select
import selectors
import socket
import threading
import urllib.request


def over_http():
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with urllib.request.urlopen(f"http://localhost:{server.server_port}/a.txt") as answer:
        assert answer.read().startswith(b"hello")
    server.shutdown()
    thread.join()


def over_datagrams():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as six:
        one.bind(("127.0.0.1", 0))
        one.sendto(b"x", one.getsockname())
        assert select.select([one], [], [], 5)[0]
        assert one.recvfrom(10)[0] == b"x"
        six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        six.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)


def over_unix():
    one, other = socket.socketpair()
    with one, other, open("a.txt", "rb") as file:
        socket.send_fds(one, [b"y"], [file.fileno()])
        assert socket.recv_fds(other, 10, 1)[0] == b"y"
        one.sendfile(file)
        one.shutdown(socket.SHUT_WR)
        with selectors.DefaultSelector() as selector:
            selector.register(other, selectors.EVENT_READ)
            assert selector.select(5)
        other.recvmsg(10)
        other.getpeername()


async def with_tasks():
    async def answer(reader, writer):
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"z\n")
        assert await reader.readline() == b"z\n"
        writer.close()
    process = await asyncio.create_subprocess_exec("true")
    await process.wait()


over_http()
over_datagrams()
over_unix()
asyncio.run(with_tasks())
socket.getaddrinfo("localhost", 80)
socket.if_nameindex()
