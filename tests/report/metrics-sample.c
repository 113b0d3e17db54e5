/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * metrics-sample FORM: writes the metrics of a small collection that is made up so that every case
 * of the reports occurs. Forms: metrics-text, metrics-color, metrics-os-text, metrics-csv,
 * metrics-json, metrics-os-json.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "report/metrics.h"
#include "tests/report/samples.h"

static void add(struct collection *collection, const char *application, enum workload_kind kind,
        const char *workload, const char *findings)
{
        struct dataset *dataset = vector_add(&collection->datasets);

        check(dataset ? 0 : -ENOMEM);
        *dataset = (struct dataset){
                .application = strdup(application),
                .workload = strdup(workload),
                .kind = kind,
                .run = strdup("0123abcd"),
                .origin = strdup("analysis"),
        };
        add_findings(collection, &dataset->findings, findings);
}

static struct collection *sample(void)
{
        struct collection *collection = collection_new();

        check(collection ? 0 : -ENOMEM);
        add(collection, "redis", WORKLOAD_BENCHMARK, "redis-benchmark",
                "read=required write=required setuid=stub fcntl:F_SETFL=untested");
        add(collection, "redis", WORKLOAD_SUITE, "suite",
                "read=required write=required close=either pipe=required setuid=fake "
                "fcntl:F_SETFL=required file:/proc/meminfo=either");
        add(collection, "web, with a comma", WORKLOAD_HEALTH, "health", "read=required close=fake");
        return collection;
}

static struct profile *sample_profile(void)
{
        struct profile *profile = profile_new();

        check(profile ? 0 : -ENOMEM);
        profile->name = strdup("Small");
        check(profile_add(profile, "read", SUPPORT_FULL, NULL, 0, NULL));
        check(profile_add(profile, "write", SUPPORT_PARTIAL, NULL, 0, NULL));
        check(profile_add(profile, "setuid", SUPPORT_FAKE, NULL, 0, NULL));
        check(profile_add(profile, "fcntl", SUPPORT_PARTIAL, NULL, 0, NULL));
        check(profile_add(profile, "fcntl:F_GETFL", SUPPORT_FULL, NULL, 0, NULL));
        check(profile_finish(profile));
        return profile;
}

static struct popularity *sample_popularity(void)
{
        static const char contest[] =
                "# Submissions: 200\n1 redis-server 50 1 1 1 1\n2 web 20 1 1 1 1\n";
        static const char packages[] = "Package: redis-server\nDepends: libc6\n\nPackage: libc6\n";
        static const char names[] = "redis,redis-server\n";
        struct popularity *popularity;

        check(popularity_parse("by_inst", contest, strlen(contest), &popularity, NULL));
        check(popularity_parse_packages(popularity, "Packages", packages, strlen(packages), NULL));
        check(popularity_parse_names(popularity, "names", names, strlen(names), NULL));
        return popularity;
}

static int write_form(const char *form, const struct metrics_report *report)
{
        const struct text_options plain = {.width = 60}, colored = {.width = 60, .color = true};

        if (strcmp(form, "text") == 0)
                return report_metrics_text(report, &plain, stdout);
        if (strcmp(form, "color") == 0)
                return report_metrics_text(report, &colored, stdout);
        if (strcmp(form, "json") == 0)
                return report_metrics_json(report, stdout);
        if (strcmp(form, "csv") == 0)
                return report_metrics_csv(report, stdout);
        return -EINVAL;
}

int main(int argc, char **argv)
{
        uint32_t calls[] = {0, 1, 2, 3, 4};
        struct static_set set = {.application = (char *)"redis",
                .workload = (char *)"redis-benchmark",
                .run = (char *)"",
                .features = {{calls, 5, 5}}};
        const struct static_sets statics = {{&set, 1, 1}};
        CLEANUP_COLLECTION struct collection *collection = sample();
        CLEANUP_PROFILE struct profile *profile = sample_profile();
        CLEANUP_POPULARITY struct popularity *popularity = sample_popularity();
        CLEANUP_METRICS struct metrics *metrics = NULL;
        const char *form = argc == 2 ? argv[1] : "";
        bool os = string_has_prefix(form, "metrics-os-");
        const struct metrics_options options = {
                .profile = os ? profile : NULL,
                .popularity = os ? popularity : NULL,
                .statics = os ? &statics : NULL,
                .top = 4,
        };

        if (!string_has_prefix(form, "metrics-"))
                check(-EINVAL);
        check(metrics_calculate(collection, &options, &metrics));
        const struct metrics_report report = {
                .collection = collection,
                .metrics = metrics,
                .profile = options.profile,
                .top = options.top,
                .numbers = !os,
                .datasets = os,
                .places = os,
                .curve = os,
        };
        check(write_form(form + strlen(os ? "metrics-os-" : "metrics-"), &report));
        return 0;
}
