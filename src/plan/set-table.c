/* SPDX-License-Identifier: BSD-3-Clause */
#include "plan/set-table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int set_table_init(size_t most_sets, size_t most_members, struct set_table *ret)
{
        struct set_table table = {.bucket_count = 4};

        while (table.bucket_count < 2 * most_sets)
                table.bucket_count *= 2;
        table.starts = calloc(most_sets + 1, sizeof(*table.starts));
        table.members = calloc(most_members + 1, sizeof(*table.members));
        table.buckets = calloc(table.bucket_count, sizeof(*table.buckets));
        if (!table.starts || !table.members || !table.buckets) {
                set_table_clear(&table);
                return -ENOMEM;
        }
        *ret = table;
        return 0;
}

void set_table_clear(struct set_table *table)
{
        free(table->starts);
        free(table->members);
        free(table->buckets);
        *table = (struct set_table){};
}

uint32_t *set_table_next(const struct set_table *table)
{
        return table->members + table->starts[table->count];
}

static uint64_t hash(const uint32_t *members, size_t count)
{
        uint64_t hash = 0x9e3779b97f4a7c15;

        for (size_t i = 0; i < count; i++) {
                hash = (hash ^ members[i]) * 0xbf58476d1ce4e5b9;
                hash ^= hash >> 29;
        }
        return hash;
}

uint32_t set_table_add(struct set_table *table, size_t count)
{
        const uint32_t *members = set_table_next(table);
        size_t mask = table->bucket_count - 1, bucket = hash(members, count) & mask;
        uint32_t set;

        for (; table->buckets[bucket]; bucket = (bucket + 1) & mask) {
                set = table->buckets[bucket] - 1;
                if (table->starts[set + 1] - table->starts[set] == count &&
                        !memcmp(table->members + table->starts[set], members,
                                count * sizeof(*members)))
                        return set;
        }
        table->starts[table->count + 1] = table->starts[table->count] + count;
        table->buckets[bucket] = (uint32_t)++table->count;
        return (uint32_t)table->count - 1;
}
