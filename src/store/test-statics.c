/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strings.h"
#include "dataset/test-collection.h"
#include "store/contents.h"
#include "store/statics.h"
#include "store/test-database.h"

static const char content[] =
        "INSERT INTO application (id, name) VALUES (1, 'redis'), (2, 'nginx'), (3, 'alone');"
        "INSERT INTO workload (id, application_id, name, kind) VALUES"
        " (1, 1, 'redis-benchmark', 'benchmark'), (2, 2, 'wrk', 'benchmark'),"
        " (3, 3, 'suite', 'suite');"
        "INSERT INTO feature (id, kind, name, number) VALUES"
        " (1, 'syscall', 'write', 1), (2, 'syscall', 'read', 0), (3, 'syscall', 'syscall_470', "
        "470),"
        " (4, 'subfeature', 'fcntl:F_SETFL', NULL);"
        "INSERT INTO static_result (id, application_id, workload_id, run, method, origin, content, "
        "measured, complete, unknown, executable) VALUES"
        " (1, 1, 1, 'r', 'sources', 'loupedb', printf('%064d', 1), 5, NULL, NULL, NULL),"
        " (2, 1, 1, 'r', 'binary', 'loupedb', printf('%064d', 2), 5, NULL, NULL, NULL),"
        " (3, 1, NULL, 's', 'binary', 'analysis', printf('%064d', 3), 4, 0, '[{},{}]', '/bin/r'),"
        " (4, 2, 2, 'r', 'binary', 'loupedb', printf('%064d', 4), 0, NULL, NULL, NULL),"
        " (5, 3, 3, 'r', 'binary', 'loupedb', printf('%064d', 5), 0, NULL, NULL, NULL);"
        "INSERT INTO static_feature (static_id, feature_id) VALUES"
        " (1, 1), (2, 1), (2, 2), (2, 3), (3, 2), (4, 4), (5, 2);";

static struct collection *new_collection(void)
{
        struct collection *collection = collection_new();

        assert_non_null(collection);
        sample_dataset(collection, "redis", WORKLOAD_SUITE, "suite", "x", 0);
        sample_dataset(collection, "nginx", WORKLOAD_BENCHMARK, "wrk", "r", 0);
        sample_sort(collection);
        return collection;
}

static void test_load(void **state)
{
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_STATIC_SETS struct static_sets sets = {};
        const struct static_set *set;
        struct error error = {};
        char name[FEATURE_NAME_MAX];

        if (store_run(database->store, content, &error) < 0 ||
                store_load_statics(database->store, collection, &sets, &error) < 0)
                fail_msg("%s", error.message);
        /* By application, method, time; that of an application that was not asked for is not there.
         */
        assert_int_equal(sets.items.count, 4);
        set = &sets.items.items[0];
        assert_string_equal(set->application, "nginx");
        assert_string_equal(set->workload, "wrk");
        assert_int_equal(set->kind, WORKLOAD_BENCHMARK);
        assert_int_equal(set->features.numbers.count, 1);
        assert_string_equal(feature_name(catalogue_feature(collection->catalogue,
                                                 set->features.numbers.items[0]),
                                    name),
                "fcntl:F_SETFL");
        set = &sets.items.items[1];
        assert_string_equal(set->run, "s");
        assert_null(set->workload);
        assert_int_equal(set->method, STATIC_BINARY);
        assert_int_equal(set->measured, 4);
        assert_int_equal(set->complete, 0);
        assert_int_equal(set->unknown_sites, 2);
        assert_string_equal(set->executable, "/bin/r");
        assert_null(set->executable_digest);
        set = &sets.items.items[2];
        assert_string_equal(set->run, "r");
        assert_string_equal(set->workload, "redis-benchmark");
        assert_true(set->complete < 0);
        assert_int_equal(set->unknown_sites, 0);
        assert_int_equal(set->features.numbers.count, 3);
        assert_int_equal(set->features.numbers.items[0], 0);
        assert_int_equal(set->features.numbers.items[1], 1);
        assert_int_equal(set->features.numbers.items[2], 470);
        set = &sets.items.items[3];
        assert_int_equal(set->method, STATIC_SOURCES);
        assert_ptr_equal(static_sets_find(&sets, &collection->datasets.items[1], STATIC_BINARY),
                &sets.items.items[1]);
}

/* Of applications that have no datasets: those that were asked for, or all. */
static void test_load_alone(void **state)
{
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_STATIC_SETS struct static_sets all = {}, one = {};
        struct error error = {};

        assert_non_null(collection);
        if (store_run(database->store, content, &error) < 0 ||
                store_load_statics_alone(database->store, collection, &all, &error) < 0)
                fail_msg("%s", error.message);
        assert_int_equal(all.items.count, 5);
        assert_int_equal(strings_add(&collection->applications, "nginx"), 0);
        assert_int_equal(store_load_statics_alone(database->store, collection, &one, &error), 0);
        assert_int_equal(one.items.count, 1);
        assert_string_equal(one.items.items[0].application, "nginx");
}

/* A name of a later loupe's. */
static void test_unknown_feature(void **state)
{
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_STATIC_SETS struct static_sets sets = {};
        struct error error = {};

        assert_int_equal(store_run(database->store, content, &error), 0);
        assert_int_equal(
                store_run(database->store,
                        "UPDATE feature SET name = 'fcntl:what:is:this' WHERE id = 2", &error),
                0);
        assert_true(store_load_statics(database->store, collection, &sets, &error) < 0);
        assert_int_equal(sets.items.count, 0);
        assert_non_null(strstr(error.message, database->path));
}

static void test_none(void **state)
{
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *collection = new_collection();
        CLEANUP_STATIC_SETS struct static_sets sets = {};

        assert_int_equal(store_load_statics(database->store, collection, &sets, NULL), 0);
        assert_int_equal(sets.items.count, 0);
}

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* Results of executables that applications were measured with. */
static const char measured[] =
        "INSERT INTO application (id, name) VALUES (1, 'busybox'), (2, 'ash'), (3, 'redis');"
        "INSERT INTO workload (id, application_id, name, kind) VALUES"
        " (1, 1, 'w', 'suite'), (2, 2, 'w', 'suite'), (3, 3, 'w', 'suite');"
        "INSERT INTO result (workload_id, digest, content, origin, run, measured, executable, "
        "executable_digest, findings) VALUES"
        " (1, printf('%064d', 1), printf('%064d', 1), 'analysis', 'r', 5, '/bin/sh', '" DIGEST_A
        "', x''),"
        " (2, printf('%064d', 2), printf('%064d', 1), 'analysis', 'r', 6, '/bin/ash', '" DIGEST_A
        "', x''),"
        " (3, printf('%064d', 3), printf('%064d', 1), 'analysis', 'r', 6, '/usr/bin/redis-server', "
        "printf('%064d', 9), x'')";

static struct feature feature_of(const char *name)
{
        struct feature feature;

        assert_int_equal(feature_parse(name, &feature, NULL), 0);
        return feature;
}

static struct static_record sample_record(const struct feature *features, size_t count)
{
        return (struct static_record){
                .method = STATIC_BINARY,
                .measured = 100,
                .executable = "/usr/bin/tool",
                .executable_digest = DIGEST_B,
                .complete = true,
                .features = features,
                .feature_count = count,
        };
}

static void assert_added(
        struct store *store, const struct static_record *record, enum stored expected)
{
        struct error error = {};
        int r = store_add_static(store, record, &error);

        if (r < 0)
                fail_msg("%s", error.message);
        assert_int_equal(r, expected);
}

static void test_add(void **state)
{
        struct test_database *database = *state;
        const struct feature features[] = {feature_of("write"), feature_of("ioctl:TCGETS"),
                feature_of("file:/proc/meminfo"), feature_of("read")};
        const struct feature backwards[] = {features[3], features[2], features[1], features[0]};
        struct static_record record = sample_record(features, 4);
        CLEANUP_STRINGS char **faults = NULL;
        struct error error = {};
        int64_t changes;

        assert_added(database->store, &record, STORED_NEW);
        /* The same measurement, made again, is there once, and not even written. */
        record.measured = 150;
        record.features = backwards;
        changes = test_number(database->store, "SELECT total_changes()");
        assert_added(database->store, &record, STORED_ALREADY);
        assert_int_equal(test_number(database->store, "SELECT total_changes()"), changes);
        record.executable = "/opt/tool";
        record.measured = 50;
        assert_added(database->store, &record, STORED_ALREADY);
        record.executable = "/bin/tool";
        record.measured = 200;
        assert_added(database->store, &record, STORED_ALREADY);
        assert_int_equal(test_number(database->store,
                                 "SELECT count(*) FROM static_result WHERE measured = 200 AND "
                                 "workload_id IS NULL AND executable = '/bin/tool' AND "
                                 "run = 'bbbbbbbbbbbb' AND complete = 1 AND tool_version <> ''"),
                1);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM static_feature"), 4);
        /* What differs is another one: fewer features, or incomplete, or other sites. */
        record.feature_count = 3;
        assert_added(database->store, &record, STORED_DIFFERENT);
        record.complete = false;
        assert_added(database->store, &record, STORED_DIFFERENT);
        record.unknown_sites = "[{\"function\":\"main\"}]";
        assert_added(database->store, &record, STORED_DIFFERENT);
        assert_added(database->store, &record, STORED_ALREADY);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM static_result"), 4);
        /* Of several the last is known. */
        record.measured = 300;
        assert_added(database->store, &record, STORED_ALREADY);
        assert_int_equal(
                test_number(database->store, "SELECT max(measured) FROM static_result"), 300);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM application"), 1);
        assert_int_equal(store_verify(database->store, &faults, &error), 0);
        if (faults)
                fail_msg("%s", faults[0]);
}

static void test_add_for_a_workload(void **state)
{
        struct test_database *database = *state;
        const struct feature features[] = {feature_of("write")};
        struct static_record record = sample_record(features, 1);

        assert_added(database->store, &record, STORED_NEW);
        record.workload = "unit";
        record.kind = WORKLOAD_SUITE;
        assert_added(database->store, &record, STORED_NEW);
        assert_added(database->store, &record, STORED_ALREADY);
        record.method = STATIC_SOURCES;
        assert_added(database->store, &record, STORED_NEW);
        assert_int_equal(test_number(database->store,
                                 "SELECT count(*) FROM static_result s JOIN workload w ON w.id = "
                                 "s.workload_id WHERE w.kind = 'suite' AND w.name = 'unit' AND "
                                 "w.application_id = s.application_id"),
                2);
}

static void assert_application(struct store *store, const char *executable, const char *expected)
{
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store,
                "SELECT a.name FROM static_result s JOIN application a ON a.id = s.application_id "
                "WHERE s.executable = :executable ORDER BY s.id DESC",
                NULL);

        assert_non_null(select);
        bind_text(select, ":executable", executable);
        assert_int_equal(store_step(store, select, NULL), 1);
        assert_string_equal(column_text(select, 0), expected);
}

static void test_application(void **state)
{
        static const struct {
                const char *application, *executable, *digest, *expected;
        } rows[] = {
                {"given", "/bin/sh", DIGEST_A, "given"},
                /* Several were measured with it: that of its name, or else the last. */
                {NULL, "/bin/busybox", DIGEST_A, "busybox"},
                {NULL, "/bin/other", DIGEST_A, "ash"},
                {NULL, "/usr/bin/redis-server", DIGEST_B, "redis"},
                {NULL, "/opt/bin/redis-server", DIGEST_B, "redis-server"},
                {NULL, "plain", DIGEST_B, "plain"},
        };
        struct test_database *database = *state;
        const struct feature features[] = {feature_of("write")};
        struct error error = {};

        assert_int_equal(store_run(database->store, measured, &error), 0);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct static_record record = sample_record(features, 1);

                record.application = rows[i].application;
                record.executable = rows[i].executable;
                record.executable_digest = rows[i].digest;
                assert_added(database->store, &record, STORED_NEW);
                assert_application(database->store, rows[i].executable, rows[i].expected);
        }
}

/* All or none. */
static void test_add_several(void **state)
{
        struct test_database *database = *state;
        const struct feature features[] = {feature_of("write")};
        struct static_record records[2] = {sample_record(features, 1), sample_record(features, 1)};
        enum stored stored[2] = {STORED_DIFFERENT, STORED_DIFFERENT};
        struct error error = {};

        records[1].executable_digest = "no digest";
        assert_int_equal(store_add_statics(database->store, records, 2, stored, &error), -EINVAL);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM static_result"), 0);
        records[1] = records[0];
        assert_int_equal(store_add_statics(database->store, records, 2, stored, &error), 0);
        assert_int_equal(stored[0], STORED_NEW);
        assert_int_equal(stored[1], STORED_ALREADY);
}

/* What was added is what is loaded, and is what the application's datasets find. */
static void test_add_and_load(void **state)
{
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *collection = collection_new();
        CLEANUP_STATIC_SETS struct static_sets sets = {};
        const struct feature features[] = {feature_of("write"), feature_of("ioctl:TCGETS")};
        struct static_record record = sample_record(features, 2);
        const struct static_set *set;
        struct error error = {};

        record.complete = false;
        record.unknown_sites = "[1]";
        assert_added(database->store, &record, STORED_NEW);
        sample_dataset(collection, "tool", WORKLOAD_SUITE, "suite", "x", 0);
        if (store_load_statics(database->store, collection, &sets, &error) < 0)
                fail_msg("%s", error.message);
        set = static_sets_find(&sets, &collection->datasets.items[0], STATIC_BINARY);
        assert_non_null(set);
        assert_int_equal(set->features.numbers.count, 2);
        assert_int_equal(set->complete, 0);
        assert_int_equal(set->unknown_sites, 1);
        assert_string_equal(set->executable_digest, DIGEST_B);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_database_make, test_database_remove)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_load),
                TEST(test_load_alone),
                TEST(test_unknown_feature),
                TEST(test_none),
                TEST(test_add),
                TEST(test_add_for_a_workload),
                TEST(test_application),
                TEST(test_add_several),
                TEST(test_add_and_load),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
