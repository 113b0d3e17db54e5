/* SPDX-License-Identifier: BSD-3-Clause */
#include "store/loupedb.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/strings.h"
#include "store/statics.h"
#include "store/test-database.h"

/* A path below the test's folder, owned by the caller. */
static char *below(const struct test_database *database, const char *path)
{
        char *whole = string_format("%s/%s", database->folder, path);

        assert_non_null(whole);
        return whole;
}

/* Writes a file below the test's folder, with the folders above it. */
static void put(const struct test_database *database, const char *path, const char *text)
{
        CLEANUP_FREE char *whole = below(database, path);
        FILE *stream;

        for (char *slash = strchr(whole + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
                *slash = '\0';
                mkdir(whole, 0777);
                *slash = '/';
        }
        stream = fopen(whole, "w");
        assert_non_null(stream);
        fputs(text, stream);
        fclose(stream);
}

/* A dyn.csv where the calls 0, 1, … have the words. */
static void put_table(
        const struct test_database *database, const char *path, const char *const *words)
{
        CLEANUP_FREE char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        assert_non_null(stream);
        fputs("# syscall, used, works faked, works stubbed, works both\n", stream);
        for (unsigned i = 0; i < 335; i++)
                fprintf(stream, "%u,%s\n", i, *words ? *words++ : "N,N,N,N");
        fclose(stream);
        put(database, path, text);
}

static void import_tree(struct test_database *database, struct import_report *ret)
{
        CLEANUP_FREE char *folder = below(database, "tree");
        struct error error = {};

        if (loupedb_import(database->store, folder, 3, ret, &error) != 0)
                fail_msg("%s", error.message);
}

/* One of the list has the text in it. */
static void expect_line(char *const *list, const char *text)
{
        for (size_t i = 0; list && list[i]; i++)
                if (strstr(list[i], text))
                        return;
        fail_msg("no line has: %s", text);
}

static const char *const some[] = {"Y,N,N,N", "Y,N,Y,N", "Y,Y,N,N", "Y,N,N,Y", NULL};
static const char *const others[] = {"Y,N,N,N", "Y,N,N,N", NULL};

static void test_import(void **state)
{
        struct test_database *database = *state;
        struct store *store = database->store;
        struct import_report report = {};

        put_table(database, "tree/a/suite/imported/data/dyn.csv", some);
        put_table(database, "tree/a/benchmark-x/1/data/dyn.csv", others);
        put_table(database, "tree/b/suite-s/1/data/dyn.csv", others);
        put(database, "tree/b/suite-s/1/data/static_binary.csv", "0,Y,N\n");
        put(database, "tree/Os.syscalls", "read\nwrite\n");
        put(database, "tree/README.md", "nothing of note");
        import_tree(database, &report);
        assert_int_equal(report.applications, 2);
        assert_int_equal(report.workloads, 3);
        assert_int_equal(report.results, 3);
        assert_int_equal(report.new_results, 3);
        assert_int_equal(report.statics, 0);
        assert_int_equal(report.profiles, 1);
        assert_int_equal(report.refused, 1);
        expect_line(report.problems,
                "/tree/b/suite-s/1/data/static_binary.csv:1: 3 columns where a row is "
                "number,used");
        assert_int_equal(
                test_number(store, "SELECT count(*) FROM verdict JOIN feature ON feature.id = "
                                   "feature_id WHERE (name, verdict) IN (('read', 'required'), "
                                   "('write', 'stub'), ('open', 'fake'), ('close', 'either'))"),
                6);
        assert_int_equal(test_number(store, "SELECT count(*) FROM verdict"), 8);
        assert_int_equal(
                test_number(store, "SELECT count(*) FROM workload WHERE (kind, name) IN "
                                   "(('suite', 'suite'), ('benchmark', 'x'), ('suite', 's'))"),
                3);
        import_report_clear(&report);
        import_tree(database, &report);
        assert_int_equal(report.results, 3);
        assert_int_equal(report.new_results, 0);
        assert_int_equal(test_number(store, "SELECT count(*) FROM result"), 3);
        assert_int_equal(test_number(store, "SELECT count(*) FROM profile"), 1);
        import_report_clear(&report);
}

static void load_one(struct store *store, const char *application, struct collection **ret)
{
        char *applications[] = {(char *)application, NULL};
        const struct selection selection = {.applications = applications};
        struct error error = {};

        if (store_load(store, &selection, ret, NULL, &error) != 0)
                fail_msg("%s", error.message);
        assert_int_equal((*ret)->datasets.count, 1);
}

static void test_changed_file_counts(void **state)
{
        struct test_database *database = *state;
        CLEANUP_COLLECTION struct collection *collection = NULL;
        struct import_report report = {};

        put_table(database, "tree/a/suite/1/data/dyn.csv", some);
        import_tree(database, &report);
        import_report_clear(&report);
        put_table(database, "tree/a/suite/1/data/dyn.csv", others);
        import_tree(database, &report);
        assert_int_equal(report.new_results, 1);
        expect_line(report.notes, "other findings than those stored for the same run");
        import_report_clear(&report);
        load_one(database->store, "a", &collection);
        assert_int_equal(collection->datasets.items[0].findings.items.count, 2);
}

static void expect_import_fails(
        struct test_database *database, const char *folder, int result, const char *message)
{
        CLEANUP_FREE char *path = below(database, folder);
        struct import_report report = {.results = 77};
        struct error error = {};

        assert_int_equal(loupedb_import(database->store, path, 3, &report, &error), result);
        if (!strstr(error.message, message))
                fail_msg("%s", error.message);
        assert_int_equal(report.results, 77);
}

static void test_nothing_to_import(void **state)
{
        struct test_database *database = *state;

        expect_import_fails(database, "missing", -ENOENT, "missing: No such file");
        put(database, "tree/a/b/c/data/dyn.csv", "");
        put(database, "tree/dyn.csv", "0,Y");
        expect_import_fails(database, "tree", -ENOENT, "nothing of loupedb's layout");
        expect_import_fails(database, "tree/dyn.csv", -ENOTDIR, "Not a directory");
}

static void test_what_others_leave_behind(void **state)
{
        struct test_database *database = *state;
        struct import_report report = {};
        CLEANUP_FREE char *path = NULL, *big = NULL, *outside = NULL;

        put_table(database, "tree/a/suite/1/data/dyn.csv", some);
        put_table(database, "tree/\xff/suite/1/data/dyn.csv", some);
        put_table(database, "outside/suite/1/data/dyn.csv", some);
        put(database, "tree/a/notes/x", "");
        put(database, "tree/a/suite/2/Dockerfile.a", "");
        outside = below(database, "outside");
        path = below(database, "tree/linked");
        assert_int_equal(symlink(outside, path), 0);
        put(database, "tree/a/suite/3/data/x", "");
        free(path);
        path = below(database, "tree/a/suite/3/data/dyn.csv");
        assert_int_equal(symlink("../../1/data/dyn.csv", path), 0);
        put(database, "tree/a/suite/4/data/x", "");
        free(path);
        path = below(database, "tree/a/suite/4/data/dyn.csv");
        assert_int_equal(mkfifo(path, 0666), 0);
        put(database, "tree/a/suite/5/data/dyn.csv", "");
        big = below(database, "tree/a/suite/5/data/dyn.csv");
        assert_int_equal(truncate(big, (off_t)10 << 30), 0);
        put(database, "tree/a/suite/6/data/dyn.csv/x", "");
        put(database, "tree/bad.syscalls", "read write\n");
        import_tree(database, &report);
        assert_int_equal(report.results, 1);
        assert_int_equal(report.applications, 1);
        assert_int_equal(report.refused, 5);
        expect_line(report.problems, "a name that is no UTF-8");
        expect_line(report.problems, "a/suite/4/data/dyn.csv: no regular file");
        expect_line(report.problems, "a/suite/5/data/dyn.csv: larger than 1048576 bytes");
        expect_line(report.problems, "a/suite/6/data/dyn.csv: Is a directory");
        expect_line(report.problems, "bad.syscalls:1: more than one word");
        expect_line(report.notes, "symbolic links, not followed: 2 places: a/suite/3/data/dyn.csv, "
                                  "linked");
        expect_line(report.notes, "no data: 2 folders: a/suite/2, a/suite/3");
        expect_line(report.notes, "passed over: 1 folder: a/notes");
        import_report_clear(&report);
}

static void test_rivals(void **state)
{
        struct test_database *database = *state;
        struct import_report report = {};

        put_table(database, "tree/a/benchmark-x/1/data/dyn.csv", some);
        put_table(database, "tree/a/benchmark-x/2/data/dyn.csv", others);
        put_table(database, "tree/a/suite/1/data/dyn.csv", others);
        put_table(database, "tree/b/benchmark-x/1/data/dyn.csv", others);
        import_tree(database, &report);
        assert_non_null(report.notes);
        assert_string_equal(
                report.notes[0], "a bench: x (run 2) is taken, the last by name; not x (run 1)");
        assert_null(report.notes[1]);
        import_report_clear(&report);
}

static void export_tree(struct test_database *database, const char *folder, int result,
        size_t files, const char *message)
{
        CLEANUP_FREE char *path = below(database, folder);
        struct error error = {};
        size_t count = 0;

        assert_int_equal(loupedb_export(database->store, path, &count, &error), result);
        if (!strstr(error.message, message))
                fail_msg("%s", error.message);
        assert_int_equal(count, files);
}

static void expect_file(
        const struct test_database *database, const char *path, const char *expected)
{
        CLEANUP_FREE char *whole = below(database, path), *text = NULL;

        assert_int_equal(read_file(whole, 1 << 20, &text, NULL), 0);
        assert_string_equal(text, expected);
}

static void expect_same_file(
        const struct test_database *database, const char *path, const char *other)
{
        CLEANUP_FREE char *whole = below(database, other), *text = NULL;

        assert_int_equal(read_file(whole, 1 << 20, &text, NULL), 0);
        expect_file(database, path, text);
}

static void test_export_what_was_imported(void **state)
{
        static const char *const files[] = {"a/suite/1/data/dyn.csv",
                "a/suite/1/data/static_binary.csv", "a/health/1/data/dyn.csv",
                "a/benchmark-x/imported/data/dyn.csv", "a/suite-y/1/data/static_sources.csv"};
        struct test_database *database = *state;
        struct import_report report = {};
        CLEANUP_FREE char *text = calloc(1, 8192);
        char *end = text;

        for (unsigned i = 0; i < 336; i++)
                end += sprintf(end, "%u,%c\r\n", i, i % 7 ? 'N' : 'Y');
        put_table(database, "tree/a/suite/1/data/dyn.csv", some);
        put(database, "tree/a/suite/1/data/static_binary.csv", text);
        end[-2] = '\0';
        put(database, "tree/a/suite-y/1/data/static_sources.csv", text);
        put_table(database, "tree/a/health/1/data/dyn.csv", (const char *const[]){NULL});
        put_table(database, "tree/a/benchmark-x/imported/data/dyn.csv",
                (const char *const[]){"Y,Y,Y,Y", "N,N,Y,N", NULL});
        put(database, "tree/Os.syscalls", "write\nread\nno_such_call\n");
        import_tree(database, &report);
        assert_int_equal(report.refused, 0);
        assert_int_equal(report.statics, 2);
        import_report_clear(&report);
        export_tree(database, "out", 0, 6, "");
        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                CLEANUP_FREE char *original = string_format("tree/%s", files[i]);
                CLEANUP_FREE char *copy = string_format("out/%s", files[i]);

                expect_same_file(database, copy, original);
        }
        expect_file(database, "out/Os.syscalls", "read\nwrite\nno_such_call\n");
}

static void test_export_target(void **state)
{
        struct test_database *database = *state;
        CLEANUP_FREE char *folder = below(database, "empty"), *file = below(database, "out/a");
        struct import_report report = {};

        put_table(database, "tree/a/suite/1/data/dyn.csv", some);
        import_tree(database, &report);
        import_report_clear(&report);
        assert_int_equal(mkdir(folder, 0777), 0);
        export_tree(database, "empty", 0, 1, "");
        expect_same_file(database, "empty/a/suite/1/data/dyn.csv", "tree/a/suite/1/data/dyn.csv");
        export_tree(database, "empty", -ENOTEMPTY, 0, "empty: is not empty");
        export_tree(database, "no/such/folder", -ENOENT, 0, "no/such/folder");
        put(database, "hidden/.x", "");
        export_tree(database, "hidden", -ENOTEMPTY, 0, "hidden: is not empty");
        put(database, "file", "");
        export_tree(database, "file", -ENOTDIR, 0, "file: Not a directory");
        /* Nothing else lies about: the database and its two files, and what was put there. */
        assert_int_equal(access(file, F_OK), -1);
}

/* An analysis' dataset: a sub-feature, calls of another ABI, a call that was not tested. */
static void add_own(
        struct store *store, const char *application, enum workload_kind kind, const char *name)
{
        static const struct {
                const char *name;
                enum verdict verdict;
        } rows[] = {{"read", VERDICT_REQUIRED}, {"write", VERDICT_UNTESTED},
                {"close", VERDICT_EITHER}, {"clone3", VERDICT_FAKE},
                {"fcntl:F_GETFL", VERDICT_STUB}, {"i386:open", VERDICT_STUB}};
        CLEANUP_CATALOGUE struct catalogue *catalogue = catalogue_new();
        char digest[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        struct dataset dataset = {.application = (char *)application,
                .workload = (char *)name,
                .kind = kind,
                .run = (char *)"012345",
                .digest = digest,
                .origin = (char *)"analysis",
                .measured = 5};
        struct error error = {};

        digest[0] += kind;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct feature feature;

                assert_int_equal(feature_parse(rows[i].name, &feature, &error), 0);
                assert_int_equal(findings_add(&dataset.findings, catalogue_add(catalogue, &feature),
                                         rows[i].verdict),
                        0);
        }
        if (store_add_dataset(store, catalogue, &dataset, NULL, &error) != STORED_NEW)
                fail_msg("%s", error.message);
        findings_clear(&dataset.findings);
}

static void test_export_of_analyses(void **state)
{
        struct test_database *database = *state;
        CLEANUP_FREE char *text = calloc(1, 16384);
        char *end = text;

        end += sprintf(end, "# syscall, used, works faked, works stubbed, works both\n");
        for (unsigned i = 0; i <= 435; i++)
                end += sprintf(end, "%u,%s\n", i,
                        i <= 1     ? "Y,N,N,N"
                        : i == 3   ? "Y,N,N,Y"
                        : i == 435 ? "Y,Y,N,N"
                                   : "N,N,N,N");
        add_own(database->store, "own", WORKLOAD_HEALTH, "health");
        add_own(database->store, "own", WORKLOAD_BENCHMARK, "throughput");
        add_own(database->store, "../../x", WORKLOAD_SUITE, "suite");
        export_tree(database, "out", 0, 3, "");
        expect_file(database, "out/own/health/012345/data/dyn.csv", text);
        expect_file(database, "out/own/benchmark-throughput/012345/data/dyn.csv", text);
        expect_file(database, "out/%2E.%2F..%2Fx/suite/012345/data/dyn.csv", text);
}

static void test_failed_export_leaves_nothing(void **state)
{
        struct test_database *database = *state;
        CLEANUP_FREE char *out = below(database, "out");
        struct import_report report = {};

        /* "a/b" cannot be a folder's name, and what stands for it is another application's. */
        put_table(database, "tree/a%2Fb/suite/012345/data/dyn.csv", some);
        import_tree(database, &report);
        import_report_clear(&report);
        add_own(database->store, "a/b", WORKLOAD_SUITE, "suite");
        export_tree(database, "out", -EEXIST, 0, "a%2Fb/suite/012345/data/dyn.csv: File exists");
        assert_int_equal(access(out, F_OK), -1);
        assert_int_equal(mkdir(out, 0777), 0);
        export_tree(database, "out", -EEXIST, 0, "File exists");
        /* It is empty, as it was. */
        assert_int_equal(rmdir(out), 0);
}

#define DIGEST "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* Results with that executable, with another one, and with one that has a table of its own. */
static const char results_of_executables[] =
        "INSERT INTO application (id, name) VALUES (1, 'tool');"
        "INSERT INTO workload (id, application_id, name, kind) VALUES (1, 1, 'suite', 'suite'), "
        "(2, 1, 'x', 'benchmark');"
        "INSERT INTO feature (id, kind, name, number) VALUES (1, 'syscall', 'read', 0);"
        "INSERT INTO result (workload_id, digest, content, origin, run, measured, "
        "executable_digest, findings) VALUES"
        " (1, printf('%064d', 1), printf('%064d', 1), 'analysis', 'same', 5, '" DIGEST
        "', x'01010800'),"
        " (1, printf('%064d', 2), printf('%064d', 1), 'analysis', 'other', 5, printf('%064d', 9), "
        "x'01010800'),"
        " (2, printf('%064d', 3), printf('%064d', 1), 'analysis', 'own', 5, '" DIGEST
        "', x'01010800');"
        "INSERT INTO static_result (id, application_id, workload_id, run, method, origin, content, "
        "measured) VALUES (1, 1, 2, 'own', 'binary', 'loupedb', printf('%064d', 0), 1);"
        "INSERT INTO static_feature (static_id, feature_id) VALUES (1, 1);"
        "INSERT INTO loupedb_shape (id, static_id, header, rows, final_newline) VALUES (1, 1, "
        "NULL, 1, 1)";

/* What was found of an executable is written beside the analyses of it. */
static void test_export_of_executables(void **state)
{
        struct test_database *database = *state;
        struct feature features[3];
        const struct static_record record = {
                .executable = "/usr/bin/tool",
                .executable_digest = DIGEST,
                .measured = 100,
                .features = features,
                .feature_count = 3,
        };
        CLEANUP_FREE char *other = below(database, "out/tool/suite/other/data/static_binary.csv");
        CLEANUP_FREE char *same = below(database, "out/tool/suite/same/data/static_binary.csv");
        CLEANUP_FREE char *text = NULL;
        struct error error = {};

        feature_parse("write", &features[0], NULL);
        feature_parse("ioctl:TCGETS", &features[1], NULL);
        feature_parse("close", &features[2], NULL);
        if (store_run(database->store, results_of_executables, &error) < 0)
                fail_msg("%s", error.message);
        assert_int_equal(store_add_static(database->store, &record, &error), STORED_NEW);
        export_tree(database, "out", 0, 5, "");
        assert_int_equal(read_file(same, 1 << 20, &text, NULL), 0);
        assert_true(string_has_prefix(text, "# syscall, used\n0,N\n1,Y\n2,N\n3,Y\n4,N\n"));
        assert_int_equal(access(other, F_OK), -1);
        expect_file(database, "out/tool/benchmark-x/own/data/static_binary.csv", "0,Y\n");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        test_import, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(
                        test_changed_file_counts, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(
                        test_nothing_to_import, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(
                        test_what_others_leave_behind, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(
                        test_rivals, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(
                        test_export_what_was_imported, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(
                        test_export_target, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(
                        test_export_of_analyses, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(
                        test_export_of_executables, test_database_make, test_database_remove),
                cmocka_unit_test_setup_teardown(test_failed_export_leaves_nothing,
                        test_database_make, test_database_remove),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
