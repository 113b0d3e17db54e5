/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policy/file-record.h"

#define ROOM 4096

static void assert_entry(
        const struct file_record *record, size_t index, const char *path, uint64_t wanted)
{
        struct feature file;
        uint64_t count;

        assert_int_equal(file_record_read(record, index, &file, &count, NULL), 0);
        assert_int_equal(file.kind, FEATURE_FILE);
        assert_string_equal(file.path, path);
        assert_int_equal(count, wanted);
}

static void assert_end(const struct file_record *record, size_t index, int wanted)
{
        struct error error = {};
        struct feature file;
        uint64_t count;

        assert_int_equal(file_record_read(record, index, &file, &count, &error), wanted);
        assert_int_equal(error.message[0] != '\0', wanted == -EOVERFLOW);
}

static void test_counts_in_order_of_first_use(void **state)
{
        CLEANUP_FILE_RECORD struct file_record *record = file_record_new();

        (void)state;
        assert_non_null(record);
        assert_end(record, 0, -ENOENT);
        file_record_note(record, "/proc/self/status");
        file_record_note(record, "/dev/null");
        file_record_note(record, "/proc/self/status");
        assert_entry(record, 0, "/proc/self/status", 2);
        assert_entry(record, 1, "/dev/null", 1);
        assert_end(record, 2, -ENOENT);
}

static void test_what_a_child_notes_is_seen(void **state)
{
        CLEANUP_FILE_RECORD struct file_record *record = file_record_new();
        pid_t pid = fork();
        int status;

        (void)state;
        if (pid == 0) {
                file_record_note(record, "/sys/block");
                _exit(0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_entry(record, 0, "/sys/block", 1);
}

static void note_many(struct file_record *record, unsigned count)
{
        char path[32];

        for (unsigned i = 0; i < count; i++) {
                snprintf(path, sizeof(path), "/sys/number/%u", i);
                file_record_note(record, path);
        }
}

static void test_full_record_tells_its_losses(void **state)
{
        CLEANUP_FILE_RECORD struct file_record *record = file_record_new();

        (void)state;
        note_many(record, ROOM);
        note_many(record, ROOM);
        assert_entry(record, 0, "/sys/number/0", 2);
        assert_entry(record, ROOM - 1, "/sys/number/4095", 2);
        assert_end(record, ROOM, -ENOENT);
        file_record_note(record, "/dev/null");
        assert_end(record, ROOM, -EOVERFLOW);
        assert_entry(record, ROOM - 1, "/sys/number/4095", 2);
}

static void test_path_that_no_feature_can_have_is_lost(void **state)
{
        CLEANUP_FILE_RECORD struct file_record *record = file_record_new();
        char path[FEATURE_PATH_MAX + 1];

        (void)state;
        memset(path, 'x', sizeof(path));
        path[FEATURE_PATH_MAX - 1] = '\0';
        file_record_note(record, path);
        assert_entry(record, 0, path, 1);
        assert_end(record, 1, -ENOENT);
        path[FEATURE_PATH_MAX - 1] = 'x';
        path[FEATURE_PATH_MAX] = '\0';
        file_record_note(record, path);
        assert_end(record, 1, -EOVERFLOW);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_counts_in_order_of_first_use),
                cmocka_unit_test(test_what_a_child_notes_is_seen),
                cmocka_unit_test(test_full_record_tells_its_losses),
                cmocka_unit_test(test_path_that_no_feature_can_have_is_lost),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
