/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/static.h"

/* A row of an overview, by its number of calls. */
static void add_row(struct static_overview *overview, enum object_kind kind, size_t calls)
{
        struct static_line *row = vector_add(&overview->rows);

        assert_non_null(row);
        *row = (struct static_line){
                .binary = strdup("program"), .kind = kind, .calls = calls, .complete = calls != 7};
}

static void test_figures(void **state)
{
        CLEANUP_STATIC_OVERVIEW struct static_overview overview = {};
        struct static_figures figures;

        (void)state;
        assert_int_equal(static_overview_figures(&overview, &figures), 0);
        assert_int_equal(figures.programs, 0);
        assert_true(isnan(figures.mean));
        assert_true(isnan(figures.median));
        add_row(&overview, OBJECT_PIE, 30);
        add_row(&overview, OBJECT_STATIC, 7);
        add_row(&overview, OBJECT_SHARED, 1000);
        add_row(&overview, OBJECT_EXECUTABLE, 20);
        assert_int_equal(static_overview_figures(&overview, &figures), 0);
        assert_int_equal(figures.programs, 3);
        assert_int_equal(figures.libraries, 1);
        assert_int_equal(figures.complete, 3);
        assert_true(figures.mean == 19);
        assert_true(figures.median == 20);
        assert_int_equal(figures.least, 7);
        assert_int_equal(figures.most, 30);
        add_row(&overview, OBJECT_STATIC_PIE, 21);
        assert_int_equal(static_overview_figures(&overview, &figures), 0);
        assert_true(figures.median == 20.5);
}

static int compare_strings(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static void test_kind_names(void **state)
{
        const char *names[OBJECT_SHARED + 1];

        (void)state;
        for (enum object_kind kind = 0; kind <= OBJECT_SHARED; kind++) {
                names[kind] = object_kind_name(kind);
                assert_non_null(names[kind]);
        }
        qsort(names, ARRAY_SIZE(names), sizeof(*names), compare_strings);
        for (size_t i = 1; i < ARRAY_SIZE(names); i++)
                assert_string_not_equal(names[i - 1], names[i]);
}

/* An executable with the functions "main" at 0x1000 and one without a name at 0x2000. */
static struct summary *make_summary(void)
{
        static const char text[] = "\0main";
        struct summary *summary = summary_new();

        assert_non_null(summary);
        summary->identity = strdup("0123-4567");
        summary->kind = OBJECT_PIE;
        for (size_t i = 0; i < sizeof(text); i++)
                *vector_add(&summary->text) = text[i];
        *vector_add(&summary->functions) = (struct summary_function){0x1000, 16, 1, 0, 0};
        *vector_add(&summary->functions) = (struct summary_function){0x2000, 16, 0, 0, 0};
        return summary;
}

static struct feature feature_of(const char *name)
{
        struct feature feature;

        assert_int_equal(feature_parse(name, &feature, NULL), 0);
        return feature;
}

/* What was found, put into the words of the result, without anything of the program left in it. */
static void test_result(void **state)
{
        struct summary *summary = make_summary();
        struct program program = {};
        struct reach reach = {.functions = 2, .reached = 1};
        const struct reach_options options = {.features = true};
        CLEANUP_STATIC_RESULT struct static_result *result = NULL;
        const struct feature write = feature_of("write"), open = feature_of("open");

        (void)state;
        *vector_add(&program.objects) = (struct program_object){
                .summary = summary, .path = strdup("/bin/tool"), .reason = LOAD_MAIN};
        *vector_add(&program.missing) =
                (struct program_missing){strdup("libgone.so"), strdup("not there"), LOAD_NEEDED, 0};
        *vector_add(&reach.features) =
                (struct reach_feature){feature_of("read"), false, 0, 0, 0x1004};
        *vector_add(&reach.features) = (struct reach_feature){write, true, 0, 1, 0x2004};
        *vector_add(&reach.unknown_sites) =
                (struct reach_unknown){0, 1, 0x2008, strdup("number of the system call")};
        *vector_add(&reach.unknown_selectors) = feature_of("ioctl");
        assert_int_equal(static_result_new(&program, &reach, &options, false, "tool", &result), 0);
        free(reach.unknown_sites.items[0].what);
        vector_clear(&reach.features);
        vector_clear(&reach.unknown_sites);
        vector_clear(&reach.unknown_selectors);
        free(program.objects.items[0].path);
        free(program.missing.items[0].name);
        free(program.missing.items[0].problem);
        vector_clear(&program.objects);
        vector_clear(&program.missing);
        summary_free(summary);

        assert_string_equal(result->binary, "tool");
        assert_int_equal(result->kind, OBJECT_PIE);
        assert_false(result->complete);
        assert_true(result->with_features);
        assert_int_equal(static_result_count(result, FEATURE_SYSCALL), 2);
        assert_true(static_result_find(result, &write)->vdso);
        assert_null(static_result_find(result, &open));
        assert_string_equal(result->unknown_sites.items[0].object, "tool");
        assert_string_equal(result->unknown_sites.items[0].function, "0x2000");
        assert_int_equal(result->unknown_sites.items[0].address, 0x2008);
        assert_string_equal(result->missing.items[0].by, "tool");
        assert_string_equal(result->objects.items[0].path, "/bin/tool");
        assert_string_equal(result->objects.items[0].identity, "0123-4567");
        assert_null(result->objects.items[0].by);
        assert_int_equal(result->unknown_selectors.count, 1);
}

static void test_unknown_sites(void **state)
{
        struct static_result result = {};
        struct static_unknown unknown = {
                (char *)"a \"b\"", (char *)"f", 0xffffffff12345678, (char *)"number"};
        CLEANUP_FREE char *text = NULL, *none = NULL;

        (void)state;
        assert_int_equal(static_result_unknown_sites(&result, &none), 0);
        assert_null(none);
        result.unknown_sites.items = &unknown;
        result.unknown_sites.count = 1;
        assert_int_equal(static_result_unknown_sites(&result, &text), 0);
        assert_non_null(strstr(text, "\"a \\\"b\\\"\""));
        assert_non_null(strstr(text, "\"0xffffffff12345678\""));
}

/* All that makes a result less than certain is told, to people and to programs. */
static void test_what_is_told(void **state)
{
        CLEANUP_STATIC_RESULT struct static_result *result = calloc(1, sizeof(*result));
        const struct feature why = feature_of("open");
        struct static_options options = {.text = {.width = 80}};
        CLEANUP_FREE char *line = NULL, *text = NULL, *ways = NULL;
        FILE *stream;
        size_t size;

        (void)state;
        assert_non_null(result);
        result->binary = strdup("tool");
        *vector_add(&result->features) =
                (struct static_feature){.feature = feature_of("gettimeofday"), .vdso = true};
        *vector_add(&result->features) = (struct static_feature){
                .feature = {.kind = FEATURE_SYSCALL, .abi = ABI_I386, .number = 4}};
        *vector_add(&result->unknown_loads) = (struct static_unknown){
                strdup("liba.so"), strdup("opens"), 0x1234, strdup("name of the object")};
        *vector_add(&result->missing) = (struct static_missing){.name = strdup("libgone.so"),
                .problem = strdup("not found"),
                .reason = LOAD_NEEDED,
                .by = strdup("tool")};
        assert_int_equal(static_result_line(result, &line, &size), 0);
        assert_non_null(strstr(line, "\"complete\": false"));
        assert_non_null(strstr(line, "\"vdso\": true"));
        assert_non_null(strstr(line, "\"abi\": \"i386\""));
        assert_non_null(strstr(line, "\"function\": \"opens\""));
        assert_non_null(strstr(line, "\"libgone.so\""));

        stream = open_memstream(&text, &size);
        options.spelling = FEATURE_BY_NUMBER;
        assert_int_equal(report_static_text(result, &options, stream), 0);
        fclose(stream);
        assert_non_null(strstr(text, "96*"));
        assert_non_null(strstr(text, "vDSO"));
        assert_non_null(strstr(text, "i386:write"));
        assert_non_null(strstr(text, "Not complete"));
        assert_non_null(strstr(text, "opens"));
        assert_non_null(strstr(text, "libgone.so"));

        stream = open_memstream(&ways, &size);
        options.why = &why;
        options.why_count = 1;
        assert_int_equal(report_static_why(result, &options, stream), 0);
        fclose(stream);
        assert_non_null(strstr(ways, "open cannot be reached, as far as is known."));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_figures),
                cmocka_unit_test(test_kind_names),
                cmocka_unit_test(test_result),
                cmocka_unit_test(test_unknown_sites),
                cmocka_unit_test(test_what_is_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
