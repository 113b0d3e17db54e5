/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strings.h"
#include "dataset/test-collection.h"
#include "plot/figure.h"
#include "plot/gnuplot.h"

/* Three datasets of two applications: enough to tell every order and sum from others. */
static struct collection *sample(void)
{
        struct collection *collection = collection_new();
        struct dataset *dataset;

        assert_non_null(collection);
        dataset = sample_dataset(collection, "nginx", WORKLOAD_BENCHMARK, "wrk", "n1", 1000);
        sample_findings(collection, &dataset->findings,
                "read=required write=required close=fake getpid=either file:/proc/stat=required");
        dataset = sample_dataset(collection, "redis", WORKLOAD_BENCHMARK, "rb", "r1", 2000);
        sample_findings(collection, &dataset->findings, "read=required write=stub close=untested");
        dataset = sample_dataset(collection, "redis", WORKLOAD_SUITE, "suite", "r2", 3000);
        sample_findings(collection, &dataset->findings,
                "read=required write=required close=required openat=either");
        return collection;
}

static struct metrics *calculate(const struct collection *collection)
{
        struct metrics_options options = {};
        struct metrics *metrics;

        assert_int_equal(metrics_calculate(collection, &options, &metrics), 0);
        return metrics;
}

static char *csv_of(const struct figure_data *data)
{
        char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        assert_non_null(stream);
        assert_int_equal(figure_csv(data, stream), 0);
        assert_int_equal(fclose(stream), 0);
        return text;
}

/* gnuplot accepts the script in every format, and has nothing to say about it. */
static void assert_drawn(const struct figure *figure, const struct figure_data *data)
{
        for (enum plot_format format = 0; format < PLOT_FORMAT_COUNT; format++) {
                CLEANUP_FREE char *script = NULL, *picture = NULL, *said = NULL;
                struct error error = {};
                size_t size, picture_size;
                FILE *stream = open_memstream(&picture, &picture_size);

                assert_non_null(stream);
                assert_int_equal(figure_script(figure, data, format, &script, &size), 0);
                if (gnuplot_draw(script, size, format, stream, &said, &error) < 0)
                        fail_msg("%s: %s", figure->name, error.message);
                fclose(stream);
                if (said)
                        fail_msg("%s: gnuplot says %s", figure->name, said);
        }
}

static void assert_figure(
        enum figure_name name, const struct figure_input *input, const char *expected)
{
        CLEANUP_FIGURE_DATA struct figure_data *data = NULL;
        CLEANUP_FREE char *csv = NULL, *note = NULL;
        struct error error = {};

        if (figure_make(&figures[name], input, &data, &note, &error) < 0)
                fail_msg("%s", error.message);
        assert_null(note);
        csv = csv_of(data);
        assert_string_equal(csv, expected);
        assert_drawn(&figures[name], data);
}

static void test_csv(void **state)
{
        CLEANUP_FIGURE_DATA struct figure_data *data = figure_data_new();
        CLEANUP_FREE char *csv = NULL;

        (void)state;
        figure_columns(data, (const char *const[]){"a", "b,c", NULL});
        figure_columns(data, (const char *const[]){"d", NULL});
        figure_text(data, "say \"x\"");
        figure_number(data, 1.0 / 3);
        figure_nothing(data);
        figure_text(data, NULL);
        figure_number(data, -0.0 + 100000);
        figure_text(data, "two\nlines");
        csv = csv_of(data);
        assert_string_equal(csv, "a,\"b,c\",d\n"
                                 "\"say \"\"x\"\"\",0.333333,\n"
                                 ",100000,\"two\nlines\"\n");
        assert_int_equal(figure_rows(data), 2);
        assert_string_equal(figure_get_text(data, 1, "d"), "two\nlines");
        assert_string_equal(figure_get_text(data, 1, "e"), "");
        assert_true(isnan(figure_get_number(data, 0, "d")));
        assert_true(isnan(figure_get_number(data, 2, "b,c")));
        assert_true(figure_get_number(data, 1, "b,c") == 100000);
}

static void test_cumulative(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        CLEANUP_METRICS struct metrics *metrics = calculate(collection);
        struct figure_input input = {.collection = collection, .metrics = metrics};

        (void)state;
        assert_figure(FIGURE_CUMULATIVE, &input,
                "rank,required_call,required_results,required_share,"
                "used_call,used_results,used_share\n"
                "1,read,3,1,read,3,1\n"
                "2,write,2,0.666667,write,3,1\n"
                "3,close,1,0.333333,close,3,1\n"
                "4,,,,getpid,1,0.333333\n"
                "5,,,,openat,1,0.333333\n");
}

static void test_cumulative_with_static_analysis(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        CLEANUP_METRICS struct metrics *metrics = calculate(collection);
        struct static_set *set;
        struct static_sets sets = {};
        struct figure_input input = {
                .collection = collection, .metrics = metrics, .statics = &sets};

        (void)state;
        /* Of redis alone: both of its datasets have it. */
        set = vector_add(&sets.items);
        *set = (struct static_set){.application = strdup("redis"),
                .workload = strdup("rb"),
                .kind = WORKLOAD_BENCHMARK,
                .run = strdup("r1"),
                .method = STATIC_SOURCES};
        *(uint32_t *)vector_add(&set->features.numbers) = 1;
        *(uint32_t *)vector_add(&set->features.numbers) = 3;
        assert_figure(FIGURE_CUMULATIVE, &input,
                "rank,required_call,required_results,required_share,"
                "used_call,used_results,used_share,"
                "static_sources_call,static_sources_results,static_sources_share\n"
                "1,read,3,1,read,3,1,write,2,1\n"
                "2,write,2,0.666667,write,3,1,close,2,1\n"
                "3,close,1,0.333333,close,3,1,,,\n"
                "4,,,,getpid,1,0.333333,,,\n"
                "5,,,,openat,1,0.333333,,,\n");
        static_sets_clear(&sets);
}

static void test_histogram(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        struct figure_input input = {.collection = collection};

        (void)state;
        assert_figure(FIGURE_HISTOGRAM, &input,
                "label,application,workload,kind,used,required,stub,fake,either,untested\n"
                "redis / suite,redis,suite,suite,4,3,0,0,1,0\n"
                "nginx,nginx,wrk,bench,4,2,0,1,1,0\n"
                "redis / rb,redis,rb,bench,3,1,1,0,0,1\n");
}

static void test_what_is_left_out_is_told(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        struct figure_input input = {.collection = collection, .top = 2};
        CLEANUP_FIGURE_DATA struct figure_data *data = NULL;
        CLEANUP_FREE char *note = NULL;

        (void)state;
        assert_int_equal(figure_make(&figures[FIGURE_HISTOGRAM], &input, &data, &note, NULL), 0);
        assert_int_equal(figure_rows(data), 2);
        assert_string_equal(figure_get_text(data, 1, "label"), "nginx");
        assert_string_equal(
                note, "of 3 results the 2 that require most are shown: --top sets how many");
}

static void test_repeated_measurements_have_labels_of_their_own(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        struct figure_input input = {.collection = collection};
        CLEANUP_FIGURE_DATA struct figure_data *data = NULL;
        char *note = NULL;

        (void)state;
        sample_findings(collection,
                &sample_dataset(collection, "redis", WORKLOAD_SUITE, "suite", "0123456789", 4000)
                         ->findings,
                "read=stub");
        assert_int_equal(figure_make(&figures[FIGURE_HISTOGRAM], &input, &data, &note, NULL), 0);
        assert_string_equal(figure_get_text(data, 0, "label"), "redis / suite r2");
        assert_string_equal(figure_get_text(data, 3, "label"), "redis / suite 01234567");
}

static void test_heatmap(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        CLEANUP_METRICS struct metrics *metrics = calculate(collection);
        struct figure_input input = {.collection = collection, .metrics = metrics};

        (void)state;
        assert_figure(FIGURE_HEATMAP, &input,
                "row,label,application,workload,kind,rank,call,verdict\n"
                "1,redis / suite,redis,suite,suite,1,read,required\n"
                "1,redis / suite,redis,suite,suite,2,write,required\n"
                "1,redis / suite,redis,suite,suite,3,close,required\n"
                "1,redis / suite,redis,suite,suite,5,openat,either\n"
                "2,nginx,nginx,wrk,bench,1,read,required\n"
                "2,nginx,nginx,wrk,bench,2,write,required\n"
                "2,nginx,nginx,wrk,bench,3,close,fake\n"
                "2,nginx,nginx,wrk,bench,4,getpid,either\n"
                "3,redis / rb,redis,rb,bench,1,read,required\n"
                "3,redis / rb,redis,rb,bench,2,write,stub\n"
                "3,redis / rb,redis,rb,bench,3,close,untested\n");
}

static void test_completeness(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        CLEANUP_METRICS struct metrics *metrics = calculate(collection);
        struct figure_input input = {.collection = collection, .metrics = metrics};

        (void)state;
        assert_figure(FIGURE_COMPLETENESS, &input,
                "calls,call,required_results,required_share,not_stubbed_results,"
                "not_stubbed_share\n"
                "0,,0,0,0,0\n"
                "1,read,0,0,0,0\n"
                "2,write,1,0.333333,0,0\n"
                "3,close,3,1,3,1\n"
                "4,getpid,3,1,3,1\n"
                "5,openat,3,1,3,1\n");
}

/* Three results of one application. */
static struct collection *history(const char *first, const char *second, const char *third)
{
        const char *const versions[] = {first, second, third};
        const char *const runs[] = {"r0", "r1", "r2"};
        struct collection *collection = collection_new();
        struct dataset *dataset;

        assert_non_null(collection);
        for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
                dataset = sample_dataset(
                        collection, "redis", WORKLOAD_BENCHMARK, "rb", runs[i], 86400 * (i + 1));
                dataset->version = versions[i] ? strdup(versions[i]) : NULL;
                sample_findings(collection, &dataset->findings,
                        i == 1 ? "read=required" : "read=required write=fake file:/proc/stat=stub");
        }
        return collection;
}

#define TIMELINE_COLUMNS                                                                     \
        "label,application,workload,kind,version,libc,run,measured,used,required,stub,fake," \
        "either,untested\n"

static void test_timeline_by_date(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = history("6.0", NULL, "6.0");
        struct figure_input input = {.collection = collection};

        (void)state;
        assert_figure(FIGURE_TIMELINE, &input,
                "seconds," TIMELINE_COLUMNS
                "86400,6.0,redis,rb,bench,6.0,,r0,1970-01-02T00:00:00Z,2,1,0,1,0,0\n"
                "172800,r1,redis,rb,bench,,,r1,1970-01-03T00:00:00Z,1,1,0,0,0,0\n"
                "259200,6.0,redis,rb,bench,6.0,,r2,1970-01-04T00:00:00Z,2,1,0,1,0,0\n");
}

static void test_timeline_by_version(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = history("6.10", "6.9", "6.9");
        struct figure_input input = {.collection = collection};

        (void)state;
        /* A date that is not known makes the versions count. */
        collection->datasets.items[1].measured = 0;
        assert_figure(FIGURE_TIMELINE, &input,
                "position," TIMELINE_COLUMNS "1,6.9,redis,rb,bench,6.9,,r1,,1,1,0,0,0,0\n"
                "1,6.9,redis,rb,bench,6.9,,r2,1970-01-04T00:00:00Z,2,1,0,1,0,0\n"
                "2,6.10,redis,rb,bench,6.10,,r0,1970-01-02T00:00:00Z,2,1,0,1,0,0\n");
}

static void test_timeline_axis_can_be_chosen(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = history("1", "2", "3");
        struct figure_input input = {.collection = collection, .axis = FIGURE_AXIS_VERSION};
        struct figure_data *data = NULL;
        struct error error = {};
        char *note = NULL;

        (void)state;
        assert_int_equal(figure_make(&figures[FIGURE_TIMELINE], &input, &data, &note, NULL), 0);
        assert_int_equal(figure_column(data, "position"), 0);
        data = figure_data_free(data);
        input.axis = FIGURE_AXIS_DATE;
        collection->datasets.items[2].measured = 0;
        assert_int_equal(
                figure_make(&figures[FIGURE_TIMELINE], &input, &data, &note, &error), -ENODATA);
        assert_non_null(strstr(error.message, "run r2 of redis"));
}

static void test_timeline_is_about_one_application(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        struct figure_input input = {.collection = collection};
        struct figure_data *data = NULL;
        struct error error = {};
        char *note = NULL;

        (void)state;
        assert_int_equal(
                figure_make(&figures[FIGURE_TIMELINE], &input, &data, &note, &error), -EINVAL);
        assert_non_null(strstr(error.message, "nginx and redis"));
}

static void test_plan(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = sample();
        CLEANUP_COLLECTION struct collection *merged = NULL;
        CLEANUP_PLAN_PROBLEM struct plan_problem *problem = NULL;
        CLEANUP_PLAN struct plan *plan = NULL;
        struct plan_options options = {};
        struct figure_plan plans[2];
        struct figure_input input = {.plans = plans, .plan_count = 2};

        (void)state;
        assert_int_equal(collection_merge_applications(collection, &merged), 0);
        assert_int_equal(plan_problem_new(merged, &options, &problem, NULL), 0);
        assert_int_equal(plan_make(problem, STRATEGY_PUBLISHED, &plan), 0);
        plans[0] = (struct figure_plan){"Kerla", problem, plan};
        plans[1] = (struct figure_plan){NULL, problem, plan};
        /* nginx needs two calls and a file; redis, its workloads taken together, a third call. */
        assert_figure(FIGURE_PLAN, &input,
                "os,strategy,step,implemented,stubbed,faked,applications,all_applications\n"
                "Kerla,published,0,0,0,0,0,2\n"
                "Kerla,published,1,3,1,1,1,2\n"
                "Kerla,published,2,4,2,1,2,2\n"
                "none,published,0,0,0,0,0,2\n"
                "none,published,1,3,1,1,1,2\n"
                "none,published,2,4,2,1,2,2\n");
}

static void test_nothing_to_draw(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_METRICS struct metrics *metrics = calculate(collection);
        struct figure_input input = {.collection = collection, .metrics = metrics};
        struct figure_data *data = NULL;
        struct error error;
        char *note = NULL;

        (void)state;
        for (size_t i = 0; i < FIGURE_COUNT; i++) {
                error = (struct error){};
                assert_int_equal(figure_make(&figures[i], &input, &data, &note, &error), -ENODATA);
                assert_string_not_equal(error.message, "");
        }
}

/* Names that would be commands, formats, ends of data, or no text at all. */
static const char *const hostile[] = {
        "'; system('touch loupe-was-here'); '",
        "`touch loupe-was-here`",
        "\"\n!touch loupe-was-here\nset output 'loupe-was-here'\n",
        "a\rset output 'loupe-was-here'\r\n\\",
        "\nEND\nset output 'loupe-was-here'\n",
        "@x $y %d %s %n %% {/Symbol a} ^2 _3 ${z}",
        "</text><script>alert(1)</script>&amp;",
        "\xff\xfe\xc0\xaf\x01\x1b[31m",
        "#",
        "\\",
        "'",
        "\t,\t;",
        "%",
        "\"",
        "' '",
        "\\n\\\"",
        "a name that is far too long for any label, and goes on and on, and does not end here",
};

static void test_hostile_names(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_METRICS struct metrics *metrics = NULL;
        struct figure_input input = {.collection = collection};
        struct figure_data *data;
        struct dataset *dataset;
        char *note = NULL;

        (void)state;
        unlink("loupe-was-here");
        for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
                dataset = sample_dataset(
                        collection, hostile[i], WORKLOAD_BENCHMARK, hostile[i], hostile[i], 0);
                dataset->version = strdup(hostile[i]);
                sample_findings(collection, &dataset->findings, "read=required write=fake");
        }
        metrics = calculate(collection);
        input.metrics = metrics;
        for (enum figure_name name = FIGURE_HISTOGRAM; name <= FIGURE_HEATMAP; name++) {
                assert_int_equal(figure_make(&figures[name], &input, &data, &note, NULL), 0);
                assert_drawn(&figures[name], data);
                figure_data_free(data);
        }
        for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
                dataset = &collection->datasets.items[i];
                free(dataset->application);
                dataset->application = strdup(hostile[0]);
        }
        assert_int_equal(figure_make(&figures[FIGURE_TIMELINE], &input, &data, &note, NULL), 0);
        assert_drawn(&figures[FIGURE_TIMELINE], data);
        figure_data_free(data);
        assert_int_equal(access("loupe-was-here", F_OK), -1);
}

static void test_hostile_systems(void **state)
{
        struct plan_problem problem = {.application_count = 1};
        struct plan plan = {};
        struct figure_plan plans[ARRAY_SIZE(hostile)];
        struct figure_input input = {.plans = plans, .plan_count = ARRAY_SIZE(hostile)};
        struct figure_data *data;
        char *note = NULL;

        (void)state;
        unlink("loupe-was-here");
        for (size_t i = 0; i < ARRAY_SIZE(hostile); i++)
                plans[i] = (struct figure_plan){hostile[i], &problem, &plan};
        assert_int_equal(figure_make(&figures[FIGURE_PLAN], &input, &data, &note, NULL), 0);
        assert_drawn(&figures[FIGURE_PLAN], data);
        figure_data_free(data);
        assert_int_equal(access("loupe-was-here", F_OK), -1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_csv),
                cmocka_unit_test(test_cumulative),
                cmocka_unit_test(test_cumulative_with_static_analysis),
                cmocka_unit_test(test_histogram),
                cmocka_unit_test(test_what_is_left_out_is_told),
                cmocka_unit_test(test_repeated_measurements_have_labels_of_their_own),
                cmocka_unit_test(test_heatmap),
                cmocka_unit_test(test_completeness),
                cmocka_unit_test(test_timeline_by_date),
                cmocka_unit_test(test_timeline_by_version),
                cmocka_unit_test(test_timeline_axis_can_be_chosen),
                cmocka_unit_test(test_timeline_is_about_one_application),
                cmocka_unit_test(test_plan),
                cmocka_unit_test(test_nothing_to_draw),
                cmocka_unit_test(test_hostile_names),
                cmocka_unit_test(test_hostile_systems),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
