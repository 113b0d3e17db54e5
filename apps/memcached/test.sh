#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The text protocol over several connections, which the server spreads over its threads.
set -euo pipefail
LC_ALL=C

port=11299

# Pipelined reads of one key on one connection, as many a second as the server answers.
benchmark() {
    /usr/bin/python3 -IS - $port <<'END'
import socket, sys, time

BATCH, ROUNDS = 200, 500
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
connection.sendall(b"set key 0 0 5\r\nvalue\r\n")
assert connection.recv(100) == b"STORED\r\n"
request = b"get key\r\n" * BATCH
answer = b"VALUE key 0 5\r\nvalue\r\nEND\r\n" * BATCH
begin = time.monotonic()
for _ in range(ROUNDS):
    connection.sendall(request)
    received = b""
    while len(received) < len(answer):
        received += connection.recv(1 << 20)
    assert received == answer
print(round(BATCH * ROUNDS / (time.monotonic() - begin)))
END
}

if [[ ${2:-} == benchmark ]]; then
    benchmark
    exit
fi

# expect CONNECTION LINE…: the next lines that arrive are these.
expect() {
    local connection=$1 line expected
    shift
    for expected; do
        IFS= read -r -u "$connection" line
        [[ $line == "$expected"$'\r' ]]
    done
}

# request CONNECTION COMMAND LINE…: sends a command of one line and compares its answer.
request() {
    printf '%s\r\n' "$2" >&"$1"
    expect "$1" "${@:3}"
}

# send CONNECTION LINE…: sends lines in one piece. (Bash writes line by line; the second line would wait
# for the network's delayed acknowledgement of the first.)
send() {
    local lines
    printf -v lines '%s\r\n' "${@:2}"
    cat <<<"${lines%$'\n'}" >&"$1"
}

exec 3<>/dev/tcp/127.0.0.1/$port
request 3 'flush_all' 'OK'
request 3 'get greeting' 'END'
send 3 'set greeting 7 0 12' 'hello, world' 'get greeting' \
    'add greeting 0 0 1' 'x' 'append greeting 0 0 1' '!' 'get greeting' \
    'set counter 0 0 2' '41'
expect 3 'STORED' 'VALUE greeting 7 12' 'hello, world' 'END' \
    'NOT_STORED' 'STORED' 'VALUE greeting 7 13' 'hello, world!' 'END' \
    'STORED'
request 3 'incr counter 1' '42'
request 3 'decr counter 2' '40'
request 3 'incr greeting 1' 'CLIENT_ERROR cannot increment or decrement non-numeric value'
request 3 'nonsense' 'ERROR'

# A value that exceeds the server's buffers.
printf -v big '%020000d' 7
send 3 'set big 0 0 20000' "$big" 'get big'
expect 3 'STORED' 'VALUE big 0 20000'
IFS= read -r -N 20007 -u 3 answer
[[ $answer == "$big"$'\r\nEND\r\n' ]]

# Other clients, on the other threads, see what the first one wrote.
exec 4<>/dev/tcp/127.0.0.1/$port 5<>/dev/tcp/127.0.0.1/$port 6<>/dev/tcp/127.0.0.1/$port
request 4 'get counter' 'VALUE counter 0 2' '40' 'END'
request 5 'incr counter 2' '42'
request 6 'delete greeting' 'DELETED'
request 3 'get greeting counter' 'VALUE counter 0 2' '42' 'END'
