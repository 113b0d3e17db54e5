/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "dataset/test-collection.h"
#include "metrics/metrics.h"

#define CLOSE 1e-12

#define assert_near(actual, expected)                                                       \
        do {                                                                                \
                if (!(fabs((actual) - (expected)) < CLOSE))                                 \
                        fail_msg("%s is %.15g instead of %.15g", #actual, (double)(actual), \
                                (double)(expected));                                        \
        } while (0)

static struct collection *new_collection(void)
{
        struct collection *collection = collection_new();

        assert_non_null(collection);
        return collection;
}

static void add(struct collection *collection, const char *application, enum workload_kind kind,
        const char *findings)
{
        struct dataset *dataset =
                sample_dataset(collection, application, kind, dataset_kind_key(kind), "run", 0);

        sample_findings(collection, &dataset->findings, findings);
}

static struct metrics *calculate(
        struct collection *collection, const struct metrics_options *options)
{
        struct metrics *metrics = NULL;

        sample_sort(collection);
        assert_int_equal(metrics_calculate(collection, options, &metrics), 0);
        return metrics;
}

/* `names` with blanks in between. */
static struct profile *new_profile(const char *names)
{
        struct profile *profile = profile_new();
        char *copy = strdup(names), *rest = copy, *name;

        assert_true(profile && copy);
        while ((name = strtok_r(rest, " ", &rest)))
                assert_int_equal(profile_add(profile, name, SUPPORT_FULL, NULL, 0, NULL), 0);
        free(copy);
        assert_int_equal(profile_finish(profile), 0);
        return profile;
}

static struct popularity *new_popularity(const char *contest, const char *packages)
{
        struct popularity *popularity = NULL;
        struct error error = {};

        if (popularity_parse("by_inst", contest, strlen(contest), &popularity, &error) < 0 ||
                popularity_parse_packages(
                        popularity, "Packages", packages, strlen(packages), &error) < 0)
                fail_msg("%s", error.message);
        return popularity;
}

static const struct importance *importance_of(
        const struct collection *collection, const struct metrics *metrics, const char *name)
{
        const struct importance *importance;
        struct feature feature;
        char other[FEATURE_NAME_MAX];

        vector_for_each(importance, &metrics->importance) {
                feature = catalogue_feature(collection->catalogue, importance->feature);
                if (strcmp(feature_name(feature, other), name) == 0)
                        return importance;
        }
        fail_msg("%s has no importance", name);
        return NULL;
}

/* The names of the features in their order, with blanks in between. */
static void assert_order(
        const struct collection *collection, const struct metrics *metrics, const char *expected)
{
        const struct importance *importance;
        char actual[1024] = "", name[FEATURE_NAME_MAX];

        vector_for_each(importance, &metrics->importance) {
                strcat(actual, *actual ? " " : "");
                strcat(actual,
                        feature_name(catalogue_feature(collection->catalogue, importance->feature),
                                name));
        }
        assert_string_equal(actual, expected);
}

static void assert_missing(
        const struct collection *collection, const struct metrics *metrics, const char *expected)
{
        const struct missing_call *missing;
        char actual[1024] = "", name[FEATURE_NAME_MAX];

        vector_for_each(missing, &metrics->missing) {
                strcat(actual, *actual ? " " : "");
                strcat(actual, feature_name(catalogue_feature(collection->catalogue,
                                                    missing->importance.feature),
                                       name));
        }
        assert_string_equal(actual, expected);
}

/* Five datasets of four applications. */
static struct collection *sample(void)
{
        struct collection *collection = new_collection();

        add(collection, "a", WORKLOAD_BENCHMARK, "read=required write=required close=either");
        add(collection, "a", WORKLOAD_SUITE, "read=required write=required close=stub open=fake");
        add(collection, "b", WORKLOAD_BENCHMARK, "read=required open=fake");
        add(collection, "c", WORKLOAD_BENCHMARK, "read=either close=fake");
        add(collection, "d", WORKLOAD_BENCHMARK, "");
        return collection;
}

static void test_counts(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        CLEANUP_METRICS struct metrics *metrics =
                calculate(collection, &(struct metrics_options){});
        const struct importance *read = importance_of(collection, metrics, "read");
        const struct importance *close = importance_of(collection, metrics, "close");

        (void)state;
        assert_int_equal(metrics->datasets, 5);
        assert_int_equal(metrics->applications, 4);
        assert_int_equal(metrics->used, 4);
        assert_int_equal(metrics->required, 2);
        assert_order(collection, metrics, "read write close open");
        assert_int_equal(read->used, 4);
        assert_int_equal(read->required, 3);
        assert_int_equal(read->either, 1);
        assert_near(read->used_share, 0.8);
        assert_near(read->required_share, 0.6);
        assert_true(isnan(read->popular) && isnan(read->popular_required));
        assert_int_equal(close->used, 3);
        assert_int_equal(close->stub, 1);
        assert_int_equal(close->fake, 1);
        assert_int_equal(close->either, 1);
        /* 1/3, 2/4, 1/2 and 2/2; d uses nothing. */
        assert_near(metrics->avoidable, (1 / 3. + 1 / 2. + 1 / 2. + 1) / 4);
        assert_int_equal(metrics->figures.items[1].used, 4);
        assert_int_equal(metrics->figures.items[1].verdicts[VERDICT_FAKE], 1);
        assert_false(metrics->has_profile || metrics->has_popularity);
}

/* By what is not stubbable open is more important than close, which two use stubbed. */
static void test_order_by_definition(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        CLEANUP_METRICS struct metrics *metrics = calculate(
                collection, &(struct metrics_options){.definition = COMPLETENESS_NOT_STUBBED});

        (void)state;
        assert_order(collection, metrics, "read write open close");
}

static void test_completeness(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        CLEANUP_PROFILE struct profile *profile = new_profile("read write");
        CLEANUP_METRICS struct metrics *metrics =
                calculate(collection, &(struct metrics_options){.profile = profile});

        (void)state;
        /* All; and without what needs open (a's suite, b) or close (c) faked. */
        assert_int_equal(metrics->completeness[COMPLETENESS_REQUIRED].supported, 5);
        assert_int_equal(metrics->completeness[COMPLETENESS_REQUIRED].datasets, 5);
        assert_int_equal(metrics->completeness[COMPLETENESS_NOT_STUBBED].supported, 2);
        assert_true(isnan(metrics->completeness[COMPLETENESS_REQUIRED].weighted));
        assert_missing(collection, metrics, "close open");
}

static void test_missing(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        CLEANUP_PROFILE struct profile *profile = new_profile("open");
        const uint32_t excluded[] = {1};
        struct metrics_options options = {.profile = profile, .top = 1};
        CLEANUP_METRICS struct metrics *metrics = calculate(collection, &options);
        const struct missing_call *missing;

        (void)state;
        assert_int_equal(metrics->completeness[COMPLETENESS_REQUIRED].supported, 2);
        assert_int_equal(metrics->missing_total, 3);
        assert_missing(collection, metrics, "read");
        missing = &metrics->missing.items[0];
        assert_int_equal(missing->support, SUPPORT_MISSING);
        assert_int_equal(missing->required_in.count, 3);
        assert_int_equal(missing->required_in.items[0], 0);
        assert_int_equal(missing->required_in.items[1], 1);
        assert_int_equal(missing->required_in.items[2], 2);
        assert_int_equal(missing->faked_in.count, 1);
        assert_int_equal(missing->faked_in.items[0], 3);
        assert_int_equal(missing->stubbed_in.count, 1);
        options.top = 0;
        options.excluded = excluded;
        options.excluded_count = 1;
        metrics_free(metrics);
        metrics = calculate(collection, &options);
        assert_missing(collection, metrics, "read close");
        assert_int_equal(metrics->missing_total, 2);
        missing = &metrics->missing.items[1];
        assert_int_equal(missing->faked_in.count, 2);
        assert_int_equal(missing->faked_in.items[0], 0);
        assert_int_equal(missing->faked_in.items[1], 3);
        assert_int_equal(missing->stubbed_in.count, 2);
        assert_int_equal(missing->stubbed_in.items[1], 1);
        assert_int_equal(missing->required_in.count, 0);
}

static void test_degrees_of_support(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_PROFILE struct profile *profile = profile_new();
        struct metrics_options options = {.profile = profile};
        CLEANUP_METRICS struct metrics *metrics = NULL;

        (void)state;
        add(collection, "a", WORKLOAD_SUITE, "read=required");
        add(collection, "b", WORKLOAD_SUITE, "write=required");
        add(collection, "c", WORKLOAD_SUITE, "open=required");
        assert_int_equal(profile_add(profile, "read", SUPPORT_PARTIAL, NULL, 0, NULL), 0);
        assert_int_equal(profile_add(profile, "write", SUPPORT_FAKE, NULL, 0, NULL), 0);
        assert_int_equal(profile_add(profile, "open", SUPPORT_STUB, NULL, 0, NULL), 0);
        assert_int_equal(profile_finish(profile), 0);
        metrics = calculate(collection, &options);
        assert_int_equal(metrics->completeness[COMPLETENESS_REQUIRED].supported, 1);
        assert_missing(collection, metrics, "write open");
        assert_int_equal(metrics->missing.items[0].support, SUPPORT_FAKE);
        metrics_free(metrics);
        options.partial_is_missing = true;
        metrics = calculate(collection, &options);
        assert_int_equal(metrics->completeness[COMPLETENESS_REQUIRED].supported, 0);
        assert_missing(collection, metrics, "read write open");
}

/* Sub-features and files are no calls: they neither count as such nor stand in the curve. */
static void test_other_features(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_PROFILE struct profile *calls = new_profile("read fcntl");
        CLEANUP_PROFILE struct profile *files = new_profile("fcntl");
        struct metrics_options options = {.profile = calls};
        CLEANUP_METRICS struct metrics *metrics = NULL;
        struct feature file;

        (void)state;
        add(collection, "a", WORKLOAD_SUITE,
                "fcntl=required fcntl:F_SETFL=required fcntl:F_GETFL=either "
                "file:/proc/meminfo=required");
        add(collection, "b", WORKLOAD_SUITE, "read=required mmap=either mmap:MAP_SHARED=untested");
        metrics = calculate(collection, &options);
        assert_int_equal(metrics->used, 3);
        assert_int_equal(metrics->required, 2);
        assert_near(metrics->avoidable, (0 + 1 / 2.) / 2);
        assert_order(collection, metrics,
                "read fcntl mmap fcntl:F_SETFL mmap:MAP_SHARED fcntl:F_GETFL file:/proc/meminfo");
        assert_int_equal(metrics->curve.count, 4);
        /* A profile that says nothing about them has them. */
        assert_int_equal(metrics->completeness[COMPLETENESS_REQUIRED].supported, 2);
        assert_missing(collection, metrics, "mmap");
        metrics_free(metrics);
        assert_int_equal(feature_parse("file:/proc/stat", &file, NULL), 0);
        assert_int_equal(profile_add_feature(files, &file, SUPPORT_FULL, NULL, 0, NULL), 0);
        assert_int_equal(profile_finish(files), 0);
        options.profile = files;
        metrics = calculate(collection, &options);
        assert_int_equal(metrics->completeness[COMPLETENESS_REQUIRED].supported, 0);
        assert_missing(collection, metrics, "read mmap file:/proc/meminfo");
}

/* Nobody has seen what is untested work without; but sub-features go with their call. */
static void test_untested_is_needed(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_PROFILE struct profile *profile = new_profile("read");
        struct metrics_options options = {.profile = profile};
        CLEANUP_METRICS struct metrics *metrics = NULL;

        (void)state;
        add(collection, "a", WORKLOAD_SUITE, "read=required write=untested");
        add(collection, "b", WORKLOAD_SUITE, "read=required mmap=either mmap:MAP_SHARED=untested");
        add(collection, "c", WORKLOAD_SUITE, "read=required mmap=fake mmap:MAP_SHARED=untested");
        metrics = calculate(collection, &options);
        assert_int_equal(metrics->completeness[COMPLETENESS_REQUIRED].supported, 2);
        assert_int_equal(metrics->completeness[COMPLETENESS_NOT_STUBBED].supported, 1);
}

static void test_curve(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        CLEANUP_METRICS struct metrics *metrics =
                calculate(collection, &(struct metrics_options){});
        /* read, write, close, open: c needs nothing, d uses nothing; b needs the first only. */
        static const size_t required[] = {2, 3, 5, 5, 5};
        static const size_t not_stubbed[] = {1, 1, 2, 3, 5};

        (void)state;
        assert_int_equal(metrics->curve.count, 5);
        for (size_t i = 0; i < 5; i++) {
                const struct curve_point *point = &metrics->curve.items[i];

                assert_int_equal(point->calls, i);
                assert_int_equal(point->completeness[COMPLETENESS_REQUIRED].supported, required[i]);
                assert_int_equal(
                        point->completeness[COMPLETENESS_NOT_STUBBED].supported, not_stubbed[i]);
                assert_int_equal(point->completeness[COMPLETENESS_REQUIRED].datasets, 5);
        }
        assert_int_equal(metrics->curve.items[1].feature, 0);
        assert_int_equal(metrics->curve.items[4].feature, 2);
}

static const char contest[] = "# Submissions: 100\n"
                              "1 a 50 0 0 0 0\n"
                              "2 c 40 0 0 0 0\n"
                              "3 b 20 0 0 0 0\n"
                              "4 bridge 9 0 0 0 0\n";

/* Two packages need read: 1 - (1 - 0.5)(1 - 0.2); one of 0.4 uses it as well. */
static void test_popular_importance(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        CLEANUP_POPULARITY struct popularity *popularity = new_popularity(contest, "Package: a\n");
        CLEANUP_METRICS struct metrics *metrics =
                calculate(collection, &(struct metrics_options){.popularity = popularity});
        const struct importance *read = importance_of(collection, metrics, "read");
        const struct importance *close = importance_of(collection, metrics, "close");

        (void)state;
        assert_near(read->popular, 1 - 0.5 * 0.8 * 0.6);
        assert_near(read->popular_required, 1 - 0.5 * 0.8);
        assert_near(close->popular, 1 - 0.5 * 0.6);
        assert_near(close->popular_required, 0);
        assert_int_equal(metrics->packages, 4);
        assert_int_equal(metrics->packages_unpopular, 1);
        assert_int_equal(metrics->dependencies, 0);
}

/* What is needed by another definition orders the calls, but is no more required. */
static void test_popular_and_not_stubbed(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_POPULARITY struct popularity *popularity = new_popularity(contest, "Package: a\n");
        CLEANUP_METRICS struct metrics *metrics = NULL;

        (void)state;
        add(collection, "a", WORKLOAD_SUITE, "write=fake read=either");
        add(collection, "b", WORKLOAD_SUITE, "read=required");
        metrics = calculate(collection, &(struct metrics_options){.popularity = popularity,
                                                .definition = COMPLETENESS_NOT_STUBBED});
        assert_order(collection, metrics, "write read");
        assert_near(importance_of(collection, metrics, "write")->popular, 0.5);
        assert_near(importance_of(collection, metrics, "write")->popular_required, 0);
        assert_near(importance_of(collection, metrics, "read")->popular_required, 0.2);
}

/* What all machines have is as important as can be. */
static void test_certain_importance(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        CLEANUP_POPULARITY struct popularity *popularity =
                new_popularity("1 a 7 0 0 0 0\n2 b 1 0 0 0 0\n", "Package: a\n");
        CLEANUP_METRICS struct metrics *metrics =
                calculate(collection, &(struct metrics_options){.popularity = popularity});

        (void)state;
        assert_near(importance_of(collection, metrics, "read")->popular, 1);
        assert_near(importance_of(collection, metrics, "write")->popular_required, 1);
        assert_near(importance_of(collection, metrics, "open")->popular_required, 0);
}

/* A few machines count for more than many datasets. */
static void test_order_by_popularity(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_POPULARITY struct popularity *popularity = new_popularity(contest, "Package: a\n");
        CLEANUP_METRICS struct metrics *metrics = NULL;

        (void)state;
        add(collection, "a", WORKLOAD_SUITE, "write=required");
        add(collection, "b", WORKLOAD_SUITE, "read=required");
        add(collection, "unheard-of", WORKLOAD_SUITE, "read=required");
        metrics = calculate(collection, &(struct metrics_options){.popularity = popularity});
        assert_order(collection, metrics, "write read");
}

/* Of what one package's workloads make of a call, stubbed only and faked only make it required. */
static void test_datasets_of_a_package(void **state)
{
        static const char names[] = "one,a\nother,a\n";
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_POPULARITY struct popularity *popularity = new_popularity(contest, "Package: a\n");
        CLEANUP_PROFILE struct profile *profile = new_profile("write");
        CLEANUP_METRICS struct metrics *metrics = NULL;

        (void)state;
        assert_int_equal(
                popularity_parse_names(popularity, "names", names, strlen(names), NULL), 0);
        add(collection, "one", WORKLOAD_SUITE, "read=stub");
        add(collection, "b", WORKLOAD_SUITE, "write=required");
        add(collection, "other", WORKLOAD_SUITE, "read=fake write=either");
        metrics = calculate(collection,
                &(struct metrics_options){.popularity = popularity, .profile = profile});
        assert_int_equal(metrics->packages, 2);
        assert_near(importance_of(collection, metrics, "read")->popular_required, 0.5);
        assert_near(importance_of(collection, metrics, "write")->popular, 1 - 0.5 * 0.8);
        assert_int_equal(metrics->completeness[COMPLETENESS_REQUIRED].supported, 3);
        assert_near(metrics->completeness[COMPLETENESS_REQUIRED].weighted, 0.2 / 0.7);
}

/*
 * a → bridge → c, b alone; bridge has no data. With read and write, c's close is what a lacks too.
 */
static void test_weighted_completeness(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_POPULARITY struct popularity *popularity = new_popularity(contest,
                "Package: a\nDepends: bridge\n\nPackage: bridge\nDepends: c, unknown\n\n"
                "Package: c\n\nPackage: b\n");
        CLEANUP_PROFILE struct profile *some = new_profile("read write");
        CLEANUP_PROFILE struct profile *all = new_profile("read write close");
        struct metrics_options options = {.popularity = popularity, .profile = some};
        CLEANUP_METRICS struct metrics *metrics = NULL;

        (void)state;
        add(collection, "a", WORKLOAD_SUITE, "read=required");
        add(collection, "b", WORKLOAD_SUITE, "read=required write=required");
        add(collection, "c", WORKLOAD_SUITE, "close=required");
        metrics = calculate(collection, &options);
        assert_int_equal(metrics->dependencies, 2);
        assert_int_equal(metrics->completeness[COMPLETENESS_REQUIRED].supported, 2);
        assert_near(metrics->completeness[COMPLETENESS_REQUIRED].weighted, 0.2 / 1.1);
        /* By popularity: read (a, b), close (c), write (b). */
        assert_order(collection, metrics, "read close write");
        assert_near(metrics->curve.items[0].completeness[0].weighted, 0);
        assert_near(metrics->curve.items[1].completeness[0].weighted, 0);
        assert_near(metrics->curve.items[2].completeness[0].weighted, 0.9 / 1.1);
        assert_true(metrics->curve.items[3].completeness[0].weighted == 1);
        assert_int_equal(metrics->curve.items[1].completeness[0].supported, 1);
        metrics_free(metrics);
        options.profile = all;
        metrics = calculate(collection, &options);
        assert_near(metrics->completeness[COMPLETENESS_REQUIRED].weighted, 1);
}

/* a → b → a: neither works before both do. c leads there. */
static void test_cycle_of_dependencies(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_POPULARITY struct popularity *popularity = new_popularity(contest,
                "Package: a\nDepends: b\n\nPackage: b\nDepends: a\n\nPackage: c\nDepends: b\n");
        CLEANUP_PROFILE struct profile *profile = new_profile("read close");
        CLEANUP_METRICS struct metrics *metrics = NULL;

        (void)state;
        add(collection, "a", WORKLOAD_SUITE, "read=required");
        add(collection, "b", WORKLOAD_SUITE, "write=fake");
        add(collection, "c", WORKLOAD_SUITE, "close=required");
        metrics = calculate(collection,
                &(struct metrics_options){.popularity = popularity, .profile = profile});
        assert_int_equal(metrics->completeness[COMPLETENESS_REQUIRED].supported, 3);
        assert_near(metrics->completeness[COMPLETENESS_REQUIRED].weighted, 1);
        assert_int_equal(metrics->completeness[COMPLETENESS_NOT_STUBBED].supported, 2);
        assert_near(metrics->completeness[COMPLETENESS_NOT_STUBBED].weighted, 0);
}

/* Nobody has any of the packages: nothing can be said of shares. */
static void test_unknown_packages(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        CLEANUP_POPULARITY struct popularity *popularity =
                new_popularity("1 dpkg 100 0 0 0 0\n", "Package: dpkg\n");
        CLEANUP_METRICS struct metrics *metrics =
                calculate(collection, &(struct metrics_options){.popularity = popularity});

        (void)state;
        assert_int_equal(metrics->packages_unpopular, 4);
        assert_near(importance_of(collection, metrics, "read")->popular, 0);
        assert_true(isnan(metrics->curve.items[0].completeness[0].weighted));
        assert_order(collection, metrics, "read write close open");
}

static void test_statics(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        uint32_t calls[] = {0, 1, 2, 3, 4, 5}, few[] = {0, 1};
        struct static_set sets[] = {
                {.application = (char *)"a",
                        .workload = (char *)"x",
                        .run = (char *)"x",
                        .features = {{calls, 6, 6}}},
                {.application = (char *)"c",
                        .workload = (char *)"x",
                        .run = (char *)"x",
                        .features = {{few, 2, 2}}},
        };
        const struct static_sets statics = {{sets, 2, 2}};
        CLEANUP_METRICS struct metrics *metrics =
                calculate(collection, &(struct metrics_options){.statics = &statics});
        const struct static_comparison *binary = &metrics->statics[STATIC_BINARY];

        (void)state;
        assert_int_equal(binary->datasets, 3);
        assert_near(binary->found, (6 + 6 + 2) / 3.);
        assert_near(binary->used, (3 + 4 + 2) / 3.);
        assert_near(binary->required, (2 + 2 + 0) / 3.);
        assert_int_equal(metrics->figures.items[0].statics[STATIC_BINARY], 6);
        assert_true(metrics->figures.items[2].statics[STATIC_BINARY] == SIZE_MAX);
        assert_int_equal(metrics->statics[STATIC_SOURCES].datasets, 0);
        assert_true(isnan(metrics->statics[STATIC_SOURCES].found));
}

static void test_empty(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_PROFILE struct profile *profile = new_profile("read");
        CLEANUP_METRICS struct metrics *metrics =
                calculate(collection, &(struct metrics_options){.profile = profile});

        (void)state;
        assert_int_equal(metrics->datasets, 0);
        assert_int_equal(metrics->curve.count, 1);
        assert_int_equal(metrics->completeness[COMPLETENESS_REQUIRED].datasets, 0);
        assert_true(isnan(metrics->avoidable));
}

static uint32_t chance(uint64_t *state, uint32_t limit)
{
        *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return (*state >> 33) % limit;
}

static void add_at_random(struct collection *collection, unsigned number, unsigned calls,
        unsigned one_in, uint64_t *seed)
{
        struct dataset *dataset;
        char name[32];

        snprintf(name, sizeof(name), "app-%u", number / 2);
        dataset = sample_dataset(
                collection, name, number % 2 ? WORKLOAD_SUITE : WORKLOAD_BENCHMARK, "w", "run", 0);
        for (unsigned call = 0; call < calls; call++)
                if (chance(seed, one_in) == 0)
                        assert_int_equal(findings_add(&dataset->findings, call,
                                                 chance(seed, VERDICT_UNTESTED)),
                                0);
}

static size_t naive_supported(const struct collection *collection, const struct metrics *metrics,
        size_t calls, enum completeness definition)
{
        bool implemented[64] = {};
        const struct dataset *dataset;
        const struct finding *finding;
        size_t supported = 0;

        for (size_t i = 0; i < calls; i++)
                implemented[metrics->importance.items[i].feature] = true;
        vector_for_each(dataset, &collection->datasets) {
                bool works = true;

                vector_for_each(finding, &dataset->findings.items)
                        works = works && (implemented[finding->feature] ||
                                                 !completeness_needs(definition, finding->verdict));
                supported += works;
        }
        return supported;
}

/* The curve is what counting anew for each point gives; it never falls, and ends complete. */
static void test_curve_is_right(void **state)
{
        uint64_t seed = 3;

        (void)state;
        for (unsigned round = 0; round < 50; round++) {
                CLEANUP_COLLECTION struct collection *collection = new_collection();
                CLEANUP_METRICS struct metrics *metrics = NULL;
                size_t before[COMPLETENESS_COUNT] = {};

                for (unsigned i = 0; i < 20; i++)
                        add_at_random(collection, i, 40, 2 + round % 8, &seed);
                metrics = calculate(collection, &(struct metrics_options){});
                for (size_t i = 0; i < metrics->curve.count; i++)
                        for (enum completeness by = 0; by < COMPLETENESS_COUNT; by++) {
                                size_t now = metrics->curve.items[i].completeness[by].supported;

                                assert_int_equal(now, naive_supported(collection, metrics, i, by));
                                assert_true(now >= before[by]);
                                before[by] = now;
                        }
                assert_int_equal(metrics->curve.count, metrics->used + 1);
                for (enum completeness by = 0; by < COMPLETENESS_COUNT; by++)
                        assert_int_equal(before[by], 20);
        }
}

/* One more call supported never makes an OS less complete. */
static void test_monotone_in_the_profile(void **state)
{
        CLEANUP_POPULARITY struct popularity *popularity = new_popularity(
                "1 app-0 9 0 0 0 0\n2 app-1 5 0 0 0 0\n3 app-2 3 0 0 0 0\n4 app-3 1 0 0 0 0\n",
                "Package: app-0\nDepends: app-1\n\nPackage: app-1\nDepends: app-2\n\n"
                "Package: app-2\nDepends: app-1, app-3\n");
        uint64_t seed = 17;

        (void)state;
        for (unsigned round = 0; round < 20; round++) {
                CLEANUP_COLLECTION struct collection *collection = new_collection();
                struct completeness_result before[COMPLETENESS_COUNT] = {};
                CLEANUP_PROFILE struct profile *profile = profile_new();

                for (unsigned i = 0; i < 8; i++)
                        add_at_random(collection, i, 30, 6, &seed);
                for (int call = 0; call < 30; call++) {
                        const char *name = syscall_by_number(abi_native(), call)->name;
                        struct metrics_options options = {
                                .profile = profile, .popularity = popularity};
                        CLEANUP_METRICS struct metrics *metrics = NULL;

                        assert_int_equal(
                                profile_add(profile, name, SUPPORT_FULL, NULL, 0, NULL), 0);
                        assert_int_equal(profile_finish(profile), 0);
                        metrics = calculate(collection, &options);
                        for (enum completeness by = 0; by < COMPLETENESS_COUNT; by++) {
                                struct completeness_result now = metrics->completeness[by];

                                assert_true(now.supported >= before[by].supported);
                                assert_true(now.weighted >= before[by].weighted);
                                before[by] = now;
                        }
                }
                assert_int_equal(before[COMPLETENESS_REQUIRED].supported, 8);
                assert_near(before[COMPLETENESS_NOT_STUBBED].weighted, 1);
        }
}

static void test_scale(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_PROFILE struct profile *profile = new_profile("read write mmap openat");
        CLEANUP_METRICS struct metrics *metrics = NULL;
        uint64_t seed = 5;
        double begin;

        (void)state;
        for (unsigned i = 0; i < 100000; i++)
                add_at_random(collection, i, 300, 5, &seed);
        sample_sort(collection);
        begin = clock_seconds();
        assert_int_equal(metrics_calculate(collection,
                                 &(struct metrics_options){.profile = profile}, &metrics),
                0);
        print_message("100,000 datasets of 60: %.3f s\n", clock_seconds() - begin);
        assert_true(clock_seconds() - begin < 5);
        assert_int_equal(metrics->curve.items[300].completeness[0].supported, 100000);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_counts),
                cmocka_unit_test(test_order_by_definition),
                cmocka_unit_test(test_completeness),
                cmocka_unit_test(test_missing),
                cmocka_unit_test(test_degrees_of_support),
                cmocka_unit_test(test_other_features),
                cmocka_unit_test(test_untested_is_needed),
                cmocka_unit_test(test_curve),
                cmocka_unit_test(test_popular_importance),
                cmocka_unit_test(test_popular_and_not_stubbed),
                cmocka_unit_test(test_certain_importance),
                cmocka_unit_test(test_order_by_popularity),
                cmocka_unit_test(test_datasets_of_a_package),
                cmocka_unit_test(test_weighted_completeness),
                cmocka_unit_test(test_cycle_of_dependencies),
                cmocka_unit_test(test_unknown_packages),
                cmocka_unit_test(test_statics),
                cmocka_unit_test(test_empty),
                cmocka_unit_test(test_curve_is_right),
                cmocka_unit_test(test_monotone_in_the_profile),
                cmocka_unit_test(test_scale),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
