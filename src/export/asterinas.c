/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Asterinas' System Call Matching Language (its book, "System Call Matching Language"): a rule says
 * with which arguments a call is made,
 *
 *     fcntl(fd0, cmd = F_SETFL, ..);
 *     openat(..);
 *
 * and a call is made in any of the ways that its rules say.
 */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "arch/syscalls.h"
#include "base/strings.h"
#include "export/format.h"
#include "report/stream.h"

/* The rules of one call, while they are written. */
struct call_rules {
        const struct export_request *request;
        const struct feature *call;
        const struct syscall_info *info;
        const struct selector *selectors;
        size_t selector_count;
        const char *names[SYSCALL_ARGUMENTS_MAX];    /* of restricted arguments */
        const char *patterns[SYSCALL_ARGUMENTS_MAX]; /* "F_SETFL", "SOCK_STREAM | SOCK_CLOEXEC";
                                                        NULL: anything */
        FILE *stream;
};

/* Only what begins like a name and goes on like one is a word of the language. */
static bool is_word(const char *text)
{
        if (!isalpha((unsigned char)*text) && *text != '_')
                return false;
        while (isalnum((unsigned char)*text) || *text == '_')
                text++;
        return !*text;
}

/* A wanted value of that selector. */
static bool is_wanted(
        const struct call_rules *rules, const struct export_item *item, unsigned selector)
{
        return item->feature.kind == FEATURE_SUBFEATURE && item->feature.abi == rules->call->abi &&
               item->feature.number == rules->call->number && item->feature.selector == selector &&
               export_treatment_in(rules->request, item, FAKE_NEVER) == TREATMENT_IMPLEMENT;
}

/* The name of the sub-feature's value, or NULL where it has none that is a word. */
static const char *value_name(const struct feature *feature)
{
        const struct selector_value *value =
                selector_value_find(feature_selector(*feature), feature->value);

        return value && is_word(value->name) ? value->name : NULL;
}

/* True where the selector's values can be said: registers tell it, it has some, and all of them
 * have names. */
static bool can_be_said(const struct call_rules *rules, unsigned selector)
{
        const struct export_item *item;
        bool any = false;

        if (rules->selectors[selector].source == SELECTOR_POINTER)
                return false;
        vector_for_each(item, &rules->request->set->items) {
                if (!is_wanted(rules, item, selector))
                        continue;
                if (!value_name(&item->feature))
                        return false;
                any = true;
        }
        return any;
}

static void write_rule(const struct call_rules *rules)
{
        unsigned last = 0;

        fprintf(rules->stream, "%s(", rules->info->name);
        for (unsigned i = 0; i < SYSCALL_ARGUMENTS_MAX; i++)
                if (rules->patterns[i])
                        last = i + 1;
        for (unsigned i = 0; i < last; i++) {
                fputs(i > 0 ? ", " : "", rules->stream);
                if (rules->patterns[i])
                        fprintf(rules->stream, "%s = %s", rules->names[i], rules->patterns[i]);
                else
                        fprintf(rules->stream, "%s%u",
                                rules->info->arguments[i] == ARGUMENT_DESCRIPTOR ? "fd"
                                : rules->info->arguments[i] == ARGUMENT_PATH     ? "path"
                                                                                 : "arg",
                                i);
        }
        if (last < rules->info->argument_count)
                fputs(last > 0 ? ", .." : "..", rules->stream);
        fputs(");\n", rules->stream);
}

static int write_rules(struct call_rules *rules, unsigned selector);

/* Goes on with the next selectors, with `text` in the argument of this one. */
static int write_with(struct call_rules *rules, unsigned selector, const char *text)
{
        const struct selector *which = &rules->selectors[selector];
        const unsigned argument = which->argument + (which->source == SELECTOR_PAIR);
        const char *const pattern = rules->patterns[argument], *const name = rules->names[argument];
        CLEANUP_FREE char *both = NULL;
        int r;

        if (pattern) {
                both = string_format("%s | %s", pattern, text);
                if (!both)
                        return -ENOMEM;
        }
        rules->patterns[argument] = both ? both : text;
        if (!pattern)
                rules->names[argument] = which->name;
        r = write_rules(rules, selector + 1);
        rules->patterns[argument] = pattern;
        rules->names[argument] = name;
        return r;
}

/* All flags in one rule: it holds for any of them. */
static int write_flags(struct call_rules *rules, unsigned selector)
{
        CLEANUP_STRINGS char **names = NULL;
        CLEANUP_FREE char *text = NULL;
        const struct export_item *item;

        vector_for_each(item, &rules->request->set->items)
                if (is_wanted(rules, item, selector) &&
                        strings_add(&names, value_name(&item->feature)) < 0)
                        return -ENOMEM;
        text = strings_join(names, " | ");
        return text ? write_with(rules, selector, text) : -ENOMEM;
}

/* A rule for each combination of the values of enumerations, from that selector on. */
static int write_rules(struct call_rules *rules, unsigned selector)
{
        const struct export_item *item;
        int r = 0;

        if (selector == rules->selector_count) {
                write_rule(rules);
                return 0;
        }
        if (!can_be_said(rules, selector))
                return write_rules(rules, selector + 1);
        if (rules->selectors[selector].kind == SELECTOR_FLAGS)
                return write_flags(rules, selector);
        vector_for_each(item, &rules->request->set->items)
                if (r == 0 && is_wanted(rules, item, selector))
                        r = write_with(rules, selector, value_name(&item->feature));
        return r;
}

static int write_call(
        const struct export_request *request, const struct export_item *item, FILE *stream)
{
        struct call_rules rules = {.request = request, .call = &item->feature, .stream = stream};

        rules.info = syscall_by_number(item->feature.abi, item->feature.number);
        /* A call newer than the table has no name. */
        if (!rules.info)
                return 0;
        if (request->features && item->divided)
                rules.selectors = selectors_of(
                        item->feature.abi, item->feature.number, &rules.selector_count);
        return write_rules(&rules, 0);
}

int export_asterinas(const struct export_request *request, FILE *stream, struct export_notes *notes)
{
        const struct export_item *item;
        int r;

        r = export_note_fakes(request, FAKE_NEVER, "to be implemented instead", notes);
        if (r == 0)
                r = export_note_abis(request, notes);
        if (r < 0)
                return r;
        export_write_origin(request, "// ", stream);
        vector_for_each(item, &request->set->items)
                if (r == 0 && export_is_native_call(item) &&
                        export_treatment_in(request, item, FAKE_NEVER) == TREATMENT_IMPLEMENT)
                        r = write_call(request, item, stream);
        return r < 0 ? r : stream_result(stream);
}
