/* SPDX-License-Identifier: BSD-3-Clause */

/* From what is reached to features: the numbers at each place where the kernel is entered, and the
 * paths that code refers to. */

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "binary/machine.h"
#include "feature/pseudo-file.h"
#include "program/reach-result.h"

/* The call that a number means by the way it is made. Returns false for one that cannot be any. */
static bool call_of(
        const struct summary *summary, const struct site *site, int64_t number, struct feature *ret)
{
        const struct machine *machine = machine_of(summary->abi);
        const struct entry_convention *entry = machine ? machine_entry(machine, site->entry) : NULL;

        *ret = (struct feature){.kind = FEATURE_SYSCALL};
        /* The kernel looks at the low 32 bits, as a signed number. */
        return entry && abi_from_audit(abi_info(entry->abi)->audit_arch, (uint32_t)number,
                                &ret->abi, &ret->number) == 0;
}

bool site_call(const struct reach_state *state, struct origin at, const struct site *site,
        const struct parameter_value *value, struct feature *ret)
{
        return !value->is_string &&
               call_of(state_summary(state, at.object), site, value->number, ret);
}

static int find_calls(struct parameters *parameters, struct reach_result *result, struct origin at,
        const struct site *site)
{
        CLEANUP_ANSWER struct parameter_answer answer = {};
        const struct parameter_value *value;
        const struct origin *unknown;
        struct feature feature;
        int r = parameters_ask(parameters, at, site->number, UINT32_MAX, &answer);

        vector_for_each(value, &answer.values) {
                if (r < 0)
                        return r;
                if (site_call(result->state, at, site, value, &feature))
                        r = result_add_feature(result, feature, at, value->link);
        }
        vector_for_each(unknown, &answer.unknown) {
                if (r < 0)
                        return r;
                r = result_add_unknown(result, RESULT_SITES, *unknown, "number of the system call");
        }
        return r;
}

/* The end of a printf(3) conversion that begins at `format`, whose first character is %. */
static const char *conversion_end(const char *format)
{
        format++;
        format += strspn(format, "-+ #0'I");
        format += strspn(format, "0123456789.*$");
        format += strspn(format, "hlLqjzt");
        return *format != '\0' ? format + 1 : format;
}

static bool is_conversion(const char *text, const char *end)
{
        return text[0] == '%' && end > text + 1 && strchr("diouxXcsp", end[-1]);
}

/*
 * A path that the program makes by printf(3): what it fills in is a star; but right below /proc it
 * is a process, as far as is known. Writes nothing where it does not fit.
 */
static bool fill_in(const char *pattern, char *ret, size_t size)
{
        size_t length = 0;

        while (*pattern != '\0') {
                const char *end = *pattern == '%' ? conversion_end(pattern) : pattern + 1;
                bool whole = length > 0 && ret[length - 1] == '/' && (*end == '/' || *end == '\0');
                const char *text = pattern;
                size_t text_length = end - pattern;

                if (pattern[0] == '%' && pattern[1] == '%') {
                        text_length = 1;
                } else if (is_conversion(pattern, end)) {
                        bool process = whole && length == strlen("/proc/") &&
                                       memcmp(ret, "/proc/", length) == 0;

                        text = process ? "self" : "*";
                        text_length = strlen(text);
                }
                if (length + text_length >= size)
                        return false;
                memcpy(ret + length, text, text_length);
                length += text_length;
                pattern = end;
        }
        ret[length] = '\0';
        return true;
}

static int find_file(struct reach_result *result, struct origin at, const char *string)
{
        char path[PATH_MAX];
        struct feature feature;

        if (string[0] != '/' || !fill_in(string, path, sizeof(path)) ||
                !pseudo_file_feature(path, &feature))
                return 0;
        return result_add_feature(result, feature, at, UINT32_MAX);
}

static int find_at(
        struct parameters *parameters, struct reach_result *result, const struct reach_site *item)
{
        const struct summary *summary = state_summary(result->state, item->at.object);
        const struct site *site;
        int r;

        if (item->fact->kind == FACT_STRING)
                return find_file(result, item->at, summary_text(summary, item->fact->target));
        site = &summary->sites.items[item->fact->target];
        r = find_calls(parameters, result, item->at, site);
        if (r == 0 && result->state->options.features)
                r = selectors_find(parameters, result, item->at, site);
        return r;
}

/* What has no description at all may do more than was found. */
static int find_bare(const struct reach_state *state, struct reach_result *result)
{
        int r = 0;

        for (uint32_t i = 0; i < state->objects.count && r == 0; i++) {
                const struct summary *summary = state_summary(state, i);
                const struct origin entry = {i, summary_function_at(summary, summary->entry), 0};

                if (summary->is_bare && entry.function != NO_FUNCTION)
                        r = result_add_unknown(result, RESULT_SITES, entry,
                                "which functions there are: no sections, symbols, unwind "
                                "information");
        }
        return r;
}

int features_find(struct reach_state *state, struct reach_result *result)
{
        CLEANUP_PARAMETERS struct parameters *parameters = parameters_new(state);
        int r = 0;

        if (!parameters)
                return -ENOMEM;
        for (size_t i = 0; i < state->sites.count && r == 0; i++)
                r = find_at(parameters, result, &state->sites.items[i]);
        return r < 0 ? r : find_bare(state, result);
}
