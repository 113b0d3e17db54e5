/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* For the libraries of the programs here, which have no entry point, and for programs that have a C
 * library. */
#include <sys/syscall.h>

#include "attributes.h"

/* Makes a call with arguments that it refuses. */
static inline long probe(long number)
{
        register long r10 __asm__("r10") = -1;
        register long r8 __asm__("r8") = -1;
        register long r9 __asm__("r9") = -1;
        long result;

        __asm__ volatile("syscall"
                         : "=a"(result)
                         : "a"(number), "D"(-1L), "S"(-1L), "d"(-1L), "r"(r10), "r"(r8), "r"(r9)
                         : "rcx", "r11", "memory");
        return result;
}
