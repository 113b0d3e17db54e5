/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Functions that the name service calls by their names: those of modules, and those of the services
 * "files" and "dns" that glibc brings along. Until reachable code names one, nobody calls it, even
 * if its address was put into the table of its module.
 */

#include "program/reach-state.h"

#include <errno.h>
#include <string.h>

#include "binary/lookup-names.h"

#define SYMBOLS_PREFIX "_nss_"
#define LOOKUPS_MAX    UINT16_MAX /* names; functions with others are reached as any */

/* The number of a name, or -ENOMEM. */
static int lookup_number(struct reach_state *state, const char *name)
{
        int number = dictionary_add(&state->lookups, name, strlen(name));
        bool *named;

        if (number < 0 || (size_t)number < state->lookups_named.count)
                return number;
        named = vector_add(&state->lookups_named);
        return named ? number : -ENOMEM;
}

static int mark(struct reach_state *state, uint32_t object, uint32_t function, const char *symbol)
{
        const char *name = lookup_name_of_symbol(symbol);
        int number;

        if (!name)
                return 0;
        number = lookup_number(state, name);
        if (number >= 0 && number < LOOKUPS_MAX)
                state_node(state, object, function)->lookup = (uint16_t)(number + 1);
        return number < 0 ? number : 0;
}

static int mark_exports(struct reach_state *state, uint32_t object)
{
        const struct summary *summary = state_summary(state, object);
        size_t i = vector_position(&summary->exports, symbol,
                strcmp(summary_text(summary, symbol->name), SYMBOLS_PREFIX) < 0);
        int r = 0;

        for (; i < summary->exports.count && r == 0; i++) {
                const struct summary_symbol *symbol = &summary->exports.items[i];
                const char *name = summary_text(summary, symbol->name);
                uint32_t function = summary_function_at(summary, symbol->address);

                if (strncmp(name, SYMBOLS_PREFIX, strlen(SYMBOLS_PREFIX)) != 0)
                        break;
                if (function != NO_FUNCTION &&
                        summary->functions.items[function].address == symbol->address)
                        r = mark(state, object, function, name);
        }
        return r;
}

int lookups_mark(struct reach_state *state, uint32_t object)
{
        const struct summary *summary = state_summary(state, object);
        bool is_module = state->program->objects.items[object].is_module;
        int r;

        if (!is_module && !state->objects.items[object]->loads)
                return 0;
        r = mark_exports(state, object);
        /* A static program exports nothing. */
        if (summary->kind != OBJECT_STATIC && summary->kind != OBJECT_STATIC_PIE)
                return r;
        for (uint32_t i = 0; i < summary->functions.count && r == 0; i++)
                r = mark(state, object, i, summary_text(summary, summary->functions.items[i].name));
        return r;
}

bool lookups_withhold(const struct reach_state *state, struct origin from, uint32_t object,
        const struct reach_node *node, enum arrival arrival)
{
        bool is_listed = arrival == ARRIVAL_EXPORT ||
                         ((arrival == ARRIVAL_TAKE || arrival == ARRIVAL_DATA) &&
                                 from.object == object && state->objects.items[object]->loads);

        return is_listed && node->lookup > 0 && !state->lookups_named.items[node->lookup - 1];
}

int lookups_name(struct reach_state *state, const char *string)
{
        int number;

        if (!is_lookup_name(string))
                return 0;
        number = lookup_number(state, string);
        if (number < 0 || state->lookups_named.items[number])
                return number < 0 ? number : 0;
        state->lookups_named.items[number] = true;
        return reach_release(state);
}
