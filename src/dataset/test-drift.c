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

#include "dataset/drift.h"
#include "dataset/test-collection.h"

/* What the comparison of two lines comes to, one word an item: "new-required:open". */
static void assert_drift(const char *before, const char *now, const char *expected,
        size_t failures_required, size_t failures_used)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_FINDINGS struct findings a = {}, b = {};
        CLEANUP_DRIFT struct drift drift = {};
        const struct drift_item *item;
        char name[FEATURE_NAME_MAX], text[4096] = "";

        assert_non_null(collection);
        sample_findings(collection, &a, before);
        sample_findings(collection, &b, now);
        assert_int_equal(drift_find(collection->catalogue, &a, &b, &drift), 0);
        vector_for_each(item, &drift.items) {
                struct feature feature = catalogue_feature(collection->catalogue, item->feature);
                size_t length = strlen(text);

                snprintf(text + length, sizeof(text) - length, "%s%s:%s", length ? " " : "",
                        drift_change_name(item->change), feature_name(feature, name));
        }
        assert_string_equal(text, expected);
        assert_int_equal(drift_failures(&drift, DRIFT_GATE_REQUIRED), failures_required);
        assert_int_equal(drift_failures(&drift, DRIFT_GATE_USED), failures_used);
        assert_int_equal(drift.counts[DRIFT_NEW_REQUIRED] + drift.counts[DRIFT_NEW_USED] +
                                 drift.counts[DRIFT_GONE],
                drift.items.count);
}

static void test_same(void **state)
{
        (void)state;
        assert_drift("", "", "", 0, 0);
        assert_drift("read=required write=either", "read=required write=either", "", 0, 0);
        /* What was required is not tried again, and counts as required still. */
        assert_drift("read=required write=either", "read=untested write=stub", "", 0, 0);
}

static void test_newly_required(void **state)
{
        (void)state;
        assert_drift("read=required write=either", "read=untested write=required",
                "new-required:write", 1, 0);
        assert_drift("read=required", "read=untested pipe2=required", "new-required:pipe2", 1, 1);
        /* Nobody tried it then: that it was required is not known. */
        assert_drift("read=untested", "read=required", "new-required:read", 1, 0);
}

static void test_newly_used(void **state)
{
        (void)state;
        assert_drift("read=required", "read=untested getcpu=stub", "new-used:getcpu", 0, 1);
        assert_drift("read=required", "read=untested getcpu=untested", "new-used:getcpu", 0, 1);
}

static void test_gone_is_no_failure(void **state)
{
        (void)state;
        assert_drift("read=required pipe=required open=fake", "read=untested",
                "gone:open gone:pipe", 0, 0);
}

/* Which mode works now does not matter as long as one does. */
static void test_other_mode(void **state)
{
        (void)state;
        assert_drift(
                "read=stub write=fake open=either", "read=fake write=stub open=untested", "", 0, 0);
}

static void test_order(void **state)
{
        (void)state;
        assert_drift("read=required dup=either open=stub",
                "dup=required pipe=fake write=stub open=stub close=required",
                "new-required:close new-required:dup new-used:write new-used:pipe gone:read", 2, 3);
}

/* A sub-feature that was not tried, as its call could be left out, could be left out as well. */
static void test_subfeatures(void **state)
{
        (void)state;
        assert_drift(
                "fcntl=stub fcntl:F_SETFL=untested", "fcntl=stub fcntl:F_SETFL=untested", "", 0, 0);
        assert_drift("fcntl=stub fcntl:F_SETFL=untested", "fcntl=required fcntl:F_SETFL=required",
                "new-required:fcntl new-required:fcntl:F_SETFL", 2, 0);
        assert_drift("fcntl=required fcntl:F_SETFL=required",
                "fcntl=untested fcntl:F_SETFL=untested fcntl:F_GETFL=required",
                "new-required:fcntl:F_GETFL", 1, 1);
        assert_drift("file:/proc/stat=fake", "file:/proc/stat=required",
                "new-required:file:/proc/stat", 1, 0);
}

static void test_figures(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_FINDINGS struct findings before = {}, now = {};
        CLEANUP_DRIFT struct drift drift = {};

        (void)state;
        sample_findings(collection, &before,
                "fcntl=fake fcntl:F_SETFL=untested read=required write=required pipe=required");
        sample_findings(
                collection, &now, "fcntl=required fcntl:F_SETFL=stub read=untested write=untested");
        assert_int_equal(drift_find(collection->catalogue, &before, &now, &drift), 0);
        assert_int_equal(drift.used_before, 5);
        assert_int_equal(drift.used_now, 4);
        assert_int_equal(drift.required_before, 3);
        assert_int_equal(drift.not_tried, 2);
        assert_int_equal(drift.items.count, 2);
        assert_int_equal(drift.items.items[0].change, DRIFT_NEW_REQUIRED);
        assert_int_equal(drift.items.items[0].before, VERDICT_FAKE);
        assert_int_equal(drift.items.items[0].now, VERDICT_REQUIRED);
        assert_int_equal(drift.items.items[1].change, DRIFT_GONE);
        assert_true(drift.items.items[1].used_before && !drift.items.items[1].used_now);
}

/* What a sub-feature was that went with its call. */
static void test_meaning(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_FINDINGS struct findings before = {}, now = {};
        CLEANUP_DRIFT struct drift drift = {};

        (void)state;
        sample_findings(collection, &before, "fcntl=stub fcntl:F_SETFL=untested");
        sample_findings(collection, &now, "fcntl=required fcntl:F_SETFL=required");
        assert_int_equal(drift_find(collection->catalogue, &before, &now, &drift), 0);
        assert_int_equal(drift.items.count, 2);
        assert_int_equal(drift.items.items[1].before, VERDICT_STUB);
}

static void test_gates(void **state)
{
        enum drift_gate gate = DRIFT_GATE_COUNT;

        (void)state;
        for (enum drift_gate each = 0; each < DRIFT_GATE_COUNT; each++) {
                assert_int_equal(drift_gate_from_name(drift_gate_name(each), &gate), 0);
                assert_int_equal(gate, each);
        }
        assert_int_equal(drift_gate_from_name("gone", &gate), -ENOENT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_same),
                cmocka_unit_test(test_newly_required),
                cmocka_unit_test(test_newly_used),
                cmocka_unit_test(test_gone_is_no_failure),
                cmocka_unit_test(test_other_mode),
                cmocka_unit_test(test_order),
                cmocka_unit_test(test_subfeatures),
                cmocka_unit_test(test_figures),
                cmocka_unit_test(test_meaning),
                cmocka_unit_test(test_gates),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
