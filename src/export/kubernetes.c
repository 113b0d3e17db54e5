/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A SeccompProfile of the Kubernetes security-profiles-operator (API v1beta1, as its
 * seccompprofile_types.go has it). It has no default errno, and 0 for one counts as none: all calls
 * that are to fail with ENOSYS are named, and none is faked.
 */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "arch/syscalls.h"
#include "export/filter-rules.h"
#include "report/stream.h"

/* Longest name of an object (RFC 1123's label). */
#define NAME_MAX_LENGTH 63

/* Letters, digits and dashes, one of the former at either end. */
static void write_name(const char *name, FILE *stream)
{
        char label[NAME_MAX_LENGTH + 1];
        size_t length = 0;

        for (; *name && length < NAME_MAX_LENGTH; name++) {
                if (isalnum((unsigned char)*name))
                        label[length++] = (char)tolower((unsigned char)*name);
                else if (length > 0 && label[length - 1] != '-')
                        label[length++] = '-';
        }
        while (length > 0 && label[length - 1] == '-')
                length--;
        label[length] = '\0';
        /* Quoted, as a name of digits alone would be a number. */
        fprintf(stream, "  name: \"%s\"\n", length > 0 ? label : "loupe");
}

static void write_architectures(const struct filter_rules *rules, FILE *stream)
{
        fputs("  architectures:\n", stream);
        for (enum abi abi = 0; abi < ABI_COUNT; abi++)
                if (rules->abis[abi])
                        fprintf(stream, "  - %s\n", filter_architecture(abi));
}

static void write_allowed(const struct filter_rules *rules, FILE *stream)
{
        char name[FEATURE_NAME_MAX];

        if (rules->plain == 0)
                return;
        fputs("  - action: SCMP_ACT_ALLOW\n    names:\n", stream);
        for (size_t i = 0; i < rules->plain; i++)
                fprintf(stream, "    - %s\n", filter_call_name(rules->items.items[i].call, name));
}

static void write_divided(const struct filter_rule *rule, FILE *stream)
{
        const struct filter_argument *end = rule->arguments + rule->argument_count;
        char name[FEATURE_NAME_MAX];

        fprintf(stream, "  - action: SCMP_ACT_ALLOW\n    names:\n    - %s\n    args:\n",
                filter_call_name(rule->call, name));
        for (const struct filter_argument *argument = rule->arguments; argument < end; argument++)
                fprintf(stream,
                        "    - index: %u\n      value: %llu\n      valueTwo: %llu\n"
                        "      op: SCMP_CMP_MASKED_EQ\n",
                        argument->index, (unsigned long long)argument->mask,
                        (unsigned long long)argument->value);
}

static bool is_named(const struct filter_rules *rules, const char *wanted)
{
        char name[FEATURE_NAME_MAX];
        const struct filter_rule *rule;

        vector_for_each(rule, &rules->items)
                if (strcmp(filter_call_name(rule->call, name), wanted) == 0)
                        return true;
        return false;
}

/* True where one of the filter's ABIs has the call. */
static bool is_there(const struct filter_rules *rules, const struct syscall_info *info)
{
        for (enum abi abi = 0; abi < ABI_COUNT; abi++)
                if (rules->abis[abi] && info->numbers[abi] >= 0)
                        return true;
        return false;
}

/* What fails with ENOSYS: the rules' stubs, or all calls without a rule. */
static void write_refused(
        const struct export_request *request, const struct filter_rules *rules, FILE *stream)
{
        const struct filter_rule *rule;
        char name[FEATURE_NAME_MAX];

        if (request->others_allowed && rules->items.count == 0)
                return;
        fprintf(stream, "  - action: SCMP_ACT_ERRNO\n    errnoRet: %d\n    names:\n", ENOSYS);
        if (request->others_allowed) {
                vector_for_each(rule, &rules->items)
                        fprintf(stream, "    - %s\n", filter_call_name(rule->call, name));
                return;
        }
        for (size_t i = 0; i < syscall_table_size; i++)
                if (is_there(rules, &syscall_table[i]) && !is_named(rules, syscall_table[i].name))
                        fprintf(stream, "    - %s\n", syscall_table[i].name);
}

int export_kubernetes(
        const struct export_request *request, FILE *stream, struct export_notes *notes)
{
        CLEANUP_FILTER_RULES struct filter_rules rules = {};
        int r;

        r = filter_rules_make(request, EXTRA_LAUNCH | EXTRA_KERNEL, FAKE_NEVER, &rules, notes);
        if (r == 0)
                r = export_note_fakes(request, FAKE_NEVER, "allowed instead", notes);
        if (r == 0)
                r = filter_note_unknown(&rules, notes);
        if (r < 0)
                return r;
        export_write_origin(request, "# ", stream);
        fputs("apiVersion: security-profiles-operator.x-k8s.io/v1beta1\n"
              "kind: SeccompProfile\n"
              "metadata:\n",
                stream);
        write_name(request->name, stream);
        fprintf(stream, "spec:\n  defaultAction: %s\n",
                request->others_allowed ? "SCMP_ACT_ALLOW" : "SCMP_ACT_ERRNO");
        write_architectures(&rules, stream);
        if (!request->others_allowed || rules.items.count > 0)
                fputs("  syscalls:\n", stream);
        if (!request->others_allowed)
                write_allowed(&rules, stream);
        for (size_t i = rules.plain; i < rules.items.count; i++)
                write_divided(&rules.items.items[i], stream);
        write_refused(request, &rules, stream);
        return stream_result(stream);
}
