/* SPDX-License-Identifier: BSD-3-Clause */

/* What functions lead to: the facts of each that is reached, in the order in which they were. */

#include "program/reach-state.h"

#include <errno.h>
#include <string.h>

#include "program/modules.h"

/* For whoever makes the features. */
static int note_site(struct reach_state *state, struct origin from, const struct fact *fact)
{
        struct reach_site *site = vector_add(&state->sites);

        if (!site)
                return -ENOMEM;
        *site = (struct reach_site){from, fact};
        return 0;
}

/* "libgcc_s.so.1", as a whole name. */
static bool is_object_name(const char *string)
{
        return strstr(string, ".so") && !strpbrk(string, "/% ");
}

/*
 * The C library has its own dlopen(), under a name that only it knows, for what it brings in when
 * it is needed: libgcc_s, libidn2. It has no other use for such strings, and does without what is
 * not there.
 */
static int load_own(struct reach_state *state, uint32_t object, const char *string)
{
        char *names[] = {(char *)string, NULL};

        if (!state->objects.items[object]->loads || !is_object_name(string))
                return 0;
        return program_add_list(state->program, names, LOAD_MODULE, object, false, state->error);
}

static int follow_string(struct reach_state *state, struct origin from, const struct fact *fact)
{
        const char *string = summary_text(state_summary(state, from.object), fact->target);
        int r = modules_consider(state->program, from.object, string, state->error);

        if (r == 0)
                r = lookups_name(state, string);
        if (r == 0)
                r = load_own(state, from.object, string);
        /* Objects that this brings in are looked at when all else was. */
        return r < 0 || !state->options.features ? r : note_site(state, from, fact);
}

static int follow_fact(struct reach_state *state, struct origin from, const struct fact *fact)
{
        const struct summary *summary = state_summary(state, from.object);

        switch ((enum fact_kind)fact->kind) {
        case FACT_CALL:
        case FACT_TAKE:
                if (fact->target >= summary->functions.count)
                        return 0;
                return reach_function(state, from, from.object, fact->target,
                        fact->kind == FACT_CALL ? ARRIVAL_CALL : ARRIVAL_TAKE,
                        fact->kind == FACT_TAKE);
        case FACT_CALL_IMPORT:
                return reach_use_import(
                        state, from, from.object, fact->target, FACT_CALL_IMPORT, 0, ARRIVAL_CALL);
        case FACT_TAKE_IMPORT:
        case FACT_READ_IMPORT:
                return reach_use_import(state, from, from.object, fact->target, fact->kind,
                        fact->offset, ARRIVAL_TAKE);
        case FACT_READ:
                return reach_data(state, from, from.object, fact->offset,
                        (uint64_t)fact->offset + sizeof(uint64_t));
        case FACT_REFER:
                return reach_address(state, from, from.object, fact->offset, ARRIVAL_TAKE);
        case FACT_STRING:
                return follow_string(state, from, fact);
        case FACT_SYSCALL:
                return note_site(state, from, fact);
        case FACT_STORE:    /* asked for by whoever reads the word */
        case FACT_INDIRECT: /* leads to what was taken, which is reached anyway */
                return 0;
        }
        return 0;
}

/* What a resolver returns counts when it is used; it lets go of nothing else. */
static bool counts(const struct reach_node *node, const struct fact *fact)
{
        return !node->resolver || (fact->kind != FACT_TAKE && fact->kind != FACT_TAKE_IMPORT);
}

static int follow_function(struct reach_state *state, struct reach_item item)
{
        const struct summary *summary = state_summary(state, item.object);
        const struct summary_function *function = &summary->functions.items[item.function];
        struct reach_node *node = state_node(state, item.object, item.function);
        int r = 0;

        if (node->visited)
                return 0;
        node->visited = true;
        for (uint32_t i = 0; i < function->fact_count && r == 0; i++) {
                const struct fact *fact = &summary->facts.items[function->facts + i];
                struct origin from = {item.object, item.function, fact->address};

                if (counts(node, fact))
                        r = follow_fact(state, from, fact);
        }
        return r;
}

int reach_drain(struct reach_state *state)
{
        int r = reach_update_objects(state);

        while (r == 0 && state->queue_next < state->queue.count) {
                r = follow_function(state, state->queue.items[state->queue_next++]);
                if (r == 0 && state->queue_next == state->queue.count)
                        r = reach_update_objects(state);
        }
        state->queue_next = state->queue.count = 0;
        return r;
}
