#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The one line and nothing after it; without a process more than the shell, since it is hello world that
# shows what a run costs.
set -eu

{
    IFS= read -r line
    [ "$line" = 'Hello, world!' ]
    if IFS= read -r line || [ -n "$line" ]; then
        exit 1
    fi
} <"$1"
