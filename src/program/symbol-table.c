/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/symbol-table.h"

#include <stdbool.h>
#include <string.h>

/* So many names in a row with neighbouring hashes do not come by chance: someone chose them. Such a
 * table is not built, and its names are found by halving. */
#define PROBES_MAX 64

struct slot {
        uint32_t hash;
        uint32_t first; /* export + 1; 0: free */
};

struct symbol_table {
        const struct summary *summary;
        struct slot *slots; /* NULL: not built */
        size_t mask;        /* their count - 1: a power of two, more than twice the names */
};

uint32_t symbol_hash(const char *name)
{
        uint32_t hash = 5381;

        for (; *name; name++)
                hash = hash * 33 + (unsigned char)*name;
        return hash;
}

static const char *export_name(const struct summary *summary, size_t number)
{
        return summary_text(summary, summary->exports.items[number].name);
}

static bool add(struct symbol_table *table, size_t number)
{
        uint32_t hash = symbol_hash(export_name(table->summary, number));
        size_t position = hash & table->mask;
        unsigned probes;

        for (probes = 0; probes < PROBES_MAX; probes++, position = (position + 1) & table->mask) {
                if (table->slots[position].first)
                        continue;
                table->slots[position] = (struct slot){.hash = hash, .first = number + 1};
                return true;
        }
        return false;
}

static void fill(struct symbol_table *table)
{
        const struct summary *summary = table->summary;
        size_t i;

        for (i = 0; i < summary->exports.count; i++) {
                if (i > 0 && strcmp(export_name(summary, i - 1), export_name(summary, i)) == 0)
                        continue;
                if (!add(table, i)) {
                        free(table->slots);
                        table->slots = NULL;
                        return;
                }
        }
}

struct symbol_table *symbol_table_new(const struct summary *summary)
{
        CLEANUP_SYMBOL_TABLE struct symbol_table *table = calloc(1, sizeof(*table));
        size_t count = 16;

        if (!table || summary->exports.count >= UINT32_MAX)
                return NULL;
        table->summary = summary;
        while (count < 2 * summary->exports.count)
                count *= 2;
        table->mask = count - 1;
        table->slots = calloc(count, sizeof(*table->slots));
        if (!table->slots)
                return NULL;
        fill(table);
        return steal_pointer(table);
}

struct symbol_table *symbol_table_free(struct symbol_table *table)
{
        if (table) {
                free(table->slots);
                free(table);
        }
        return NULL;
}

/* How many exports from `first` on have the name. */
static size_t count_equal(const struct summary *summary, size_t first, const char *name)
{
        size_t end = first + 1;

        while (end < summary->exports.count && strcmp(export_name(summary, end), name) == 0)
                end++;
        return end - first;
}

const struct summary_symbol *symbol_table_find(
        const struct symbol_table *table, const char *name, uint32_t hash, size_t *ret_count)
{
        const struct summary *summary = table->summary;
        const struct slot *slot;
        size_t position;

        if (!table->slots)
                return summary_exports(summary, name, ret_count);
        for (position = hash & table->mask; table->slots[position].first;
                position = (position + 1) & table->mask) {
                slot = &table->slots[position];
                if (slot->hash != hash || strcmp(export_name(summary, slot->first - 1), name) != 0)
                        continue;
                *ret_count = count_equal(summary, slot->first - 1, name);
                return &summary->exports.items[slot->first - 1];
        }
        *ret_count = 0;
        return NULL;
}
