#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Speaks Redis' own protocol, so that every byte of every answer is compared.
# shellcheck disable=SC2016 # `$` announces a string
set -euo pipefail
LC_ALL=C

port=6390
big=

if [[ ${2:-} == benchmark ]]; then
    redis-benchmark -h 127.0.0.1 -p $port -t get -n 100000 -c 20 --csv |
        sed -n 's/^"GET","\([0-9.]*\)".*/\1/p'
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

# request CONNECTION COMMAND LINE…: sends a command and compares the lines of its answer.
request() {
    printf '%s\r\n' "$2" >&"$1"
    expect "$1" "${@:3}"
}

exec 3<>/dev/tcp/127.0.0.1/$port
request 3 'PING' '+PONG'
request 3 'FLUSHDB' '+OK'
request 3 'GET greeting' '$-1'
request 3 'SET greeting "hello, world"' '+OK'
request 3 'GET greeting' '$12' 'hello, world'
request 3 'INCR counter' ':1'
request 3 'INCRBY counter 41' ':42'
request 3 'INCR greeting' '-ERR value is not an integer or out of range'
request 3 'RPUSH list one two three' ':3'
request 3 'LPOP list' '$3' 'one'
request 3 'LRANGE list 0 -1' '*2' '$3' 'two' '$5' 'three'
request 3 'MULTI' '+OK'
request 3 'SET a 1' '+QUEUED'
request 3 'INCR a' '+QUEUED'
request 3 'EXEC' '*2' '+OK' ':2'
request 3 'EVAL "return redis.call([[GET]], KEYS[1]) .. [[!]]" 1 greeting' '$13' 'hello, world!'

# A value of several pieces. (Bash writes 4096 bytes at most at once; the second half of a larger request
# would wait for the network's delayed acknowledgement.)
printf -v block '%04000d' 7
for ((size = 4000; size <= 12000; size += 4000)); do
    request 3 "APPEND big $block" ":$size"
    big+=$block
done
request 3 'GET big' '$12000'
IFS= read -r -N 12002 -u 3 answer
[[ $answer == "$big"$'\r\n' ]]

# A second client sees what the first one wrote, and can wake it up.
exec 4<>/dev/tcp/127.0.0.1/$port
request 4 'GET counter' '$2' '42'
request 3 'SUBSCRIBE news' '*3' '$9' 'subscribe' '$4' 'news' ':1'
request 4 'PUBLISH news today' ':1'
expect 3 '*3' '$7' 'message' '$4' 'news' '$5' 'today'
request 4 'DBSIZE' ':5'
