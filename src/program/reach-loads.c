/* SPDX-License-Identifier: BSD-3-Clause */

/* What dlopen() and dlsym() are asked for, as far as the strings are known. */

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "binary/machine.h"
#include "program/modules.h"
#include "program/parameters.h"
#include "program/reach-result.h"

struct asking {
        struct parameters *parameters;
        struct reach_result *result;
        enum load_function load;
};

/* Which argument is the name. */
static uint8_t name_place(const struct summary *summary, enum load_function load)
{
        const struct machine *machine = machine_of(summary->abi);

        /* Without a machine there are no facts either. */
        return machine ? machine->arguments[load == LOAD_OPEN ? 0 : 1] : PLACE_COUNT;
}

static int follow_symbol(struct reach_state *state, struct origin from, const char *name)
{
        CLEANUP_PROGRAM_SYMBOLS struct program_symbols symbols = {};
        struct program_symbol *symbol;
        int r = program_find_all(state->program, name, &symbols);

        vector_for_each(symbol, &symbols.items) {
                if (r < 0)
                        return r;
                if (symbol->object < state->objects.count &&
                        symbol->symbol->kind != SYMBOL_THREAD_LOCAL)
                        r = reach_address(
                                state, from, symbol->object, symbol->symbol->address, ARRIVAL_NAME);
        }
        return r;
}

/* True for a name that this object did not ask for before; or -ENOMEM. */
static int is_new_name(struct reach_state *state, uint32_t object, const char *name)
{
        CLEANUP_FREE char *key = string_format("%u %s", object, name);
        size_t known = state->opened.words.count;
        int number;

        if (!key)
                return -ENOMEM;
        number = dictionary_add(&state->opened, key, strlen(key));
        return number < 0 ? number : (size_t)number == known;
}

static int follow_open(struct reach_state *state, struct origin from, const char *name)
{
        int r;

        /* An empty name is the program itself. */
        if (name[0] == '\0')
                return 0;
        r = is_new_name(state, from.object, name);
        if (r <= 0)
                return r;
        r = program_add(state->program, name, LOAD_DLOPEN, from.object, state->error);
        return r < 0 ? r : 0; /* what is missing is listed by the program */
}

/* A library whose names come from a configuration that was read (program/modules.h) is no riddle.
 */
static int lost_name(struct asking *asking, struct origin at)
{
        if (at.object != 0 && modules_explain(asking->result->state->program, at.object))
                return 0;
        asking->result->unknown_symbols |= asking->load == LOAD_SYMBOL;
        return result_add_unknown(asking->result, RESULT_LOADS, at,
                asking->load == LOAD_SYMBOL ? "function that dlsym() is asked for"
                                            : "name of the object for dlopen()");
}

static int follow_value(
        struct asking *asking, struct origin at, const struct parameter_value *value)
{
        struct reach_state *state = asking->result->state;
        const char *name;

        if (!value->is_string)
                return value->number == 0 ? 0 : lost_name(asking, at);
        name = summary_text(state_summary(state, value->object), value->number);
        return asking->load == LOAD_SYMBOL ? follow_symbol(state, at, name)
                                           : follow_open(state, at, name);
}

static int follow_call(void *context, struct origin from, const struct fact *fact)
{
        struct asking *asking = context;
        const struct summary *summary = state_summary(asking->result->state, from.object);
        CLEANUP_ANSWER struct parameter_answer answer = {};
        const struct parameter_value *value;
        const struct origin *unknown;
        int r;

        if (fact->kind != FACT_CALL && fact->kind != FACT_CALL_IMPORT)
                return 0;
        r = parameters_ask(asking->parameters, from,
                fact_argument(summary, fact, name_place(summary, asking->load)), UINT32_MAX,
                &answer);
        vector_for_each(value, &answer.values) {
                if (r < 0)
                        return r;
                r = follow_value(asking, from, value);
        }
        vector_for_each(unknown, &answer.unknown) {
                if (r < 0)
                        return r;
                r = lost_name(asking, *unknown);
        }
        return r;
}

/*
 * What is found becomes reachable at once, while the parameters still tell of what was reached
 * before: the caller asks again until nothing new comes.
 */
int loads_follow(struct reach_state *state, struct reach_result *result)
{
        CLEANUP_PARAMETERS struct parameters *parameters = parameters_new(state);
        int r = 0;

        if (!parameters)
                return -ENOMEM;
        for (size_t i = 0; i < state->load_functions.count && r == 0; i++) {
                const struct reach_item item = state->load_functions.items[i];
                const struct reach_node *node = state_node(state, item.object, item.function);
                struct asking asking = {parameters, result, node->load};

                if (!node->reached)
                        continue;
                if (node->taken)
                        r = lost_name(&asking, (struct origin){item.object, item.function, 0});
                if (r == 0)
                        r = callers_each(state, item.object, item.function, follow_call, &asking);
        }
        return r;
}

/* What dlsym() may yield of an object whose symbols are asked for by names that are not known. The
 * C library is none of these, though a static program may open it, for its modules to use. */
int loads_follow_exports(struct reach_state *state, bool unknown_symbols)
{
        int r = 0;

        for (uint32_t i = 0; i < state->objects.count && r == 0; i++) {
                struct reach_object *object = state->objects.items[i];
                const struct program_object *item = &state->program->objects.items[i];
                bool opened = item->reason == LOAD_DLOPEN || item->reason == LOAD_WITH;

                if (object->exports_reached || object->loads ||
                        !(item->is_module || (opened && unknown_symbols)))
                        continue;
                object->exports_reached = true;
                for (size_t j = 0; j < object->summary->exports.count && r == 0; j++) {
                        const struct summary_symbol *symbol = &object->summary->exports.items[j];

                        if (symbol->kind != SYMBOL_THREAD_LOCAL)
                                r = reach_address(
                                        state, origin_root, i, symbol->address, ARRIVAL_EXPORT);
                }
        }
        return r;
}
