#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# A test script that loads the server: what it prints is the result.
exec redis-benchmark -p 6390 -t get -n 300000 -c 20 --csv
