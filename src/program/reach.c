/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/reach.h"

#include <errno.h>

#include "program/post-init.h"
#include "program/reach-result.h"

/* The entry points of the interpreter, which runs first, and of the executable. */
static int reach_entries(struct reach_state *state)
{
        int r = reach_update_objects(state);

        for (uint32_t i = 0; i < state->objects.count && r == 0; i++) {
                const struct summary *summary = state_summary(state, i);
                uint32_t function = summary_function_at(summary, summary->entry);

                if (i > 0 && state->program->objects.items[i].reason != LOAD_INTERPRETER)
                        continue;
                if (function != NO_FUNCTION)
                        r = reach_function(state, origin_root, i, function, ARRIVAL_ENTRY, true);
        }
        return r < 0 ? r : reach_interpreter_names(state);
}

/*
 * Follows code and what it loads until nothing new comes. What dlopen() and dlsym() are asked for
 * depends on what is reached, and the other way round: both only grow, so this ends.
 */
static int find_everything(struct reach_state *state, struct reach_result *result)
{
        int r;

        do {
                r = reach_drain(state);
                if (r < 0)
                        return r;
                state->grown = false;
                result->unknown[RESULT_LOADS].count = 0;
                r = loads_follow(state, result);
                if (r == 0)
                        r = loads_follow_exports(state, result->unknown_symbols);
        } while (r == 0 && (state->grown || state->objects.count < state->program->objects.count));
        return r;
}

static void count_functions(const struct reach_state *state, struct reach *reach)
{
        for (uint32_t i = 0; i < state->objects.count; i++) {
                size_t count = state_summary(state, i)->functions.count;

                reach->functions += count;
                reach->reached += reach_object_functions(reach, i);
        }
}

static bool is_complete(const struct program *program, const struct reach *reach)
{
        return program->missing.count == 0 && reach->unknown_sites.count == 0 &&
               reach->unknown_loads.count == 0;
}

static struct reach_state *state_free(struct reach_state *state)
{
        if (!state)
                return NULL;
        reach_state_clear(state);
        free(state);
        return NULL;
}
DEFINE_CLEANUP(struct reach_state *, state_free)

static struct reach_state *state_new(
        struct program *program, const struct reach_options *options, struct error *error)
{
        struct reach_state *state = calloc(1, sizeof(*state));

        if (!state)
                return NULL;
        state->program = program;
        state->options = *options;
        state->error = error;
        return state;
}

/* All that is reached from the start of the program; or, with `whole`, what of that remains
 * when its main() runs. */
static int find(struct reach_state *state, const struct reach_state *whole, struct reach *reach)
{
        CLEANUP(result_clear) struct reach_result result = {.state = state};
        int r;

        state->whole = whole;
        r = whole ? post_init_reach_roots(state) : reach_entries(state);
        if (r == 0)
                r = find_everything(state, &result);
        if (r < 0 || !reach)
                return r;
        r = features_find(state, &result);
        if (r == 0)
                r = result_finish(&result, reach);
        return r;
}

int reach_find(struct program *program, const struct reach_options *options, struct reach **ret,
        struct error *error)
{
        CLEANUP_REACH struct reach *reach = calloc(1, sizeof(*reach));
        CLEANUP(state_freep) struct reach_state *whole = NULL;
        int r = 0;

        if (!reach)
                return error_errno(error, ENOMEM, "reachable code");
        reach->state = state_new(program, options, error);
        if (reach->state && options->post_init) {
                whole = state_new(program, options, error);
                r = whole ? find(whole, NULL, NULL) : -ENOMEM;
        }
        if (!reach->state)
                r = -ENOMEM;
        if (r == 0)
                r = find(reach->state, whole, reach);
        if (r < 0)
                return r == -ENOMEM ? error_errno(error, ENOMEM, "reachable code") : r;
        reach->state->whole = NULL;
        count_functions(reach->state, reach);
        reach->complete = is_complete(program, reach);
        *ret = steal_pointer(reach);
        return 0;
}

size_t reach_object_functions(const struct reach *reach, size_t object)
{
        size_t count = 0;

        if (!reach->state || object >= reach->state->objects.count)
                return 0;
        for (uint32_t i = 0; i < state_summary(reach->state, object)->functions.count; i++)
                count += state_node(reach->state, object, i)->reached;
        return count;
}

struct reach *reach_free(struct reach *reach)
{
        struct reach_unknown *unknown;

        if (!reach)
                return NULL;
        vector_for_each(unknown, &reach->unknown_sites)
                free(unknown->what);
        vector_for_each(unknown, &reach->unknown_loads)
                free(unknown->what);
        vector_clear(&reach->features);
        vector_clear(&reach->unknown_sites);
        vector_clear(&reach->unknown_loads);
        vector_clear(&reach->unknown_selectors);
        state_free(reach->state);
        free(reach);
        return NULL;
}
