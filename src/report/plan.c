/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/plan.h"

#include "base/strings.h"

#define MILLION 1000000

const char *report_millionths(unsigned __int128 millionths, char buffer[MILLIONTHS_MAX])
{
        char *start = buffer + MILLIONTHS_MAX - 1;
        unsigned __int128 whole = millionths / MILLION;
        unsigned fraction = millionths % MILLION;
        unsigned digits = 6;

        *start = '\0';
        for (; digits > 0 && fraction % 10 == 0; digits--)
                fraction /= 10;
        if (digits > 0) {
                for (; digits > 0; digits--, fraction /= 10)
                        *--start = '0' + fraction % 10;
                *--start = '.';
        }
        do {
                *--start = '0' + (unsigned)(whole % 10);
                whole /= 10;
        } while (whole > 0);
        return start;
}

double report_plan_distance(const struct plan *plan)
{
        if (plan->objective == plan->bound)
                return 0;
        if (plan->bound == 0)
                return -1;
        return (double)(plan->objective - plan->bound) / (double)plan->bound;
}

static void write_distance(const struct plan *plan, FILE *stream)
{
        char objective[MILLIONTHS_MAX], bound[MILLIONTHS_MAX];
        double distance = report_plan_distance(plan);

        fprintf(stream,
                "Cost spent before applications work, times their weights: %s; no plan does with "
                "less than %s",
                report_millionths(plan->objective, objective),
                report_millionths(plan->bound, bound));
        if (plan->objective == plan->bound)
                fputs(": this one is the best.\n", stream);
        else if (distance >= 0)
                fprintf(stream, ", which is at most %.2f %% better.\n",
                        100 * distance / (1 + distance));
        else
                fputs(".\n", stream);
}

/* What was proven, and how to prove the rest. */
static void write_proven(const struct plan_report *report, FILE *stream)
{
        const struct plan *plan = report->plan;
        size_t working = report->problem->application_count - report->unproven_count;

        fprintf(stream,
                "%zu step%s, %zu feature%s to implement: then %zu of %zu application%s %s "
                "proven to work, %zu of them from the start.\n",
                plan->steps.count, plural(plan->steps.count), plan->implemented,
                plural(plan->implemented), working, report->problem->application_count,
                plural(report->problem->application_count),
                report->problem->application_count == 1 ? "is" : "are", plan->initial.count);
        if (report->unproven_count > 0)
                fputs("loupe prove --plan tries the whole plan.\n", stream);
}

void report_plan_summary(const struct plan_report *report, FILE *stream)
{
        size_t applications = report->problem->application_count;
        const struct plan *plan = report->plan;

        if (report->proven) {
                write_proven(report, stream);
                return;
        }

        fprintf(stream, "%zu step%s, %zu feature%s to implement: then all %zu application%s work",
                plan->steps.count, plural(plan->steps.count), plan->implemented,
                plural(plan->implemented), applications, plural(applications));
        fprintf(stream, ", %zu of them from the start.\n", plan->initial.count);
        write_distance(plan, stream);
}
