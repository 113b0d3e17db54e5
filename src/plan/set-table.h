/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Sets of numbers, each kept once and numbered in the order in which they came. */

#include <stddef.h>
#include <stdint.h>

struct set_table {
        size_t count;      /* of sets */
        size_t *starts;    /* by set: its first place in `members`; and the end of the last */
        uint32_t *members; /* with room behind the last set for the next one */
        uint32_t *buckets; /* open addressing by hash: the number of the set and 1, 0: free */
        size_t bucket_count;
};

/* For at most so many sets that have at most so many members together, what is there
 * already counted again each time it comes.
 * `ret` is to be cleared by the caller. Returns 0 or -ENOMEM. */
int set_table_init(size_t most_sets, size_t most_members, struct set_table *ret);

void set_table_clear(struct set_table *table);
#define CLEANUP_SET_TABLE CLEANUP(set_table_clear)

/* Where the members of the next set are to be written. */
uint32_t *set_table_next(const struct set_table *table);

/* The number of the set of the `count` members that were written there, which is added where it is
 * new. */
uint32_t set_table_add(struct set_table *table, size_t count);
