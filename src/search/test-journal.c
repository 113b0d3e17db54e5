/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/strings.h"
#include "base/test-folder.h"
#include "search/journal.h"

static int set_up(void **state)
{
        return test_folder_make(state, "journal.jsonl");
}

static struct journal *create(struct test_folder *fixture)
{
        json_t *header = json_pack("{s:s}", "made_for", "a test");
        struct journal *journal = NULL;
        struct error error = {};

        assert_int_equal(journal_create(fixture->folder, header, &journal, &error), 0);
        json_decref(header);
        return journal;
}

/* A stub, a fake of a number, a fake of whatever the call should return; last a moment. */
static void add_refusals(struct refusals *refusals)
{
        static const char *const names[] = {"pipe2", "file:/proc/self/a\\040b", "write"};

        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                struct refusal *refusal = vector_add(&refusals->items);

                assert_int_equal(feature_parse(names[i], &refusal->feature, NULL), 0);
                refusal->action = i == 0 ? ACTION_STUB : ACTION_FAKE;
                refusal->errnum = i == 0 ? EPERM : 0;
                refusal->success = policy_success_of(refusal->feature);
                refusal->count = 1ull << 40 | i;
                refusal->first = 0.25;
                refusal->last = 0.5;
                refusal->object = strdup("/lib/libc.so.6");
        }
        refusals->lost = 17;
        refusals->ended = (struct refusal_moment){true, 2, 0.5};
        refusals->earlier = (struct refusal_moment){true, 0, 0.25};
}

static void check_refusals(const struct refusals *refusals)
{
        const struct refusal *items = refusals->items.items;

        assert_int_equal(refusals->items.count, 3);
        assert_int_equal(items[0].action, ACTION_STUB);
        assert_int_equal(items[0].errnum, EPERM);
        assert_int_equal(items[0].count, 1ull << 40);
        assert_true(items[0].first == 0.25 && items[0].last == 0.5);
        assert_string_equal(items[0].object, "/lib/libc.so.6");
        assert_int_equal(items[1].action, ACTION_FAKE);
        assert_string_equal(items[1].feature.path, "/proc/self/a b");
        assert_int_equal(items[1].success.kind, SUCCESS_CONSTANT);
        assert_int_equal(items[2].action, ACTION_FAKE);
        assert_int_equal(items[2].success.kind, SUCCESS_ARGUMENT);
        assert_int_equal(items[2].success.value, 2);
        assert_int_equal(refusals->lost, 17);
        assert_false(refusals->last.known);
        assert_true(refusals->earlier.known && refusals->earlier.item == 0 &&
                    refusals->earlier.when == 0.25);
        assert_true(
                refusals->ended.known && refusals->ended.item == 2 && refusals->ended.when == 0.5);
}

static void append(struct journal *journal, const char *key, const char *output)
{
        struct run_result result = {
                .outcome = {OUTCOME_EXITED, 3},
                .wall = 0.25,
                .cpu = 0.125,
                .usage = {0.5, 1ull << 40, 3, 4, 5, 6, 7, 8},
                .score = 1234.5,
                .output = strdup(output),
                .script_output = strdup("no"),
        };
        const struct run_record *record;
        struct feature feature = {};
        struct error error = {};

        assert_int_equal(feature_parse("read", &feature, &error), 0);
        observation_call(&result.observation, feature)->count = 7;
        add_refusals(&result.refusals);
        assert_int_equal(
                journal_append(journal, key, "--stub read", 1.5, 2.5, &result, &record, &error), 0);
        assert_string_equal(record->key, key);
        run_result_clear(&result);
}

static void append_text(struct test_folder *fixture, const char *text)
{
        CLEANUP_CLOSE int fd = open(fixture->path, O_WRONLY | O_APPEND | O_CLOEXEC);

        assert_int_equal(write_all(fd, text, strlen(text)), 0);
}

static void check_record(const struct run_record *record, const char *output)
{
        assert_non_null(record);
        assert_string_equal(record->policy, "--stub read");
        assert_int_equal(record->outcome.kind, OUTCOME_EXITED);
        assert_int_equal(record->outcome.code, 3);
        assert_true(record->wall == 0.25 && record->cpu == 0.125 && record->limit == 1.5 &&
                    record->elapsed == 2.5);
        assert_true(record->has_usage && record->usage.cpu == 0.5 && record->score == 1234.5);
        assert_int_equal(record->usage.memory, 1ull << 40);
        assert_int_equal(record->usage.network_operations, 8);
        assert_string_equal(record->output, output);
        assert_string_equal(record->script_output, "no");
        assert_int_equal(record->observation.calls.count, 1);
        assert_int_equal(record->observation.calls.items[0].count, 7);
        check_refusals(&record->refusals);
}

static void test_round_trip(void **state)
{
        CLEANUP_JOURNAL struct journal *written = create(*state);
        CLEANUP_JOURNAL struct journal *read = NULL;
        struct test_folder *fixture = *state;
        struct error error = {};
        bool first;

        append(written, "feature --stub read #0", "one\ntwo \"quoted\"\n");
        append(written, "feature --stub read #1", "\xff\x01 bytes");
        check_record(journal_find(written, "feature --stub read #1"), "\xff\x01 bytes");
        written = journal_free(written);

        assert_int_equal(journal_open(fixture->folder, true, &read, &error), 0);
        assert_string_equal(
                json_string_value(json_object_get(journal_header(read), "made_for")), "a test");
        assert_int_equal(journal_count(read), 2);
        assert_string_equal(journal_record(read, 0)->key, "feature --stub read #0");
        assert_true(journal_elapsed(read) == 2.5);
        check_record(journal_find(read, "feature --stub read #0"), "one\ntwo \"quoted\"\n");
        check_record(journal_find(read, "feature --stub read #1"), "?\x01 bytes");
        assert_null(journal_find(read, "feature --stub read #2"));

        check_record(journal_take(read, "feature --stub read #1", &first), "?\x01 bytes");
        assert_true(first);
        check_record(journal_take(read, "feature --stub read #1", &first), "?\x01 bytes");
        assert_false(first);
        assert_null(journal_take(read, "feature --stub read #2", &first));
}

static void test_own_records_are_known(void **state)
{
        CLEANUP_JOURNAL struct journal *journal = create(*state);
        bool first = true;

        assert_true(journal_elapsed(journal) == 0);
        append(journal, "a #0", "");
        assert_non_null(journal_take(journal, "a #0", &first));
        assert_false(first);
}

static void test_line_cut_short(void **state)
{
        CLEANUP_JOURNAL struct journal *journal = create(*state);
        struct test_folder *fixture = *state;
        struct error error = {};
        struct stat before, after;

        append(journal, "a #0", "");
        journal = journal_free(journal);
        stat(fixture->path, &before);
        append_text(fixture, "{\"key\":\"b #0\",\"outco");

        assert_int_equal(journal_open(fixture->folder, false, &journal, &error), 0);
        assert_non_null(journal_find(journal, "a #0"));
        stat(fixture->path, &after);
        assert_int_equal(before.st_size, after.st_size);
        append(journal, "b #0", "");
        journal = journal_free(journal);
        assert_int_equal(journal_open(fixture->folder, true, &journal, &error), 0);
        assert_non_null(journal_find(journal, "b #0"));
}

static void test_damage(void **state)
{
        CLEANUP_JOURNAL struct journal *journal = create(*state);
        struct test_folder *fixture = *state;
        struct error error = {};

        append(journal, "a #0", "");
        journal = journal_free(journal);
        append_text(fixture, "{\"key\":\"b #0\"}\n");
        assert_int_equal(journal_open(fixture->folder, true, &journal, &error), -EINVAL);
        assert_non_null(strstr(error.message, "journal.jsonl:3: not the record of a run"));
}

static void test_foreign_file(void **state)
{
        CLEANUP_JOURNAL struct journal *journal = create(*state);
        struct test_folder *fixture = *state;
        struct error error = {};

        journal = journal_free(journal);
        assert_int_equal(truncate(fixture->path, 0), 0);
        assert_int_equal(journal_open(fixture->folder, true, &journal, &error), -EINVAL);
        assert_non_null(strstr(error.message, "journal.jsonl:1: the journal is empty"));
        append_text(fixture, "[1, 2]\n");
        assert_int_equal(journal_open(fixture->folder, true, &journal, &error), -EINVAL);
        assert_non_null(strstr(error.message, "journal.jsonl:1: not a journal"));
}

static void test_taken(void **state)
{
        CLEANUP_JOURNAL struct journal *journal = create(*state);
        CLEANUP_JOURNAL struct journal *second = NULL;
        struct test_folder *fixture = *state;
        json_t *header = json_object();
        struct error error = {};

        assert_int_equal(journal_create(fixture->folder, header, &second, &error), -EEXIST);
        assert_int_equal(journal_open(fixture->folder, false, &second, &error), -EBUSY);
        assert_non_null(strstr(error.message, "another analysis"));
        /* Reading goes on meanwhile. */
        assert_int_equal(journal_open(fixture->folder, true, &second, &error), 0);
        assert_int_equal(journal_count(second), journal_count(journal));
        json_decref(header);
}

/* As of an analysis that was killed, whose sandboxes end a moment later. */
static void test_lock_outlives_owner(void **state)
{
        CLEANUP_JOURNAL struct journal *journal = create(*state);
        CLEANUP_JOURNAL struct journal *second = NULL;
        struct test_folder *fixture = *state;
        pid_t child = fork();
        int status;

        assert_true(child >= 0);
        if (child == 0) {
                usleep(100 * 1000);
                _exit(0);
        }
        journal = journal_free(journal);
        assert_int_equal(journal_open(fixture->folder, false, &second, NULL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
}

/* A record as it was before usage and score were kept. */
static void test_earlier_version(void **state)
{
        static const char start[] = "{\"schema\":\"loupe/journal/1\"}\n"
                                    "{\"key\":\"baseline #0\",\"policy\":\"\",\"outcome\":"
                                    "\"passed\",\"wall_s\":1.0,\"ready_s\":0.0,\"total_s\":1.0,"
                                    "\"cpu_s\":1.0,\"elapsed_s\":1.0,\"limit_s\":1.0,"
                                    "\"out_of_memory\":false,\"output\":\"\",\"script_output\":"
                                    "\"\"";
#define REFUSAL_START "{\"feature\":\"read\",\"count\":1,\"first_s\":1.0,\"last_s\":1.0"
        static const char *const damaged[] = {
                ",\"score\":\"fast\"}\n",
                ",\"usage\":7}\n",
                ",\"usage\":{\"cpu_s\":1.0}}\n",
                ",\"refusals\":7}\n",
                ",\"refusals\":{\"items\":[7]}}\n",
                ",\"refusals\":{\"items\":[],\"lost\":\"x\"}}\n",
                ",\"refusals\":{\"items\":[],\"last\":{\"item\":0,\"when_s\":1.0}}}\n",
                ",\"refusals\":{\"items\":[" REFUSAL_START ",\"object\":\"/x\"}]}}\n",
                ",\"refusals\":{\"items\":[" REFUSAL_START ",\"errno\":1}]}}\n",
                ",\"refusals\":{\"items\":[" REFUSAL_START
                ",\"object\":\"/x\",\"errno\":4096}]}}\n",
                ",\"refusals\":{\"items\":[" REFUSAL_START ",\"object\":\"/x\",\"fake\":-1}]}}\n",
                ",\"refusals\":{\"items\":[" REFUSAL_START
                ",\"object\":\"/x\",\"fake\":1,\"errno\":1}]}}\n",
        };
        CLEANUP_JOURNAL struct journal *journal = NULL;
        CLEANUP_FREE char *text = string_format("%s}\n", start);
        struct error error = {};

        (void)state;
        assert_int_equal(journal_parse("test", text, strlen(text), &journal, &error), 0);
        assert_false(journal_record(journal, 0)->has_usage);
        assert_true(isnan(journal_record(journal, 0)->score));
        assert_int_equal(journal_record(journal, 0)->refusals.items.count, 0);
        for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
                CLEANUP_FREE char *bad = string_format("%s%s", start, damaged[i]);
                struct journal *none = NULL;

                assert_int_equal(journal_parse("test", bad, strlen(bad), &none, &error), -EINVAL);
        }
}

/* As on a full disk: the file can be made, and nothing written to it. */
static void test_header_that_does_not_fit(void **state)
{
        struct test_folder *fixture = *state;
        CLEANUP_FREE char *folder = string_format("%s/new", fixture->folder);
        json_t *header = json_pack("{s:s}", "made_for", "a test");
        struct journal *journal = NULL;
        struct error error = {};
        struct rlimit before;

        assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(const struct rlimit){0, before.rlim_max});
        assert_int_equal(journal_create(folder, header, &journal, &error), -EFBIG);
        assert_int_equal(journal_create(fixture->folder, header, &journal, &error), -EFBIG);
        setrlimit(RLIMIT_FSIZE, &before);
        signal(SIGXFSZ, SIG_DFL);
        json_decref(header);
        assert_int_equal(access(folder, F_OK), -1);
        assert_int_equal(access(fixture->folder, F_OK), 0);
        journal_free(create(fixture));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_round_trip, set_up, test_folder_remove),
                cmocka_unit_test_setup_teardown(
                        test_own_records_are_known, set_up, test_folder_remove),
                cmocka_unit_test_setup_teardown(test_line_cut_short, set_up, test_folder_remove),
                cmocka_unit_test_setup_teardown(test_damage, set_up, test_folder_remove),
                cmocka_unit_test_setup_teardown(test_foreign_file, set_up, test_folder_remove),
                cmocka_unit_test_setup_teardown(test_taken, set_up, test_folder_remove),
                cmocka_unit_test_setup_teardown(
                        test_lock_outlives_owner, set_up, test_folder_remove),
                cmocka_unit_test(test_earlier_version),
                cmocka_unit_test_setup_teardown(
                        test_header_that_does_not_fit, set_up, test_folder_remove),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
