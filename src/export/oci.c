/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The `linux.seccomp` of the OCI's runtime specification (config-linux.md), which is also what
 * `--security-opt seccomp=FILE` of podman and docker takes.
 */

#include <errno.h>
#include <string.h>

#include "export/filter-rules.h"
#include "report/json-stream.h"

static void write_architectures(struct json_stream *json, const struct filter_rules *rules)
{
        json_stream_array(json, "architectures", LAYOUT_LINE);
        for (enum abi abi = 0; abi < ABI_COUNT; abi++)
                if (rules->abis[abi])
                        json_stream_text(json, NULL, filter_architecture(abi));
        json_stream_end(json);
}

/* What a rule of that kind does. */
static void write_action(struct json_stream *json, enum treatment treatment)
{
        const bool allowed = treatment == TREATMENT_IMPLEMENT;

        json_stream_text(json, "action", allowed ? "SCMP_ACT_ALLOW" : "SCMP_ACT_ERRNO");
        if (!allowed)
                json_stream_integer(json, "errnoRet", treatment == TREATMENT_STUB ? ENOSYS : 0);
}

/* The plain rules of that kind as one. */
static void write_plain(
        struct json_stream *json, const struct filter_rules *rules, enum treatment treatment)
{
        char name[FEATURE_NAME_MAX];
        bool any = false;

        for (size_t i = 0; i < rules->plain; i++)
                any = any || rules->items.items[i].treatment == treatment;
        if (!any)
                return;
        json_stream_object(json, NULL, LAYOUT_BLOCK);
        json_stream_array(json, "names", LAYOUT_LINE);
        for (size_t i = 0; i < rules->plain; i++)
                if (rules->items.items[i].treatment == treatment)
                        json_stream_text(
                                json, NULL, filter_call_name(rules->items.items[i].call, name));
        json_stream_end(json);
        write_action(json, treatment);
        json_stream_end(json);
}

static void write_divided(struct json_stream *json, const struct filter_rule *rule)
{
        const struct filter_argument *end = rule->arguments + rule->argument_count;
        char name[FEATURE_NAME_MAX];

        json_stream_object(json, NULL, LAYOUT_LINE);
        json_stream_array(json, "names", LAYOUT_LINE);
        json_stream_text(json, NULL, filter_call_name(rule->call, name));
        json_stream_end(json);
        write_action(json, rule->treatment);
        json_stream_array(json, "args", LAYOUT_LINE);
        for (const struct filter_argument *argument = rule->arguments; argument < end; argument++) {
                json_stream_object(json, NULL, LAYOUT_LINE);
                json_stream_integer(json, "index", argument->index);
                json_stream_integer(json, "value", (int64_t)argument->mask);
                json_stream_integer(json, "valueTwo", (int64_t)argument->value);
                json_stream_text(json, "op", "SCMP_CMP_MASKED_EQ");
                json_stream_end(json);
        }
        json_stream_end(json);
        json_stream_end(json);
}

static int write_profile(
        const struct export_request *request, const struct filter_rules *rules, FILE *stream)
{
        struct json_stream json;

        json_stream_init(&json, stream);
        json_stream_object(&json, NULL, LAYOUT_BLOCK);
        json_stream_text(&json, "defaultAction",
                request->others_allowed ? "SCMP_ACT_ALLOW" : "SCMP_ACT_ERRNO");
        if (!request->others_allowed)
                json_stream_integer(&json, "defaultErrnoRet", ENOSYS);
        write_architectures(&json, rules);
        json_stream_array(&json, "syscalls", LAYOUT_BLOCK);
        write_plain(&json, rules, TREATMENT_IMPLEMENT);
        write_plain(&json, rules, TREATMENT_STUB);
        write_plain(&json, rules, TREATMENT_FAKE);
        for (size_t i = rules->plain; i < rules->items.count; i++)
                write_divided(&json, &rules->items.items[i]);
        json_stream_end(&json);
        json_stream_end(&json);
        return json_stream_finish(&json);
}

int export_oci(const struct export_request *request, FILE *stream, struct export_notes *notes)
{
        CLEANUP_FILTER_RULES struct filter_rules rules = {};
        int r;

        r = filter_rules_make(request, EXTRA_LAUNCH | EXTRA_KERNEL, FAKE_ZERO, &rules, notes);
        if (r == 0)
                r = export_note_fakes(request, FAKE_ZERO, "allowed instead", notes);
        if (r == 0)
                r = filter_note_unknown(&rules, notes);
        return r < 0 ? r : write_profile(request, &rules, stream);
}
