/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A drop-in for a unit of systemd (systemd.exec(5)). SystemCallFilter= as a list of what is allowed
 * takes no errno per call ("Allow-listed system calls cannot take error number"): what is not in it
 * fails with SystemCallErrorNumber=, and nothing is faked. A list of what is not allowed does.
 */

#include <string.h>

#include "export/filter-rules.h"
#include "report/stream.h"

/* No longer than this where a name more is still to come. */
#define LINE_LENGTH 100

static const char *architecture(enum abi abi)
{
        static const char *const names[ABI_COUNT] = {
                [ABI_X86_64] = "x86-64",
                [ABI_AARCH64] = "arm64",
                [ABI_RISCV64] = "riscv64",
                [ABI_I386] = "x86",
                [ABI_X32] = "x32",
        };

        return names[abi];
}

/* The names that libseccomp knows here, or those that it does not: assignments add up. A tilde
 * makes a list of what is not allowed. */
static void write_names(const struct filter_rules *rules, bool known, bool refused, FILE *stream)
{
        const char *const assignment = refused ? "SystemCallFilter=~" : "SystemCallFilter=";
        char name[FEATURE_NAME_MAX];
        const struct filter_rule *rule;
        size_t column = 0;

        vector_for_each(rule, &rules->items) {
                if (filter_is_known(rule->call) != known)
                        continue;
                filter_call_name(rule->call, name);
                if (column > 0 && column + strlen(name) + strlen(" :0") > LINE_LENGTH) {
                        fputc('\n', stream);
                        column = 0;
                }
                column += fprintf(stream, "%s%s%s", column > 0 ? " " : assignment, name,
                        rule->treatment == TREATMENT_FAKE ? ":0" : "");
        }
        if (column > 0)
                fputc('\n', stream);
}

static bool all_known(const struct filter_rules *rules)
{
        const struct filter_rule *rule;

        vector_for_each(rule, &rules->items)
                if (!filter_is_known(rule->call))
                        return false;
        return true;
}

int export_systemd(const struct export_request *request, FILE *stream, struct export_notes *notes)
{
        const enum fake_power power = request->others_allowed ? FAKE_ZERO : FAKE_NEVER;
        struct export_request whole = *request;
        CLEANUP_FILTER_RULES struct filter_rules rules = {};
        int r;

        /* There are no conditions on arguments. */
        whole.features = false;
        r = filter_rules_make(&whole, EXTRA_KERNEL, power, &rules, notes);
        if (r == 0)
                r = export_note_fakes(request, power, "allowed instead", notes);
        if (r == 0)
                r = filter_note_unknown(&rules, notes);
        if (r < 0)
                return r;
        export_write_origin(request, "# ", stream);
        fputs("[Service]\nSystemCallArchitectures=", stream);
        for (enum abi abi = 0, any = 0; abi < ABI_COUNT; abi++)
                if (rules.abis[abi])
                        fprintf(stream, "%s%s", any++ ? " " : "", architecture(abi));
        fputs("\nSystemCallErrorNumber=ENOSYS\n", stream);
        write_names(&rules, true, request->others_allowed, stream);
        if (!all_known(&rules))
                fputs("# New calls: a systemd whose libseccomp does not know them warns, and "
                      "ignores them.\n",
                        stream);
        write_names(&rules, false, request->others_allowed, stream);
        return stream_result(stream);
}
