/* SPDX-License-Identifier: BSD-3-Clause */
#include "program/start.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "binary/analysis.h"
#include "binary/machine.h"
#include "program/callers.h"

static uint32_t function_argument(
        const struct summary *summary, const struct fact *fact, unsigned argument)
{
        const struct machine *machine = machine_of(summary->abi);
        uint32_t value = machine ? fact_argument(summary, fact, machine->arguments[argument]) : 0;

        if (summary->values.items[value].kind != VALUE_FUNCTION)
                return NO_START_FUNCTION;
        return summary->values.items[value].first;
}

static bool find_in(const struct summary *summary, uint32_t function, start_test *is_start,
        void *context, struct start *ret)
{
        const struct summary_function *item = &summary->functions.items[function];

        for (uint32_t i = 0; i < item->fact_count; i++) {
                const struct fact *fact = &summary->facts.items[item->facts + i];
                uint32_t main;

                if (fact->kind != FACT_CALL && fact->kind != FACT_CALL_IMPORT)
                        continue;
                main = function_argument(summary, fact, 0);
                if (main == NO_START_FUNCTION || !is_start(context, function, fact))
                        continue;
                *ret = (struct start){fact, main, function_argument(summary, fact, 3)};
                return true;
        }
        return false;
}

bool start_find(
        const struct summary *summary, start_test *is_start, void *context, struct start *ret)
{
        uint32_t entry = summary_function_at(summary, summary->entry);
        const struct summary_function *function;

        if (entry == NO_START_FUNCTION || summary->is_go)
                return false;
        if (find_in(summary, entry, is_start, context, ret))
                return true;
        function = &summary->functions.items[entry];
        for (uint32_t i = 0; i < function->fact_count; i++) {
                const struct fact *fact = &summary->facts.items[function->facts + i];

                if (fact->kind == FACT_CALL &&
                        find_in(summary, fact->target, is_start, context, ret))
                        return true;
        }
        return false;
}

/* ---- Where main() is ---- */

static const struct symbol *find_function(const struct object *object, const char *name)
{
        const struct symbol *symbol;

        vector_for_each(symbol, &object->symbols)
                if (symbol->kind == SYMBOL_FUNCTION && string_equal(symbol->name, name))
                        return symbol;
        vector_for_each(symbol, &object->dynamic_symbols)
                if (symbol->defined && symbol->kind == SYMBOL_FUNCTION &&
                        string_equal(symbol->name, name))
                        return symbol;
        return NULL;
}

/* glibc's loader, whose data is of no other object, or musl's, by the last stage of its start. */
static bool is_loader(const struct object *object)
{
        const struct symbol *symbol;

        if (object->interpreter || object->entry == 0)
                return false;
        vector_for_each(symbol, &object->dynamic_symbols)
                if (symbol->defined && (string_equal(symbol->name, "_rtld_global_ro") ||
                                               string_equal(symbol->name, "__dls3")))
                        return true;
        return false;
}

/* A function that enters the kernel itself is not of a C library's start files, whatever it calls.
 */
static bool is_of_start_file(void *context, uint32_t function, const struct fact *call)
{
        const struct summary *summary = context;
        const struct summary_function *item = &summary->functions.items[function];

        (void)call;
        for (uint32_t i = 0; i < item->fact_count; i++)
                if (summary->facts.items[item->facts + i].kind == FACT_SYSCALL)
                        return false;
        return true;
}

static int find_address(const struct object *object, uint64_t *ret, struct error *error)
{
        CLEANUP_SUMMARY struct summary *summary = NULL;
        const struct symbol *symbol;
        struct start start;
        int r;

        if (object->go_table)
                return error_set(error, ENOENT,
                        "a Go program, whose run time enters its main.main as any other function");
        r = object_analyse_entry(object, &summary, error);
        if (r < 0)
                return r;
        if (start_find(summary, is_of_start_file, summary, &start)) {
                *ret = summary->functions.items[start.main].address;
                return 0;
        }
        symbol = find_function(object, "main");
        if (!symbol)
                return error_set(error, ENOENT,
                        "its entry point hands no main() to a C library, nor has it a symbol of "
                        "that name");
        *ret = symbol->address;
        return 0;
}

/* The message without the path in front. */
static int without_path(const char *path, int result, struct error *error)
{
        size_t size = strlen(path);

        if (error && string_has_prefix(error->message, path) &&
                string_has_prefix(error->message + size, ": "))
                memmove(error->message, error->message + size + 2,
                        strlen(error->message + size + 2) + 1);
        return result;
}

int start_find_main(const char *path, struct start_main *ret, struct error *error)
{
        CLEANUP_OBJECT struct object *object = NULL;
        struct start_main found;
        int r = object_open(path, &object, error);

        if (r < 0)
                return without_path(path, r, error);
        if (is_loader(object))
                return 1;
        if (object->segments.count == 0 || object->entry == 0)
                return error_set(error, ENOENT, "no entry point");
        found.entry = object->entry;
        found.first = object->segments.items[0].address & ~UINT64_C(0xfff);
        r = find_address(object, &found.address, error);
        if (r < 0)
                return without_path(path, r, error);
        *ret = found;
        return 0;
}
