/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Shells, programs and scripts of which only some are considered. What is withheld is uname(2),
 * which uname(1) cannot do without, and umask(2), which every shell has a word for.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "feature/pseudo-file.h"
#include "policy/test-supervised.h"

/* A folder with a copy of uname(1), and a script that asks for the umask: the first line of it. */
struct fixture {
        char folder[64];
        char environment[128]; /* "HERE=" and the folder */
};

/* Bodies of children take no argument. */
static const struct fixture *the_fixture;

static int fixture_make(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));
        char command[512];

        assert_non_null(fixture);
        strcpy(fixture->folder, "/tmp/loupe-test-XXXXXX");
        assert_non_null(mkdtemp(fixture->folder));
        snprintf(command, sizeof(command),
                "cp /bin/uname %1$s/wanted && chmod 755 %1$s %1$s/wanted &&"
                " printf '#!/bin/sh\\ntest \"$(umask)\" = 0022\\n' >%1$s/script &&"
                " printf '#!/bin/sh\\nuname >/dev/null 2>&1\\n' >%1$s/caller &&"
                " printf '#!/bin/sh\\ncd /; test \"$(umask)\" = 0022\\n' >%1$s/mover &&"
                " chmod 755 %1$s/script %1$s/caller %1$s/mover",
                fixture->folder);
        assert_int_equal(system(command), 0);
        snprintf(fixture->environment, sizeof(fixture->environment), "HERE=%s", fixture->folder);
        umask(022);
        the_fixture = *state = fixture;
        return 0;
}

static int fixture_remove(void **state)
{
        struct fixture *fixture = *state;
        char command[128];

        snprintf(command, sizeof(command), "rm -rf %s", fixture->folder);
        assert_int_equal(system(command), 0);
        free(fixture);
        return 0;
}

static struct scope *scope_of(const char *pattern)
{
        char *patterns[] = {(char *)(uintptr_t)pattern, NULL};
        struct scope *scope;

        assert_int_equal(scope_new(patterns, &scope, NULL), 0);
        return scope;
}

static int become_shell(const char *text)
{
        const char *const arguments[] = {"sh", "-c", text, NULL};
        const char *const environment[] = {"PATH=/usr/bin:/bin", the_fixture->environment, NULL};

        CALL(SYS_execve, "/bin/sh", arguments, environment);
        return 1;
}

static void supervise_scope(const char *pattern, const char *stubs, int (*body)(void))
{
        CLEANUP_SCOPE struct scope *scope = scope_of(pattern);

        supervise(policy_of(stubs, ""), (struct filter_options){.supervise_execs = true},
                (struct supervisor_options){.scope = scope}, body);
}

/* Run in turn, in the background of each other, and with a shell in between. */
#define PROGRAMS                                                  \
        "$HERE/wanted >/dev/null 2>&1 && exit 10; "               \
        "uname >/dev/null || exit 11; "                           \
        "($HERE/wanted >/dev/null 2>&1) && exit 12; "             \
        "env $HERE/wanted >/dev/null 2>&1 && exit 13; "           \
        "cd $HERE && ./wanted >/dev/null 2>&1 && exit 14; "       \
        "sh -c './wanted; test $? != 0' 2>/dev/null || exit 15; " \
        "uname >/dev/null || exit 16; "                           \
        "for i in 1 2 3 4; do ./wanted >/dev/null 2>&1 & uname >/dev/null || exit 17; done; wait"

static int run_programs(void)
{
        return become_shell(PROGRAMS);
}

static void test_judged_at_each_exec(void **state)
{
        (void)state;
        supervise_scope("wanted", "uname=EPERM", run_programs);
}

static int run_programs_at_the_same_addresses(void)
{
        personality(ADDR_NO_RANDOMIZE);
        return become_shell(PROGRAMS);
}

static void test_programs_at_the_same_addresses(void **state)
{
        (void)state;
        supervise_scope("wanted", "uname=EPERM", run_programs_at_the_same_addresses);
}

/* What is considered calls what is not, and the other way round. */
static int run_scripts(void)
{
        return become_shell("test \"$(umask)\" = 0022 || exit 10;"
                            "$HERE/script && exit 11;"
                            "test \"$(umask)\" = 0022 || exit 12;"
                            "sh $HERE/script && exit 13;"
                            "uname >/dev/null || exit 14;"
                            "exit 0");
}

static void test_script_is_considered_by_its_name(void **state)
{
        (void)state;
        supervise_scope("script", "umask=EPERM", run_scripts);
}

/* Where its script is cannot be found out any more when it makes its first call that counts. */
static int run_a_script_that_moves(void)
{
        return become_shell("cd $HERE && ./mover && exit 10; exit 0");
}

static void test_judgement_is_that_of_the_exec(void **state)
{
        (void)state;
        supervise_scope("mover", "umask=EPERM", run_a_script_that_moves);
}

static int run_a_callers_program(void)
{
        return become_shell("$HERE/caller || exit 10; exit 0");
}

static void test_what_a_considered_one_calls_is_not(void **state)
{
        (void)state;
        supervise_scope("caller", "uname=EPERM", run_a_callers_program);
}

/* A process that execs in vain stays what it was; so do its children and other threads. */
static int fail_to_execute(void)
{
        char *const nothing[] = {NULL};
        struct utsname names;
        int status;
        pid_t pid;

        CHECK(uname(&names) == 0);
        CHECK(CALL(SYS_execve, "/nowhere/wanted", nothing, nothing) == -1 && errno == ENOENT);
        CHECK(uname(&names) == 0);
        CHECK(CALL(SYS_execve, 8L, nothing, nothing) == -1 && errno == EFAULT);
        pid = fork();
        if (pid == 0)
                _exit(uname(&names) == 0 ? 0 : 1);
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
        return 0;
}

static void test_failed_exec_changes_nothing(void **state)
{
        (void)state;
        supervise_scope("wanted", "uname=EPERM", fail_to_execute);
}

/* The same without a call that would have been noticed before. */
static int fail_to_execute_first(void)
{
        char *const nothing[] = {NULL};
        struct utsname names;

        CHECK(CALL(SYS_execve, "/nowhere/wanted", nothing, nothing) == -1 && errno == ENOENT);
        CHECK(uname(&names) == 0);
        return 0;
}

static void test_failed_first_exec_changes_nothing(void **state)
{
        (void)state;
        supervise_scope("wanted", "uname=EPERM", fail_to_execute_first);
}

/* More of each than the table of programs can keep apart. */
static int run_many_programs(void)
{
        return become_shell("cd $HERE; i=0;"
                            "while test $i -lt 150; do i=$((i + 1));"
                            " ./wanted >/dev/null 2>&1 && exit 10;"
                            " uname >/dev/null || exit 11;"
                            "done; exit 0");
}

static void test_more_programs_than_are_remembered(void **state)
{
        (void)state;
        supervise_scope("wanted", "uname=EPERM", run_many_programs);
}

/* As the launcher does: the rules do not hold for its exec, which is judged nevertheless. */
static int launch(void)
{
        char path[128];
        const char *const arguments[] = {"wanted", NULL};
        const char *const nothing[] = {NULL};

        snprintf(path, sizeof(path), "%s/wanted", the_fixture->folder);
        CHECK(dup2(open("/dev/null", O_WRONLY), STDERR_FILENO) == STDERR_FILENO);
        filter_bypass(COOKIE, SYS_execve, (long)path, (long)arguments, (long)nothing, 0, 0);
        return 77;
}

static void test_launch_is_judged_and_goes_on(void **state)
{
        /* The launcher, which is this test, is considered as well. */
        char *patterns[] = {(char *)(uintptr_t) "wanted", (char *)(uintptr_t) "test-*", NULL};
        CLEANUP_SCOPE struct scope *scope = NULL;
        struct child child = child_start(policy_of("execve=EPERM,uname=EPERM", ""),
                (struct filter_options){.supervise_execs = true}, launch);
        struct supervisor_options options = {.policy = child.policy, .cookie = COOKIE};
        CLEANUP_SUPERVISOR struct supervisor *supervisor = NULL;
        int status;

        (void)state;
        assert_int_equal(scope_new(patterns, &scope, NULL), 0);
        options.scope = scope;
        assert_int_equal(supervisor_new(dup(child.listener), &options, &supervisor, NULL), 0);
        while (child_calls(&child))
                assert_int_equal(supervisor_answer(supervisor), 0);
        status = child_finish(&child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 1); /* uname(1) ran, and could not tell */
}

static int execute_by_descriptor(void)
{
        char path[128];
        const char *const arguments[] = {"wanted", NULL};
        const char *const nothing[] = {NULL};
        int fd, status;
        pid_t pid;

        snprintf(path, sizeof(path), "%s/wanted", the_fixture->folder);
        fd = open(path, O_PATH);
        CHECK(fd >= 0);
        pid = fork();
        if (pid == 0) {
                dup2(open("/dev/null", O_WRONLY), 2);
                CALL(SYS_execveat, fd, "", arguments, nothing, AT_EMPTY_PATH);
                _exit(77);
        }
        CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 1);
        return 0;
}

static void test_exec_of_a_descriptor(void **state)
{
        (void)state;
        supervise_scope("wanted", "uname=EPERM", execute_by_descriptor);
}

struct judgements {
        unsigned considered, others;
        pid_t last; /* of the considered */
};

static void note_judgement(pid_t process, bool considered, void *context)
{
        struct judgements *judgements = context;

        if (considered)
                judgements->last = process;
        *(considered ? &judgements->considered : &judgements->others) += 1;
}

static int execute_one_of_each(void)
{
        return become_shell("uname >/dev/null; exec $HERE/wanted >/dev/null");
}

static void test_judgements_are_told(void **state)
{
        CLEANUP_SCOPE struct scope *scope = scope_of("wanted");
        struct judgements judgements = {};
        const struct supervisor_options options = {
                .scope = scope,
                .judged = note_judgement,
                .context = &judgements,
        };

        (void)state;
        supervise(policy_new(), (struct filter_options){.supervise_execs = true}, options,
                execute_one_of_each);
        assert_int_equal(judgements.considered, 1);
        assert_int_equal(judgements.others, 2);
        assert_true(judgements.last > 0);
}

/* So do searches along PATH, in most folders. */
static void test_what_is_not_there_is_not_judged(void **state)
{
        CLEANUP_SCOPE struct scope *scope = scope_of("wanted");
        struct judgements judgements = {};
        const struct supervisor_options options = {
                .scope = scope,
                .judged = note_judgement,
                .context = &judgements,
        };

        (void)state;
        supervise(policy_new(), (struct filter_options){.supervise_execs = true}, options,
                fail_to_execute_first);
        assert_int_equal(judgements.considered + judgements.others, 0);
        assert_false(scope_considered(scope));
}

static int name_files_here_and_there(void)
{
        return become_shell("test -e /dev/tty0; sh -c 'test -e /dev/tty1';"
                            "printf '#!/bin/sh\\ntest -e /dev/tty2\\n' >$HERE/inner;"
                            "chmod 755 $HERE/inner; $HERE/inner; exit 0");
}

static void test_only_files_of_considered_ones_are_recorded(void **state)
{
        CLEANUP_FILE_RECORD struct file_record *record = file_record_new();
        CLEANUP_SCOPE struct scope *scope = scope_of("inner");
        bool found = false;
        struct feature file;
        uint64_t count;

        (void)state;
        supervise(policy_new(),
                (struct filter_options){.supervise_execs = true, .supervise_paths = true},
                (struct supervisor_options){.scope = scope, .files = record},
                name_files_here_and_there);
        for (size_t i = 0; file_record_read(record, i, &file, &count, NULL) == 0; i++) {
                assert_string_not_equal(file.path, "/dev/tty0");
                assert_string_not_equal(file.path, "/dev/tty1");
                found = found || strcmp(file.path, "/dev/tty2") == 0;
        }
        assert_true(found);
}

#define FIXTURE_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_make, fixture_remove)

int main(void)
{
        const struct CMUnitTest tests[] = {
                FIXTURE_TEST(test_judged_at_each_exec),
                FIXTURE_TEST(test_programs_at_the_same_addresses),
                FIXTURE_TEST(test_script_is_considered_by_its_name),
                FIXTURE_TEST(test_judgement_is_that_of_the_exec),
                FIXTURE_TEST(test_what_a_considered_one_calls_is_not),
                FIXTURE_TEST(test_failed_exec_changes_nothing),
                FIXTURE_TEST(test_failed_first_exec_changes_nothing),
                FIXTURE_TEST(test_more_programs_than_are_remembered),
                FIXTURE_TEST(test_launch_is_judged_and_goes_on),
                FIXTURE_TEST(test_exec_of_a_descriptor),
                FIXTURE_TEST(test_judgements_are_told),
                FIXTURE_TEST(test_what_is_not_there_is_not_judged),
                FIXTURE_TEST(test_only_files_of_considered_ones_are_recorded),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
