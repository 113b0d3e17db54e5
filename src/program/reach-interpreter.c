/* SPDX-License-Identifier: BSD-3-Clause */

/* Functions that the interpreter finds by names of its own: no relocation and no dlsym() tells of
 * them. */

#include "program/reach-state.h"

#include <errno.h>

/*
 * glibc's ld.so calls the first in the C library before any constructor, and takes the others, once
 * they are there, in place of what it brings along (elf/dl-call-libc-early-init.c,
 * elf/dl-minimal.c).
 */
#define EARLY_INITIALISATION "__libc_early_init"
static const char *const allocation[] = {"malloc", "calloc", "realloc", "free"};

/* The stages by which musl's one starts itself (ldso/dynlink.c). */
static const char *const stages[] = {"__dls2b", "__dls3"};

static int reach_symbol(struct reach_state *state, const struct program_symbol *symbol)
{
        return reach_address(
                state, origin_root, symbol->object, symbol->symbol->address, ARRIVAL_NAME);
}

/* The definition that comes first in the global scope. */
static int reach_first(struct reach_state *state, const char *name)
{
        CLEANUP_PROGRAM_SYMBOLS struct program_symbols symbols = {};
        const struct program_symbol *symbol;
        const size_t *object;
        int r = program_find_all(state->program, name, &symbols);

        if (r < 0)
                return r;
        vector_for_each(object, &state->program->scope)
                vector_for_each(symbol, &symbols.items)
                        if (symbol->object == *object)
                                return reach_symbol(state, symbol);
        return 0;
}

static int reach_all(struct reach_state *state, const char *const *names, size_t count)
{
        int r = 0;

        for (size_t i = 0; i < count && r == 0; i++)
                r = reach_first(state, names[i]);
        return r;
}

int reach_interpreter_names(struct reach_state *state)
{
        CLEANUP_PROGRAM_SYMBOLS struct program_symbols symbols = {};
        int r = program_find_all(state->program, EARLY_INITIALISATION, &symbols);

        if (r < 0)
                return r;
        if (symbols.items.count == 0)
                return reach_all(state, stages, ARRAY_SIZE(stages));
        r = reach_symbol(state, &symbols.items.items[0]);
        return r < 0 ? r : reach_all(state, allocation, ARRAY_SIZE(allocation));
}
