/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/refusals.h"

#include <inttypes.h>

#include "policy/policy.h"

/* Clocks are read one after the other: the end is never before what came before it. */
static double seconds_before(const struct refusal_report *report, double when)
{
        return report->total > when ? report->total - when : 0;
}

static struct refusal_suspect suspect_of(
        const struct refusal_report *report, struct refusal_moment moment, bool by_ended)
{
        return (struct refusal_suspect){
                .item = moment.item,
                .before_end = seconds_before(report, moment.when),
                .by_ended = by_ended,
                .parting = refusal_is_parting(&report->refusals->items.items[moment.item].feature),
        };
}

size_t refusal_suspects(
        const struct refusal_report *report, struct refusal_suspect ret[REFUSAL_SUSPECTS_MAX])
{
        const struct refusals *refusals = report->refusals;
        const struct refusal_moment ended = refusals->ended, last = refusals->last;
        size_t count = 0;

        if (report->outcome.kind == OUTCOME_PASSED)
                return 0;
        if (ended.known)
                ret[count++] = suspect_of(report, ended, true);
        if (refusals->earlier.known)
                ret[count++] = suspect_of(report, refusals->earlier, true);
        if (last.known && (!ended.known || last.item != ended.item))
                ret[count++] = suspect_of(report, last, false);
        return count;
}

const char *refusal_answer(const struct refusal *refusal, char buffer[REFUSAL_ANSWER_MAX])
{
        const char *name = errno_name(refusal->errnum);

        if (refusal->action == ACTION_FAKE && refusal->feature.kind != FEATURE_FILE &&
                refusal->success.kind == SUCCESS_CONSTANT)
                snprintf(buffer, REFUSAL_ANSWER_MAX, "faked %" PRId64, refusal->success.value);
        else if (refusal->action == ACTION_FAKE)
                snprintf(buffer, REFUSAL_ANSWER_MAX, "faked");
        else if (name)
                snprintf(buffer, REFUSAL_ANSWER_MAX, "%s", name);
        else
                snprintf(buffer, REFUSAL_ANSWER_MAX, "errno %d", refusal->errnum);
        return buffer;
}
