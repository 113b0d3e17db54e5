/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strings.h"
#include "proof/culprits.h"
#include "search/test-feigned-executor.h"

/* What subject.c needs beside the feigned executor, and no test here gets to. */
int executor_new(const struct executor_options *options, struct executor **ret, struct error *error)
{
        (void)options;
        (void)ret;
        (void)error;
        fail();
        return 0;
}

struct executor *executor_free(struct executor *executor)
{
        (void)executor;
        return NULL;
}

#define REFUSED "brk read write close times getcpu sysinfo mlock"

struct row {
        const char *name;
        void (*end)(
                const struct executor *executor, const struct job *job, struct run_record *record);
        const char *culprits; /* in feature order; "": none */
        bool confirmed;
        unsigned checks; /* runs that were no guesses, nor proofs; 0: not counted */
};

static void crash(struct run_record *record)
{
        record->outcome = (struct outcome){OUTCOME_CRASHED, 11};
}

static void hang(struct run_record *record)
{
        record->outcome.kind = OUTCOME_HUNG;
}

static void needs_times(
        const struct executor *executor, const struct job *job, struct run_record *record)
{
        (void)executor;
        if (lacks(job->policy, "times"))
                crash(record);
}

static void needs_one_of_three(
        const struct executor *executor, const struct job *job, struct run_record *record)
{
        (void)executor;
        if (lacks(job->policy, "brk") && lacks(job->policy, "getcpu") &&
                lacks(job->policy, "mlock"))
                crash(record);
}

/* It waits in vain, which a guess has not the time for, and is slow without read. */
static void waits_for_times(
        const struct executor *executor, const struct job *job, struct run_record *record)
{
        (void)executor;
        if (lacks(job->policy, "times") ||
                (lacks(job->policy, "read") && job->timeout_total < limits.generous_total))
                hang(record);
}

/* It crashes without times; and without read it is only slow. */
static void is_slow_without_read(
        const struct executor *executor, const struct job *job, struct run_record *record)
{
        (void)executor;
        if (lacks(job->policy, "times"))
                crash(record);
        else if (lacks(job->policy, "read") && job->timeout_total < limits.generous_total)
                hang(record);
}

static void is_fine(
        const struct executor *executor, const struct job *job, struct run_record *record)
{
        (void)executor;
        (void)job;
        (void)record;
}

/* Only with everything withheld at the first look. */
static void failed_once(
        const struct executor *executor, const struct job *job, struct run_record *record)
{
        if (lacks(job->policy, "times") && executor->ended <= 2)
                crash(record);
}

/* Two together; but right behind a proof one of them, too. */
static void wavers(
        const struct executor *executor, const struct job *job, struct run_record *record)
{
        bool times = lacks(job->policy, "times"), getcpu = lacks(job->policy, "getcpu");
        bool follows = executor->ended > 1 &&
                       strcmp(executor->list.items[executor->ended - 2].purpose, "proof") == 0 &&
                       strcmp(job->purpose, "proof") != 0;

        if ((times && getcpu) || (times != getcpu && follows))
                crash(record);
}

static const struct row rows[] = {
        {"one of them", needs_times, "times", true, 2},
        {"three together", needs_one_of_three, "brk mlock getcpu", true, 2 + 3},
        {"waits, and guesses mislead", waits_for_times, "times", true, 0},
        {"slow, and guesses do not count", is_slow_without_read, "times", true, 2},
        {"none of them", is_fine, "", false, 1},
        {"not again", failed_once, "", false, 0},
        {"not sure whether one would do", wavers, "times getcpu", false, 0},
};

static void make_refusals(struct refusals *ret)
{
        CLEANUP_STRINGS char **names = strings_split(REFUSED, ' ');

        for (char **name = names; *name; name++) {
                struct refusal *refusal = vector_add(&ret->items);

                assert_non_null(refusal);
                *refusal = (struct refusal){
                        .feature = named(*name),
                        .action = strcmp(*name, "mlock") == 0 ? ACTION_FAKE : ACTION_STUB,
                        .errnum = strcmp(*name, "brk") == 0 ? EPERM : ENOSYS,
                        .success = {SUCCESS_CONSTANT, 7},
                        .count = 1,
                        .object = strdup(*name),
                };
        }
}

static void check_culprits(const struct row *row, const struct culprits *culprits)
{
        char text[1024] = "", name[FEATURE_NAME_MAX];
        const struct refusal *refusal;

        vector_for_each(refusal, &culprits->items) {
                strcat(text, refusal == culprits->items.items ? "" : " ");
                strcat(text, feature_name(refusal->feature, name));
                assert_string_equal(refusal->object, name);
        }
        assert_string_equal(text, row->culprits);
        assert_int_equal(culprits->confirmed, row->confirmed);
}

static void check_row(const struct row *row)
{
        struct executor executor = {.end = row->end};
        struct subject subject = {.executor = &executor, .limits = limits, .replicas = 3};
        CLEANUP_REFUSALS struct refusals refusals = {};
        CLEANUP_CULPRITS struct culprits culprits = {};
        const struct job *job;
        unsigned checks = 0;

        print_message("%s\n", row->name);
        make_refusals(&refusals);
        assert_int_equal(culprits_find(&subject, &refusals, &culprits, NULL), 0);
        check_culprits(row, &culprits);
        vector_for_each(job, &executor.list)
                checks += strcmp(job->purpose, "check") == 0;
        if (row->checks > 0)
                assert_int_equal(checks, row->checks);
        executor_clear(&executor);
}

static void test_rows(void **state)
{
        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                check_row(&rows[i]);
}

/* What is withheld is withheld as it was: by its errno, or its value. */
static void test_policy(void **state)
{
        struct executor executor = {.end = needs_one_of_three};
        struct subject subject = {.executor = &executor, .limits = limits, .replicas = 1};
        CLEANUP_REFUSALS struct refusals refusals = {};
        CLEANUP_CULPRITS struct culprits culprits = {};
        CLEANUP_POLICY struct policy *policy = NULL;
        CLEANUP_FREE char *text = NULL;

        (void)state;
        make_refusals(&refusals);
        assert_int_equal(culprits_find(&subject, &refusals, &culprits, NULL), 0);
        assert_int_equal(culprits_policy(&culprits, &policy), 0);
        text = policy_text(policy);
        assert_string_equal(text, "--stub brk=EPERM,getcpu --fake mlock=7");
        executor_clear(&executor);
}

/* Nothing was refused: there is nothing to try. */
static void test_nothing_refused(void **state)
{
        struct executor executor = {.end = is_fine};
        struct subject subject = {.executor = &executor, .limits = limits, .replicas = 3};
        CLEANUP_CULPRITS struct culprits culprits = {};
        const struct refusals refusals = {};

        (void)state;
        assert_int_equal(culprits_find(&subject, &refusals, &culprits, NULL), 0);
        assert_int_equal(culprits.items.count, 0);
        assert_int_equal(executor.list.count, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rows),
                cmocka_unit_test(test_policy),
                cmocka_unit_test(test_nothing_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
