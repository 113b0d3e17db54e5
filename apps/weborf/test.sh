#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Within what weborf knows of HTTP: no HEAD, no conditional requests, and a folder is answered with the
# way to its index file.
set -euo pipefail

server=http://127.0.0.1:8080
files=/tmp/www

if [[ ${2:-} == benchmark ]]; then
    wrk -t 1 -c 8 -d 1s $server/index.html | sed -n 's/^Requests\/sec: *//p'
    exit
fi

# As HTTP/1.0, a connection for each: on a kept one weborf's answers, sent in two pieces, would wait for
# the network's delayed acknowledgement.
requests() {
    local whole=(--http1.0 --silent --show-error --write-out '%{http_code}\n')
    local status=("${whole[@]}" --output /dev/null)
    curl -q "${whole[@]}" --location $server/ $server/big.bin --next \
        "${whole[@]}" --range 100000-100099 $server/big.bin --next \
        "${status[@]}" $server/missing --next \
        "${whole[@]}" $server/index.html
}

answers() {
    cat $files/index.html - $files/big.bin <<<200
    echo 200
    head -c 100100 $files/big.bin | tail -c 100
    printf '%s\n' 206 404
    cat $files/index.html
    echo 200
}

answers >/tmp/answers
requests | cmp - /tmp/answers
