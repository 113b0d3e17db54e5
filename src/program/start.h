/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * How a program starts: the kernel, or ld.so, enters its entry point, which hands main() to a
 * function of the C library. glibc's entry point does so itself, musl's calls a function that does.
 */

#include "base/error.h"
#include "binary/summary.h"

#define NO_START_FUNCTION UINT32_MAX

/* The call that hands main() over. */
struct start {
        const struct fact *fact; /* of the executable's summary: FACT_CALL or FACT_CALL_IMPORT */
        uint32_t main;           /* function of the executable */
        uint32_t constructor; /* of the executable, with older C libraries; or NO_START_FUNCTION */
};

/*
 * Finds the first call, of the entry point or else of a function it calls, that hands over a
 * function of the executable as its first argument and is one by `is_start`, which is told the
 * calling function as well. Returns false where there is none.
 */
typedef bool start_test(void *context, uint32_t function, const struct fact *call);
bool start_find(
        const struct summary *summary, start_test *is_start, void *context, struct start *ret);

/* Where main() is, in addresses of the file. */
struct start_main {
        uint64_t address; /* of main() */
        uint64_t entry;   /* of the entry point */
        uint64_t first;   /* of the page that the file's first byte is mapped to */
};

/*
 * Finds the main() of an executable: what its entry point hands to the C library; where no such
 * call is to be seen, what the symbol `main` says. Looks at no more code than that. Returns 0; 1
 * for a dynamic loader, which goes on with the main() of the program that it is told to run;
 * -ENOENT where there is no main() to be found, what object_open() returns, or -ENOMEM. The message
 * tells why, without the path.
 */
int start_find_main(const char *path, struct start_main *ret, struct error *error);
