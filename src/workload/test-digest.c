/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/strings.h"
#include "workload/workload.h"

/* A scratch folder with a script and a file to copy, beside which the workload "lies". */
struct scratch {
        char folder[32];
        char script[48];
        char source[48];
};

static void put(const char *path, const char *content)
{
        CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

        assert_true(fd >= 0);
        assert_int_equal(write_all(fd, content, strlen(content)), 0);
}

static void scratch_make(struct scratch *scratch)
{
        strcpy(scratch->folder, "/tmp/loupe-test-XXXXXX");
        assert_non_null(mkdtemp(scratch->folder));
        snprintf(scratch->script, sizeof(scratch->script), "%s/test.sh", scratch->folder);
        snprintf(scratch->source, sizeof(scratch->source), "%s/a.conf", scratch->folder);
        put(scratch->script, "#!/bin/sh\nexit 0\n");
        put(scratch->source, "setting\n");
}

static void scratch_remove(struct scratch *scratch)
{
        unlink(scratch->script);
        unlink(scratch->source);
        rmdir(scratch->folder);
}

#define CLEANUP_SCRATCH CLEANUP(scratch_remove)

/* `file` is one entry of files. */
static struct workload *read_with(const struct scratch *scratch, const char *file, const char *more)
{
        CLEANUP_FREE char *path = string_format("%s/w.yaml", scratch->folder);
        CLEANUP_FREE char *text = string_format("application: {name: x}\ncommand: [x, y]\n"
                                                "test: test.sh\nfiles: [%s]\n%s\n",
                file, more);
        struct workload *workload = NULL;
        struct error error = {};

        if (workload_parse(path, text, strlen(text), &workload, &error) < 0)
                fail_msg("%s", error.message);
        return workload;
}

static char *digest_of(const struct workload *workload)
{
        char digest[WORKLOAD_DIGEST_SIZE];
        struct error error = {};

        if (workload_digest(workload, digest, &error) < 0)
                fail_msg("%s", error.message);
        assert_int_equal(strspn(digest, "0123456789abcdef"), 64);
        assert_int_equal(digest[64], '\0');
        return strdup(digest);
}

static char *digest_with(const struct scratch *scratch, const char *file, const char *more)
{
        CLEANUP_WORKLOAD struct workload *workload = read_with(scratch, file, more);

        return digest_of(workload);
}

#define SOURCE "{path: /a, source: a.conf}"

/* Whatever is changed, no two of these run the same way. */
static void test_differences(void **state)
{
        static const struct {
                const char *file, *more;
        } rows[] = {
                {SOURCE, ""},
                {"", ""},
                {"{path: /a}", ""},
                {"{path: /a, content: \"\"}", ""},
                {"{path: /a, content: x}", ""},
                {"{path: /b, content: x}", ""},
                {"{path: /a, content: x, mode: 0600}", ""},
                {SOURCE ", {path: /b}", ""},
                {"{path: /b}, " SOURCE, ""},
                {SOURCE, "workload: {kind: suite}"},
                {SOURCE, "environment: [A=b]"},
                {SOURCE, "environment: [A=b, C=d]"},
                {SOURCE, "environment: [C=d, A=b]"},
                {SOURCE, "environment: [\"A=bC=d\"]"},
                {SOURCE, "directory: /"},
                {SOURCE, "directory: /tmp"},
                {SOURCE, "mode: server"},
                {SOURCE, "mode: server\nready: tcp:1"},
                {SOURCE, "timeout: 1"},
                {SOURCE, "timeout: 1.5"},
                {SOURCE, "exit: 1"},
                {SOURCE, "limits: {memory: 1M}"},
                {SOURCE, "limits: {disk: 1M}"},
                {SOURCE, "limits: {processes: 1}"},
                {SOURCE, "user: root"},
                {SOURCE, "consider: [x]"},
                {SOURCE, "consider: [./x]"},
                {SOURCE, "consider: [x, y]"},
        };
        CLEANUP_SCRATCH struct scratch scratch = {};
        char *digests[ARRAY_SIZE(rows)];

        (void)state;
        scratch_make(&scratch);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                digests[i] = digest_with(&scratch, rows[i].file, rows[i].more);
                for (size_t j = 0; j < i; j++) {
                        if (string_equal(digests[i], digests[j]))
                                fail_msg("rows %zu and %zu have the same digest", j, i);
                }
        }
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                free(digests[i]);
}

/* Where arguments begin and end counts. */
static void test_command(void **state)
{
        static const char *const commands[][4] = {
                {"x", "y"}, {"x", "yz"}, {"xy"}, {"x", "y", ""}, {"x", "", "y"}, {"x", "y", "z"}};
        char digests[ARRAY_SIZE(commands)][WORKLOAD_DIGEST_SIZE];

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
                CLEANUP_WORKLOAD struct workload *workload = workload_new();

                for (const char *const *word = commands[i]; *word; word++)
                        assert_int_equal(strings_add(&workload->command, *word), 0);
                assert_int_equal(workload_digest(workload, digests[i], NULL), 0);
                for (size_t j = 0; j < i; j++)
                        assert_string_not_equal(digests[i], digests[j]);
        }
}

static void assert_same(char *a, char *b)
{
        assert_string_equal(a, b);
        free(a);
        free(b);
}

static void test_labels_do_not_count(void **state)
{
        CLEANUP_SCRATCH struct scratch scratch = {};

        (void)state;
        scratch_make(&scratch);
        assert_same(digest_with(&scratch, SOURCE, ""),
                digest_with(&scratch, SOURCE, "replicas: 7\nworkload: {name: other}"));
        assert_same(digest_with(&scratch, SOURCE, ""),
                digest_with(&scratch, "{path: /a, content: \"setting\\n\", mode: 644}",
                        "timeout: 60.0"));
}

/* The same workload in another folder is the same. */
static void test_place_does_not_count(void **state)
{
        CLEANUP_SCRATCH struct scratch one = {}, two = {};

        (void)state;
        scratch_make(&one);
        scratch_make(&two);
        assert_same(digest_with(&one, SOURCE, ""), digest_with(&two, SOURCE, ""));
        assert_same(digest_with(&one, SOURCE, "consider: [t/x]"),
                digest_with(&two, SOURCE, "consider: [./t/x]"));
}

static void test_contents_count(void **state)
{
        CLEANUP_SCRATCH struct scratch scratch = {};
        CLEANUP_FREE char *before = NULL, *script_changed = NULL, *source_changed = NULL;

        (void)state;
        scratch_make(&scratch);
        before = digest_with(&scratch, SOURCE, "");
        put(scratch.script, "#!/bin/sh\nexit 1\n");
        script_changed = digest_with(&scratch, SOURCE, "");
        assert_string_not_equal(script_changed, before);
        put(scratch.source, "Setting\n");
        source_changed = digest_with(&scratch, SOURCE, "");
        assert_string_not_equal(source_changed, script_changed);
}

static void test_file_gone(void **state)
{
        CLEANUP_SCRATCH struct scratch scratch = {};
        CLEANUP_WORKLOAD struct workload *workload = NULL;
        char digest[WORKLOAD_DIGEST_SIZE] = "untouched", expected[100];
        struct error error = {};

        (void)state;
        scratch_make(&scratch);
        workload = read_with(&scratch, SOURCE, "");
        unlink(scratch.script);
        snprintf(expected, sizeof(expected), "%s: No such file or directory", scratch.script);
        assert_int_equal(workload_digest(workload, digest, &error), -ENOENT);
        assert_string_equal(error.message, expected);
        assert_string_equal(digest, "untouched");
}

/* A workload that brings a file along as `path`, and starts "/x". */
static struct workload *read_program(
        const struct scratch *scratch, const char *path, const char *more)
{
        CLEANUP_FREE char *file = string_format("{path: %s, source: a.conf}", path);
        struct workload *workload = read_with(scratch, file, more);

        free(workload->command[0]);
        workload->command[0] = strdup("/x");
        return workload;
}

static char *conditions_with(const struct scratch *scratch, const char *path, const char *more)
{
        CLEANUP_WORKLOAD struct workload *workload = read_program(scratch, path, more);
        char digest[WORKLOAD_DIGEST_SIZE], whole[WORKLOAD_DIGEST_SIZE];

        assert_int_equal(workload_conditions_digest(workload, digest, NULL), 0);
        assert_int_equal(workload_digest(workload, whole, NULL), 0);
        assert_string_not_equal(digest, whole);
        return strdup(digest);
}

/* For runs to be taken from a journal the program counts all the same. */
static void test_program_counts(void **state)
{
        CLEANUP_SCRATCH struct scratch scratch = {};
        CLEANUP_WORKLOAD struct workload *workload = NULL;
        CLEANUP_FREE char *before = NULL, *after = NULL;

        (void)state;
        scratch_make(&scratch);
        workload = read_program(&scratch, "/x", "");
        before = digest_of(workload);
        put(scratch.source, "another build\n");
        after = digest_of(workload);
        assert_string_not_equal(before, after);
}

static void test_program_is_no_condition(void **state)
{
        CLEANUP_SCRATCH struct scratch scratch = {};
        CLEANUP_FREE char *before = NULL, *other = NULL, *limited = NULL, *script = NULL;

        (void)state;
        scratch_make(&scratch);
        before = conditions_with(&scratch, "/x", "");
        other = conditions_with(&scratch, "/other", "");
        assert_string_not_equal(before, other);
        put(scratch.source, "another build\n");
        assert_same(strdup(before), conditions_with(&scratch, "/x", ""));
        /* A file that is not the program counts, as does all the rest. */
        assert_string_not_equal(other, limited = conditions_with(&scratch, "/other", ""));
        free(limited);
        assert_string_not_equal(before, limited = conditions_with(&scratch, "/x", "timeout: 3"));
        put(scratch.script, "#!/bin/sh\nexit 1\n");
        assert_string_not_equal(before, script = conditions_with(&scratch, "/x", ""));
}

/* Journals hold digests: what goes into one is not to change by accident. */
static void test_known_digest(void **state)
{
        CLEANUP_WORKLOAD struct workload *workload = workload_new();
        char digest[WORKLOAD_DIGEST_SIZE];

        (void)state;
        assert_int_equal(strings_add(&workload->command, "true"), 0);
        workload->directory = strdup("/");
        assert_int_equal(workload_digest(workload, digest, NULL), 0);
        assert_string_equal(
                digest, "9486b93079022a29edcf49dc493f0e4e27c53b34f535d97ec3cbb87f38ad1554");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_differences),
                cmocka_unit_test(test_command),
                cmocka_unit_test(test_labels_do_not_count),
                cmocka_unit_test(test_place_does_not_count),
                cmocka_unit_test(test_contents_count),
                cmocka_unit_test(test_program_counts),
                cmocka_unit_test(test_program_is_no_condition),
                cmocka_unit_test(test_file_gone),
                cmocka_unit_test(test_known_digest),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
