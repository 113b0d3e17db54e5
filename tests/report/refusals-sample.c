/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * refusals-sample FORM: writes what a made-up program asked for in vain. Forms: refusals-text,
 * refusals-color, refusals-json of one that fails; refusals-works, refusals-works-json of one that
 * copes; refusals-none of one that failed without; refusals-lost of one that asked for too much.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "report/refusals.h"

static void check(int r)
{
        if (r < 0) {
                fprintf(stderr, "refusals-sample: %s\n", strerror(-r));
                exit(1);
        }
}

static struct refusal *add(struct refusals *refusals, const char *name, uint64_t count,
        double first, double last, const char *object)
{
        struct refusal *refusal = vector_add(&refusals->items);

        if (!refusal)
                check(-ENOMEM);
        check(feature_parse(name, &refusal->feature, NULL));
        refusal->action = ACTION_STUB;
        refusal->errnum = ENOSYS;
        refusal->count = count;
        refusal->first = first;
        refusal->last = last;
        refusal->object = strdup(object);
        return refusal;
}

static void fake(struct refusal *refusal)
{
        refusal->action = ACTION_FAKE;
        refusal->errnum = 0;
        refusal->success = policy_success_of(refusal->feature);
}

/* Every kind of feature and of answer, in more than one process. */
static void fill(struct refusals *refusals)
{
        add(refusals, "rseq", 1, 0.0021, 0.0021, "/lib64/ld-linux-x86-64.so.2");
        add(refusals, "pipe2", 12345, 0.0105, 1.2465, "/usr/lib/x86_64-linux-gnu/libc.so.6");
        add(refusals, "fcntl:F_SETFL", 1, 0.5, 0.5, REFUSAL_ANONYMOUS)->errnum = EPERM;
        add(refusals, "file:/proc/self/status", 1, 0.6, 0.6, REFUSAL_UNKNOWN)->errnum = 4000;
        fake(add(refusals, "chown", 2, 0.7, 0.8, "/opt/a b/server"));
        fake(add(refusals, "sendto", 2, 0.75, 0.85, "/opt/a b/server"));
        fake(add(refusals, "file:/proc/meminfo", 1, 0.9, 0.9, "/opt/a b/server"));
        add(refusals, "tgkill", 1, 1.25, 1.25, "/usr/lib/x86_64-linux-gnu/libc.so.6");
        add(refusals, "syscall_470", 1, 1.2505, 1.2505, "/opt/a b/helper");
        refusals->last = (struct refusal_moment){true, 8, 1.2505};
        refusals->ended = (struct refusal_moment){true, 7, 1.25};
        refusals->earlier = (struct refusal_moment){true, 1, 1.2465};
}

int main(int argc, char **argv)
{
        const char *form = argc > 1 ? argv[1] : "";
        const struct text_options options = {
                .color = string_equal(form, "refusals-color"),
                .width = 80,
        };
        CLEANUP_REFUSALS struct refusals refusals = {};
        struct refusal_report report = {
                .program = "server",
                .os = "Toy",
                .outcome = {OUTCOME_CRASHED, 6},
                .total = 1.251,
                .refusals = &refusals,
        };

        if (!string_equal(form, "refusals-none"))
                fill(&refusals);
        if (string_has_prefix(form, "refusals-works")) {
                report.outcome = (struct outcome){OUTCOME_PASSED};
                report.os = NULL;
                refusals.ended = refusals.earlier = (struct refusal_moment){};
        }
        if (string_equal(form, "refusals-lost")) {
                refusals.lost = 17;
                refusals.last = refusals.ended = refusals.earlier = (struct refusal_moment){};
        }
        if (string_has_prefix(form, "refusals-") && strstr(form, "json"))
                check(report_refusals_json(&report, stdout));
        else
                check(report_refusals_text(&report, &options, stdout));
        return 0;
}
