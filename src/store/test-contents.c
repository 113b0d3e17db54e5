/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strings.h"
#include "store/contents.h"
#include "store/profiles.h"
#include "store/proofs.h"
#include "store/result.h"
#include "store/static-row.h"
#include "store/statics.h"
#include "store/test-database.h"

/* xorshift64, the same every time. */
static unsigned chance(uint64_t *state, unsigned limit)
{
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        return *state % limit;
}

static const char *const feature_names[] = {
        "read", "write", "close", "fcntl", "fcntl:F_SETFL", "file:/proc/meminfo", "openat", "mmap"};

/* Ascending by number in any catalogue that starts with them in this order: calls do anyway. */
static void add_findings(struct catalogue *catalogue, struct dataset *dataset, uint64_t *state)
{
        for (unsigned number = 0; number < 12; number++)
                if (chance(state, 2))
                        assert_int_equal(findings_add(&dataset->findings, number,
                                                 (enum verdict)chance(state, VERDICT_COUNT)),
                                0);
        for (size_t i = 4; i < 6; i++) {
                struct feature feature;
                int number;

                assert_int_equal(feature_parse(feature_names[i], &feature, NULL), 0);
                number = catalogue_add(catalogue, &feature);
                if (chance(state, 2))
                        assert_int_equal(findings_add(&dataset->findings, (unsigned)number,
                                                 (enum verdict)chance(state, VERDICT_COUNT)),
                                0);
        }
}

static void add_conflict(struct dataset *dataset, uint64_t *state)
{
        struct feature_numbers *conflict;

        if (chance(state, 3) > 0)
                return;
        conflict = vector_add(&dataset->conflicts);
        *(uint32_t *)vector_add(&conflict->numbers) = chance(state, 3);
        *(uint32_t *)vector_add(&conflict->numbers) = 3 + chance(state, 3);
}

/* One of few measurements, so that databases have some in common, and some with other findings. */
static void add_dataset(struct store *store, uint64_t *state)
{
        CLEANUP_CATALOGUE struct catalogue *catalogue = catalogue_new();
        unsigned which = chance(state, 12);
        struct dataset dataset = {
                .application = string_format("app%u", which % 5),
                .workload = strdup("w"),
                .kind = (enum workload_kind)(which % 3),
                .run = string_format("run%u", which),
                .digest = string_format("%064u", which),
                .origin = strdup(which % 2 ? "analysis" : "loupedb"),
                .measured = 100 + chance(state, 50),
        };
        uint64_t findings = 77 * which + 1 + chance(state, 3);
        struct error error = {};

        add_findings(catalogue, &dataset, &findings);
        add_conflict(&dataset, &findings);
        if (store_add_dataset(store, catalogue, &dataset, NULL, &error) < 0)
                fail_msg("%s", error.message);
        dataset_clear(&dataset);
}

static void add_profile(struct store *store, uint64_t *state)
{
        static const char *const names[] = {"Kerla", "Osv", "Unikraft"};
        CLEANUP_PROFILE struct profile *profile = profile_new();
        struct error error = {};
        char sql[96];

        profile->name = strdup(names[chance(state, 3)]);
        profile->format = "list";
        profile->source = strdup("x");
        for (unsigned i = 0; i < 4; i++)
                if (chance(state, 4))
                        profile_add_statement(profile, feature_names[i],
                                &(struct profile_entry){
                                        .support = (enum support)chance(state, 2),
                                        .errnum = chance(state, 2) ? EPERM : 0,
                                        .line = i,
                                });
        profile_add(profile, "ghost", SUPPORT_FULL, "f", chance(state, 2), NULL);
        assert_int_equal(profile_finish(profile), 0);
        if (store_add_profile(store, profile, &error) < 0)
                fail_msg("%s", error.message);
        snprintf(sql, sizeof(sql), "UPDATE profile SET imported = %u WHERE name = '%s'",
                chance(state, 4), profile->name);
        assert_int_equal(store_run(store, sql, &error), 0);
}

/* Few of them too, so that some are of the same workload on the same system. */
static void add_proof(struct store *store, uint64_t *state)
{
        char application[16], digest[65], executable[65];
        const struct proof_subject subject = {
                .application = application,
                .workload = "w",
                .kind = WORKLOAD_HEALTH,
                .workload_digest = digest,
                .executable_digest = chance(state, 2) ? executable : NULL,
                .measured = 100 + chance(state, 3),
        };
        const struct stored_proof proof = {
                .os = chance(state, 2) ? "Kerla" : NULL,
                .policy = chance(state, 2) ? "--stub read" : "--stub write",
                .works = chance(state, 2),
                .runs = 1 + chance(state, 3),
                .passed = chance(state, 2),
        };
        struct lesson_part parts[] = {
                {.faked = chance(state, 2)},
                {.faked = true},
        };
        struct lesson lesson = {.application = application};
        struct error error = {};

        lesson.parts.items = parts;
        lesson.parts.count = 1 + chance(state, 2);
        assert_int_equal(feature_parse("read", &parts[0].feature, NULL), 0);
        assert_int_equal(feature_parse("file:/proc/stat", &parts[1].feature, NULL), 0);
        snprintf(application, sizeof(application), "app%u", chance(state, 2));
        snprintf(digest, sizeof(digest), "%064u", chance(state, 2));
        snprintf(executable, sizeof(executable), "%064u", chance(state, 2));
        if (store_add_proof(store, &subject, &proof, &error) < 0 ||
                store_add_lesson(store, &subject, &lesson, &error) < 0)
                fail_msg("%s", error.message);
}

struct databases {
        struct test_database *home;
        char path[4][128];
};

static struct store *open_at(const char *path)
{
        struct store *store;
        struct error error = {};

        if (store_open(path, STORE_CREATE, &store, &error) < 0)
                fail_msg("%s", error.message);
        return store;
}

static void fill(const char *path, uint64_t seed)
{
        CLEANUP_STORE struct store *store = open_at(path);
        uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;

        for (unsigned i = 0; i < 10; i++)
                add_dataset(store, &state);
        for (unsigned i = 0; i < 3; i++)
                add_profile(store, &state);
        for (unsigned i = 0; i < 8; i++)
                add_proof(store, &state);
}

/* Merges the others in this order into a new database: what it then has, as text. */
static char *merged(struct test_database *home, const char *const *others)
{
        CLEANUP_STORE struct store *store = NULL;
        struct merge_report report = {};
        struct error error = {};
        char path[128], *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);
        char **faults = NULL;

        snprintf(path, sizeof(path), "%s/merged.db", home->folder);
        unlink(path);
        store = open_at(path);
        for (; *others; others++) {
                if (store_merge(store, *others, &report, &error) < 0)
                        fail_msg("%s", error.message);
                merge_report_clear(&report);
        }
        if (store_export_json(store, stream, &error) < 0)
                fail_msg("%s", error.message);
        fclose(stream);
        assert_int_equal(store_verify(store, &faults, &error), 0);
        if (faults)
                fail_msg("%s", faults[0]);
        return text;
}

static void merging_is_a_union(void **state)
{
        struct test_database *home = *state;
        char path[3][128];

        for (unsigned round = 0; round < 8; round++) {
                for (unsigned i = 0; i < 3; i++) {
                        snprintf(path[i], sizeof(path[i]), "%s/%u.db", home->folder, i);
                        unlink(path[i]);
                        fill(path[i], 3 * round + i + 1);
                }
                CLEANUP_FREE char *abc =
                        merged(home, (const char *const[]){path[0], path[1], path[2], NULL});
                CLEANUP_FREE char *cba =
                        merged(home, (const char *const[]){path[2], path[1], path[0], NULL});
                CLEANUP_FREE char *bca =
                        merged(home, (const char *const[]){path[1], path[2], path[0], NULL});
                CLEANUP_FREE char *twice = merged(home,
                        (const char *const[]){path[0], path[1], path[2], path[1], path[0], NULL});
                CLEANUP_FREE char *ab = merged(home, (const char *const[]){path[0], path[1], NULL});

                assert_string_equal(abc, cba);
                assert_string_equal(abc, bca);
                assert_string_equal(abc, twice);
                assert_string_not_equal(abc, ab);
                /* What is merged may be a merged one. */
                CLEANUP_STORE struct store *inner = open_at(path[0]);
                struct merge_report report = {};
                struct error error = {};

                assert_int_equal(store_merge(inner, path[1], &report, &error), 0);
                merge_report_clear(&report);
                inner = store_close(inner);
                CLEANUP_FREE char *nested =
                        merged(home, (const char *const[]){path[2], path[0], NULL});
                assert_string_equal(abc, nested);
        }
}

/* A database with a static result and a profile of that time, which say the same in each. */
static void fill_with_time(const char *path, unsigned time)
{
        CLEANUP_STORE struct store *store = open_at(path);
        CLEANUP_FREE char *sql = string_format(
                "INSERT INTO application (id, name) VALUES (1, 'redis');"
                "INSERT INTO workload (id, application_id, name, kind) VALUES (1, 1, 'suite', "
                "'suite');"
                "INSERT INTO feature (id, kind, name, number) VALUES (1, 'syscall', 'read', 0);"
                "INSERT INTO static_result (id, application_id, workload_id, run, method, origin, "
                "content, measured) VALUES"
                " (1, 1, 1, 'r', 'binary', 'loupedb', printf('%%064d', 1), %u);"
                "INSERT INTO static_feature (static_id, feature_id) VALUES (1, 1);"
                "INSERT INTO profile (id, name, format, imported) VALUES (1, 'os', 'list', %u);"
                "INSERT INTO profile_feature (profile_id, feature_id, support) VALUES (1, 1, "
                "'supported')",
                time, time);
        struct error error = {};

        char content[DIGEST_TEXT_SIZE];

        if (store_run(store, sql, &error) < 0 || static_row_digest(store, 1, content, &error) < 0)
                fail_msg("%s", error.message);
        CLEANUP_FREE char *update =
                string_format("UPDATE static_result SET content = '%s'", content);
        if (store_run(store, update, &error) < 0)
                fail_msg("%s", error.message);
}

static void the_later_time_stays(void **state)
{
        struct test_database *home = *state;
        struct merge_report report = {};
        struct error error = {};
        char path[2][128];

        for (unsigned i = 0; i < 2; i++) {
                snprintf(path[i], sizeof(path[i]), "%s/%u.db", home->folder, i);
                fill_with_time(path[i], 5 + i);
        }
        for (unsigned first = 0; first < 2; first++) {
                home->store = store_close(home->store);
                unlink(home->path);
                test_database_open(home, STORE_CREATE);
                assert_int_equal(store_merge(home->store, path[first], &report, &error), 0);
                merge_report_clear(&report);
                assert_int_equal(store_merge(home->store, path[1 - first], &report, &error), 0);
                assert_int_equal(report.known, 2);
                assert_int_equal(report.statics + report.profiles, 0);
                assert_null(report.conflicts);
                merge_report_clear(&report);
                assert_int_equal(
                        test_number(home->store, "SELECT sum(measured) FROM static_result"), 6);
                assert_int_equal(test_number(home->store, "SELECT sum(imported) FROM profile"), 6);
        }
}

static void nothing_is_lost(void **state)
{
        struct test_database *home = *state;
        struct merge_report report = {};
        struct error error = {};
        char path[128];

        snprintf(path, sizeof(path), "%s/other.db", home->folder);
        fill(path, 5);
        fill(home->path, 6);
        test_database_open(home, STORE_WRITE);
        assert_int_equal(store_merge(home->store, path, &report, &error), 0);
        assert_true(report.conflicts != NULL);
        merge_report_clear(&report);
        {
                CLEANUP_FREE char *attach = string_format("ATTACH '%s' AS other", path);

                if (store_run(home->store, attach, &error) < 0)
                        fail_msg("%s", error.message);
        }
        assert_int_equal(test_number(home->store,
                                 "SELECT count(*) FROM other.result WHERE digest || content NOT IN "
                                 "(SELECT digest || content FROM main.result)"),
                0);
        assert_int_equal(
                test_number(home->store,
                        "SELECT (SELECT count(*) FROM main.result) - count(*) FROM (SELECT "
                        "DISTINCT digest, content FROM main.result)"),
                0);
}

static void a_damaged_one_changes_nothing(void **state)
{
        struct test_database *home = *state;
        struct merge_report report = {};
        struct error error = {};
        char path[128];
        struct store *other;

        snprintf(path, sizeof(path), "%s/other.db", home->folder);
        fill(path, 5);
        other = open_at(path);
        assert_int_equal(store_run(other,
                                 "UPDATE verdict SET verdict = 'either' WHERE verdict = "
                                 "'required'",
                                 &error),
                0);
        store_close(other);
        assert_int_equal(store_merge(home->store, path, &report, &error), -EUCLEAN);
        assert_non_null(strstr(error.message, "nothing was merged"));
        assert_int_equal(test_number(home->store, "SELECT count(*) FROM application"), 0);
        assert_int_equal(store_merge(home->store, "/etc/passwd", &report, &error), -EINVAL);
}

#define INSERT_STATIC                                                                       \
        "INSERT INTO static_result (id, application_id, workload_id, run, method, origin, " \
        "content, "                                                                         \
        "measured, unknown) VALUES "

static void finds_each_fault(void **state)
{
        static const struct {
                const char *sql, *fault;
        } rows[] = {
                {"UPDATE verdict SET verdict = 'untested' WHERE verdict = 'required'",
                        "its digest is not that"},
                {"DELETE FROM verdict WHERE verdict = 'either'", "the packed findings differ"},
                {"UPDATE result SET content = digest WHERE id = 1", "its digest is not that"},
                {"UPDATE result SET findings = x'010000'", "the packed findings differ"},
                {"PRAGMA foreign_keys = OFF; DELETE FROM application WHERE id = 1",
                        "workload: row 1 refers to nothing in application"},
                {"PRAGMA foreign_keys = OFF; DELETE FROM feature WHERE id = 1",
                        "refers to nothing in feature"},
                {"UPDATE result SET settings = '{'", "its settings are no JSON"},
                {"DELETE FROM conflict", "the packed findings differ"},
                {"DROP TABLE loupedb_line; DROP TABLE loupedb_shape",
                        "the table loupedb_shape is missing"},
                {"DROP INDEX result_workload", "the index result_workload is missing"},
                {"INSERT INTO run (result_id, ordinal, key, policy, outcome, record) VALUES (1, 0, "
                 "'', '', 'works', '{}'), (1, 2, '', '', 'works', '{}')",
                        "its runs are not numbered from 0 on"},
                {INSERT_STATIC "(1, 1, 1, 'r', 'binary', 'loupedb', printf('%064d', 0), 1, NULL)",
                        "static result 1: its digest is not that"},
                {INSERT_STATIC
                        "(1, 1, NULL, 'r', 'binary', 'analysis', printf('%064d', 0), 1, '[')",
                        "static result 1: its unknown sites are no JSON"},
                {INSERT_STATIC "(1, (SELECT id FROM application WHERE id <> (SELECT application_id "
                               "FROM workload WHERE id = 1)), 1, 'r', 'binary', 'loupedb', "
                               "printf('%064d', 0), 1, NULL)",
                        "static result 1: its workload is another application's"},
                {"DROP TABLE object_summary", "the table object_summary is missing"},
        };
        struct test_database *home = *state;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_STRINGS char **faults = NULL;
                struct error error = {};
                bool found = false;

                home->store = store_close(home->store);
                unlink(home->path);
                fill(home->path, 9);
                test_database_open(home, STORE_WRITE);
                assert_int_equal(store_verify(home->store, &faults, &error), 0);
                assert_null(faults);
                assert_int_equal(store_run(home->store, rows[i].sql, &error), 0);
                assert_int_equal(store_verify(home->store, &faults, &error), 0);
                for (char **fault = faults; fault && *fault; fault++)
                        found |= strstr(*fault, rows[i].fault) != NULL;
                if (!found)
                        fail_msg("%s: %s", rows[i].sql, faults ? faults[0] : "no fault");
        }
}

static void exports_each_finding(void **state)
{
        struct test_database *home = *state;
        CLEANUP_FREE char *text = NULL;
        struct error error = {};
        size_t size, lines = 0;
        FILE *stream = open_memstream(&text, &size);

        fill(home->path, 4);
        test_database_open(home, STORE_READ);
        assert_int_equal(store_export_csv(home->store, stream, &error), 0);
        fclose(stream);
        assert_true(string_has_prefix(text, "application,workload,kind,run,feature,verdict\napp"));
        for (const char *c = text; *c; c++)
                lines += *c == '\n';
        assert_int_equal(lines, 1 + test_number(home->store, "SELECT count(*) FROM verdict"));
}

/* A database in which that static analysis of /bin/tool is. */
static void fill_with_static(const char *path, int64_t measured, const char *executable,
        bool complete, const char *unknown)
{
        CLEANUP_STORE struct store *store = open_at(path);
        struct feature features[2];
        const struct static_record record = {
                .executable = executable,
                .executable_digest =
                        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                .measured = measured,
                .complete = complete,
                .unknown_sites = unknown,
                .features = features,
                .feature_count = 2,
        };
        struct error error = {};

        assert_int_equal(feature_parse("write", &features[0], NULL), 0);
        assert_int_equal(feature_parse("ioctl:TCGETS", &features[1], NULL), 0);
        if (store_add_static(store, &record, &error) < 0)
                fail_msg("%s", error.message);
}

static void static_results_of_executables_are_merged(void **state)
{
        struct test_database *home = *state;
        CLEANUP_FREE char *first = string_format("%s/first.db", home->folder);
        CLEANUP_FREE char *second = string_format("%s/second.db", home->folder);
        CLEANUP_FREE char *forth = NULL, *back = NULL;

        fill_with_static(first, 5, "/bin/tool", true, NULL);
        fill_with_static(first, 6, "/bin/tool", false, "[{\"function\": \"main\"}]");
        fill_with_static(second, 5, "/usr/bin/tool", true, NULL);
        forth = merged(home, (const char *const[]){first, second, first, NULL});
        back = merged(home, (const char *const[]){second, first, NULL});
        assert_string_equal(forth, back);
        assert_non_null(strstr(forth,
                "\"static\": [\n  {\"application\":\"tool\",\"run\":\"0123456789ab\",\"method\":"
                "\"binary\",\"origin\":\"analysis\",\"content\":"));
        assert_non_null(strstr(forth,
                "\"measured\":5,\"executable\":\"/usr/bin/tool\",\"sha256\":"
                "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"complete\":"
                "true,\"tool_version\":\"" LOUPE_VERSION "\",\"features\":[\"ioctl:TCGETS\","
                "\"write\"]}"));
        assert_non_null(
                strstr(forth, "\"complete\":false,\"tool_version\":\"" LOUPE_VERSION
                              "\",\"unknown_sites\":[{\"function\":\"main\"}],\"features\":"));
}

static int see_static(void *context, const struct listed_result *result)
{
        unsigned *seen = context;

        assert_string_equal(result->application, "tool");
        assert_null(result->workload);
        assert_null(result->kind);
        assert_string_equal(result->method, "binary");
        assert_string_equal(result->origin, "analysis");
        assert_string_equal(result->run, "0123456789ab");
        assert_int_equal(result->measured, 5);
        assert_int_equal(result->features, 2);
        (*seen)++;
        return 0;
}

static void static_results_of_executables_are_listed(void **state)
{
        struct test_database *home = *state;
        unsigned seen = 0;
        const struct listing listing = {.result = see_static, .context = &seen};
        struct error error = {};

        fill_with_static(home->path, 5, "/bin/tool", true, NULL);
        if (store_list(home->store, &listing, &error) < 0)
                fail_msg("%s", error.message);
        assert_int_equal(seen, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_database_make, test_database_remove)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(merging_is_a_union),
                TEST(the_later_time_stays),
                TEST(nothing_is_lost),
                TEST(a_damaged_one_changes_nothing),
                TEST(finds_each_fault),
                TEST(exports_each_finding),
                TEST(static_results_of_executables_are_merged),
                TEST(static_results_of_executables_are_listed),
        };

        return cmocka_run_group_tests_name("store/contents", tests, NULL, NULL);
}
