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

#include "base/clock.h"
#include "policy/refusals.h"

#define ROOM         4096
#define OBJECTS_ROOM 256

static struct feature feature_of(const char *name)
{
        struct feature feature;

        assert_int_equal(feature_parse(name, &feature, NULL), 0);
        return feature;
}

static void note(struct refusal_record *record, const char *name, pid_t process, const char *object)
{
        const struct feature feature = feature_of(name);
        const struct refused refused = {
                .feature = &feature,
                .action = ACTION_STUB,
                .errnum = ENOSYS,
                .process = process,
        };

        refusal_record_note(record, &refused, object);
}

static void read_record(const struct refusal_record *record, pid_t ended, struct refusals *ret)
{
        assert_int_equal(refusal_record_read(record, ended, ret), 0);
}

static void assert_item(const struct refusals *refusals, size_t i, const char *name, uint64_t count,
        const char *object)
{
        assert_true(i < refusals->items.count);
        assert_true(feature_equal(refusals->items.items[i].feature, feature_of(name)));
        assert_int_equal(refusals->items.items[i].count, count);
        assert_string_equal(refusals->items.items[i].object, object);
}

static void test_in_the_order_of_the_first_times(void **state)
{
        CLEANUP_REFUSAL_RECORD struct refusal_record *record = refusal_record_new();
        CLEANUP_REFUSALS struct refusals refusals = {};
        const struct feature pipe2_call = feature_of("pipe2");

        (void)state;
        assert_non_null(record);
        assert_true(refusal_record_lacks(record, &pipe2_call));
        note(record, "pipe2", 2, "/lib/libc.so.6");
        assert_false(refusal_record_lacks(record, &pipe2_call));
        note(record, "file:/proc/self/status", 2, "/bin/x");
        note(record, "fcntl:F_SETFL", 2, REFUSAL_ANONYMOUS);
        note(record, "fcntl:F_SETFD", 2, NULL);
        note(record, "pipe2", 2, NULL);
        note(record, "fcntl", 2, "/lib/libc.so.6");
        read_record(record, 2, &refusals);
        assert_int_equal(refusals.items.count, 5);
        assert_item(&refusals, 0, "pipe2", 2, "/lib/libc.so.6");
        assert_item(&refusals, 1, "file:/proc/self/status", 1, "/bin/x");
        assert_item(&refusals, 2, "fcntl:F_SETFL", 1, "[anonymous]");
        assert_item(&refusals, 3, "fcntl:F_SETFD", 1, "[unknown]");
        assert_item(&refusals, 4, "fcntl", 1, "/lib/libc.so.6");
        assert_ptr_equal(
                refusals_find(&refusals, feature_of("fcntl:F_SETFD")), &refusals.items.items[3]);
        assert_null(refusals_find(&refusals, feature_of("read")));
        assert_int_equal(refusals.lost, 0);
}

static void test_answers(void **state)
{
        CLEANUP_REFUSAL_RECORD struct refusal_record *record = refusal_record_new();
        CLEANUP_REFUSALS struct refusals refusals = {};
        const struct feature first = feature_of("getppid"), second = feature_of("openat");
        const struct refused refused[] = {
                {&first, ACTION_FAKE, .success = {SUCCESS_CONSTANT, 7}, .process = 2},
                {&second, ACTION_STUB, .errnum = EPERM, .process = 2},
        };

        (void)state;
        refusal_record_note(record, &refused[0], "/x");
        refusal_record_note(record, &refused[1], "/x");
        read_record(record, 0, &refusals);
        assert_int_equal(refusals.items.items[0].action, ACTION_FAKE);
        assert_int_equal(refusals.items.items[0].success.kind, SUCCESS_CONSTANT);
        assert_int_equal(refusals.items.items[0].success.value, 7);
        assert_int_equal(refusals.items.items[1].action, ACTION_STUB);
        assert_int_equal(refusals.items.items[1].errnum, EPERM);
        assert_false(refusals.ended.known);
        assert_true(refusals.last.known);
}

static void test_times_since_the_launch(void **state)
{
        CLEANUP_REFUSAL_RECORD struct refusal_record *record = refusal_record_new();
        CLEANUP_REFUSALS struct refusals refusals = {};
        const struct refusal *refusal;

        (void)state;
        refusal_record_start(record, clock_seconds() - 100);
        note(record, "pipe2", 2, NULL);
        usleep(20000);
        note(record, "pipe2", 2, NULL);
        read_record(record, 2, &refusals);
        refusal = &refusals.items.items[0];
        assert_true(refusal->first >= 100 && refusal->first < 110);
        assert_true(refusal->last >= refusal->first + 0.02);
        assert_true(refusals.last.when == refusal->last);
        assert_true(refusals.ended.when == refusal->last);
}

static void test_last_of_all_and_of_a_process(void **state)
{
        CLEANUP_REFUSAL_RECORD struct refusal_record *record = refusal_record_new();
        CLEANUP_REFUSALS struct refusals of_two = {}, of_three = {}, of_four = {};

        (void)state;
        note(record, "pipe2", 2, NULL);
        note(record, "chdir", 2, NULL);
        note(record, "pipe2", 2, NULL);
        note(record, "umask", 3, NULL);
        note(record, "chdir", 5, NULL);
        read_record(record, 2, &of_two);
        read_record(record, 3, &of_three);
        read_record(record, 4, &of_four);
        assert_true(of_two.last.known && of_two.ended.known);
        assert_int_equal(of_two.last.item, 1);
        assert_int_equal(of_two.ended.item, 0);
        assert_int_equal(of_three.ended.item, 2);
        assert_false(of_four.ended.known);
        /* Nobody knows whose this was: it may have been the last of any. */
        refusals_clear(&of_two);
        note(record, "umask", 0, NULL);
        read_record(record, 2, &of_two);
        assert_int_equal(of_two.last.item, 2);
        assert_false(of_two.ended.known);
}

static void test_the_last_before_parting_calls(void **state)
{
        CLEANUP_REFUSAL_RECORD struct refusal_record *record = refusal_record_new();
        CLEANUP_REFUSALS struct refusals of_two = {}, of_three = {}, of_four = {};

        (void)state;
        note(record, "chdir", 2, NULL);
        note(record, "futex", 2, NULL);
        note(record, "umask", 3, NULL);
        note(record, "writev", 2, NULL);
        note(record, "tgkill", 2, NULL);
        note(record, "write", 4, NULL);
        read_record(record, 2, &of_two);
        read_record(record, 3, &of_three);
        read_record(record, 4, &of_four);
        assert_int_equal(of_two.ended.item, 4);
        assert_true(of_two.earlier.known);
        assert_int_equal(of_two.earlier.item, 1);
        assert_true(of_two.earlier.when <= of_two.ended.when);
        assert_int_equal(of_three.ended.item, 2);
        assert_false(of_three.earlier.known);
        assert_int_equal(of_four.ended.item, 5);
        assert_false(of_four.earlier.known);
}

/* Of two processes that share a place the later one is known; nothing is told of the other. */
static void test_processes_that_share_a_place(void **state)
{
        CLEANUP_REFUSAL_RECORD struct refusal_record *record = refusal_record_new();
        CLEANUP_REFUSALS struct refusals of_first = {}, of_second = {};

        (void)state;
        note(record, "pipe2", 2, NULL);
        note(record, "chdir", 2 + 4096, NULL);
        read_record(record, 2, &of_first);
        read_record(record, 2 + 4096, &of_second);
        assert_false(of_first.ended.known);
        assert_int_equal(of_second.ended.item, 1);
}

static void note_numbers(struct refusal_record *record, int first, int count)
{
        for (int i = 0; i < count; i++) {
                const struct feature feature = {FEATURE_SYSCALL, abi_native(), first + i};
                const struct refused refused = {
                        &feature, ACTION_STUB, .errnum = ENOSYS, .process = 2};

                refusal_record_note(record, &refused, "/x");
        }
}

static void test_full_record_counts_what_it_loses(void **state)
{
        CLEANUP_REFUSAL_RECORD struct refusal_record *record = refusal_record_new();
        CLEANUP_REFUSALS struct refusals full = {}, later = {};
        const struct feature other = feature_of("syscall_99999");

        (void)state;
        note_numbers(record, 1000, ROOM);
        note_numbers(record, 1000, ROOM);
        assert_false(refusal_record_lacks(record, &other));
        read_record(record, 2, &full);
        assert_int_equal(full.items.count, ROOM);
        assert_int_equal(full.lost, 0);
        for (size_t i = 0; i < ROOM; i++) {
                assert_int_equal(full.items.items[i].feature.number, 1000 + i);
                assert_int_equal(full.items.items[i].count, 2);
        }
        assert_int_equal(full.last.item, ROOM - 1);
        /* What there is no room for was the last: no other is told to be. */
        note_numbers(record, 90000, 3);
        read_record(record, 2, &later);
        assert_int_equal(later.items.count, ROOM);
        assert_int_equal(later.lost, 3);
        assert_false(later.last.known);
        assert_false(later.ended.known);
}

static void test_objects_there_is_no_room_for(void **state)
{
        CLEANUP_REFUSAL_RECORD struct refusal_record *record = refusal_record_new();
        CLEANUP_REFUSALS struct refusals refusals = {};
        char name[32], object[32], deep[5000];

        (void)state;
        memset(deep, 'x', sizeof(deep));
        deep[sizeof(deep) - 1] = '\0';
        note(record, "pipe2", 2, deep);
        for (unsigned i = 0; i < OBJECTS_ROOM + 1; i++) {
                snprintf(name, sizeof(name), "syscall_%u", 1000 + i);
                snprintf(object, sizeof(object), "/object/%u", i);
                note(record, name, 2, object);
        }
        note(record, "chdir", 2, "/object/255");
        read_record(record, 2, &refusals);
        assert_item(&refusals, 0, "pipe2", 1, "[unknown]");
        assert_item(&refusals, OBJECTS_ROOM, "syscall_1255", 1, "/object/255");
        assert_item(&refusals, OBJECTS_ROOM + 1, "syscall_1256", 1, "[unknown]");
        assert_item(&refusals, OBJECTS_ROOM + 2, "chdir", 1, "/object/255");
}

static void test_what_a_child_notes_is_seen(void **state)
{
        CLEANUP_REFUSAL_RECORD struct refusal_record *record = refusal_record_new();
        CLEANUP_REFUSALS struct refusals refusals = {};
        pid_t pid = fork();
        int status;

        (void)state;
        if (pid == 0) {
                note(record, "pipe2", 2, "/x");
                _exit(0);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        read_record(record, 2, &refusals);
        assert_item(&refusals, 0, "pipe2", 1, "/x");
}

static void test_an_empty_one(void **state)
{
        CLEANUP_REFUSAL_RECORD struct refusal_record *record = refusal_record_new();
        CLEANUP_REFUSALS struct refusals refusals = {};

        (void)state;
        read_record(record, 2, &refusals);
        assert_int_equal(refusals.items.count, 0);
        assert_false(refusals.last.known);
        assert_false(refusals.ended.known);
        assert_null(refusals_find(&refusals, feature_of("read")));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_in_the_order_of_the_first_times),
                cmocka_unit_test(test_answers),
                cmocka_unit_test(test_times_since_the_launch),
                cmocka_unit_test(test_last_of_all_and_of_a_process),
                cmocka_unit_test(test_the_last_before_parting_calls),
                cmocka_unit_test(test_processes_that_share_a_place),
                cmocka_unit_test(test_full_record_counts_what_it_loses),
                cmocka_unit_test(test_objects_there_is_no_room_for),
                cmocka_unit_test(test_what_a_child_notes_is_seen),
                cmocka_unit_test(test_an_empty_one),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
