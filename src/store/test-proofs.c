/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/contents.h"
#include "store/proofs.h"
#include "store/result.h"
#include "store/test-database.h"

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct proof_subject redis = {
        .application = "redis",
        .workload = "health",
        .kind = WORKLOAD_HEALTH,
        .workload_digest = DIGEST_A,
        .executable_digest = DIGEST_B,
        .measured = 7,
};

static void add(
        struct store *store, const struct proof_subject *subject, const char *policy, bool works)
{
        const struct stored_proof proof = {
                .os = "Kerla",
                .policy = policy,
                .works = works,
                .runs = 3,
                .passed = works ? 3 : 1,
        };
        struct error error = {};

        if (store_add_proof(store, subject, &proof, &error) < 0)
                fail_msg("%s", error.message);
}

static int find(struct store *store, const char *executable, const char *policy)
{
        struct error error = {};

        return store_find_proof(store, "redis", executable, policy, &error);
}

static void keeps_the_latest_proof(void **state)
{
        struct test_database *database = *state;
        struct proof_subject later = redis, earlier = redis, another = redis;

        assert_int_equal(find(database->store, NULL, "--stub brk"), -ENOENT);
        add(database->store, &redis, "--stub brk", true);
        assert_int_equal(find(database->store, NULL, "--stub brk"), 1);
        assert_int_equal(find(database->store, DIGEST_B, "--stub brk"), 1);
        assert_int_equal(find(database->store, DIGEST_A, "--stub brk"), -ENOENT);
        assert_int_equal(find(database->store, NULL, "--stub open"), -ENOENT);
        later.measured++;
        add(database->store, &later, "--stub brk", false);
        assert_int_equal(find(database->store, NULL, "--stub brk"), 0);
        earlier.measured--;
        add(database->store, &earlier, "--stub brk", true);
        assert_int_equal(find(database->store, NULL, "--stub brk"), 0);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM proof"), 1);
        /* Each workload must work. */
        another.workload = "benchmark";
        another.measured = 99;
        add(database->store, &another, "--stub brk", true);
        assert_int_equal(find(database->store, NULL, "--stub brk"), 0);
        later.measured = 100;
        add(database->store, &later, "--stub brk", true);
        assert_int_equal(find(database->store, NULL, "--stub brk"), 1);
}

static void add_part(struct lesson *lesson, const char *name, bool faked)
{
        struct lesson_part *part = vector_add(&lesson->parts);

        assert_non_null(part);
        part->faked = faked;
        assert_int_equal(feature_parse(name, &part->feature, NULL), 0);
}

static void add_result(struct store *store, const char *workload, const char *executable)
{
        CLEANUP_CATALOGUE struct catalogue *catalogue = catalogue_new();
        struct dataset dataset = {
                .application = strdup("redis"),
                .workload = strdup(workload),
                .run = strdup("r"),
                .digest = strdup(executable),
                .origin = strdup("analysis"),
                .measured = 5,
        };
        struct error error = {};

        dataset.digest[0] = *workload;
        assert_int_equal(findings_add(&dataset.findings, 2, VERDICT_EITHER), 0);
        assert_int_equal(findings_add(&dataset.findings, 12, VERDICT_STUB), 0);
        if (store_add_dataset(store, catalogue, &dataset, NULL, &error) < 0)
                fail_msg("%s", error.message);
        dataset_clear(&dataset);
        /* Only analyses know it. */
        assert_int_equal(store_run(store,
                                 "UPDATE result SET executable_digest = substr(digest, 2) || "
                                 "substr(digest, 2, 1)",
                                 &error),
                0);
}

static struct collection *load_taught(struct store *store, size_t *ret_count)
{
        const struct selection everything = {.every = true};
        struct collection *collection = NULL;
        struct error error = {};

        if (store_load(store, &everything, &collection, NULL, &error) < 0 ||
                store_teach(store, collection, ret_count, &error) < 0)
                fail_msg("%s", error.message);
        return collection;
}

static void teaches_what_was_learnt(void **state)
{
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *collection = NULL;
        struct lesson one = {.application = strdup("redis")};
        struct lesson two = {.application = strdup("redis")};
        struct error error = {};
        size_t count;

        add_result(database->store, "health", DIGEST_B);
        add_result(database->store, "health", DIGEST_A);
        add_result(database->store, "benchmark", DIGEST_B);
        add_part(&one, "open", true);
        add_part(&two, "open", false);
        add_part(&two, "brk", false);
        for (unsigned i = 0; i < 2; i++) {
                assert_int_equal(store_add_lesson(database->store, &redis, &one, &error), 0);
                assert_int_equal(store_add_lesson(database->store, &redis, &two, &error), 0);
        }
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM lesson"), 2);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM lesson_feature"), 3);
        collection = load_taught(database->store, &count);
        assert_int_equal(count, 2);
        assert_int_equal(collection->datasets.count, 3);
        for (size_t i = 0; i < 3; i++) {
                const struct dataset *dataset = &collection->datasets.items[i];
                bool is_meant = strcmp(dataset->workload, "health") == 0 &&
                                strcmp(dataset->executable_digest, DIGEST_B) == 0;

                assert_int_equal(findings_find(&dataset->findings, 2)->verdict,
                        is_meant ? VERDICT_STUB : VERDICT_EITHER);
                assert_int_equal(dataset->conflicts.count, is_meant ? 1 : 0);
        }
        lesson_clear(&one);
        lesson_clear(&two);
}

static void teaches_nothing_where_nothing_was_learnt(void **state)
{
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *collection = NULL;
        size_t count;

        add_result(database->store, "health", DIGEST_A);
        collection = load_taught(database->store, &count);
        assert_int_equal(count, 0);
}

/* What another database has of both comes along, features included, and twice makes no more of it.
 */
static void merges_proofs_and_lessons(void **state)
{
        struct test_database *database = *state;
        char path[sizeof(database->folder) + sizeof("/other.db")];
        CLEANUP_STORE struct store *other = NULL;
        struct lesson lesson = {.application = strdup("redis")};
        struct merge_report report = {};
        struct error error = {};

        snprintf(path, sizeof(path), "%s/other.db", database->folder);
        assert_int_equal(store_open(path, STORE_CREATE, &other, &error), 0);
        add(other, &redis, "--stub brk", true);
        add_part(&lesson, "brk", false);
        add_part(&lesson, "file:/proc/stat", true);
        assert_int_equal(store_add_lesson(other, &redis, &lesson, &error), 0);
        lesson_clear(&lesson);
        other = store_close(other);
        for (unsigned i = 0; i < 2; i++) {
                if (store_merge(database->store, path, &report, &error) < 0)
                        fail_msg("%s", error.message);
                merge_report_clear(&report);
        }
        assert_int_equal(find(database->store, DIGEST_B, "--stub brk"), 1);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM proof"), 1);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM lesson"), 1);
        assert_int_equal(test_number(database->store,
                                 "SELECT count(*) FROM lesson_feature p JOIN feature f ON f.id = "
                                 "p.feature_id WHERE f.name || ' ' || p.mode IN ('brk stub', "
                                 "'file:/proc/stat fake')"),
                2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        keeps_the_latest_proof, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(
                        teaches_what_was_learnt, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(teaches_nothing_where_nothing_was_learnt,
                        test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(
                        merges_proofs_and_lessons, test_database_make, test_database_remove),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
