/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataset/difference.h"
#include "dataset/test-collection.h"

static void test_compare(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_FINDINGS struct findings a = {}, b = {};
        CLEANUP_DIFFERENCE struct difference difference = {};
        const struct differing *items;

        (void)state;
        sample_findings(collection, &a, "read=required write=stub open=fake dup=required");
        sample_findings(collection, &b, "write=stub open=required dup=either pipe=required");
        assert_int_equal(findings_compare(&a, &b, &difference), 0);
        assert_int_equal(difference.same, 1);
        assert_int_equal(difference.used_a, 4);
        assert_int_equal(difference.used_b, 4);
        assert_int_equal(difference.required_a, 2);
        assert_int_equal(difference.required_b, 2);
        assert_int_equal(difference.items.count, 4);
        items = difference.items.items;
        /* read, open, pipe, dup: by number */
        assert_int_equal(items[0].feature, 0);
        assert_true(items[0].used_a && !items[0].used_b);
        assert_int_equal(items[0].a, VERDICT_REQUIRED);
        assert_int_equal(items[1].feature, 2);
        assert_true(items[1].used_a && items[1].used_b);
        assert_int_equal(items[1].a, VERDICT_FAKE);
        assert_int_equal(items[1].b, VERDICT_REQUIRED);
        assert_int_equal(items[2].feature, 22);
        assert_true(!items[2].used_a && items[2].used_b);
        assert_int_equal(items[2].b, VERDICT_REQUIRED);
        assert_int_equal(items[3].feature, 32);
        assert_int_equal(items[3].a, VERDICT_REQUIRED);
        assert_int_equal(items[3].b, VERDICT_EITHER);
}

static void test_equal(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_FINDINGS struct findings a = {}, none = {};
        CLEANUP_DIFFERENCE struct difference equal = {}, empty = {}, all = {};

        (void)state;
        sample_findings(collection, &a, "read=required file:/proc/stat=untested");
        assert_int_equal(findings_compare(&a, &a, &equal), 0);
        assert_int_equal(equal.items.count, 0);
        assert_int_equal(equal.same, 2);
        assert_int_equal(findings_compare(&none, &none, &empty), 0);
        assert_int_equal(empty.items.count, 0);
        assert_int_equal(findings_compare(&none, &a, &all), 0);
        assert_int_equal(all.items.count, 2);
        assert_int_equal(all.used_a, 0);
        assert_int_equal(all.used_b, 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_compare),
                cmocka_unit_test(test_equal),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
