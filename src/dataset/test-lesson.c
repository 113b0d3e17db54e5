/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataset/lesson.h"

static struct feature feature_of(const char *name)
{
        struct feature feature;

        assert_int_equal(feature_parse(name, &feature, NULL), 0);
        return feature;
}

static void add_part(struct lesson *lesson, const char *name, bool faked)
{
        struct lesson_part *part = vector_add(&lesson->parts);

        assert_non_null(part);
        *part = (struct lesson_part){feature_of(name), faked};
}

static enum verdict verdict_of_call(
        const struct dataset *dataset, const struct catalogue *catalogue, const char *name)
{
        const struct feature feature = feature_of(name);
        const struct finding *finding =
                findings_find(&dataset->findings, catalogue_find(catalogue, &feature));

        return finding ? finding->verdict : VERDICT_COUNT;
}

/* Teaches one feature that does not work in one mode to a dataset that has a verdict about it. */
static void assert_left(enum verdict before, bool faked, int learnt, enum verdict after)
{
        CLEANUP_CATALOGUE struct catalogue *catalogue = catalogue_new();
        struct dataset dataset = {};
        struct lesson lesson = {};

        if (before < VERDICT_COUNT)
                assert_int_equal(findings_add(&dataset.findings, 12, before), 0);
        add_part(&lesson, "brk", faked);
        assert_int_equal(dataset_learn(&dataset, catalogue, &lesson), learnt);
        assert_int_equal(verdict_of_call(&dataset, catalogue, "brk"), after);
        assert_int_equal(dataset_learn(&dataset, catalogue, &lesson), 0);
        assert_int_equal(dataset.conflicts.count, 0);
        lesson_clear(&lesson);
        dataset_clear(&dataset);
}

static void test_one(void **state)
{
        (void)state;
        assert_left(VERDICT_EITHER, false, 1, VERDICT_FAKE);
        assert_left(VERDICT_EITHER, true, 1, VERDICT_STUB);
        assert_left(VERDICT_STUB, false, 1, VERDICT_REQUIRED);
        assert_left(VERDICT_FAKE, true, 1, VERDICT_REQUIRED);
        assert_left(VERDICT_STUB, true, 0, VERDICT_STUB);
        assert_left(VERDICT_FAKE, false, 0, VERDICT_FAKE);
        assert_left(VERDICT_REQUIRED, false, 0, VERDICT_REQUIRED);
        assert_left(VERDICT_UNTESTED, false, 1, VERDICT_REQUIRED);
        assert_left(VERDICT_COUNT, false, 1, VERDICT_REQUIRED);
}

static void test_several(void **state)
{
        CLEANUP_CATALOGUE struct catalogue *catalogue = catalogue_new();
        struct dataset dataset = {};
        struct lesson lesson = {};

        (void)state;
        assert_int_equal(findings_add(&dataset.findings, 0, VERDICT_REQUIRED), 0);
        assert_int_equal(findings_add(&dataset.findings, 12, VERDICT_EITHER), 0);
        add_part(&lesson, "open", false);
        add_part(&lesson, "brk", false);
        add_part(&lesson, "clone", true);
        assert_int_equal(dataset_learn(&dataset, catalogue, &lesson), 1);
        assert_int_equal(verdict_of_call(&dataset, catalogue, "read"), VERDICT_REQUIRED);
        assert_int_equal(verdict_of_call(&dataset, catalogue, "open"), VERDICT_STUB);
        assert_int_equal(verdict_of_call(&dataset, catalogue, "brk"), VERDICT_EITHER);
        assert_int_equal(verdict_of_call(&dataset, catalogue, "clone"), VERDICT_FAKE);
        assert_int_equal(dataset.findings.items.count, 4);
        assert_int_equal(dataset.conflicts.count, 1);
        assert_int_equal(dataset.conflicts.items[0].numbers.count, 3);
        assert_int_equal(dataset.conflicts.items[0].numbers.items[0], 2);
        assert_int_equal(dataset.conflicts.items[0].numbers.items[2], 56);
        assert_int_equal(dataset_learn(&dataset, catalogue, &lesson), 0);
        assert_int_equal(dataset.conflicts.count, 1);
        lesson_clear(&lesson);
        dataset_clear(&dataset);
}

static void test_equality(void **state)
{
        struct lesson a = {.application = strdup("a")}, b = {.application = strdup("a")};

        (void)state;
        add_part(&a, "brk", false);
        add_part(&b, "brk", false);
        assert_true(lesson_equal(&a, &b));
        b.parts.items[0].faked = true;
        assert_false(lesson_equal(&a, &b));
        b.parts.items[0] = (struct lesson_part){feature_of("open"), false};
        assert_false(lesson_equal(&a, &b));
        b.parts.items[0] = a.parts.items[0];
        add_part(&b, "open", false);
        assert_false(lesson_equal(&a, &b));
        lesson_clear(&b);
        b.application = strdup("b");
        add_part(&b, "brk", false);
        assert_false(lesson_equal(&a, &b));
        lesson_clear(&a);
        lesson_clear(&b);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_one),
                cmocka_unit_test(test_several),
                cmocka_unit_test(test_equality),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
