/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/escapes.h"

#include <errno.h>
#include <stdlib.h>

struct escape {
        uint64_t from, to;
};

struct escape_list {
        VECTOR(struct escape) items; /* ascending, apart */
        VECTOR(uint64_t) addresses;  /* that were let go, ascending */
        bool known;
};

struct escapes {
        const struct reach_state *state;
        size_t count;
        struct escape_list lists[]; /* by object */
};

struct escapes *escapes_new(const struct reach_state *state)
{
        size_t count = state->objects.count;
        struct escapes *escapes = calloc(1, sizeof(*escapes) + count * sizeof(*escapes->lists));

        if (!escapes)
                return NULL;
        escapes->state = state;
        escapes->count = count;
        return escapes;
}

struct escapes *escapes_free(struct escapes *escapes)
{
        if (!escapes)
                return NULL;
        for (size_t i = 0; i < escapes->count; i++) {
                vector_clear(&escapes->lists[i].items);
                vector_clear(&escapes->lists[i].addresses);
        }
        free(escapes);
        return NULL;
}

static int add(struct escape_list *list, uint64_t from, uint64_t to)
{
        struct escape *escape;

        if (from >= to)
                return 0;
        escape = vector_add(&list->items);
        if (!escape)
                return -ENOMEM;
        *escape = (struct escape){from, to};
        return 0;
}

static int add_address(struct escape_list *list, const struct summary *summary, uint64_t address)
{
        uint64_t *added = vector_add(&list->addresses);
        uint64_t from, to;

        if (!added)
                return -ENOMEM;
        *added = address;
        summary_extent(summary, address, &from, &to);
        return add(list, from, to);
}

static int add_code(const struct reach_state *state, uint32_t object, struct escape_list *list)
{
        const struct summary *summary = state_summary(state, object);
        int r = 0;

        for (uint32_t i = 0; i < summary->functions.count; i++) {
                const struct summary_function *function = &summary->functions.items[i];

                if (!state_node(state, object, i)->reached)
                        continue;
                for (uint32_t j = 0; j < function->fact_count && r == 0; j++) {
                        const struct fact *fact = &summary->facts.items[function->facts + j];

                        if (fact->kind == FACT_REFER)
                                r = add_address(list, summary, fact->offset);
                }
        }
        return r;
}

/* Pointers that nobody read as well: there are few that point to variables. */
static int add_data(const struct summary *summary, struct escape_list *list)
{
        int r = 0;

        for (size_t i = 0; i < summary->pointers.count && r == 0; i++) {
                const struct pointer *pointer = &summary->pointers.items[i];

                if (!pointer->is_import && !pointer->is_ifunc && !pointer->is_copy)
                        r = add_address(list, summary, pointer->target);
        }
        return r;
}

/* What other objects may write by name. */
static int add_exports(const struct summary *summary, struct escape_list *list)
{
        int r = 0;

        for (size_t i = 0; i < summary->exports.count && r == 0; i++) {
                const struct summary_symbol *symbol = &summary->exports.items[i];

                if (symbol->kind == SYMBOL_DATA || symbol->kind == SYMBOL_OTHER)
                        r = add_address(list, summary, symbol->address);
        }
        for (size_t i = 0; i < summary->pointers.count && r == 0; i++) {
                const struct pointer *pointer = &summary->pointers.items[i];

                if (pointer->is_copy)
                        r = add_address(list, summary, pointer->address);
        }
        return r;
}

static int compare(const void *a, const void *b)
{
        const struct escape *left = a, *right = b;

        return left->from < right->from ? -1 : left->from > right->from;
}

static int compare_addresses(const void *a, const void *b)
{
        uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

        return left < right ? -1 : left > right;
}

static void unite(struct escape_list *list)
{
        size_t kept = 0;

        if (list->items.count == 0)
                return;
        qsort(list->items.items, list->items.count, sizeof(*list->items.items), compare);
        for (size_t i = 1; i < list->items.count; i++) {
                const struct escape next = list->items.items[i];
                struct escape *last = &list->items.items[kept];

                if (next.from > last->to)
                        list->items.items[++kept] = next;
                else if (next.to > last->to)
                        last->to = next.to;
        }
        list->items.count = kept + 1;
}

static int make_list(struct escapes *escapes, uint32_t object)
{
        struct escape_list *list = &escapes->lists[object];
        const struct summary *summary = state_summary(escapes->state, object);
        int r = add_code(escapes->state, object, list);

        if (r == 0)
                r = add_data(summary, list);
        if (r == 0)
                r = add_exports(summary, list);
        unite(list);
        if (list->addresses.count > 0)
                qsort(list->addresses.items, list->addresses.count, sizeof(*list->addresses.items),
                        compare_addresses);
        list->known = r == 0;
        return r;
}

int escapes_covers(struct escapes *escapes, uint32_t object, uint64_t address)
{
        struct escape_list *list = &escapes->lists[object];
        size_t next;

        if (!list->known) {
                int r = make_list(escapes, object);

                if (r < 0)
                        return r;
        }
        /* The last that begins before the end of the word. */
        next = vector_position(&list->items, item, item->from < address + sizeof(uint64_t));
        return next > 0 && list->items.items[next - 1].to > address;
}

/* True where some of the addresses lies in the word. */
static bool has_address(const struct escape_list *list, uint64_t word)
{
        size_t next = vector_position(&list->addresses, address, *address < word);

        return next < list->addresses.count &&
               list->addresses.items[next] - word < sizeof(uint64_t);
}

static bool has_symbol(const struct summary *summary, uint64_t address)
{
        for (size_t i = 0; i < summary->data.count; i++) {
                const struct extent *data = &summary->data.items[i];

                if (address >= data->address && address - data->address < data->size)
                        return true;
        }
        return false;
}

int escapes_covers_word(struct escapes *escapes, uint32_t object, uint64_t address)
{
        int covers = escapes_covers(escapes, object, address);

        if (covers <= 0 || has_symbol(state_summary(escapes->state, object), address))
                return covers;
        return has_address(&escapes->lists[object], address);
}
