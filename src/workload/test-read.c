/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The reader against tests/workload: every file in good/ is read without error, some of them value
 * by value; every file in bad/ begins with the error it must give, "# LINE: message", in which
 * $FOLDER stands for the folder.
 */

#include <dirent.h>
#include <errno.h>
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
#include "workload/test-fixtures.h"
#include "workload/workload.h"

#define GOOD WORKLOAD_FIXTURES "/good"
#define BAD  WORKLOAD_FIXTURES "/bad"

static void assert_list(char *const *list, const char *expected)
{
        CLEANUP_FREE char *joined = strings_join(list, "|");

        assert_string_equal(joined, expected);
}

static struct workload *read_good(const char *name)
{
        CLEANUP_FREE char *path = string_format("%s/%s.yaml", GOOD, name);
        struct workload *workload = NULL;
        struct error error = {};

        if (workload_read(path, &workload, &error) < 0 || workload_complete(workload, &error) < 0)
                fail_msg("%s", error.message);
        return workload;
}

static void test_defaults(void **state)
{
        CLEANUP_WORKLOAD struct workload *workload = read_good("minimal");
        CLEANUP_FREE char *folder = realpath(GOOD, NULL);

        (void)state;
        assert_string_equal(workload->source, GOOD "/minimal.yaml");
        assert_string_equal(workload->folder, folder);
        assert_string_equal(workload->application_name, "hello");
        assert_null(workload->version_command);
        assert_string_equal(workload->name, "health");
        assert_int_equal(workload->kind, WORKLOAD_HEALTH);
        assert_list(workload->command, "hello");
        assert_int_equal(strings_count(workload->environment), 0);
        assert_string_equal(workload->directory, folder);
        assert_int_equal(workload->file_count, 0);
        assert_int_equal(workload->mode, WORKLOAD_COMMAND);
        assert_int_equal(workload->ready.kind, READY_NONE);
        assert_null(workload->script);
        assert_true(workload->timeout == 60);
        assert_int_equal(workload->exit_status, 0);
        assert_int_equal(workload->limits.memory, UINT64_C(2) << 30);
        assert_int_equal(workload->limits.disk, UINT64_C(1) << 30);
        assert_int_equal(workload->limits.processes, 1024);
        assert_null(workload->user);
        assert_null(workload->consider);
        assert_int_equal(workload->replicas, 3);
}

static void test_every_key(void **state)
{
        CLEANUP_WORKLOAD struct workload *workload = read_good("full");
        CLEANUP_FREE char *script = realpath(GOOD "/test.sh", NULL);
        CLEANUP_FREE char *considered =
                string_format("/usr/bin/redis-*|redis-server|%s/t/*.t|%s/src/redis",
                        workload->folder, workload->folder);

        (void)state;
        assert_string_equal(workload->application_name, "redis");
        assert_list(workload->version_command, "redis-server|--version");
        assert_string_equal(workload->name, "set-get");
        assert_int_equal(workload->kind, WORKLOAD_BENCHMARK);
        assert_list(workload->command, "redis-server|--port|6390|");
        assert_int_equal(strings_count(workload->command), 4);
        assert_list(workload->environment, "LANG=C|FOO=bar=baz|EMPTY=");
        assert_string_equal(workload->directory, "/tmp");
        assert_int_equal(workload->mode, WORKLOAD_SERVER);
        assert_int_equal(workload->ready.kind, READY_TCP);
        assert_int_equal(workload->ready.port, 6390);
        assert_string_equal(workload->script, script);
        assert_true(workload->timeout == 2.5);
        assert_int_equal(workload->exit_status, 143);
        assert_int_equal(workload->limits.memory, 512u << 20);
        assert_int_equal(workload->limits.processes, 64);
        assert_int_equal(workload->limits.disk, 100u << 10);
        assert_string_equal(workload->user, "nobody");
        assert_list(workload->consider, considered);
        assert_int_equal(workload->replicas, 5);
}

static void test_files(void **state)
{
        CLEANUP_WORKLOAD struct workload *workload = read_good("full");
        CLEANUP_FREE char *script = realpath(GOOD "/test.sh", NULL);
        const struct {
                const char *path, *content, *source;
                mode_t mode;
        } expected[] = {
                {"/tmp/redis.conf", "save ''\n", NULL, 0600},
                {"/tmp/data", NULL, NULL, 0755},
                {"/tmp/shared", NULL, NULL, 01777},
                {"/tmp/script", NULL, script, 0755},
                {"/tmp/copy", NULL, script, 0644},
                {"/tmp/empty", "", NULL, 0644},
        };

        (void)state;
        assert_int_equal(workload->file_count, ARRAY_SIZE(expected));
        for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
                const struct workload_file *file = &workload->files[i];

                assert_string_equal(file->path, expected[i].path);
                assert_true(string_equal(file->content, expected[i].content));
                assert_true(string_equal(file->source, expected[i].source));
                assert_int_equal(file->mode, expected[i].mode);
        }
}

static void test_text_forms(void **state)
{
        CLEANUP_WORKLOAD struct workload *workload = read_good("block");
        CLEANUP_FREE char *directory = realpath(GOOD "/subfolder", NULL);

        (void)state;
        assert_string_equal(workload->application_name, "naïve ☃");
        assert_list(workload->command, "sh|-c|echo 'one'\necho \"two\"\n|folded text");
        assert_string_equal(workload->directory, directory);
}

static void test_ready_forms(void **state)
{
        static const struct {
                const char *name, *text;
        } rows[] = {
                {"ready-unix", "unix:@abstract"},
                {"ready-file", "file:/run/x.pid"},
                {"ready-log", "log:^[0-9]{1,3}: (ready|started)$"},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_WORKLOAD struct workload *workload = read_good(rows[i].name);
                CLEANUP_FREE char *text = ready_text(&workload->ready);

                assert_string_equal(text, rows[i].text);
        }
}

/* A working directory that the workload's own files bring about need not exist outside. */
static void test_made_directory(void **state)
{
        CLEANUP_WORKLOAD struct workload *workload = read_good("made-directory");

        (void)state;
        assert_string_equal(workload->directory, "/made/by");
}

/* `text` with every $FOLDER replaced. */
static char *fill_in_folder(const char *text, const char *folder)
{
        const char *mark = strstr(text, "$FOLDER");

        if (!mark)
                return strdup(text);
        return string_format("%.*s%s%s", (int)(mark - text), text, folder, mark + 7);
}

static void check_bad(const char *name)
{
        CLEANUP_FREE char *path = string_format("%s/%s", BAD, name);
        CLEANUP_FREE char *folder = realpath(BAD, NULL);
        CLEANUP_FREE char *text = NULL, *message = NULL, *expected = NULL;
        struct workload *workload = NULL;
        struct error error = {};

        assert_int_equal(read_file(path, 1u << 20, &text, NULL), 0);
        assert_true(string_has_prefix(text, "# "));
        *strchr(text, '\n') = '\0';
        message = fill_in_folder(text + 2, folder);
        expected = string_format("%s:%s", path, message);

        assert_int_equal(workload_read(path, &workload, &error), -EINVAL);
        assert_null(workload);
        assert_string_equal(error.message, expected);
}

static void test_bad_files(void **state)
{
        unsigned count = 0;
        struct dirent *entry;
        DIR *folder;

        (void)state;
        folder = opendir(BAD);
        assert_non_null(folder);
        while ((entry = readdir(folder))) {
                const char *end = strrchr(entry->d_name, '.');

                if (!string_equal(end, ".yaml"))
                        continue;
                check_bad(entry->d_name);
                count++;
        }
        closedir(folder);
        assert_true(count >= 100);
}

static void test_file_not_there(void **state)
{
        struct workload *workload = NULL;
        struct error error = {};

        (void)state;
        assert_int_equal(workload_read("/does/not/exist.yaml", &workload, &error), -ENOENT);
        assert_string_equal(error.message, "/does/not/exist.yaml: No such file or directory");
        assert_int_equal(workload_read("/", &workload, &error), -EISDIR);
        assert_string_equal(error.message, "/: Is a directory");
        assert_null(workload);
}

/* Sizes and numbers that no one would keep in a fixture. */
static void check_large(const char *text, size_t size, const char *expected)
{
        struct workload *workload = NULL;
        struct error error = {};

        assert_int_equal(workload_parse("w.yaml", text, size, &workload, &error), -EINVAL);
        assert_string_equal(error.message, expected);
        assert_null(workload);
}

static void test_large(void **state)
{
        static const size_t limit = 256u << 10;
        CLEANUP_FREE char *text = malloc(limit + 1);

        (void)state;
        memset(text, '#', limit + 1);
        check_large(text, limit + 1,
                "w.yaml:1: a workload file may have 256 KiB at most; source in files takes large "
                "contents");
        check_large(text, limit,
                "w.yaml:2: the file is empty; it needs at least application and command");

        memset(text, '[', limit);
        check_large(text, limit, "w.yaml:1: lists and mappings nested too deeply");

        memcpy(text, "command: [", 10);
        for (size_t i = 10; i < limit; i += 2)
                memcpy(text + i, "x,", 2);
        check_large(text, limit, "w.yaml:1: too many values for a workload file");
}

/* Without an error object the result is the same. */
static void test_no_error_object(void **state)
{
        static const char text[] = "command: [x]\n";
        struct workload *workload = NULL;

        (void)state;
        assert_int_equal(
                workload_parse("w.yaml", text, sizeof(text) - 1, &workload, NULL), -EINVAL);
        assert_null(workload);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_defaults),
                cmocka_unit_test(test_every_key),
                cmocka_unit_test(test_files),
                cmocka_unit_test(test_text_forms),
                cmocka_unit_test(test_ready_forms),
                cmocka_unit_test(test_made_directory),
                cmocka_unit_test(test_bad_files),
                cmocka_unit_test(test_file_not_there),
                cmocka_unit_test(test_large),
                cmocka_unit_test(test_no_error_object),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
