/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Functions within the C library that do nothing before another one was called, though code that
 * everybody runs leads to them. The condition is in data that is not followed: the kind of a mutex
 * is a number in memory, and each pthread_mutex_lock() may find one with a priority ceiling. But
 * only pthread_mutexattr_setprotocol() makes such a kind.
 */

#include "program/reach-state.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "program/callers.h"

#define CALLS_MAX 2

static const struct guard {
        const char *opened_by;
        const char *name;             /* of the function behind it, where it has one */
        const char *calls[CALLS_MAX]; /* else: it is not exported and calls these, which are */
} guards[] = {
        {"pthread_mutexattr_setprotocol", "__pthread_tpp_change_priority",
                {"sched_get_priority_max", "sched_setscheduler"}},
        {"pthread_mutexattr_setprotocol", "__pthread_current_priority",
                {"sched_getparam", "sched_getscheduler"}},
};
_Static_assert(ARRAY_SIZE(guards) <= 8, "guards have to fit into 8 bits");

static uint32_t exported_function(const struct summary *summary, const char *name)
{
        size_t count;
        const struct summary_symbol *symbols = summary_exports(summary, name, &count);
        uint32_t function;

        if (count == 0)
                return NO_FUNCTION;
        function = summary_function_at(summary, symbols[0].address);
        return function != NO_FUNCTION &&
                               summary->functions.items[function].address == symbols[0].address
                       ? function
                       : NO_FUNCTION;
}

static bool is_exported(const struct summary *summary, uint32_t function)
{
        const struct summary_function *entry = &summary->functions.items[function];
        const struct summary_symbol *symbol;

        vector_for_each(symbol, &summary->exports)
                if (symbol->address - entry->address < entry->size)
                        return true;
        return false;
}

static bool calls_function(const struct summary *summary, uint32_t function, uint32_t target)
{
        const struct summary_function *entry = &summary->functions.items[function];

        for (uint32_t i = 0; i < entry->fact_count; i++) {
                const struct fact *fact = &summary->facts.items[entry->facts + i];

                if (fact->kind == FACT_CALL && fact->target == target)
                        return true;
        }
        return false;
}

/* Marks the functions that are not exported and call all of what a guard says. */
static int mark_callers(struct reach_state *state, uint32_t object, size_t number)
{
        const struct summary *summary = state_summary(state, object);
        const struct call_index *calls = callers_index(state, object);
        const struct call_edge *edges;
        uint32_t targets[CALLS_MAX];
        size_t count;

        if (!calls)
                return -ENOMEM;
        for (size_t i = 0; i < CALLS_MAX; i++) {
                targets[i] = exported_function(summary, guards[number].calls[i]);
                if (targets[i] == NO_FUNCTION)
                        return 0;
        }
        edges = call_index_function(calls, targets[0], &count);
        for (size_t i = 0; i < count; i++)
                if (calls_function(summary, edges[i].function, targets[0]) &&
                        calls_function(summary, edges[i].function, targets[1]) &&
                        !is_exported(summary, edges[i].function))
                        state_node(state, object, edges[i].function)->guard = (uint8_t)(number + 1);
        return 0;
}

/* A static program exports nothing, but may have symbols. */
static void mark_names(struct reach_state *state, uint32_t object)
{
        const struct summary *summary = state_summary(state, object);

        for (uint32_t i = 0; i < summary->functions.count; i++) {
                const char *name = summary_text(summary, summary->functions.items[i].name);
                struct reach_node *node = state_node(state, object, i);

                for (size_t j = 0; j < ARRAY_SIZE(guards); j++) {
                        if (string_equal(name, guards[j].name))
                                node->guard = (uint8_t)(j + 1);
                        if (string_equal(name + strspn(name, "_"), guards[j].opened_by))
                                node->opens |= (uint8_t)(1 << j);
                }
        }
}

int guards_mark(struct reach_state *state, uint32_t object)
{
        const struct summary *summary = state_summary(state, object);
        int r = 0;

        if (state->whole)
                state->guards_open |= state->whole->guards_open;
        if (summary->kind == OBJECT_STATIC || summary->kind == OBJECT_STATIC_PIE) {
                mark_names(state, object);
                return 0;
        }
        for (size_t i = 0; i < ARRAY_SIZE(guards) && r == 0; i++) {
                uint32_t opener = exported_function(summary, guards[i].opened_by);

                if (opener == NO_FUNCTION)
                        continue;
                state_node(state, object, opener)->opens |= (uint8_t)(1 << i);
                r = mark_callers(state, object, i);
        }
        return r;
}

bool guards_withhold(const struct reach_state *state, struct origin from, uint32_t object,
        const struct reach_node *node, enum arrival arrival)
{
        return arrival == ARRIVAL_CALL && from.object == object && node->guard > 0 &&
               !(state->guards_open >> (node->guard - 1) & 1);
}

int guards_open(struct reach_state *state, uint8_t opened)
{
        if ((opened & ~state->guards_open) == 0)
                return 0;
        state->guards_open |= opened;
        return reach_release(state);
}
