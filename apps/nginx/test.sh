#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# For any server of static files that listens on port 8080 and gives out what is in /tmp/www.
set -euo pipefail

server=http://127.0.0.1:8080
files=/tmp/www

if [[ ${2:-} == benchmark ]]; then
    wrk -t 1 -c 8 -d 1s $server/ | sed -n 's/^Requests\/sec: *//p'
    exit
fi

# One client, so that requests share a connection where the server lets them. Where the body is compared
# its status follows on a line; of the others the status alone.
requests() {
    local whole=(--silent --show-error --write-out '%{http_code}\n')
    local status=("${whole[@]}" --output /dev/null)
    curl -q "${whole[@]}" $server/ $server/big.bin --next \
        "${whole[@]}" --range 100000-100099 $server/big.bin --next \
        "${status[@]}" --head $server/big.bin --next \
        "${status[@]}" $server/missing --next \
        "${status[@]}" --time-cond 'Fri, 01 Jan 2100 00:00:00 GMT' $server/ --next \
        "${whole[@]}" $server/index.html
}

answers() {
    cat $files/index.html - $files/big.bin <<<200
    echo 200
    head -c 100100 $files/big.bin | tail -c 100
    printf '%s\n' 206 200 404 304
    cat $files/index.html
    echo 200
}

answers >/tmp/answers
requests | cmp - /tmp/answers
