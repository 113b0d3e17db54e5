#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
set -eu

diff - "$1" <<'END'
files ok
threads ok
child_process ok
sockets ok
cpython done
END
