/* SPDX-License-Identifier: BSD-3-Clause */
#include "binary/summary-check.h"

#include <errno.h>
#include <string.h>

/* `first` and the `count - 1` behind it are among `total`. */
static bool within(uint64_t first, uint64_t count, size_t total)
{
        return first <= total && count <= total - first;
}

static int fault(struct error *error, const char *what, size_t number)
{
        return error_set(error, EBADMSG, "%s %zu is damaged", what, number);
}

static int check_text(const struct summary *summary, struct error *error)
{
        const char *items = summary->text.items;
        size_t count = summary->text.count;

        if (count == 0 || count > UINT32_MAX || items[0] != '\0' || items[count - 1] != '\0')
                return error_set(error, EBADMSG, "its text does not end");
        return 0;
}

static int check_symbols(const struct summary *summary, struct error *error)
{
        const struct summary_symbol *exports = summary->exports.items, *symbol;

        vector_for_each(symbol, &summary->exports) {
                if (symbol->name >= summary->text.count || symbol->version >= summary->text.count ||
                        symbol->kind > SYMBOL_OTHER)
                        return fault(error, "export", symbol - exports);
                if (symbol > exports && strcmp(summary_text(summary, symbol[-1].name),
                                                summary_text(summary, symbol->name)) > 0)
                        return fault(error, "the order of export", symbol - exports);
        }
        vector_for_each(symbol, &summary->imports)
                if (symbol->name >= summary->text.count || symbol->version >= summary->text.count ||
                        symbol->kind > SYMBOL_OTHER)
                        return fault(error, "import", symbol - summary->imports.items);
        return 0;
}

static int check_functions(const struct summary *summary, struct error *error)
{
        const struct summary_function *functions = summary->functions.items, *function;
        const uint32_t *number;

        vector_for_each(function, &summary->functions) {
                if (function->name >= summary->text.count ||
                        !within(function->facts, function->fact_count, summary->facts.count))
                        return fault(error, "function", function - functions);
                if (function > functions && function->address <= function[-1].address)
                        return fault(error, "the order of function", function - functions);
        }
        vector_for_each(number, &summary->constructors)
                if (*number >= summary->functions.count)
                        return fault(error, "constructor", number - summary->constructors.items);
        vector_for_each(number, &summary->destructors)
                if (*number >= summary->functions.count)
                        return fault(error, "destructor", number - summary->destructors.items);
        return 0;
}

/* How many things there are of the kind that a fact's target is a number of; SIZE_MAX: any. */
static size_t targets_of(const struct summary *summary, enum fact_kind kind)
{
        switch (kind) {
        case FACT_CALL:
        case FACT_TAKE:
                return summary->functions.count;
        case FACT_CALL_IMPORT:
        case FACT_TAKE_IMPORT:
        case FACT_READ_IMPORT:
                return summary->imports.count;
        case FACT_STRING:
                return summary->text.count;
        case FACT_STORE:
                return summary->values.count;
        case FACT_SYSCALL:
                return summary->sites.count;
        case FACT_READ:
        case FACT_REFER:
        case FACT_INDIRECT:
                return SIZE_MAX;
        }
        return 0;
}

static int check_facts(const struct summary *summary, struct error *error)
{
        const struct fact *fact;
        const struct argument *argument;

        vector_for_each(fact, &summary->facts)
                if (fact->target >= targets_of(summary, fact->kind) ||
                        (fact->argument_count > 0 && !within(fact->arguments, fact->argument_count,
                                                             summary->arguments.count)))
                        return fault(error, "fact", fact - summary->facts.items);
        vector_for_each(argument, &summary->arguments)
                if (argument->place >= PLACE_COUNT || argument->value >= summary->values.count)
                        return fault(error, "argument", argument - summary->arguments.items);
        return 0;
}

/* For each number how many before it are no places in the text. NULL when out of memory. */
static uint32_t *count_no_texts(const struct summary *summary)
{
        const int64_t *numbers = summary->numbers.items;
        size_t count = summary->numbers.count;
        uint32_t *ret = calloc(count + 1, sizeof(*ret));

        for (size_t i = 0; ret && i < count; i++)
                ret[i + 1] = ret[i] + ((uint64_t)numbers[i] >= summary->text.count);
        return ret;
}

static bool is_sound_value(
        const struct summary *summary, const struct value *value, const uint32_t *no_texts)
{
        switch ((enum value_kind)value->kind) {
        case VALUE_UNKNOWN:
        case VALUE_GLOBAL:
        case VALUE_GLOBAL_FIELD:
                return true;
        case VALUE_NUMBERS:
                return within(value->first, value->count, summary->numbers.count);
        case VALUE_STRINGS:
                return within(value->first, value->count, summary->numbers.count) &&
                       no_texts[value->first + value->count] == no_texts[value->first];
        case VALUE_ENTRY:
        case VALUE_FIELD:
                return value->place < PLACE_COUNT;
        case VALUE_FRAME:
                return within(value->first, 2 * (uint64_t)value->count, summary->numbers.count);
        case VALUE_FUNCTION:
                return value->first < summary->functions.count;
        }
        return false;
}

static int check_values(const struct summary *summary, struct error *error)
{
        CLEANUP_FREE uint32_t *no_texts = count_no_texts(summary);
        const struct value *value;
        const struct site *site;
        bool sound;

        if (!no_texts)
                return error_errno(error, ENOMEM, "looking through a summary");
        if (summary->values.count == 0 || summary->values.items[0].kind != VALUE_UNKNOWN)
                return fault(error, "value", 0);
        vector_for_each(value, &summary->values)
                if (!is_sound_value(summary, value, no_texts))
                        return fault(error, "value", value - summary->values.items);
        vector_for_each(site, &summary->sites) {
                sound = site->entry <= KERNEL_ENTRY_SYSENTER &&
                        site->number < summary->values.count;
                for (size_t i = 0; i < sizeof(site->arguments) / sizeof(site->arguments[0]); i++)
                        sound = sound && site->arguments[i] < summary->values.count;
                if (!sound)
                        return fault(error, "site", site - summary->sites.items);
        }
        return 0;
}

static int check_pointers(const struct summary *summary, struct error *error)
{
        const struct pointer *pointers = summary->pointers.items, *pointer;

        vector_for_each(pointer, &summary->pointers) {
                if (pointer->is_import && pointer->target >= summary->imports.count)
                        return fault(error, "pointer", pointer - pointers);
                if (pointer->is_copy && !pointer->is_import)
                        return fault(error, "copy", pointer - pointers);
                if (pointer > pointers && pointer->address < pointer[-1].address)
                        return fault(error, "the order of pointer", pointer - pointers);
        }
        return 0;
}

static int check_extents(
        const struct extent *items, size_t count, const char *what, struct error *error)
{
        for (size_t i = 0; i < count; i++)
                if (items[i].size > UINT64_MAX - items[i].address ||
                        (i > 0 && items[i].address < items[i - 1].address + items[i - 1].size))
                        return fault(error, what, i);
        return 0;
}

static int check_memory(const struct summary *summary, struct error *error)
{
        const uint64_t *cuts = summary->cuts.items;
        int r;

        r = check_extents(summary->segments.items, summary->segments.count, "segment", error);
        if (r == 0)
                r = check_extents(summary->data.items, summary->data.count, "data", error);
        for (size_t i = 1; r == 0 && i < summary->cuts.count; i++)
                if (cuts[i] <= cuts[i - 1])
                        r = fault(error, "cut", i);
        return r;
}

int summary_check(const struct summary *summary, struct error *error)
{
        static int (*const checks[])(const struct summary *summary, struct error *error) = {
                check_text,
                check_symbols,
                check_functions,
                check_facts,
                check_values,
                check_pointers,
                check_memory,
        };
        int r = 0;

        if ((unsigned)summary->abi >= ABI_COUNT || (unsigned)summary->kind > OBJECT_SHARED)
                return error_set(error, EBADMSG, "it is of no object that there is");
        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(checks); i++)
                r = checks[i](summary, error);
        return r;
}
