/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/post-init.h"

#include "base/strings.h"
#include "program/callers.h"
#include "program/start.h"

/* What starts the program's own code: the function of the C library that the entry point calls, and
 * what it hands over. */
struct start_function {
        bool known;
        uint32_t object, function; /* __libc_start_main() */
        uint32_t main;             /* of the executable */
        uint32_t constructor;      /* of the executable, of older C libraries; or NO_FUNCTION */
};

struct entering {
        struct reach_state *state;
        struct start_function *start;
};

/* Notes the function that a call enters; false where it is not known. */
static bool is_entered(void *context, uint32_t function, const struct fact *call)
{
        const struct entering *entering = context;
        const struct reach_import *import;

        (void)function;
        entering->start->object = 0;
        entering->start->function = call->target;
        if (call->kind == FACT_CALL_IMPORT) {
                import = reach_import(entering->state, 0, call->target);
                entering->start->object = import ? import->object : 0;
                entering->start->function = import ? import->function : NO_FUNCTION;
        }
        return entering->start->function != NO_FUNCTION;
}

static struct start_function find_start(struct reach_state *state)
{
        struct start_function function = {};
        struct entering entering = {state, &function};
        struct start start;

        if (!start_find(state_summary(state, 0), is_entered, &entering, &start))
                return (struct start_function){};
        function.known = true;
        function.main = start.main;
        function.constructor = start.constructor;
        return function;
}

/* exit(3) in an object of the C library, or NO_FUNCTION. */
static uint32_t find_exit(const struct summary *summary)
{
        size_t count;
        const struct summary_symbol *symbol = summary_exports(summary, "exit", &count);

        if (count > 0)
                return summary_function_at(summary, symbol->address);
        for (uint32_t i = 0; i < summary->functions.count; i++) {
                if (string_equal(summary_text(summary, summary->functions.items[i].name), "exit"))
                        return i;
        }
        return NO_FUNCTION;
}

static bool calls(const struct summary *summary, uint32_t function, uint32_t target)
{
        const struct summary_function *item = &summary->functions.items[function];

        for (uint32_t i = 0; i < item->fact_count; i++) {
                const struct fact *fact = &summary->facts.items[item->facts + i];

                if (fact->kind == FACT_CALL && fact->target == target)
                        return true;
        }
        return false;
}

/*
 * What is on the stack below main(), and goes on when it returns: in glibc a function of its own,
 * which calls main() and then exit(); where it cannot be told apart, all that starts the program.
 */
static int reach_caller_of_main(struct reach_state *state, const struct start_function *start)
{
        const struct summary *summary = state_summary(state, start->object);
        const struct summary_function *item = &summary->functions.items[start->function];
        uint32_t caller = start->function, leave = find_exit(summary);

        for (uint32_t i = 0; i < item->fact_count && leave != NO_FUNCTION; i++) {
                const struct fact *fact = &summary->facts.items[item->facts + i];

                if (fact->kind == FACT_CALL && !calls(summary, start->function, leave) &&
                        calls(summary, fact->target, leave))
                        caller = fact->target;
        }
        return reach_function(state, origin_root, start->object, caller, ARRIVAL_MAIN, true);
}

static bool is_constructor(const struct summary *summary, uint32_t function)
{
        for (size_t i = 0; i < summary->constructors.count; i++) {
                if (summary->constructors.items[i] == function)
                        return true;
        }
        return false;
}

struct handing {
        const struct reach_state *state;
        bool kept; /* the function went elsewhere than to a function of its object */
};

/* Whether the function is handed over in a direct call, which stands at the same place. */
static int look_at_taker(void *context, struct origin from, const struct fact *fact)
{
        struct handing *handing = context;
        const struct summary *summary = state_summary(handing->state, from.object);
        const struct summary_function *taker = &summary->functions.items[from.function];

        if (fact->kind == FACT_CALL || fact->kind == FACT_CALL_IMPORT)
                return 0;
        for (uint32_t i = 0; i < taker->fact_count; i++) {
                const struct fact *other = &summary->facts.items[taker->facts + i];

                if (other->kind == FACT_CALL && other->address == fact->address)
                        return 0;
        }
        handing->kept = true;
        return 0;
}

/*
 * A function of glibc's ld.so that it only ever hands to its own functions: those call it and come
 * back (dl_main(), all that may fail), and keep nothing. What of it main() may still lead to hands
 * it over again. In musl the interpreter is the C library, where atexit() and others keep what they
 * get.
 */
static int is_called_back(struct reach_state *state, uint32_t object, uint32_t function, bool *ret)
{
        struct reach_state *whole = (struct reach_state *)state->whole;
        struct handing handing = {whole, false};
        int r;

        *ret = false;
        if (state->program->objects.items[object].reason != LOAD_INTERPRETER ||
                whole->objects.items[object]->loads ||
                state_node(whole, object, function)->taken_unseen)
                return 0;
        r = callers_each(whole, object, function, look_at_taker, &handing);
        *ret = r == 0 && !handing.kept;
        return r;
}

/* Functions whose address was let go before may be called now; but those that only start objects
 * have been. */
static int reach_taken(
        struct reach_state *state, uint32_t object, const struct start_function *start)
{
        const struct summary *summary = state_summary(state, object);
        int r = 0;

        for (uint32_t i = 0; i < summary->functions.count && r == 0; i++) {
                bool called_back;

                if (!state_node(state->whole, object, i)->taken || is_constructor(summary, i) ||
                        (start->known && object == 0 && i == start->constructor))
                        continue;
                r = is_called_back(state, object, i, &called_back);
                if (r == 0 && !called_back)
                        r = reach_function(state, origin_root, object, i, ARRIVAL_TAKEN, true);
        }
        return r;
}

static void bar(struct reach_state *state, uint32_t object, uint32_t function)
{
        state_node(state, object, function)->barred = true;
}

/* The kernel enters there, and nobody else, although ld.so knows its address. */
static uint32_t bar_entry(struct reach_state *state, uint32_t object)
{
        const struct summary *summary = state_summary(state, object);
        uint32_t entry = summary_function_at(summary, summary->entry);

        if (entry != NO_FUNCTION)
                bar(state, object, entry);
        return entry;
}

/* Calls `use` for the targets of the facts of one kind. */
static void each_target(struct reach_state *state, uint32_t object, uint32_t function,
        enum fact_kind kind,
        void (*use)(struct reach_state *state, uint32_t object, uint32_t function))
{
        const struct summary *summary = state_summary(state, object);
        const struct summary_function *item = &summary->functions.items[function];

        for (uint32_t i = 0; i < item->fact_count; i++) {
                const struct fact *fact = &summary->facts.items[item->facts + i];

                if (fact->kind == kind)
                        use(state, object, fact->target);
        }
}

static void bar_taken(struct reach_state *state, uint32_t object, uint32_t function)
{
        each_target(state, object, function, FACT_TAKE, bar);
}

/*
 * Of glibc's ld.so, all that starts it is entered once: besides its entry point dl_main(), which
 * the function that the entry point calls hands over.
 */
static void bar_entries(struct reach_state *state, const struct start_function *start)
{
        if (start->known)
                bar_entry(state, 0);
        for (uint32_t i = 1; i < state->objects.count; i++) {
                uint32_t entry;

                if (state->program->objects.items[i].reason != LOAD_INTERPRETER)
                        continue;
                entry = bar_entry(state, i);
                if (entry != NO_FUNCTION && !state->objects.items[i]->loads)
                        each_target(state, i, entry, FACT_CALL, bar_taken);
        }
}

int post_init_reach_roots(struct reach_state *state)
{
        int r = reach_update_objects(state);
        struct start_function start;
        uint32_t main;

        if (r < 0)
                return r;
        start = find_start(state);
        main = start.known ? start.main
                           : summary_function_at(
                                     state_summary(state, 0), state_summary(state, 0)->entry);
        bar_entries(state, &start);
        if (main != NO_FUNCTION)
                r = reach_function(state, origin_root, 0, main, ARRIVAL_MAIN, true);
        if (r == 0 && start.known)
                r = reach_caller_of_main(state, &start);
        for (uint32_t i = 0; i < state->whole->objects.count && r == 0; i++)
                r = reach_taken(state, i, &start);
        return r;
}
