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

#include "base/strings.h"
#include "dataset/dataset.h"
#include "dataset/test-collection.h"

/* A small generator, so that a failure can be repeated (Marsaglia's xorshift). */
static unsigned random_below(uint32_t *state, unsigned limit)
{
        *state ^= *state << 13;
        *state ^= *state >> 17;
        *state ^= *state << 5;
        return *state % limit;
}

static void random_findings(uint32_t *state, struct findings *findings)
{
        const unsigned density = 1 + random_below(state, 6);

        for (unsigned feature = 0; feature < 40; feature++)
                if (random_below(state, density) == 0)
                        assert_int_equal(
                                findings_add(findings, feature, random_below(state, VERDICT_COUNT)),
                                0);
}

static bool findings_equal(const struct findings *a, const struct findings *b)
{
        if (a->items.count != b->items.count)
                return false;
        for (size_t i = 0; i < a->items.count; i++)
                if (a->items.items[i].feature != b->items.items[i].feature ||
                        a->items.items[i].verdict != b->items.items[i].verdict)
                        return false;
        return true;
}

static void merge(const struct findings *a, const struct findings *b, struct findings *ret)
{
        assert_int_equal(findings_merge(a, b, ret), 0);
        for (size_t i = 1; i < ret->items.count; i++)
                assert_true(ret->items.items[i - 1].feature < ret->items.items[i].feature);
}

static void test_verdict_merge(void **state)
{
        (void)state;
        for (enum verdict a = 0; a < VERDICT_COUNT; a++) {
                assert_int_equal(verdict_merge(a, a), a);
                assert_int_equal(verdict_merge(a, VERDICT_REQUIRED), VERDICT_REQUIRED);
                assert_int_equal(verdict_merge(a, VERDICT_EITHER), a);
                for (enum verdict b = 0; b < VERDICT_COUNT; b++) {
                        assert_int_equal(verdict_merge(a, b), verdict_merge(b, a));
                        for (enum verdict c = 0; c < VERDICT_COUNT; c++)
                                assert_int_equal(verdict_merge(verdict_merge(a, b), c),
                                        verdict_merge(a, verdict_merge(b, c)));
                }
        }
        assert_int_equal(verdict_merge(VERDICT_STUB, VERDICT_FAKE), VERDICT_REQUIRED);
        assert_int_equal(verdict_merge(VERDICT_UNTESTED, VERDICT_STUB), VERDICT_REQUIRED);
        assert_int_equal(verdict_merge(VERDICT_UNTESTED, VERDICT_FAKE), VERDICT_REQUIRED);
}

static void test_verdict_names(void **state)
{
        struct error error = {};
        enum verdict verdict;

        (void)state;
        for (enum verdict i = 0; i < VERDICT_COUNT; i++) {
                assert_int_equal(verdict_parse(verdict_name(i), &verdict, NULL), 0);
                assert_int_equal(verdict, i);
        }
        assert_int_equal(verdict_parse("Required", &verdict, &error), -EINVAL);
        assert_string_equal(error.message,
                "'Required' is no verdict: required, stub, fake, either or untested");
}

/* Merging findings: the order, the grouping and repetition make no difference. */
static void test_merge_properties(void **state)
{
        uint32_t seed = 20240427;

        (void)state;
        for (unsigned round = 0; round < 2000; round++) {
                CLEANUP_FINDINGS struct findings a = {}, b = {}, c = {};
                CLEANUP_FINDINGS struct findings ab = {}, ba = {}, bc = {}, left = {}, right = {};
                CLEANUP_FINDINGS struct findings aa = {}, again = {};

                random_findings(&seed, &a);
                random_findings(&seed, &b);
                random_findings(&seed, &c);
                merge(&a, &b, &ab);
                merge(&b, &a, &ba);
                assert_true(findings_equal(&ab, &ba));
                merge(&b, &c, &bc);
                merge(&ab, &c, &left);
                merge(&a, &bc, &right);
                assert_true(findings_equal(&left, &right));
                merge(&a, &a, &aa);
                assert_true(findings_equal(&a, &aa));
                merge(&ab, &b, &again);
                assert_true(findings_equal(&ab, &again));
        }
}

static void test_merge(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_FINDINGS struct findings a = {}, b = {}, merged = {}, expected = {}, none = {};
        CLEANUP_FINDINGS struct findings still_none = {};

        (void)state;
        sample_findings(collection, &a, "read=required open=stub dup=stub pipe=either fcntl=fake");
        sample_findings(
                collection, &b, "open=fake dup=stub pipe=untested mmap=either fcntl=either");
        merge(&a, &b, &merged);
        sample_findings(collection, &expected,
                "read=required open=required dup=stub pipe=untested fcntl=fake mmap=either");
        assert_true(findings_equal(&merged, &expected));
        merge(&none, &none, &still_none);
        assert_int_equal(still_none.items.count, 0);
}

static void test_find_and_count(void **state)
{
        CLEANUP_FINDINGS struct findings findings = {};

        (void)state;
        assert_null(findings_find(&findings, 0));
        for (unsigned feature = 1; feature < 100; feature += 2)
                findings_add(&findings, feature, feature % VERDICT_COUNT);
        for (unsigned feature = 0; feature <= 100; feature++) {
                const struct finding *finding = findings_find(&findings, feature);

                if (feature % 2 == 0) {
                        assert_null(finding);
                        continue;
                }
                assert_non_null(finding);
                assert_int_equal(finding->feature, feature);
                assert_int_equal(finding->verdict, feature % VERDICT_COUNT);
        }
        for (enum verdict verdict = 0; verdict < VERDICT_COUNT; verdict++)
                assert_int_equal(findings_count(&findings, verdict), 10);
}

/* Each key decides only where those before it are equal. */
static void test_compare(void **state)
{
        static const struct {
                const char *application;
                enum workload_kind kind;
                int64_t measured;
                const char *workload, *run, *digest;
        } ascending[] = {
                {"a", WORKLOAD_SUITE, 9, "z", NULL, NULL},
                {"b", WORKLOAD_HEALTH, 9, "z", NULL, NULL},
                {"b", WORKLOAD_BENCHMARK, 8, "z", NULL, NULL},
                {"b", WORKLOAD_BENCHMARK, 9, "a", "9", NULL},
                {"b", WORKLOAD_BENCHMARK, 9, "b", NULL, NULL},
                {"b", WORKLOAD_BENCHMARK, 9, "b", "1", "9"},
                {"b", WORKLOAD_BENCHMARK, 9, "b", "2", NULL},
                {"b", WORKLOAD_BENCHMARK, 9, "b", "2", "1"},
                {"b", WORKLOAD_SUITE, 1, "b", NULL, NULL},
        };
        struct dataset datasets[ARRAY_SIZE(ascending)] = {};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(ascending); i++)
                datasets[i] = (struct dataset){
                        .application = (char *)ascending[i].application,
                        .kind = ascending[i].kind,
                        .measured = ascending[i].measured,
                        .workload = (char *)ascending[i].workload,
                        .run = (char *)ascending[i].run,
                        .digest = (char *)ascending[i].digest,
                };
        for (size_t i = 0; i < ARRAY_SIZE(ascending); i++) {
                for (size_t j = 0; j < ARRAY_SIZE(ascending); j++) {
                        int order = dataset_compare(&datasets[i], &datasets[j]);

                        assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
                }
        }
}

static void test_kind_keys(void **state)
{
        (void)state;
        assert_string_equal(dataset_kind_key(WORKLOAD_HEALTH), "health");
        assert_string_equal(dataset_kind_key(WORKLOAD_BENCHMARK), "bench");
        assert_string_equal(dataset_kind_key(WORKLOAD_SUITE), "suite");
}

/* The merge of a collection is that of its datasets one by one. */
static void test_collection_merge(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_FINDINGS struct findings merged = {}, expected = {}, none = {};
        uint32_t seed = 7;

        (void)state;
        assert_int_equal(collection_merge(collection, &none), 0);
        assert_int_equal(none.items.count, 0);
        for (unsigned i = 0; i < 30; i++) {
                struct findings next;
                struct dataset *dataset =
                        sample_dataset(collection, "a", WORKLOAD_HEALTH, "health", "", i);

                random_findings(&seed, &dataset->findings);
                merge(&expected, &dataset->findings, &next);
                findings_clear(&expected);
                expected = next;
        }
        assert_int_equal(collection_merge(collection, &merged), 0);
        assert_true(findings_equal(&merged, &expected));
}

static void add_conflict(struct dataset *dataset, uint32_t first, uint32_t second)
{
        struct feature_numbers *conflict = vector_add(&dataset->conflicts);

        *(uint32_t *)vector_add(&conflict->numbers) = first;
        *(uint32_t *)vector_add(&conflict->numbers) = second;
}

static void test_merge_applications(void **state)
{
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_COLLECTION struct collection *merged = NULL;
        CLEANUP_FINDINGS struct findings expected = {};
        struct dataset *dataset;

        (void)state;
        strings_add(&collection->applications, "nginx");
        strings_add(&collection->applications, "none");
        strings_add(&collection->applications, "redis");
        dataset = sample_dataset(collection, "nginx", WORKLOAD_SUITE, "suite", "1", 5);
        sample_findings(collection, &dataset->findings, "read=either file:/proc/stat=stub");
        dataset = sample_dataset(collection, "redis", WORKLOAD_BENCHMARK, "bench", "2", 6);
        sample_findings(collection, &dataset->findings, "read=stub open=required");
        add_conflict(dataset, 1, 2);
        dataset = sample_dataset(collection, "redis", WORKLOAD_SUITE, "suite", "3", 7);
        sample_findings(collection, &dataset->findings, "read=fake pipe=stub");
        add_conflict(dataset, 1, 2);
        add_conflict(dataset, 3, 4);

        assert_int_equal(collection_merge_applications(collection, &merged), 0);
        assert_ptr_equal(merged->catalogue, collection->catalogue);
        assert_int_equal(strings_count(merged->applications), 3);
        assert_string_equal(merged->applications[1], "none");
        assert_int_equal(merged->datasets.count, 2);
        assert_string_equal(merged->datasets.items[0].application, "nginx");
        assert_true(findings_equal(
                &merged->datasets.items[0].findings, &collection->datasets.items[0].findings));
        dataset = &merged->datasets.items[1];
        assert_string_equal(dataset->application, "redis");
        assert_string_equal(dataset->workload, "bench");
        assert_int_equal(dataset->kind, WORKLOAD_BENCHMARK);
        sample_findings(collection, &expected, "read=required open=required pipe=stub");
        assert_true(findings_equal(&dataset->findings, &expected));
        assert_int_equal(dataset->conflicts.count, 2);
        assert_int_equal(dataset->conflicts.items[0].numbers.items[1], 2);
        assert_int_equal(dataset->conflicts.items[1].numbers.items[1], 4);
}

static void assert_without_data(
        const struct collection *collection, const char *workload, const char *expected)
{
        CLEANUP_FREE const char **names = NULL;
        CLEANUP_FREE char *joined = NULL;

        assert_int_equal(collection_without_data(collection, workload, &names), 0);
        joined = strings_join((char **)names, " ");
        assert_string_equal(joined, expected);
}

static void test_without_data(void **state)
{
        static const char *const names[] = {"a", "b", "c", "d", "e"};
        CLEANUP_COLLECTION struct collection *collection = collection_new();

        (void)state;
        assert_without_data(collection, NULL, "");
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                strings_add(&collection->applications, names[i]);
        assert_without_data(collection, NULL, "a b c d e");
        sample_dataset(collection, "b", WORKLOAD_BENCHMARK, "health", "", 0);
        sample_dataset(collection, "b", WORKLOAD_SUITE, "suite", "", 0);
        sample_dataset(collection, "d", WORKLOAD_HEALTH, "ping", "", 0);
        assert_without_data(collection, NULL, "a c e");
        assert_without_data(collection, "bench", "a c d e");
        assert_without_data(collection, "suite", "a c d e");
        /* The word for a kind, though a benchmark is called so. */
        assert_without_data(collection, "health", "a b c e");
        assert_without_data(collection, "ping", "a b c e");
        assert_without_data(collection, "pong", "a b c d e");
}

/* Two catalogues that number the same features otherwise. */
static void test_renumber(void **state)
{
        static const char line[] =
                "file:/proc/a=stub read=required fcntl:F_SETFL=fake i386:read=either";
        CLEANUP_COLLECTION struct collection *from = collection_new(), *to = collection_new();
        CLEANUP_FINDINGS struct findings there = {}, other = {}, renumbered = {}, expected = {};

        (void)state;
        sample_findings(to, &other, "i386:write=stub i386:read=stub file:/proc/a=fake");
        sample_findings(from, &there, line);
        assert_int_equal(findings_renumber(&there, from->catalogue, to->catalogue, &renumbered), 0);
        assert_int_equal(catalogue_limit(to->catalogue), CATALOGUE_CALLS + 4);
        sample_findings(to, &expected, line);
        assert_true(findings_equal(&renumbered, &expected));
        assert_int_equal(renumbered.items.items[1].feature, CATALOGUE_CALLS + 1);
        assert_int_equal(renumbered.items.items[1].verdict, VERDICT_EITHER);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_verdict_merge),
                cmocka_unit_test(test_verdict_names),
                cmocka_unit_test(test_merge_properties),
                cmocka_unit_test(test_merge),
                cmocka_unit_test(test_find_and_count),
                cmocka_unit_test(test_compare),
                cmocka_unit_test(test_kind_keys),
                cmocka_unit_test(test_collection_merge),
                cmocka_unit_test(test_merge_applications),
                cmocka_unit_test(test_without_data),
                cmocka_unit_test(test_renumber),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
