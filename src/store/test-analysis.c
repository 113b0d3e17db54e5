/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strings.h"
#include "store/analysis-document.h"
#include "store/contents.h"
#include "store/result.h"
#include "store/test-database.h"

/* Quotes as in JavaScript, for the eyes. */
static const char text[] =
        "{'schema': 'loupe/analysis/1',"
        "'tool': {'name': 'loupe', 'version': '0.1.0', 'settings': {'fake': 'success',"
        "  'stub_errno': 'ENOSYS', 'count_launch': false, 'subfeatures': 'none', 'files': false,"
        "  'joint': true, 'only': ['write', 'read'], 'limits': 'cgroup v2'}},"
        "'application': {'name': 'redis', 'version': '7.0', 'executable': '/usr/bin/redis',"
        "  'sha256': '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'},"
        "'workload': {'name': 'ping', 'kind': 'health', 'digest':"
        "  '1111111111111111111111111111111111111111111111111111111111111111'},"
        "'environment': {'kernel': 'Linux 6.1', 'arch': 'x86_64', 'libc': 'glibc 2.36',"
        "  'observer': 'bpf', 'cpus': 1},"
        "'replicas': 3, 'jobs': 2, 'baseline': {'runs': 5}, 'runs': 60, 'runs_reused': 0,"
        "'wall_s': 12.345, 'run_s': 23,"
        "'features': ["
        " {'kind': 'syscall', 'name': 'brk', 'number': 12, 'count': 3, 'stub': {'works': true,"
        "  'outcome': 'passed', 'passed': 3, 'runs': 3}, 'fake': null, 'verdict': 'stub',"
        "  'unstable': false},"
        " {'kind': 'syscall', 'name': 'read', 'number': 0, 'count': 4, 'stub': null, 'fake': null,"
        "  'verdict': 'either', 'unstable': false},"
        " {'kind': 'subfeature', 'name': 'fcntl:F_SETFL', 'count': 1, 'stub': null, 'fake': null,"
        "  'verdict': 'fake', 'unstable': true},"
        " {'kind': 'file', 'name': 'file:/proc/meminfo', 'count': 1, 'stub': null, 'fake': null,"
        "  'deny': null, 'verdict': 'required', 'unstable': false}],"
        "'joint': {'tested': true, 'works': false, 'stub': ['brk'], 'fake': ['fcntl:F_SETFL'],"
        "  'conflicts': [['read', 'fcntl:F_SETFL']]},"
        "'impact': {'repeats': 5, 'features': [{'kind': 'syscall', 'name': 'brk', 'mode': 'stub',"
        "  'failures': 0, 'baseline_failures': 0, 'metrics': {}}]}}";

static const char records_text[] =
        "[{'key': 'baseline/0', 'policy': '', 'outcome': 'passed', 'calls': {'read': 4}},"
        " {'key': 'stub brk/0', 'policy': '--stub brk', 'outcome': 'hung', 'wall_s': 0.5}]";

static json_t *parse(const char *source)
{
        char *copy = strdup(source);
        json_error_t problem;
        json_t *json;

        for (char *c = copy; *c; c++)
                if (*c == '\'')
                        *c = '"';
        json = json_loads(copy, JSON_DECODE_ANY, &problem);
        if (!json)
                fail_msg("%s: %s", source, problem.text);
        free(copy);
        return json;
}

static int add(struct store *store, json_t *document, int64_t measured)
{
        json_t *records = parse(records_text);
        struct error error = {};
        int r = store_add_analysis(store, "a.json", document, records, measured, &error);

        json_decref(records);
        if (r < 0)
                fail_msg("%s", error.message);
        return r;
}

static void assert_text(struct store *store, const char *sql, const char *expected)
{
        struct error error = {};
        CLEANUP_STATEMENT sqlite3_stmt *select = store_statement(store, sql, &error);

        if (!select || store_step(store, select, &error) != 1)
                fail_msg("%s: %s", sql, error.message);
        assert_string_equal(column_text(select, 0), expected);
}

static void stores_all_of_it(void **state)
{
        struct test_database *database = *state;
        struct store *store = database->store;
        json_t *document = parse(text);

        assert_int_equal(add(store, document, 77), STORED_NEW);
        json_decref(document);
        assert_text(store,
                "SELECT a.name || ' ' || w.name || ' ' || w.kind || ' ' || version || ' ' || "
                "executable || ' ' || kernel || ' ' || arch || ' ' || libc || ' ' || observer || "
                "' ' || cpus || ' ' || tool_version || ' ' || measured || ' ' || origin FROM "
                "result JOIN workload w ON w.id = workload_id JOIN application a ON a.id = "
                "application_id",
                "redis ping health 7.0 /usr/bin/redis Linux 6.1 x86_64 glibc 2.36 bpf 1 0.1.0 77 "
                "analysis");
        assert_text(store,
                "SELECT group_concat(name || ' ' || verdict || ' ' || count, ', ') FROM (SELECT * "
                "FROM verdict JOIN feature ON id = feature_id ORDER BY name)",
                "brk stub 3, fcntl:F_SETFL fake 1, file:/proc/meminfo required 1, read either 4");
        assert_text(store,
                "SELECT evidence FROM verdict JOIN feature ON id = feature_id WHERE name = 'brk'",
                "{\"fake\":null,\"stub\":{\"outcome\":\"passed\",\"passed\":3,\"runs\":3,"
                "\"works\":true},\"unstable\":false}");
        assert_text(store,
                "SELECT group_concat(name || ' ' || mode, ', ') FROM (SELECT * FROM joint_set JOIN "
                "feature ON id = feature_id ORDER BY name)",
                "brk stub, fcntl:F_SETFL fake");
        assert_int_equal(test_number(store, "SELECT count(*) FROM conflict"), 2);
        assert_text(store, "SELECT mode || ' ' || (effects ->> 'baseline_failures') FROM impact",
                "stub 0");
        assert_text(store,
                "SELECT group_concat(ordinal || ': ' || key || ' ' || policy || ' ' || outcome, "
                "', ') FROM run",
                "0: baseline/0  passed, 1: stub brk/0 --stub brk hung");
        assert_text(store, "SELECT record FROM run WHERE ordinal = 0",
                "{\"key\":\"baseline/0\",\"outcome\":\"passed\",\"policy\":\"\"}");
        assert_text(store,
                "SELECT (summary ->> 'wall_s') || ' ' || (summary ->> '$.joint.works') || ' ' || "
                "(summary ->> '$.impact.repeats') || ' ' || (settings ->> 'limits') FROM result",
                "12.345 0 5 cgroup v2");
}

static void tells_what_looked_at_some_features_only(void **state)
{
        struct test_database *database = *state;
        struct store *store = database->store;
        const struct selection everything = {.every = true};
        json_t *document = parse(text), *settings;
        struct error error = {};

        settings = json_object_get(json_object_get(document, "tool"), "settings");
        for (unsigned partial = 0; partial <= 1; partial++) {
                CLEANUP_COLLECTION struct collection *collection = NULL;

                json_object_set_new(settings, "only", parse(partial ? "['brk']" : "[]"));
                assert_int_equal(add(store, document, 77 + partial), STORED_NEW);
                assert_int_equal(store_load(store, &everything, &collection, NULL, &error), 0);
                assert_int_equal(collection->datasets.count, 1 + partial);
                assert_int_equal(collection->datasets.items[partial].partial, partial);
        }
        json_decref(document);
}

static void stores_a_measurement_once(void **state)
{
        struct test_database *database = *state;
        struct store *store = database->store;
        json_t *document = parse(text);
        json_t *verdict = json_array_get(json_object_get(document, "features"), 0);

        assert_int_equal(add(store, document, 5), STORED_NEW);
        assert_int_equal(add(store, document, 5), STORED_ALREADY);
        /* Counts, the observer and what enforced limits differ from one time to the next. */
        json_object_set_new(verdict, "count", json_integer(99));
        json_object_set_new(
                json_object_get(document, "environment"), "observer", json_string("ptrace"));
        json_object_set_new(json_object_get(json_object_get(document, "tool"), "settings"),
                "limits", json_null());
        assert_int_equal(add(store, document, 4), STORED_ALREADY);
        assert_text(store, "SELECT observer FROM result", "bpf");
        /* Of equals the latest stays, with its details. */
        assert_int_equal(add(store, document, 6), STORED_ALREADY);
        assert_text(store, "SELECT observer FROM result", "ptrace");
        assert_int_equal(test_number(store, "SELECT max(count) FROM verdict"), 99);
        assert_int_equal(test_number(store, "SELECT count(*) FROM run"), 2);
        assert_int_equal(test_number(store, "SELECT count(*) FROM impact"), 1);
        /* The same measurement finds something else. */
        json_object_set_new(verdict, "verdict", json_string("either"));
        assert_int_equal(add(store, document, 7), STORED_DIFFERENT);
        assert_int_equal(test_number(store, "SELECT count(DISTINCT digest) FROM result"), 1);
        assert_int_equal(test_number(store, "SELECT count(*) FROM result"), 2);
        json_decref(document);
}

/* The digest of the document with a member replaced; `where` is "application.version". */
static void digest_with(const char *where, const char *value, char ret[DIGEST_TEXT_SIZE])
{
        CLEANUP_ANALYSIS_DOCUMENT struct analysis_document read = {};
        json_t *document = parse(text), *object = document;
        char *words = strdup(where), *state = NULL, *word = strtok_r(words, ".", &state), *next;
        struct error error = {};

        while ((next = strtok_r(NULL, ".", &state))) {
                object = json_object_get(object, word);
                word = next;
        }
        assert_int_equal(json_object_set_new(object, word, parse(value)), 0);
        if (analysis_document_read("a.json", document, &read, &error) != 0)
                fail_msg("%s", error.message);
        assert_int_equal(analysis_document_digest(&read, ret), 0);
        json_decref(document);
        free(words);
}

static void digests_what_determines_a_measurement(void **state)
{
        static const struct {
                const char *where, *value;
                bool same;
        } rows[] = {
                {"schema", "'loupe/analysis/1'", true},
                {"application.name", "'valkey'", false},
                {"application.version", "'7.1'", false},
                {"application.version", "null", false},
                {"application.executable", "'/opt/redis'", true},
                {"application.sha256", "null", false},
                {"workload.name", "'other'", false},
                {"workload.kind", "'suite'", false},
                {"workload.digest",
                        "'2111111111111111111111111111111111111111111111111111111111111111'",
                        false},
                {"environment.libc", "'musl 1.2'", false},
                {"environment.kernel", "'Linux 9'", true},
                {"environment.cpus", "64", true},
                {"environment.observer", "'ptrace'", true},
                {"tool.version", "'9'", true},
                {"tool.settings.limits", "'cgroup v1'", true},
                {"tool.settings.fake", "'zero'", false},
                {"tool.settings.only", "['read', 'write']", true},
                {"tool.settings.only", "['read']", false},
                {"replicas", "5", true},
                {"wall_s", "1", true},
        };
        char plain[DIGEST_TEXT_SIZE], other[DIGEST_TEXT_SIZE];

        (void)state;
        digest_with("schema", "'loupe/analysis/1'", plain);
        /* It is what databases of others hold: it must not change by accident. */
        assert_string_equal(
                plain, "89e029ae2fff0ebf8ddca8f072f07001225f74f37c12c64e2c9f09f4a5b64507");
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                digest_with(rows[i].where, rows[i].value, other);
                if ((strcmp(plain, other) == 0) != rows[i].same)
                        fail_msg("%s = %s", rows[i].where, rows[i].value);
        }
}

static void refuses_what_is_not_of_the_schema(void **state)
{
        static const struct {
                const char *from, *to, *message;
        } rows[] = {
                {"loupe/analysis/1", "loupe/trace/1", "schema: should be loupe/analysis/1"},
                {"'name': 'redis'", "'name': ''", "application.name: is empty"},
                {"'name': 'redis'", "'name': 3", "application.name: should be a string"},
                {"'kind': 'health'", "'kind': 'load'",
                        "workload.kind: 'load' is none of health, benchmark, suite"},
                {"'arch': 'x86_64', ", "", "environment.arch: is missing"},
                {"'cpus': 1", "'cpus': 0", "environment.cpus: should be above 0"},
                {"'sha256': '9f", "'sha256': 'Zf",
                        "application.sha256: should be a SHA-256 in hexadecimal"},
                {"'name': 'brk'", "'name': 'brj'", "features[0].name: "},
                {"'kind': 'syscall', 'name': 'read'", "'kind': 'file', 'name': 'read'",
                        "features[1].kind: does not fit the name"},
                {"'count': 3", "'count': -3", "features[0].count: is below 0"},
                {"'verdict': 'either'", "'verdict': 'maybe'",
                        "features[1].verdict: 'maybe' is none of required,"},
                {"'name': 'read', 'number'", "'name': 'brk', 'number'",
                        "features: names brk twice"},
                {"'fake': ['fcntl:F_SETFL']", "'fake': ['brk']",
                        "joint.stub and fake: names brk twice"},
                {"[['read', 'fcntl:F_SETFL']]", "[['read']]",
                        "joint.conflicts[0]: should be an array of two"},
                {"[['read', 'fcntl:F_SETFL']]", "[['read', 'read']]",
                        "joint.conflicts[0]: names read twice"},
                {"'mode': 'stub'", "'mode': 'deny'",
                        "impact.features[0].mode: 'deny' is none of stub, fake"},
                {"'replicas': 3, ", "", "replicas: is missing"},
        };
        struct test_database *database = *state;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                const char *place = strstr(text, rows[i].from);
                struct error error = {};
                json_t *document;
                char *changed;

                assert_non_null(place);
                assert_true(asprintf(&changed, "%.*s%s%s", (int)(place - text), text, rows[i].to,
                                    place + strlen(rows[i].from)) > 0);
                document = parse(changed);
                assert_int_equal(
                        store_add_analysis(database->store, "a.json", document, NULL, 0, &error),
                        -EINVAL);
                if (strncmp(error.message, "a.json: ", 8) != 0 ||
                        strncmp(error.message + 8, rows[i].message, strlen(rows[i].message)) != 0)
                        fail_msg("'%s', wanted '%s'", error.message, rows[i].message);
                json_decref(document);
                free(changed);
        }
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM result"), 0);
}

static void undoes_all_for_a_bad_record(void **state)
{
        struct test_database *database = *state;
        json_t *document = parse(text);
        json_t *records = parse("[{'key': 'a', 'policy': '', 'outcome': 'passed'}, {'key': 1}]");
        struct error error = {};

        assert_int_equal(
                store_add_analysis(database->store, "a.json", document, records, 1, &error),
                -EINVAL);
        assert_non_null(strstr(error.message, "run 1 "));
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM result"), 0);
        assert_int_equal(test_number(database->store, "SELECT count(*) FROM application"), 0);
        json_decref(document);
        json_decref(records);
}

/* Rows of an analysis that the other database has and this one has not. */
static const char missing_rows[] =
        "SELECT count(*) FROM ("
        "SELECT ordinal, key, policy, outcome, record, '' FROM other.run EXCEPT "
        "SELECT ordinal, key, policy, outcome, record, '' FROM main.run) UNION ALL "
        "SELECT count(*) FROM ("
        "SELECT name, mode, effects FROM other.impact JOIN other.feature ON id = feature_id EXCEPT "
        "SELECT name, mode, effects FROM main.impact JOIN main.feature ON id = feature_id) "
        "UNION ALL SELECT count(*) FROM ("
        "SELECT name, verdict, count, evidence FROM other.verdict JOIN other.feature ON id = "
        "feature_id EXCEPT SELECT name, verdict, count, evidence FROM main.verdict JOIN "
        "main.feature ON id = feature_id) UNION ALL SELECT count(*) FROM ("
        "SELECT name, mode FROM other.joint_set JOIN other.feature ON id = feature_id EXCEPT "
        "SELECT name, mode FROM main.joint_set JOIN main.feature ON id = feature_id) "
        "UNION ALL SELECT count(*) FROM ("
        "SELECT digest, content, run, measured, version, executable, kernel, arch, libc, observer, "
        "cpus, tool_version, settings, summary FROM other.result EXCEPT "
        "SELECT digest, content, run, measured, version, executable, kernel, arch, libc, observer, "
        "cpus, tool_version, settings, summary FROM main.result)";

/* Whether the other one is new, or knows the measurement already and made it earlier. */
static void is_merged_with_all_of_it(void **state)
{
        struct test_database *database = *state;
        CLEANUP_FREE char *query =
                string_format("SELECT sum(\"count(*)\") FROM (%s)", missing_rows);
        CLEANUP_FREE char *attach = string_format("ATTACH '%s' AS other", database->path);
        json_t *document = parse(text);
        struct error error = {};

        assert_int_equal(add(database->store, document, 77), STORED_NEW);
        for (unsigned known = 0; known < 2; known++) {
                CLEANUP_FREE char *path = string_format("%s/%u.db", database->folder, known);
                CLEANUP_STORE struct store *store = NULL;
                struct merge_report report = {};

                assert_int_equal(store_open(path, STORE_CREATE, &store, &error), 0);
                /* Features have other rows there. */
                assert_int_equal(store_run(store,
                                         "INSERT INTO feature (kind, name, number) VALUES "
                                         "('syscall', 'write', 1), ('syscall', 'read', 0)",
                                         &error),
                        0);
                if (known)
                        assert_int_equal(add(store, document, 50), STORED_NEW);
                if (store_merge(store, database->path, &report, &error) < 0)
                        fail_msg("%s", error.message);
                assert_int_equal(report.known, known);
                assert_int_equal(report.results, 1 - known);
                merge_report_clear(&report);
                assert_int_equal(store_run(store, attach, &error), 0);
                assert_int_equal(test_number(store, query), 0);
                assert_int_equal(test_number(store, "SELECT count(*) FROM main.run"), 2);
                assert_int_equal(test_number(store, "SELECT count(*) FROM main.impact"), 1);
                assert_int_equal(test_number(store, "SELECT count(*) FROM main.result"), 1);
        }
        json_decref(document);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_database_make, test_database_remove)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(stores_all_of_it),
                TEST(tells_what_looked_at_some_features_only),
                TEST(stores_a_measurement_once),
                TEST(is_merged_with_all_of_it),
                cmocka_unit_test(digests_what_determines_a_measurement),
                TEST(refuses_what_is_not_of_the_schema),
                TEST(undoes_all_for_a_bad_record),
        };

        return cmocka_run_group_tests_name("store/analysis", tests, NULL, NULL);
}
