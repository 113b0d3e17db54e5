/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strings.h"
#include "store/contents.h"
#include "store/result.h"
#include "store/test-database.h"

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

struct expected {
        const char *name;
        enum verdict verdict;
};

static struct feature feature_of(const char *name)
{
        struct feature feature;

        assert_int_equal(feature_parse(name, &feature, NULL), 0);
        return feature;
}

static unsigned number_of(struct catalogue *catalogue, const char *name)
{
        struct feature feature = feature_of(name);
        int number = catalogue_add(catalogue, &feature);

        assert_true(number >= 0);
        return (unsigned)number;
}

/* Calls first and files last, so that numbers ascend. */
static const struct expected first[] = {
        {"read", VERDICT_REQUIRED},
        {"close", VERDICT_EITHER},
        {"fcntl", VERDICT_FAKE},
        {"fcntl:F_SETFL", VERDICT_STUB},
        {"file:/proc/meminfo", VERDICT_UNTESTED},
};

static struct dataset dataset_with(struct catalogue *catalogue, const char *application,
        const char *digest, const struct expected *expected, size_t count)
{
        struct dataset dataset = {
                .application = strdup(application),
                .workload = strdup("bench-it"),
                .kind = WORKLOAD_BENCHMARK,
                .run = strdup("0123"),
                .libc = strdup("musl 1.2.3"),
                .digest = strdup(digest),
                .origin = strdup("loupedb"),
                .measured = 1000,
        };

        for (size_t i = 0; i < count; i++)
                assert_int_equal(
                        findings_add(&dataset.findings, number_of(catalogue, expected[i].name),
                                expected[i].verdict),
                        0);
        return dataset;
}

static int store_it(struct store *store, const char *application, const char *digest,
        const struct expected *expected, size_t count, int64_t measured)
{
        CLEANUP_CATALOGUE struct catalogue *catalogue = catalogue_new();
        struct dataset dataset = dataset_with(catalogue, application, digest, expected, count);
        struct error error = {};
        int64_t id = 0;
        int r;

        dataset.measured = measured;
        r = store_add_dataset(store, catalogue, &dataset, &id, &error);
        if (r < 0)
                fail_msg("%s", error.message);
        assert_true(id > 0);
        dataset_clear(&dataset);
        return r;
}

static struct collection *load(struct store *store, const char *applications, bool every)
{
        CLEANUP_SELECTION struct selection selection = {.every = every};
        struct collection *collection = NULL;
        struct error error = {};

        assert_int_equal(selection_set_applications(&selection, applications, &error), 0);
        if (store_load(store, &selection, &collection, NULL, &error) != 0)
                fail_msg("%s", error.message);
        return collection;
}

static void assert_findings(const struct collection *collection, const struct dataset *dataset,
        const struct expected *expected, size_t count)
{
        assert_int_equal(dataset->findings.items.count, count);
        for (size_t i = 0; i < count; i++) {
                struct feature feature = feature_of(expected[i].name);
                int number = catalogue_find(collection->catalogue, &feature);
                const struct finding *finding;

                assert_true(number >= 0);
                finding = findings_find(&dataset->findings, (unsigned)number);
                assert_non_null(finding);
                assert_int_equal(finding->verdict, expected[i].verdict);
        }
}

static void loads_what_was_stored(void **state)
{
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *collection = NULL;
        const struct dataset *dataset;

        assert_int_equal(store_it(database->store, "redis", DIGEST_A, first, ARRAY_SIZE(first), 7),
                STORED_NEW);
        test_database_open(database, STORE_READ);
        collection = load(database->store, "all", false);
        assert_int_equal(collection->datasets.count, 1);
        dataset = &collection->datasets.items[0];
        assert_string_equal(dataset->application, "redis");
        assert_string_equal(dataset->workload, "bench-it");
        assert_int_equal(dataset->kind, WORKLOAD_BENCHMARK);
        assert_string_equal(dataset->run, "0123");
        assert_null(dataset->version);
        assert_string_equal(dataset->libc, "musl 1.2.3");
        assert_string_equal(dataset->digest, DIGEST_A);
        assert_string_equal(dataset->origin, "loupedb");
        assert_int_equal(dataset->measured, 7);
        assert_true(dataset->id > 0);
        assert_findings(collection, dataset, first, ARRAY_SIZE(first));
        assert_string_equal(collection->applications[0], "redis");
        assert_null(collection->applications[1]);
}

static void stores_a_measurement_once(void **state)
{
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *newest = NULL;
        CLEANUP_COLLECTION struct collection *every = NULL;
        struct store *store = database->store;

        assert_int_equal(store_it(store, "redis", DIGEST_A, first, 5, 1), STORED_NEW);
        assert_int_equal(store_it(store, "redis", DIGEST_A, first, 5, 1), STORED_ALREADY);
        assert_int_equal(store_it(store, "redis", DIGEST_A, first, 4, 3), STORED_DIFFERENT);
        assert_int_equal(store_it(store, "redis", DIGEST_B, first, 4, 2), STORED_NEW);
        assert_int_equal(test_number(store, "SELECT count(*) FROM result"), 3);
        every = load(store, "redis", true);
        assert_int_equal(every->datasets.count, 3);
        newest = load(store, "redis", false);
        assert_int_equal(newest->datasets.count, 1);
        assert_findings(newest, &newest->datasets.items[0], first, 4);
        /* Found again: it is the newest now. */
        assert_int_equal(store_it(store, "redis", DIGEST_A, first, 5, 9), STORED_ALREADY);
        assert_int_equal(test_number(store, "SELECT count(*) FROM result"), 3);
        collection_free(newest);
        newest = load(store, "redis", false);
        assert_findings(newest, &newest->datasets.items[0], first, 5);
        assert_int_equal(newest->datasets.items[0].measured, 9);
}

static void keeps_the_order_whatever_came_first(void **state)
{
        static const struct expected late_first[] = {{"close", VERDICT_STUB}};
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *collection = NULL;

        store_it(database->store, "zsh", DIGEST_B, late_first, 1, 1);
        store_it(database->store, "ash", DIGEST_A, first, ARRAY_SIZE(first), 1);
        collection = load(database->store, "all", false);
        assert_int_equal(collection->datasets.count, 2);
        assert_string_equal(collection->datasets.items[0].application, "ash");
        assert_string_equal(collection->applications[0], "ash");
        assert_string_equal(collection->applications[1], "zsh");
        assert_null(collection->applications[2]);
        /* The row of close is lower than that of read: numbers ascend all the same. */
        assert_findings(collection, &collection->datasets.items[0], first, ARRAY_SIZE(first));
        for (size_t i = 1; i < ARRAY_SIZE(first); i++)
                assert_true(collection->datasets.items[0].findings.items.items[i - 1].feature <
                            collection->datasets.items[0].findings.items.items[i].feature);
}

static void loads_conflicts(void **state)
{
        struct test_database *database = *state;
        CLEANUP_CATALOGUE struct catalogue *catalogue = catalogue_new();
        struct dataset dataset =
                dataset_with(catalogue, "redis", DIGEST_A, first, ARRAY_SIZE(first));
        CLEANUP_COLLECTION struct collection *collection = NULL;
        struct feature_numbers *conflict = vector_add(&dataset.conflicts);
        struct feature read = feature_of("read"), subfeature = feature_of("fcntl:F_SETFL");
        struct error error = {};

        *(uint32_t *)vector_add(&conflict->numbers) = number_of(catalogue, "read");
        *(uint32_t *)vector_add(&conflict->numbers) = number_of(catalogue, "fcntl:F_SETFL");
        assert_int_equal(
                store_add_dataset(database->store, catalogue, &dataset, NULL, &error), STORED_NEW);
        dataset_clear(&dataset);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM conflict"), 2);
        collection = load(database->store, "redis", false);
        assert_int_equal(collection->datasets.items[0].conflicts.count, 1);
        conflict = &collection->datasets.items[0].conflicts.items[0];
        assert_int_equal(conflict->numbers.count, 2);
        assert_int_equal(conflict->numbers.items[0], catalogue_find(collection->catalogue, &read));
        assert_int_equal(
                conflict->numbers.items[1], catalogue_find(collection->catalogue, &subfeature));
}

static void suggests_the_nearest_application(void **state)
{
        struct test_database *database = *state;
        CLEANUP_SELECTION struct selection selection = {};
        struct collection *collection = NULL;
        struct error error = {};

        store_it(database->store, "redis", DIGEST_A, first, 2, 1);
        store_it(database->store, "nginx", DIGEST_B, first, 2, 1);
        selection_set_applications(&selection, "redsi", &error);
        assert_int_equal(
                store_load(database->store, &selection, &collection, NULL, &error), -ENOENT);
        assert_null(collection);
        assert_non_null(strstr(error.message, "did you mean 'redis'?"));
}

static void undoes_what_failed(void **state)
{
        struct test_database *database = *state;
        struct store *store = database->store;
        struct error error = {};

        assert_int_equal(store_begin(store, &error), 0);
        store_it(store, "redis", DIGEST_A, first, ARRAY_SIZE(first), 1);
        assert_int_equal(store_end(store, -ECANCELED, &error), -ECANCELED);
        assert_int_equal(test_number(store, "SELECT count(*) FROM feature"), 0);
        /* The rows of features that were remembered are gone too. */
        store_it(store, "redis", DIGEST_A, first, ARRAY_SIZE(first), 1);
        assert_int_equal(test_number(store, "SELECT count(*) FROM verdict"), 5);
        /* Where an inner part fails, so does the whole. */
        assert_int_equal(store_begin(store, &error), 0);
        store_it(store, "nginx", DIGEST_B, first, 1, 1);
        assert_int_equal(store_begin(store, &error), 0);
        assert_int_equal(store_end(store, -EIO, &error), -EIO);
        assert_int_equal(store_end(store, 0, &error), -EIO);
        assert_int_equal(test_number(store, "SELECT count(*) FROM result"), 1);
}

static void refuses_damaged_findings(void **state)
{
        struct test_database *database = *state;
        CLEANUP_SELECTION struct selection selection = {};
        struct collection *collection = NULL;
        struct error error = {};

        store_it(database->store, "redis", DIGEST_A, first, ARRAY_SIZE(first), 1);
        assert_int_equal(
                store_run(database->store, "UPDATE result SET findings = x'01ff02'", &error), 0);
        assert_int_equal(
                store_load(database->store, &selection, &collection, NULL, &error), -EUCLEAN);
        assert_non_null(strstr(error.message, "damaged"));
        /* A row that is none. */
        store_run(database->store, "UPDATE result SET findings = x'0101a00600'", &error);
        assert_int_equal(
                store_load(database->store, &selection, &collection, NULL, &error), -EUCLEAN);
        /* A feature that only a later loupe knows. */
        store_run(database->store, "UPDATE result SET findings = x'01010800'", &error);
        store_run(database->store, "UPDATE feature SET name = 'teleport' WHERE id = 1", &error);
        assert_int_equal(
                store_load(database->store, &selection, &collection, NULL, &error), -EPROTO);
        assert_non_null(strstr(error.message, "teleport"));
        assert_null(collection);
}

/* Somebody may have deleted rows with other tools: they are not found by counting. */
static void finds_features_behind_missing_rows(void **state)
{
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *collection = NULL, *merged = NULL;
        CLEANUP(merge_report_clear) struct merge_report report = {};
        CLEANUP_STRINGS char **faults = NULL;
        struct store *other = NULL;
        struct error error = {};
        char path[160];

        assert_int_equal(store_run(database->store,
                                 "INSERT INTO feature (id, kind, name) VALUES (7, 'syscall', "
                                 "'close'), (9000000000000, 'syscall', 'fcntl'), (2147483640, "
                                 "'syscall', 'read')",
                                 &error),
                0);
        assert_int_equal(store_it(database->store, "redis", DIGEST_A, first, 2, 7), STORED_NEW);
        collection = load(database->store, "all", false);
        assert_findings(collection, &collection->datasets.items[0], first, 2);
        assert_int_equal(store_verify(database->store, &faults, &error), 0);
        assert_true(!faults || !faults[0]);

        snprintf(path, sizeof(path), "%s/other.db", database->folder);
        assert_int_equal(store_open(path, STORE_CREATE, &other, &error), 0);
        if (store_merge(other, database->path, &report, &error) < 0)
                fail_msg("%s", error.message);
        merged = load(other, "all", false);
        assert_findings(merged, &merged->datasets.items[0], first, 2);
        store_close(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_database_make, test_database_remove)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(loads_what_was_stored),
                TEST(stores_a_measurement_once),
                TEST(keeps_the_order_whatever_came_first),
                TEST(loads_conflicts),
                TEST(suggests_the_nearest_application),
                TEST(undoes_what_failed),
                TEST(refuses_damaged_findings),
                TEST(finds_features_behind_missing_rows),
        };

        return cmocka_run_group_tests_name("store/result", tests, NULL, NULL);
}
