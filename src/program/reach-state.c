/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/reach-state.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"

static struct reach_object *reach_object_free(struct reach_object *object)
{
        if (!object)
                return NULL;
        free(object->nodes);
        free(object->unread_pointers);
        free(object->imports);
        vector_clear(&object->copies);
        free(object->words_read);
        free(object);
        return NULL;
}
DEFINE_CLEANUP(struct reach_object *, reach_object_free)

void reach_state_clear(struct reach_state *state)
{
        for (size_t i = 0; i < state->objects.count; i++)
                reach_object_free(state->objects.items[i]);
        vector_clear(&state->objects);
        vector_clear(&state->queue);
        vector_clear(&state->ranges);
        vector_clear(&state->pending);
        vector_clear(&state->importers);
        vector_clear(&state->load_functions);
        vector_clear(&state->links);
        vector_clear(&state->feature_links);
        vector_clear(&state->sites);
        dictionary_clear(&state->lookups);
        vector_clear(&state->lookups_named);
        vector_clear(&state->withheld);
        dictionary_clear(&state->opened);
}

static struct reach_object *reach_object_new(const struct summary *summary)
{
        CLEANUP(reach_object_freep) struct reach_object *object = calloc(1, sizeof(*object));

        if (!object)
                return NULL;
        object->summary = summary;
        object->nodes = calloc(summary->functions.count + 1, sizeof(*object->nodes));
        object->unread_pointers =
                calloc(summary->pointers.count + 1, sizeof(*object->unread_pointers));
        object->imports = calloc(summary->imports.count + 1, sizeof(*object->imports));
        if (!object->nodes || !object->unread_pointers || !object->imports)
                return NULL;
        for (size_t i = 0; i < summary->pointers.count; i++) {
                uint32_t *copy;

                if (!summary->pointers.items[i].is_copy)
                        continue;
                copy = vector_add(&object->copies);
                if (!copy)
                        return NULL;
                *copy = i;
        }
        return steal_pointer(object);
}

static enum load_function load_function_of(const char *name, bool exact)
{
        if (!exact)
                name += strspn(name, "_");
        if (string_equal(name, "dlopen") || string_equal(name, "__libc_dlopen_mode"))
                return LOAD_OPEN;
        if (string_equal(name, "dlmopen"))
                return LOAD_OPEN_NAMESPACE;
        if (string_equal(name, "dlsym") || string_equal(name, "dlvsym"))
                return LOAD_SYMBOL;
        return LOAD_NONE;
}

static int note_load_function(
        struct reach_state *state, uint32_t object, uint32_t function, enum load_function kind)
{
        struct reach_node *node = state_node(state, object, function);
        struct reach_item *item;

        if (kind == LOAD_NONE || node->load != LOAD_NONE)
                return 0;
        item = vector_add(&state->load_functions);
        if (!item)
                return -ENOMEM;
        *item = (struct reach_item){object, function};
        node->load = kind;
        state->objects.items[object]->loads = true;
        return 0;
}

/*
 * Static executables export nothing, but where they have symbols those of the C library are there,
 * under names with more or fewer underscores. In a shared C library the exported functions alone
 * count: those for its own use load what its mechanisms name (program/modules.h).
 */
static int find_load_functions(struct reach_state *state, uint32_t number)
{
        static const char *const names[] = {
                "dlopen", "dlmopen", "dlsym", "dlvsym", "__libc_dlopen_mode"};
        const struct summary *summary = state_summary(state, number);
        bool is_static = summary->kind == OBJECT_STATIC || summary->kind == OBJECT_STATIC_PIE;
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(names) && r == 0; i++) {
                size_t count;
                const struct summary_symbol *symbol = summary_exports(summary, names[i], &count);

                for (; count > 0 && r == 0; count--, symbol++) {
                        uint32_t function = summary_function_at(summary, symbol->address);

                        if (function != NO_FUNCTION)
                                r = note_load_function(
                                        state, number, function, load_function_of(names[i], true));
                }
        }
        for (uint32_t i = 0; is_static && i < summary->functions.count && r == 0; i++) {
                const char *name = summary_text(summary, summary->functions.items[i].name);

                r = note_load_function(state, number, i, load_function_of(name, false));
        }
        return r;
}

static int reach_list(struct reach_state *state, uint32_t object, const uint32_t *functions,
        size_t count, enum arrival arrival)
{
        int r = 0;

        for (size_t i = 0; i < count && r == 0; i++)
                r = reach_function(state, origin_root, object, functions[i], arrival, true);
        return r;
}

/* A function that the loader calls to learn an address; whether the address is used is not known.
 */
static int reach_resolver(struct reach_state *state, uint32_t object, uint64_t address)
{
        uint32_t function = summary_function_at(state_summary(state, object), address);

        if (function == NO_FUNCTION)
                return 0;
        if (!state_node(state, object, function)->reached)
                state_node(state, object, function)->resolver = true;
        return reach_function(state, origin_root, object, function, ARRIVAL_RESOLVER, false);
}

/* The resolvers that may be called when objects are relocated, this one or those that import. */
static int reach_resolvers(struct reach_state *state, uint32_t object)
{
        const struct summary *summary = state_summary(state, object);
        int r = 0;

        for (size_t i = 0; i < summary->pointers.count && r == 0; i++) {
                const struct pointer *pointer = &summary->pointers.items[i];

                if (pointer->is_ifunc && !pointer->is_import)
                        r = reach_resolver(state, object, pointer->target);
        }
        for (size_t i = 0; i < summary->exports.count && r == 0; i++) {
                if (summary->exports.items[i].kind == SYMBOL_IFUNC)
                        r = reach_resolver(state, object, summary->exports.items[i].address);
        }
        return r;
}

/* Each thread begins with a copy of what stands there, which code finds by no address that it
 * forms. */
static int reach_thread_local(struct reach_state *state, uint32_t object)
{
        const struct summary *summary = state_summary(state, object);
        int r = 0;

        for (size_t i = 0; i < summary->pointers.count && r == 0; i++) {
                uint64_t address = summary->pointers.items[i].address;

                if (summary->pointers.items[i].is_thread_local)
                        r = reach_data(
                                state, origin_root, object, address, address + sizeof(uint64_t));
        }
        return r;
}

/* Go's linker keeps only what can be reached, and calls through tables that it makes itself. */
static int reach_everything(struct reach_state *state, uint32_t object)
{
        const struct summary *summary = state_summary(state, object);
        int r = 0;

        for (uint32_t i = 0; i < summary->functions.count && r == 0; i++)
                r = reach_function(state, origin_root, object, i, ARRIVAL_GO, false);
        return r;
}

/* An object that the loader brings in while the program runs: by itself, or with one that is. */
static bool is_late(const struct program *program, size_t object)
{
        for (size_t steps = 0; steps <= program->objects.count; steps++) {
                const struct program_object *item = &program->objects.items[object];

                if (item->reason == LOAD_DLOPEN || item->reason == LOAD_MODULE ||
                        item->reason == LOAD_WITH)
                        return true;
                if (item->reason != LOAD_NEEDED || item->by == object)
                        return false;
                object = item->by;
        }
        return false;
}

static int add_object(struct reach_state *state, uint32_t number)
{
        const struct summary *summary = state->program->objects.items[number].summary;
        struct reach_object **slot = vector_add(&state->objects);
        int r;

        if (!slot)
                return -ENOMEM;
        *slot = reach_object_new(summary);
        if (!*slot) {
                state->objects.count--;
                return -ENOMEM;
        }
        for (size_t i = 0; i <= summary->pointers.count; i++)
                (*slot)->unread_pointers[i] = i;
        r = find_load_functions(state, number);
        if (r == 0)
                r = lookups_mark(state, number);
        if (r == 0)
                r = guards_mark(state, number);
        if (r == 0)
                r = reach_thread_local(state, number);
        if (r < 0)
                return r;
        r = reach_list(state, number, summary->destructors.items, summary->destructors.count,
                ARRIVAL_DESTRUCTOR);
        if (r == 0 && summary->is_go)
                r = reach_everything(state, number);
        if (r < 0 || (state->whole && !is_late(state->program, number)))
                return r;
        r = reach_list(state, number, summary->constructors.items, summary->constructors.count,
                ARRIVAL_CONSTRUCTOR);
        return r < 0 ? r : reach_resolvers(state, number);
}

/* What had no definition may have one now. */
static int retry_pending(struct reach_state *state)
{
        size_t count = state->pending.count;
        int r = 0;

        for (size_t i = 0; i < count; i++)
                state->objects.items[state->pending.items[i].object]
                        ->imports[state->pending.items[i].import]
                        .asked = false;
        for (size_t i = 0; i < count && r == 0; i++) {
                struct reach_pending item = state->pending.items[i];

                r = reach_use_import(state, item.from, item.object, item.import, item.kind,
                        item.offset, item.arrival);
        }
        /* What is still missing stands behind the old ones now. */
        memmove(state->pending.items, state->pending.items + count,
                (state->pending.count - count) * sizeof(*state->pending.items));
        state->pending.count -= count;
        return r;
}

int reach_update_objects(struct reach_state *state)
{
        bool grown = state->objects.count < state->program->objects.count;
        int r = 0;

        while (r == 0 && state->objects.count < state->program->objects.count)
                r = add_object(state, state->objects.count);
        if (r == 0 && grown && state->pending.count > 0)
                r = retry_pending(state);
        return r;
}

static uint32_t depth_behind(const struct reach_state *state, struct origin from)
{
        if (from.object == NO_OBJECT)
                return 0;
        return state_node(state, from.object, from.function)->depth + 1;
}

/* True where the way from a root to `from` leads through the node. */
static bool leads_through(
        const struct reach_state *state, struct origin from, const struct reach_node *node)
{
        while (from.object != NO_OBJECT) {
                const struct reach_node *before = state_node(state, from.object, from.function);

                if (before == node)
                        return true;
                from = before->from;
        }
        return false;
}

static int withhold(struct reach_state *state, struct reach_withheld withheld)
{
        struct reach_withheld *added = vector_add(&state->withheld);

        if (!added)
                return -ENOMEM;
        *added = withheld;
        return 0;
}

int reach_function(struct reach_state *state, struct origin from, uint32_t object,
        uint32_t function, enum arrival arrival, bool taken)
{
        struct reach_node *node = state_node(state, object, function);
        struct reach_item *item;

        if (node->barred)
                return 0;
        if (lookups_withhold(state, from, object, node, arrival) ||
                guards_withhold(state, from, object, node, arrival))
                return withhold(
                        state, (struct reach_withheld){from, object, function, arrival, taken});
        if (taken && !(node->taken && (node->taken_unseen || arrival == ARRIVAL_TAKE))) {
                node->taken = true;
                node->taken_unseen |= arrival != ARRIVAL_TAKE;
                state->grown = true;
        }
        /* A resolver that only ran is followed again once somebody uses what it returns. */
        if (node->resolver && arrival != ARRIVAL_RESOLVER) {
                node->resolver = false;
                node->visited = false;
        } else if (node->reached) {
                return 0;
        }
        item = vector_add(&state->queue);
        if (!item)
                return -ENOMEM;
        *item = (struct reach_item){object, function};
        state->grown = true;
        if (!node->reached || !leads_through(state, from, node)) {
                node->reached = true;
                node->from = from;
                node->depth = depth_behind(state, from);
                node->arrival = arrival;
        }
        return node->opens ? guards_open(state, node->opens) : 0;
}

int reach_release(struct reach_state *state)
{
        typeof(state->withheld) released = state->withheld;
        const struct reach_withheld *item;
        int r = 0;

        /* What is still withheld goes there again. */
        state->withheld = (typeof(released)){};
        state->grown = true;
        vector_for_each(item, &released)
                if (r == 0)
                        r = reach_function(state, item->from, item->object, item->function,
                                item->arrival, item->taken);
        vector_clear(&released);
        return r;
}

/* Writes down who calls or takes a function by which import, once. */
static int note_importer(
        struct reach_state *state, struct reach_import *import, uint32_t object, uint32_t number)
{
        struct reach_importer *importer;

        if (import->linked || import->function == NO_FUNCTION)
                return 0;
        importer = vector_add(&state->importers);
        if (!importer)
                return -ENOMEM;
        *importer = (struct reach_importer){import->object, import->function, object, number};
        import->linked = true;
        return 0;
}

static void define_import(const struct reach_state *state, const struct program_symbol *symbol,
        struct reach_import *import)
{
        const struct summary *summary = state_summary(state, symbol->object);

        import->found = true;
        import->object = symbol->object;
        import->address = symbol->symbol->address;
        import->size = symbol->symbol->size;
        import->is_ifunc = symbol->symbol->kind == SYMBOL_IFUNC;
        import->is_thread_local = symbol->symbol->kind == SYMBOL_THREAD_LOCAL;
        import->function = NO_FUNCTION;
        if (!import->is_thread_local)
                import->function = summary_function_at(summary, symbol->symbol->address);
}

const struct reach_import *reach_import(struct reach_state *state, uint32_t object, uint32_t number)
{
        struct reach_object *item = state->objects.items[object];
        struct reach_import *import;
        struct program_symbol symbol;

        if (number >= item->summary->imports.count)
                return NULL;
        import = &item->imports[number];
        if (!import->asked) {
                import->asked = true;
                /* Objects that came in just now have their turn later. */
                if (program_resolve(state->program, object, number, &symbol) &&
                        symbol.object < state->objects.count)
                        define_import(state, &symbol, import);
        }
        return import->found ? import : NULL;
}

static int add_pending(struct reach_state *state, struct reach_pending item)
{
        struct reach_pending *pending = vector_add(&state->pending);

        if (!pending)
                return -ENOMEM;
        *pending = item;
        return 0;
}

int reach_use_import(struct reach_state *state, struct origin from, uint32_t object,
        uint32_t number, enum fact_kind kind, int64_t offset, enum arrival arrival)
{
        const struct reach_import *import = reach_import(state, object, number);
        uint64_t address;
        int r;

        if (!import)
                return add_pending(
                        state, (struct reach_pending){from, number, object, kind, arrival, offset});
        if (import->is_thread_local)
                return 0;
        r = note_importer(state, &state->objects.items[object]->imports[number], object, number);
        if (r < 0)
                return r;
        address = import->address + offset;
        if (kind == FACT_READ_IMPORT)
                return reach_data(state, from, import->object, address, address + sizeof(uint64_t));
        if (import->function != NO_FUNCTION && (import->is_ifunc || kind == FACT_CALL_IMPORT))
                return reach_function(state, from, import->object, import->function, arrival,
                        kind == FACT_TAKE_IMPORT);
        return reach_address(state, from, import->object, address, arrival);
}

int64_t reach_add_link(struct reach_state *state, struct origin call, uint32_t next)
{
        struct reach_link *link = vector_add(&state->links);

        if (!link)
                return -ENOMEM;
        *link = (struct reach_link){call, next};
        return state->links.count - 1;
}
