/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * plan-sample FORM: writes the plan of a few applications that are made up so that every case of
 * the reports occurs. Forms: plan-text, plan-color, plan-markdown, plan-csv, plan-json,
 * plan-numbers; and of the same plan as far as it was proven plan-proven, plan-proven-markdown,
 * plan-proven-json.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "report/plan.h"
#include "tests/report/samples.h"

static void add(struct collection *collection, const char *application, const char *findings)
{
        struct dataset *dataset = vector_add(&collection->datasets);

        check(dataset ? 0 : -ENOMEM);
        dataset->application = strdup(application);
        check(dataset->application ? 0 : -ENOMEM);
        add_findings(collection, &dataset->findings, findings);
}

static struct collection *make_collection(void)
{
        struct collection *collection = collection_new();

        check(collection ? 0 : -ENOMEM);
        add(collection, "already", "read=required");
        add(collection, "big|one*",
                "read=required write=required mmap=required mprotect=required munmap=required "
                "brk=required rt_sigaction=required rt_sigprocmask=required ioctl=required "
                "access=required pipe=required file:/proc/self/status=required");
        add(collection, "first", "read=required close=either prctl=fake");
        add(collection, "link", "read=required close=stub fcntl:F_SETFL=stub");
        return collection;
}

static struct profile *make_profile(void)
{
        struct profile *profile = profile_new();
        struct feature call;

        check(profile ? 0 : -ENOMEM);
        call = sample_feature("read");
        check(profile_add_feature(profile, &call, SUPPORT_FULL, NULL, 0, NULL));
        call = sample_feature("faccessat");
        check(profile_add_feature(profile, &call, SUPPORT_FULL, NULL, 0, NULL));
        /* There are files, but not the one that is needed. */
        call = sample_feature("file:/dev/null");
        check(profile_add_feature(profile, &call, SUPPORT_FULL, NULL, 0, NULL));
        check(profile_finish(profile));
        return profile;
}

static int write_form(const char *form, struct plan_report *report)
{
        static const uint32_t unproven[] = {1};

        if (strncmp(form, "plan-proven", strlen("plan-proven")) == 0) {
                report->proven = true;
                report->unproven = unproven;
                report->unproven_count = ARRAY_SIZE(unproven);
        }
        if (strcmp(form, "plan-markdown") == 0 || strcmp(form, "plan-proven-markdown") == 0)
                return report_plan_markdown(report, stdout);
        if (strcmp(form, "plan-csv") == 0)
                return report_plan_csv(report, stdout);
        if (strcmp(form, "plan-json") == 0 || strcmp(form, "plan-proven-json") == 0)
                return report_plan_json(report, stdout);
        if (strcmp(form, "plan-numbers") == 0) {
                report->spelling = FEATURE_BY_NUMBER;
                return report_plan_json(report, stdout);
        }
        report->text.color = strcmp(form, "plan-color") == 0;
        return report_plan_text(report, stdout);
}

int main(int argc, char **argv)
{
        CLEANUP_COLLECTION struct collection *collection = make_collection();
        CLEANUP_PROFILE struct profile *profile = make_profile();
        CLEANUP_PLAN_PROBLEM struct plan_problem *problem = NULL;
        CLEANUP_PLAN struct plan *plan = NULL;
        const uint64_t weights[] = {1000, 1500, 1000, 1000};
        const char *const without[] = {"dataless", "other", NULL};

        if (argc != 2)
                return 2;
        check(plan_problem_new(collection,
                &(struct plan_options){.profile = profile, .weights = weights, .equivalents = true},
                &problem, NULL));
        check(plan_make(problem, STRATEGY_GREEDY, &plan));
        check(write_form(argv[1], &(struct plan_report){
                                          .problem = problem,
                                          .plan = plan,
                                          .os = "Tiny_OS",
                                          .equivalents = true,
                                          .without_data = without,
                                          .text = {.width = 80},
                                  }));
        return 0;
}
