/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A table: a row for each feature, and what to do about it. `loupe os import` reads it, as what a
 * system offers that does just that.
 */

#include <string.h>

#include "base/csv.h"
#include "export/format.h"
#include "policy/policy.h"
#include "report/stream.h"

/* Words that tables of profiles are read with. */
static const char *status_of(enum treatment treatment)
{
        static const char *const words[] = {
                [TREATMENT_IMPLEMENT] = "implemented",
                [TREATMENT_STUB] = "stub",
                [TREATMENT_FAKE] = "fake",
        };

        return words[treatment];
}

static void write_value(const struct export_item *item, enum treatment treatment, FILE *stream)
{
        const struct success success = policy_success_of(item->feature);

        if (treatment == TREATMENT_STUB)
                fprintf(stream, "-%s", errno_name(policy_errno_of(item->feature)));
        if (treatment != TREATMENT_FAKE || item->feature.kind == FEATURE_FILE)
                return;
        switch (success.kind) {
        case SUCCESS_CONSTANT:
                fprintf(stream, "%lld", (long long)success.value);
                break;
        case SUCCESS_ARGUMENT:
                fprintf(stream, "arg%lld", (long long)success.value);
                break;
        case SUCCESS_DESCRIPTOR:
                fputs("fd", stream);
                break;
        case SUCCESS_IOVEC:
                fprintf(stream, "iovec%lld", (long long)success.value);
                break;
        case SUCCESS_MESSAGE:
                fprintf(stream, "msghdr%lld", (long long)success.value);
                break;
        case SUCCESS_THREAD:
                fputs("tid", stream);
                break;
        }
}

int export_csv(const struct export_request *request, FILE *stream, struct export_notes *notes)
{
        const struct export_item *item;
        char name[FEATURE_NAME_MAX];

        (void)notes;
        fputs("name,status,value,verdict,kind,number\n", stream);
        vector_for_each(item, &request->set->items) {
                const enum treatment treatment = export_treatment_in(request, item, FAKE_ANY);

                if (item->feature.kind != FEATURE_SYSCALL && !request->features)
                        continue;
                csv_write_field(feature_name(item->feature, name), stream);
                fprintf(stream, ",%s,", status_of(treatment));
                write_value(item, treatment, stream);
                fprintf(stream, ",%s,%s,", verdict_name(item->verdict),
                        feature_kind_name(item->feature.kind));
                if (export_is_native_call(item))
                        fprintf(stream, "%d", item->feature.number);
                fputc('\n', stream);
        }
        return stream_result(stream);
}
