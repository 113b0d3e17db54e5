/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strings.h"
#include "store/reference.h"
#include "store/result.h"
#include "store/test-database.h"

/* Quotes as in JavaScript, for the eyes; the digests follow from a workload. */
static const char text[] =
        "{'schema': 'loupe/analysis/1',"
        "'tool': {'name': 'loupe', 'version': '0.1.0', 'settings': {'fake': 'zero',"
        "  'stub_errno': 'EPERM', 'count_launch': true, 'subfeatures': 'all', 'files': true,"
        "  'joint': false, 'only': ['write', 'fcntl'], 'limits': 'cgroup v2'}},"
        "'application': {'name': 'redis', 'version': null, 'executable': '/usr/bin/redis',"
        "  'sha256': '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'},"
        "'workload': {'name': 'ping', 'kind': 'health', 'digest': '%s'%s%s%s},"
        "'environment': {'kernel': 'Linux 6.1', 'arch': '%s', 'libc': 'glibc 2.36',"
        "  'observer': 'bpf', 'cpus': 1},"
        "'replicas': 5, 'jobs': 2, 'baseline': {'runs': 5}, 'runs': 60, 'runs_reused': 0,"
        "'wall_s': 12.345, 'run_s': 23,"
        "'features': ["
        " {'kind': 'syscall', 'name': 'write', 'number': 1, 'count': 3, 'stub': {'works': true,"
        "  'outcome': 'passed', 'passed': 3, 'runs': 3}, 'fake': null, 'verdict': 'stub',"
        "  'unstable': false},"
        " {'kind': 'subfeature', 'name': 'fcntl:F_SETFL', 'count': 1, 'stub': null, 'fake': null,"
        "  'verdict': 'required', 'unstable': false}],"
        "'joint': {'tested': false, 'works': false, 'stub': [], 'fake': [], 'conflicts': []}}";

static struct workload *sample_workload(const char *word)
{
        struct workload *workload = workload_new();

        assert_non_null(workload);
        assert_int_equal(strings_add(&workload->command, "true"), 0);
        assert_int_equal(strings_add(&workload->command, word), 0);
        workload->directory = strdup("/");
        return workload;
}

/* The document of a measurement of the workload, by this version of loupe or by an earlier one. */
static json_t *sample_document(const struct workload *workload, const char *arch, bool conditions)
{
        char digest[WORKLOAD_DIGEST_SIZE], alike[WORKLOAD_DIGEST_SIZE];
        CLEANUP_FREE char *source = NULL;
        json_t *json;

        assert_int_equal(workload_digest(workload, digest, NULL), 0);
        assert_int_equal(workload_conditions_digest(workload, alike, NULL), 0);
        source = string_format(text, digest, conditions ? ", 'conditions': '" : "",
                conditions ? alike : "", conditions ? "'" : "", arch);
        for (char *c = source; *c; c++)
                if (*c == '\'')
                        *c = '"';
        json = json_loads(source, 0, NULL);
        assert_non_null(json);
        return json;
}

static void assert_sample(const struct reference *reference, bool same_workload)
{
        const struct known_verdict *verdict;
        char name[FEATURE_NAME_MAX];

        assert_string_equal(reference->application, "redis");
        assert_null(reference->version);
        assert_string_equal(reference->executable, "/usr/bin/redis");
        assert_string_equal(reference->libc, "glibc 2.36");
        assert_string_equal(reference->kernel, "Linux 6.1");
        assert_string_equal(reference->kind, "health");
        assert_int_equal(reference->same_workload, same_workload);
        assert_int_equal(reference->replicas, 5);
        assert_int_equal(reference->withholding.stub_errno, EPERM);
        assert_true(reference->withholding.fake_zero && reference->count_launch);
        assert_true(reference->files && !reference->joint);
        assert_int_equal(reference->subfeatures, SUBFEATURES_ALL);
        assert_int_equal(reference->only.count, 2);
        assert_int_equal(reference->verdicts.count, 2);
        vector_for_each(verdict, &reference->verdicts)
                assert_int_equal(
                        verdict->verdict, strcmp(feature_name(verdict->feature, name), "write") == 0
                                                  ? VERDICT_STUB
                                                  : VERDICT_REQUIRED);
}

/* What a journal keeps of it says the same. */
static void assert_kept(const struct reference *reference, bool same_workload)
{
        CLEANUP_REFERENCE struct reference again = {};
        struct error error = {};
        char *kept = json_dumps(reference->json, 0);
        json_t *json = json_loads(kept, 0, NULL);

        if (reference_from_json(json, &again, &error) < 0)
                fail_msg("%s", error.message);
        json_decref(json);
        free(kept);
        assert_sample(&again, same_workload);
        assert_string_equal(again.source, reference->source);
}

static void of_a_document(void **state)
{
        CLEANUP_WORKLOAD struct workload *workload = sample_workload("a");
        CLEANUP_WORKLOAD struct workload *other = sample_workload("b");

        (void)state;
        for (unsigned i = 0; i < 4; i++) {
                json_t *document = sample_document(workload, abi_info(abi_native())->name, i & 1);
                CLEANUP_REFERENCE struct reference reference = {};
                struct error error = {};

                if (reference_from_document(
                            "a.json", document, i & 2 ? other : workload, &reference, &error) < 0)
                        fail_msg("%s", error.message);
                json_decref(document);
                assert_sample(&reference, !(i & 2));
                assert_string_equal(reference.source, "a.json");
                assert_kept(&reference, !(i & 2));
        }
}

static void of_the_database(void **state)
{
        struct test_database *database = *state;
        CLEANUP_WORKLOAD struct workload *workload = sample_workload("a");
        CLEANUP_WORKLOAD struct workload *other = sample_workload("b");
        struct error error = {};

        for (unsigned i = 0; i < 2; i++) {
                json_t *document = sample_document(workload, abi_info(abi_native())->name, i == 1);

                /* The same measurement: the later one, which says more, stays. */
                assert_int_equal(store_add_analysis(database->store, "a.json", document, NULL,
                                         5 + (int64_t)i, &error),
                        i == 0 ? STORED_NEW : STORED_ALREADY);
                json_decref(document);
                for (unsigned j = 0; j < 2; j++) {
                        CLEANUP_REFERENCE struct reference reference = {};

                        if (store_load_reference(database->store,
                                    test_number(database->store, "SELECT id FROM result"),
                                    j ? other : workload, &reference, &error) < 0)
                                fail_msg("%s", error.message);
                        assert_sample(&reference, !j);
                        assert_kept(&reference, !j);
                        assert_non_null(strstr(reference.source, database->path));
                }
        }
}

/* Another build of a program that the workload brings along. */
static void another_build(void **state)
{
        struct test_database *database = *state;
        CLEANUP_WORKLOAD struct workload *workload = sample_workload("a");
        CLEANUP_REFERENCE struct reference of_document = {}, of_database = {};
        struct error error = {};
        json_t *document;

        free(workload->command[0]);
        workload->command[0] = strdup("/program");
        workload->files = calloc(1, sizeof(*workload->files));
        workload->file_count = 1;
        workload->files[0] = (struct workload_file){
                .path = strdup("/program"), .content = strdup("one"), .mode = 0755};
        document = sample_document(workload, abi_info(abi_native())->name, true);
        free(workload->files[0].content);
        workload->files[0].content = strdup("two");
        assert_int_equal(
                reference_from_document("a.json", document, workload, &of_document, &error), 0);
        assert_true(of_document.same_workload);
        assert_int_equal(
                store_add_analysis(database->store, "a.json", document, NULL, 5, &error), 0);
        json_decref(document);
        assert_int_equal(store_load_reference(database->store,
                                 test_number(database->store, "SELECT id FROM result"), workload,
                                 &of_database, &error),
                0);
        assert_true(of_database.same_workload);
}

static void refuses(void **state)
{
        struct test_database *database = *state;
        CLEANUP_WORKLOAD struct workload *workload = sample_workload("a");
        const char *other = strcmp(abi_info(abi_native())->name, "aarch64") ? "aarch64" : "x86_64";
        json_t *document = sample_document(workload, other, true), *empty = json_object();
        struct reference reference = {};
        struct error error = {};

        assert_int_equal(reference_from_document("a.json", document, workload, &reference, &error),
                -ENOTSUP);
        assert_non_null(strstr(error.message, "a.json was measured on"));
        json_decref(document);
        assert_int_equal(reference_from_json(empty, &reference, &error), -EINVAL);
        json_decref(empty);
        assert_int_equal(
                store_load_reference(database->store, 17, workload, &reference, &error), -ENOENT);
        assert_null(reference.json);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(of_a_document),
                cmocka_unit_test_setup_teardown(
                        of_the_database, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(
                        another_build, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(refuses, test_database_make, test_database_remove),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
