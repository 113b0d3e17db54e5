/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "export/test-inputs.h"

/* Compares a set with "NAME=TREATMENT" for each feature, in its order; "!" behind a call tells
 * that it is divided, "+" that it is kept. */
static void expect(const struct export_set *set, const char *expected)
{
        CLEANUP_FREE char *text = NULL;
        const struct export_item *item;
        char name[FEATURE_NAME_MAX];
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        assert_non_null(stream);
        vector_for_each(item, &set->items)
                fprintf(stream, "%s%s=%s%s%s", item == set->items.items ? "" : " ",
                        feature_name(item->feature, name),
                        treatment_name(export_treatment(item, EXPORT_REQUIRED)),
                        item->divided ? "!" : "", item->kept ? "+" : "");
        assert_int_equal(fclose(stream), 0);
        assert_string_equal(text, expected);
}

/* Merges and compares. */
static void merge(const struct export_inputs *inputs, enum export_merge how, const char *expected)
{
        CLEANUP_EXPORT_SET struct export_set set = {};
        struct error error = {};

        assert_int_equal(export_set_make(inputs, how, &set, &error), 0);
        expect(&set, expected);
}

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

static void what_is_done_follows_the_verdict(void **state)
{
        struct export_inputs *inputs = *state;

        sample_input(inputs, "a", "read=required write=stub open=fake close=either stat=untested");
        merge(inputs, EXPORT_UNION,
                "read=implement write=stub open=fake close=stub stat=implement");
}

static void all_that_is_used_is_there(void **state)
{
        struct export_inputs *inputs = *state;
        CLEANUP_EXPORT_SET struct export_set set = {};
        const struct export_item *item;

        sample_input(inputs, "a", "read=required write=stub open=fake close=either stat=untested");
        assert_int_equal(export_set_make(inputs, EXPORT_UNION, &set, NULL), 0);
        vector_for_each(item, &set.items)
                assert_int_equal(export_treatment(item, EXPORT_USED), TREATMENT_IMPLEMENT);
}

static void union_and_intersection(void **state)
{
        struct export_inputs *inputs = *state;

        sample_input(inputs, "a", "read=stub write=either open=required close=fake");
        sample_input(inputs, "b", "read=fake write=stub stat=fake close=fake");
        merge(inputs, EXPORT_UNION,
                "read=implement write=stub open=implement close=fake stat=fake");
        merge(inputs, EXPORT_INTERSECTION, "read=implement write=stub close=fake");
}

static void nothing_in_common_is_an_error(void **state)
{
        struct export_inputs *inputs = *state;
        struct export_set set = {};
        struct error error = {};

        sample_input(inputs, "a", "read=stub");
        sample_input(inputs, "b", "write=stub");
        assert_int_equal(export_set_make(inputs, EXPORT_INTERSECTION, &set, &error), -ENOENT);
        assert_string_equal(error.message, "there is nothing that all of these use");
        assert_null(set.items.items);
}

static void values_count_only_where_all_are_known(void **state)
{
        struct export_inputs *inputs = *state;

        sample_input(inputs, "a", "fcntl=required fcntl:F_GETFL=required fcntl:F_SETFL=stub");
        merge(inputs, EXPORT_UNION, "fcntl=implement! fcntl:F_GETFL=implement fcntl:F_SETFL=stub");
        /* Uses fcntl in ways that nobody looked at: all of its values, as far as one can tell. */
        sample_input(inputs, "b", "fcntl=required read=required");
        merge(inputs, EXPORT_UNION,
                "read=implement fcntl=implement fcntl:F_GETFL=implement fcntl:F_SETFL=stub");
        merge(inputs, EXPORT_INTERSECTION,
                "fcntl=implement! fcntl:F_GETFL=implement fcntl:F_SETFL=stub");
        sample_input(inputs, "c", "fcntl=required fcntl:F_GETFL=stub");
        merge(inputs, EXPORT_INTERSECTION, "fcntl=implement! fcntl:F_GETFL=implement");
}

static void a_call_with_unknown_values_is_not_divided(void **state)
{
        struct export_inputs *inputs = *state;
        struct export_input *input =
                sample_input(inputs, "a", "fcntl=required fcntl:F_GETFL=required");
        uint32_t *open = vector_add(&input->open.numbers);
        struct feature call = sample_feature("fcntl");

        assert_non_null(open);
        *open = catalogue_find(inputs->catalogue, &call);
        merge(inputs, EXPORT_UNION, "fcntl=implement fcntl:F_GETFL=implement");
}

static void of_a_conflict_one_is_kept(void **state)
{
        struct export_inputs *inputs = *state;
        struct export_input *input =
                sample_input(inputs, "a", "read=stub write=stub open=fake close=either stat=stub");

        /* `open` settles two of them. */
        sample_input_conflict(inputs, input, "read open");
        sample_input_conflict(inputs, input, "open close stat");
        sample_input_conflict(inputs, input, "read write");
        merge(inputs, EXPORT_UNION,
                "read=implement+ write=stub open=implement+ close=stub stat=stub");
}

static void a_conflict_that_another_settles_keeps_nothing(void **state)
{
        struct export_inputs *inputs = *state;
        struct export_input *input = sample_input(inputs, "a", "read=stub write=stub");

        sample_input_conflict(inputs, input, "read write");
        sample_input(inputs, "b", "write=required");
        merge(inputs, EXPORT_UNION, "read=stub write=implement");
}

static void the_end_of_the_process_is_kept(void **state)
{
        struct export_inputs *inputs = *state;

        sample_input(inputs, "a", "read=stub exit=fake exit_group=either i386:exit=stub");
        merge(inputs, EXPORT_UNION,
                "read=stub exit=implement+ exit_group=implement+ i386:exit=implement+");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_inputs, free_inputs)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(what_is_done_follows_the_verdict),
                TEST(all_that_is_used_is_there),
                TEST(union_and_intersection),
                TEST(nothing_in_common_is_an_error),
                TEST(values_count_only_where_all_are_known),
                TEST(a_call_with_unknown_values_is_not_divided),
                TEST(of_a_conflict_one_is_kept),
                TEST(a_conflict_that_another_settles_keeps_nothing),
                TEST(the_end_of_the_process_is_kept),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
