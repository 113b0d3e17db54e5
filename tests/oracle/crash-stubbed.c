/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * mlock works faked only, and stubbed the program crashes: it aborts (SIGILL or SIGTRAP, as the
 * processor has it) when the call fails. mprotect is required and crashes both ways: the program
 * does not look at its answer and writes to memory that is still read-only (SIGSEGV).
 */

#include <linux/mman.h>

#include "raw.h"

/* A whole page, so that the call concerns nothing else. */
static const char page[65536] __attribute__((aligned(65536)));

int oracle(int argc)
{
        volatile char *written = (volatile char *)(uintptr_t)page;

        (void)argc;
        if (call2(__NR_mlock, page, 1) != 0)
                __builtin_trap();
        call3(__NR_mprotect, page, sizeof(page), PROT_READ | PROT_WRITE);
        *written = 1;
        return 0;
}
