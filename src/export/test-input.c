/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "export/test-inputs.h"

static int make_inputs(void **state)
{
        struct export_inputs *inputs = calloc(1, sizeof(*inputs));

        *state = inputs;
        return inputs && export_inputs_init(inputs) == 0 ? 0 : -1;
}

static int free_inputs(void **state)
{
        export_inputs_clear(*state);
        free(*state);
        return 0;
}

/* The verdict of a feature in an input; VERDICT_COUNT: it is not used. */
static enum verdict verdict_in(const struct export_inputs *inputs, size_t place, const char *name)
{
        const struct feature feature = sample_feature(name);
        const int number = catalogue_find(inputs->catalogue, &feature);
        const struct finding *finding =
                number < 0 ? NULL : findings_find(&inputs->items.items[place].findings, number);

        return finding ? finding->verdict : VERDICT_COUNT;
}

static bool divides(const struct export_inputs *inputs, size_t place, const char *name)
{
        const struct feature feature = sample_feature(name);

        return export_input_divides(
                &inputs->items.items[place], catalogue_find(inputs->catalogue, &feature));
}

static void results_of_an_application_are_one_input(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        struct export_inputs *inputs = *state;
        struct dataset *dataset;

        assert_non_null(collection);
        dataset = sample_dataset(collection, "a", WORKLOAD_BENCHMARK, "b", "1", 1);
        sample_findings(
                collection, &dataset->findings, "read=stub fcntl=required fcntl:F_SETFL=required");
        dataset = sample_dataset(collection, "a", WORKLOAD_SUITE, "s", "2", 1);
        sample_findings(collection, &dataset->findings, "read=fake write=stub");
        dataset = sample_dataset(collection, "b", WORKLOAD_BENCHMARK, "b", "3", 1);
        sample_findings(
                collection, &dataset->findings, "read=either fcntl=stub fcntl:F_SETFL=untested");
        assert_int_equal(export_inputs_add_results(inputs, collection), 0);
        assert_int_equal(inputs->items.count, 2);
        assert_string_equal(inputs->items.items[0].name, "a");
        assert_int_equal(verdict_in(inputs, 0, "read"), VERDICT_REQUIRED);
        assert_int_equal(verdict_in(inputs, 0, "write"), VERDICT_STUB);
        assert_int_equal(verdict_in(inputs, 1, "read"), VERDICT_EITHER);
        assert_int_equal(verdict_in(inputs, 1, "write"), VERDICT_COUNT);
        /* An untested value goes with its call. */
        assert_int_equal(verdict_in(inputs, 1, "fcntl:F_SETFL"), VERDICT_STUB);
        /* Of the suite nobody looked at values. */
        assert_false(divides(inputs, 0, "fcntl"));
        assert_true(divides(inputs, 1, "fcntl"));
}

static void write_text(const char *path, const char *text)
{
        FILE *file = fopen(path, "we");

        assert_non_null(file);
        fputs(text, file);
        assert_int_equal(fclose(file), 0);
}

static void a_static_result_is_untested(void **state)
{
        struct export_inputs *inputs = *state;
        char path[] = "/tmp/loupe-test-input-XXXXXX";
        struct error error = {};
        int fd = mkstemp(path);

        assert_true(fd >= 0);
        close(fd);
        write_text(path,
                "{\"schema\":\"loupe/static/1\",\"binary\":\"b\",\"application\":\"app\","
                "\"complete\":false,\"syscalls\":[{\"name\":\"fcntl\"},{\"name\":\"mmap\"}],"
                "\"features\":[{\"name\":\"fcntl:F_SETFL\"}],\"unknown_selectors\":[\"mmap\"]}");
        assert_int_equal(export_inputs_read(inputs, path, &error), 0);
        assert_int_equal(inputs->items.count, 1);
        assert_string_equal(inputs->items.items[0].name, "app");
        assert_true(inputs->items.items[0].is_static);
        assert_true(inputs->items.items[0].incomplete);
        assert_int_equal(verdict_in(inputs, 0, "fcntl"), VERDICT_UNTESTED);
        assert_true(divides(inputs, 0, "fcntl"));
        assert_false(divides(inputs, 0, "mmap"));
        unlink(path);
}

static void other_files_are_refused(void **state)
{
        static const char *const texts[] = {
                "",
                "[",
                "3",
                "[]",
                "{\"schema\":7}",
                "{\"schema\":\"loupe/plan/1\"}",
                "{\"schema\":\"loupe/analysis/1\"}",
                "{\"schema\":\"loupe/static/1\"}",
        };
        struct export_inputs *inputs = *state;
        char path[] = "/tmp/loupe-test-input-XXXXXX";
        int fd = mkstemp(path);

        assert_true(fd >= 0);
        close(fd);
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
                struct error error = {};

                write_text(path, texts[i]);
                assert_int_equal(export_inputs_read(inputs, path, &error), -EINVAL);
                assert_ptr_equal(strstr(error.message, path), error.message);
        }
        unlink(path);
        struct error error = {};
        assert_true(export_inputs_read(inputs, path, &error) < 0);
        assert_non_null(strstr(error.message, path));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_inputs, free_inputs)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(results_of_an_application_are_one_input),
                TEST(a_static_result_is_untested),
                TEST(other_files_are_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
