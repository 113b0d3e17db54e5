/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Numbers that look random and are the same in every run. */

#include <stdint.h>

struct random {
        uint64_t state; /* the seed, at first */
};

/* splitmix64 (Steele, Lea, Flood 2014) */
static inline uint64_t random_next(struct random *random)
{
        uint64_t z = random->state += 0x9e3779b97f4a7c15;

        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        return z ^ z >> 31;
}

/* From 0 to limit - 1; near enough to uniform for limits that are far below 2^64. */
static inline unsigned random_below(struct random *random, uint64_t limit)
{
        return (unsigned)(random_next(random) % limit);
}
