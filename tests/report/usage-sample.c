/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * usage-sample FORM: writes datasets made up so that every case of these reports occurs. Forms:
 * usage-text, usage-color, usage-one, usage-every, usage-json, usage-merged, usage-numbers,
 * usage-csv, usage-static, usage-static-one, usage-static-json, usage-static-csv,
 * usage-alone, usage-alone-one, usage-alone-json, usage-alone-csv: no run is known;
 * difference-text, difference-color, difference-same, difference-json, difference-numbers.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "report/difference.h"
#include "report/usage.h"
#include "tests/report/samples.h"

/* One dataset; `findings` is a line such as "read=required". */
struct row {
        const char *application;
        enum workload_kind kind;
        const char *workload, *run, *version, *libc;
        int64_t measured;
        const char *findings;
};

static const struct row rows[] = {
        {"caf\xe9, \"noir\"", WORKLOAD_HEALTH, "ping", "0123456789ab", "1.0", "musl 1.2.3", 0,
                "read=required write=stub"},
        {"nginx", WORKLOAD_BENCHMARK, "nginx-wrk", "ff", NULL, NULL, 0,
                "read=required write=either getpid=stub setuid=fake accept4=stub uname=either "
                "close=either dup=either pipe=either fcntl=either ioctl=either socket=either "
                "connect=either listen=either bind=either kill=either clone3=untested"},
        {"redis", WORKLOAD_BENCHMARK, "redis-benchmark", "aa11", "7.0.15", "glibc 2.36", 1714204800,
                "read=required write=required getpid=either open=stub"},
        {"redis", WORKLOAD_SUITE, "suite", "bb22", "7.0.15", NULL, 1714204801,
                "file:/proc/stat=stub fcntl:F_SETFL=required fcntl:F_GETFL=either i386:read=fake "
                "syscall_1030=either read=required getpid=fake open=fake pipe2=required "
                "file:/proc/a,\"b\"=required uname=required write=fake"},
};

static int compare_numbers(const void *a, const void *b)
{
        const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

        return (left > right) - (left < right);
}

static char *copy(const char *text)
{
        return text ? strdup(text) : NULL;
}

static void add_row(struct collection *collection, const struct row *row)
{
        struct dataset *dataset = vector_add(&collection->datasets);

        check(dataset ? 0 : -ENOMEM);
        *dataset = (struct dataset){
                .application = copy(row->application),
                .workload = copy(row->workload),
                .kind = row->kind,
                .run = copy(row->run),
                .version = copy(row->version),
                .libc = copy(row->libc),
                .measured = row->measured,
        };
        add_findings(collection, &dataset->findings, row->findings);
}

/* The rows from `first` until `end`; one application has none, which the name "lighttpd" tells. */
static struct collection *sample(size_t first, size_t end)
{
        struct collection *collection = collection_new();

        check(collection ? 0 : -ENOMEM);
        for (size_t i = first; i < end; i++) {
                if (i == first || strcmp(rows[i].application, rows[i - 1].application) != 0)
                        check(strings_add(&collection->applications, rows[i].application));
                if (i == 0)
                        check(strings_add(&collection->applications, "lighttpd"));
                add_row(collection, &rows[i]);
        }
        return collection;
}

/* What static analysis names of the program that the row is about. */
static void add_static(struct static_sets *sets, struct collection *collection,
        const struct row *row, const char *line)
{
        CLEANUP_STRINGS char **words = strings_split(line, ' ');
        struct static_set *set = vector_add(&sets->items);

        check(words && set ? 0 : -ENOMEM);
        *set = (struct static_set){
                .application = copy(row->application),
                .workload = copy(row->workload),
                .kind = row->kind,
                .run = copy("0f0f"),
                .method = STATIC_BINARY,
        };
        for (char **word = words; *word; word++) {
                const struct feature feature = sample_feature(*word);
                uint32_t *number = vector_add(&set->features.numbers);

                check(number ? 0 : -ENOMEM);
                *number = catalogue_add(collection->catalogue, &feature);
        }
}

/* Of redis, whose benchmark has one of its own, and of the first application; features ascend. */
static void add_statics(struct static_sets *sets, struct collection *collection)
{
        add_static(sets, collection, &rows[0], "read write open");
        add_static(sets, collection, &rows[2],
                "read write open close socket getpid accept4 i386:getpid fcntl:F_SETFL");
        add_static(
                sets, collection, &rows[3], "read write open getpid fork kill pipe2 syscall_1030");
        for (size_t i = 0; i < sets->items.count; i++)
                qsort(sets->items.items[i].features.numbers.items,
                        sets->items.items[i].features.numbers.count, sizeof(uint32_t),
                        compare_numbers);
}

/* Static results of applications that no run is known of; all of them, or of one. */
static int alone(const char *form, FILE *stream)
{
        CLEANUP_STATIC_SETS struct static_sets statics = {};
        const struct usage_options options = {
                .spelling = FEATURE_BY_NAME,
                .text = {.color = strcmp(form, "-one") == 0, .width = 60},
                .statics = &statics,
        };
        CLEANUP_COLLECTION struct collection *collection = sample(0, 0);

        check(collection ? 0 : -ENOMEM);
        if (strcmp(form, "-one") == 0) {
                add_static(&statics, collection, &rows[0], "read write open");
                statics.items.items[0].executable = copy("/usr/bin/x");
                statics.items.items[0].measured = 86400;
        } else {
                add_statics(&statics, collection);
                statics.items.items[0].complete = 1;
                statics.items.items[1].complete = -1;
        }
        if (strcmp(form, "-csv") == 0)
                return report_usage_csv(collection, &options, stream);
        if (strcmp(form, "-json") == 0)
                return report_usage_json(collection, &options, stream);
        return report_usage_text(collection, &options, stream);
}

static int usage(const char *form, FILE *stream)
{
        CLEANUP_STATIC_SETS struct static_sets statics = {};
        const struct usage_options options = {
                .spelling = strcmp(form, "numbers") == 0 ? FEATURE_BY_NUMBER : FEATURE_BY_NAME,
                .text = {.color = strcmp(form, "color") == 0 || strcmp(form, "static-one") == 0,
                        .width = 60},
                .statics = string_has_prefix(form, "static") ? &statics : NULL,
        };
        const bool one = strcmp(form, "one") == 0 || strcmp(form, "static-one") == 0;
        CLEANUP_COLLECTION struct collection *collection = sample(one ? 2 : 0, one ? 3 : 4);

        /* A second suite of redis: merged with the first in JSON. */
        if (strcmp(form, "every") == 0 || strcmp(form, "merged") == 0) {
                const struct row older = {"redis", WORKLOAD_SUITE, "suite", "cc33", NULL, NULL, 1,
                        "read=stub fork=required"};

                add_row(collection, &older);
        }
        add_statics(&statics, collection);
        if (strcmp(form, "csv") == 0 || strcmp(form, "static-csv") == 0)
                return report_usage_csv(collection, &options, stream);
        if (strcmp(form, "json") == 0 || strcmp(form, "static-json") == 0 ||
                strcmp(form, "numbers") == 0 || strcmp(form, "merged") == 0)
                return report_usage_json(collection, &options, stream);
        return report_usage_text(collection, &options, stream);
}

static int difference(const char *form, FILE *stream)
{
        const struct usage_options options = {
                .spelling = strcmp(form, "numbers") == 0 ? FEATURE_BY_NUMBER : FEATURE_BY_NAME,
                .text = {.color = strcmp(form, "color") == 0, .width = 60},
        };
        const bool same = strcmp(form, "same") == 0;
        CLEANUP_COLLECTION struct collection *a = sample(3, 4), *b = sample(1, 3);
        CLEANUP_FINDINGS struct findings of_a = {}, of_b = {}, renumbered = {};
        CLEANUP_DIFFERENCE struct difference found = {};
        const struct comparison comparison = {
                .a = {"redis/suite", a},
                .b = {same ? "redis/suite" : "all/bench", same ? a : b},
                .catalogue = a->catalogue,
                .difference = &found,
        };

        check(collection_merge(a, &of_a));
        check(collection_merge(same ? a : b, &of_b));
        check(findings_renumber(
                &of_b, same ? a->catalogue : b->catalogue, a->catalogue, &renumbered));
        check(findings_compare(&of_a, &renumbered, &found));
        if (strcmp(form, "json") == 0 || strcmp(form, "numbers") == 0)
                return report_difference_json(&comparison, &options, stream);
        return report_difference_text(&comparison, &options, stream);
}

int main(int argc, char **argv)
{
        if (argc == 2 && string_has_prefix(argv[1], "usage-alone"))
                check(alone(argv[1] + strlen("usage-alone"), stdout));
        else if (argc == 2 && string_has_prefix(argv[1], "usage-"))
                check(usage(argv[1] + strlen("usage-"), stdout));
        else if (argc == 2 && string_has_prefix(argv[1], "difference-"))
                check(difference(argv[1] + strlen("difference-"), stdout));
        else
                check(-EINVAL);
        return 0;
}
