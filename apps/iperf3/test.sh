#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Two transfers, to the server and from it. In between the server closes its port and opens it again, and
# says so: until then "ask again" is the answer.
set -euo pipefail

transferred=/tmp/first-transfer

transfer() {
    iperf3 --client 127.0.0.1 --port 5201 --json "$@"
}

# received FIELD: what the receiver says of it, out of the client's report.
received() {
    sed -n '/"sum_received"/,/}/s/^.*"'"$1"'":[^0-9]*\([0-9.]*\),$/\1/p'
}

if [[ ${2:-} == benchmark ]]; then
    transfer --time 1 | received bits_per_second
    exit
fi

# A transfer ends when all is sent. What the kernel still holds then is less than three quarters.
if [[ ! -e $transferred ]]; then
    bytes=$(transfer --bytes 16M | received bytes)
    ((bytes >= 4 << 20))
    : >$transferred
fi
if [[ $(<"$1") != *'(test #2)'* ]]; then
    exit 200
fi
bytes=$(transfer --bytes 1M --reverse | received bytes)
((bytes >= 1 << 20))
