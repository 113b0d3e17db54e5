/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#include <stdint.h>

/* The greatest common divisor (Euclid); that of 0 and a number is the number. */
static inline uint64_t common_divisor(uint64_t a, uint64_t b)
{
        uint64_t rest;

        while (b) {
                rest = a % b;
                a = b;
                b = rest;
        }
        return a;
}
