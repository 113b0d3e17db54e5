/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * The contract of the test script, which decides whether the application works; doc/WORKLOAD.md
 * tells it to users.
 *
 * The script is executed in the sandbox of the run, unfiltered, as the caller of loupe. Argument 1
 * is the path of a file that holds the application's output so far. Argument 2 is SCRIPT_BENCHMARK
 * where a number is wanted on standard output; otherwise there is none.
 */

#define SCRIPT_BENCHMARK "benchmark"

/* Its exit status. Every other one says that the application does not work. */
#define SCRIPT_WORKS     0
#define SCRIPT_ASK_AGAIN 200 /* too early to tell: to be asked again a little later */
