/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/strings.h"
#include "report/output.h"

/* A folder of the test's own, and the file in it that is written. */
struct place {
        char folder[32];
        char *path;
};

static int setup(void **state)
{
        struct place *place = calloc(1, sizeof(*place));

        assert_non_null(place);
        strcpy(place->folder, "/tmp/loupe-output-XXXXXX");
        assert_non_null(mkdtemp(place->folder));
        place->path = string_format("%s/result.json", place->folder);
        *state = place;
        return 0;
}

static int teardown(void **state)
{
        struct place *place = *state;
        int r;

        unlink(place->path);
        /* Fails where something was left behind. */
        r = rmdir(place->folder);
        free(place->path);
        free(place);
        return r;
}

static void assert_content(const char *path, const char *expected)
{
        CLEANUP_FREE char *content = NULL;

        assert_int_equal(read_file(path, 1000, &content, NULL), 0);
        assert_string_equal(content, expected);
}

static int write_text(const void *what, FILE *stream)
{
        fputs(what, stream);
        return 0;
}

static int write_half_and_fail(const void *what, FILE *stream)
{
        fputs(what, stream);
        fflush(stream);
        return -ENOMEM;
}

static void test_new_file(void **state)
{
        struct place *place = *state;
        struct error error = {};
        struct stat status;
        mode_t mask = umask(027);

        assert_int_equal(output_write(place->path, write_text, "text\n", &error), 0);
        umask(mask);
        assert_content(place->path, "text\n");
        assert_int_equal(stat(place->path, &status), 0);
        assert_int_equal(status.st_mode & 0777, 0640);
}

static void test_old_file_stays_until_commit(void **state)
{
        struct place *place = *state;
        CLEANUP_OUTPUT struct output *output = NULL;
        struct error error = {};

        assert_int_equal(output_write(place->path, write_text, "old", &error), 0);
        assert_int_equal(output_open(place->path, &output, &error), 0);
        fputs("new", output_stream(output));
        fflush(output_stream(output));
        assert_content(place->path, "old");
        assert_int_equal(output_commit(output, &error), 0);
        assert_content(place->path, "new");
}

static void test_failure_leaves_nothing(void **state)
{
        struct place *place = *state;
        struct error error = {};

        assert_int_equal(output_write(place->path, write_text, "old", &error), 0);
        assert_int_equal(output_write(place->path, write_half_and_fail, "new", &error), -ENOMEM);
        assert_content(place->path, "old");
        assert_non_null(strstr(error.message, place->path));
}

static void test_folder_that_is_not_there(void **state)
{
        struct error error = {};

        (void)state;
        assert_int_equal(output_write("/nowhere/file", write_text, "text", &error), -ENOENT);
        assert_string_equal(error.message, "/nowhere/file: No such file or directory");
}

/* A device is written to, not replaced by a file. */
static void test_device(void **state)
{
        struct error error = {};
        struct stat status;

        (void)state;
        assert_int_equal(output_write("/dev/null", write_text, "text", &error), 0);
        assert_int_equal(stat("/dev/null", &status), 0);
        assert_true(S_ISCHR(status.st_mode));
        assert_int_equal(output_write("/dev/full", write_text, "text", &error), -ENOSPC);
        assert_string_equal(error.message, "/dev/full: No space left on device");
}

static int check(const char *one, const char *other, const char *made, struct error *error)
{
        return output_check((const char *const[]){one, NULL, other}, 3, made, error);
}

static void test_checked_beforehand(void **state)
{
        struct place *place = *state;
        struct error error = {};

        assert_int_equal(check(place->path, "-", NULL, &error), 0);
        assert_int_equal(check("/dev/null", "/dev/null", NULL, &error), 0);
        assert_int_equal(check("/nowhere/file", NULL, "/nowhere", &error), 0);
        /* Nothing was made. */
        assert_int_equal(access(place->path, F_OK), -1);

        assert_int_equal(check("-", "-", NULL, &error), -EINVAL);
        assert_non_null(strstr(error.message, "standard output"));
        assert_int_equal(check(place->path, place->path, NULL, &error), -EINVAL);
        assert_non_null(strstr(error.message, place->path));
        assert_int_equal(check("-", "/nowhere/file", NULL, &error), -ENOENT);
        assert_string_equal(error.message, "/nowhere/file: No such file or directory");
        assert_int_equal(check("/nowhere/file", NULL, "/no", &error), -ENOENT);
        assert_int_equal(check("/dev", NULL, NULL, &error), -EISDIR);
        assert_int_equal(check("", NULL, NULL, &error), -ENOENT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_new_file, setup, teardown),
                cmocka_unit_test_setup_teardown(test_old_file_stays_until_commit, setup, teardown),
                cmocka_unit_test_setup_teardown(test_failure_leaves_nothing, setup, teardown),
                cmocka_unit_test(test_folder_that_is_not_there),
                cmocka_unit_test(test_device),
                cmocka_unit_test_setup_teardown(test_checked_beforehand, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
