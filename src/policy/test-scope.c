/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/strings.h"
#include "policy/image.h"
#include "policy/scope.h"

struct fixture {
        char folder[PATH_MAX]; /* the working directory */
        char shell[PATH_MAX];  /* what /bin/sh is */
        int proc;
};

static void make_file(const char *path, const char *text)
{
        CLEANUP_CLOSE int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC | O_TRUNC, 0755);

        assert_true(fd >= 0);
        assert_int_equal(write_all(fd, text, strlen(text)), 0);
}

/* Waits on a builtin, so that there is one process, whose command line stays as it is. */
#define WAITING "\nread line\n"

static int set_up(void **state)
{
        struct fixture *fixture = calloc(1, sizeof(*fixture));
        char made[] = "/tmp/loupe-test-XXXXXX";

        assert_non_null(fixture);
        assert_non_null(mkdtemp(made));
        assert_non_null(realpath(made, fixture->folder));
        assert_non_null(realpath("/bin/sh", fixture->shell));
        assert_int_equal(chdir(fixture->folder), 0);
        assert_int_equal(mkdir("t", 0755), 0);
        assert_int_equal(mkdir("lib", 0755), 0);
        make_file("t/foo.t", "#!/bin/sh" WAITING);
        make_file("t/env.t", "#!/usr/bin/env sh" WAITING);
        make_file("t/bare.t", "#!sh -e" WAITING);
        make_file("t/plain", WAITING);
        make_file("t/cat.t", "#!/bin/cat" WAITING);
        make_file("t/nested.t", "#!t/foo.t -x" WAITING);
        assert_int_equal(symlink("foo.t", "t/link.t"), 0);
        assert_int_equal(mkfifo("t/fifo", 0600), 0);
        fixture->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
        assert_true(fixture->proc >= 0);
        *state = fixture;
        return 0;
}

static int tear_down(void **state)
{
        static const char *const files[] = {"t/foo.t", "t/env.t", "t/bare.t", "t/plain", "t/cat.t",
                "t/nested.t", "t/link.t", "t/fifo", "program", "t", "lib"};
        struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_SIZE(files); i++)
                remove(files[i]);
        assert_int_equal(chdir("/"), 0);
        assert_int_equal(rmdir(fixture->folder), 0);
        close(fixture->proc);
        free(fixture);
        return 0;
}

static struct scope *scope_of(const char *pattern)
{
        char *const patterns[] = {(char *)pattern, NULL};
        struct scope *scope = NULL;

        assert_int_equal(scope_new(patterns, &scope, NULL), 0);
        return scope;
}

/* A pattern below the fixture's folder. */
static struct scope *scope_within(const struct fixture *fixture, const char *pattern)
{
        CLEANUP_FREE char *path = string_format("%s/%s", fixture->folder, pattern);

        assert_non_null(path);
        return scope_of(path);
}

static const struct {
        const char *pattern, *path;
        bool matches;
} matches[] = {
        {"/usr/bin/perl", "/usr/bin/perl", true},
        {"/usr/bin/perl", "/usr/bin/perl5", false},
        {"/usr/bin/perl", "/bin/usr/bin/perl", false},
        {"/opt/*/bin/x", "/opt/a/bin/x", true},
        {"/opt/*/bin/x", "/opt/a/b/bin/x", false},
        {"/opt/[ab]?", "/opt/b1", true},
        {"/opt/[ab]?", "/opt/c1", false},
        {"/opt/a\\*", "/opt/a*", true},
        {"/opt/a\\*", "/opt/ab", false},
        {"perl", "/usr/bin/perl", true},
        {"perl", "/perl/x", false},
        {"memcached*", "/build/memcached-debug", true},
        {"memcached*", "/build/memcached-dir/x", false},
        {"/no/such/[", "/no/such/[", true},
        {"/no/such/a[b]/x", "/no/such/a[b]/x", true},
};

static void test_patterns(void **state)
{
        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(matches); i++) {
                CLEANUP_SCOPE struct scope *scope = scope_of(matches[i].pattern);

                if (scope_matches(scope, matches[i].path) != matches[i].matches)
                        fail_msg("%s: %s", matches[i].pattern, matches[i].path);
        }
}

static void test_names_of_what_was_removed(void **state)
{
        CLEANUP_SCOPE struct scope *scope = scope_of("wanted");
        CLEANUP_FREE char *others = NULL;

        (void)state;
        assert_int_equal(scope_judge_name(scope, "/tmp/wanted (deleted)"), 1);
        assert_int_equal(scope_judge_name(scope, "/tmp/wanted(deleted)"), 0);
        assert_int_equal(scope_judge_name(scope, "/tmp/other (deleted)"), 0);
        others = scope_others(scope);
        assert_string_equal(others, "/tmp/wanted(deleted), /tmp/other");
}

static void test_many_patterns(void **state)
{
        const char *const patterns[] = {"/opt/a", "b", NULL}, *const none[] = {NULL};
        CLEANUP_SCOPE struct scope *scope = NULL, *empty = NULL;

        (void)state;
        assert_int_equal(scope_new((char *const *)patterns, &scope, NULL), 0);
        assert_true(scope_matches(scope, "/opt/a"));
        assert_true(scope_matches(scope, "/opt/b"));
        assert_false(scope_matches(scope, "/opt/c"));
        assert_int_equal(scope_new((char *const *)none, &empty, NULL), 0);
        assert_false(scope_matches(empty, "/opt/a"));
}

static void test_bad_patterns(void **state)
{
        static const char *const bad[] = {"", "t/foo.t", "./x"};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
                const char *const patterns[] = {"fine", bad[i], NULL};
                struct scope *scope = NULL;
                struct error error = {};

                assert_int_equal(scope_new((char *const *)patterns, &scope, &error), -EINVAL);
                assert_null(scope);
                assert_true(error.message[0]);
        }
}

/* Patterns may go through links; the paths that are judged do not. */
static void test_patterns_are_followed(void **state)
{
        const struct fixture *fixture = *state;
        CLEANUP_SCOPE struct scope *link = scope_within(fixture, "t/link.t");
        CLEANUP_SCOPE struct scope *dots = scope_within(fixture, "lib/../t/*.t");
        CLEANUP_FREE char *path = string_format("%s/t/foo.t", fixture->folder);

        assert_true(scope_matches(link, path));
        assert_true(scope_matches(dots, path));
}

/*
 * Starts a program that waits, until its exec has happened. `*ret_end` keeps it waiting until it is
 * closed.
 */
static pid_t start(const char *const command[], int *ret_end)
{
        int done[2], input[2];
        char none;
        pid_t pid;

        assert_int_equal(pipe2(done, O_CLOEXEC), 0);
        assert_int_equal(pipe2(input, O_CLOEXEC), 0);
        pid = fork();
        if (pid == 0) {
                dup2(input[0], STDIN_FILENO);
                execvp(command[0], (char *const *)command);
                _exit(127);
        }
        assert_true(pid > 0);
        close(done[1]);
        close(input[0]);
        assert_int_equal(read(done[0], &none, 1), 0);
        close(done[0]);
        *ret_end = input[1];
        return pid;
}

/* env(1) makes an exec of its own, which is not waited for by start(). */
static void await_executable(const struct fixture *fixture, pid_t pid)
{
        CLEANUP_FREE char *link = string_format("/proc/%d/exe", pid);
        char path[PATH_MAX] = "";

        for (int i = 0; i < 1000 && strcmp(path, fixture->shell) != 0; i++) {
                ssize_t length = readlink(link, path, sizeof(path) - 1);

                path[length < 0 ? 0 : length] = '\0';
                usleep(1000);
        }
        assert_string_equal(path, fixture->shell);
}

static int judge_command(const struct fixture *fixture, const struct scope *scope,
        const char *const command[], bool shell)
{
        CLEANUP_CLOSE int end = -1;
        pid_t pid = start(command, &end);
        int verdict;

        if (shell)
                await_executable(fixture, pid);
        verdict = scope_judge(scope, fixture->proc, pid);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        return verdict;
}

/* What the kernel makes of the exec, and what is said before it happens, are the same. */
static const struct {
        const char *command;
        const char *pattern; /* below the folder */
        bool considered;
        bool ends; /* at once: there is nothing to be judged after the exec */
} commands[] = {
        {"t/foo.t", "t/foo.t", true},
        {"./t/link.t", "t/foo.t", true},
        {"sh t/foo.t", "t/foo.t", true},
        {"sh -e t/foo.t more", "t/foo.t", true},
        {"sh -o errexit ./t/../t/foo.t", "t/*.t", true},
        {"sh t/foo.t", "t/env.t", false},
        {"sh t/foo.t t/env.t", "t/env.t", false},
        {"sh t/plain", "t/plain", false},
        {"cat - t/foo.t", "t/foo.t", false},
        {"sh t/env.t", "t/env.t", true},
        {"t/env.t", "t/env.t", true},
        {"sh t/bare.t", "t/bare.t", true},
        {"sh t/cat.t", "t/cat.t", false},
        {"sh -e lib t/fifo t/foo.t", "t/foo.t", true, .ends = true},
        {"t/nested.t", "t/foo.t", true},
        {"t/nested.t", "t/nested.t", false},
};

static void test_commands(void **state)
{
        const struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
                CLEANUP_SCOPE struct scope *scope = scope_within(fixture, commands[i].pattern);
                CLEANUP_STRINGS char **words = strings_split(commands[i].command, ' ');
                int verdict;

                if (commands[i].ends)
                        continue;
                verdict = judge_command(
                        fixture, scope, (void *)words, !string_equal(words[0], "cat"));
                if (verdict != commands[i].considered)
                        fail_msg("%s, %s: %d", commands[i].command, commands[i].pattern, verdict);
        }
}

/* As an exec names it: the first word found, links resolved. */
static int judge_exec(
        const struct fixture *fixture, const struct scope *scope, const char *const command[])
{
        CLEANUP_FREE char *named =
                string_format("%s%s", strchr(command[0], '/') ? "" : "/usr/bin/", command[0]);
        char path[PATH_MAX];

        assert_non_null(realpath(named, path));
        return scope_judge_exec(scope, fixture->proc, getpid(), path, (uintptr_t)command, false);
}

static void test_execs(void **state)
{
        const struct fixture *fixture = *state;

        for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
                CLEANUP_SCOPE struct scope *scope = scope_within(fixture, commands[i].pattern);
                CLEANUP_STRINGS char **words = strings_split(commands[i].command, ' ');
                /* The script of env(1) is not yet running when env is executed. */
                bool expected = commands[i].considered && !string_equal(words[0], "t/env.t");
                int verdict = judge_exec(fixture, scope, (void *)words);

                if (verdict != expected)
                        fail_msg("%s, %s: %d", commands[i].command, commands[i].pattern, verdict);
        }
}

/* An executable, by its own name and by those that lead to it. */
static void test_executable(void **state)
{
        const struct fixture *fixture = *state;
        CLEANUP_SCOPE struct scope *named = scope_of("/bin/sh");
        CLEANUP_SCOPE struct scope *word = scope_of(strrchr(fixture->shell, '/') + 1);
        CLEANUP_SCOPE struct scope *other = scope_of("/bin/cat");
        const char *const command[] = {"sh", "-c", "read x", NULL}, *const script[] = {
                                                                            "t/foo.t", NULL};

        assert_int_equal(judge_command(fixture, named, command, true), 1);
        assert_int_equal(judge_command(fixture, word, command, true), 1);
        assert_int_equal(judge_command(fixture, other, command, true), 0);
        assert_int_equal(judge_command(fixture, named, script, true), 1);
        assert_int_equal(judge_exec(fixture, named, command), 1);
        assert_int_equal(judge_exec(fixture, word, script), 1);
        assert_int_equal(judge_exec(fixture, other, command), 0);
}

/* An executable that was removed keeps its name. */
static void test_removed(void **state)
{
        const struct fixture *fixture = *state;
        CLEANUP_SCOPE struct scope *scope = scope_within(fixture, "program");
        const char *const command[] = {"./program", "t/foo.t", NULL};
        CLEANUP_CLOSE int end = -1;
        pid_t pid;

        assert_int_equal(system("cp /bin/cat program"), 0);
        assert_int_equal(remove("t/foo.t"), 0);
        assert_int_equal(mkfifo("t/foo.t", 0600), 0);
        pid = start(command, &end);
        assert_int_equal(remove("program"), 0);
        assert_int_equal(scope_judge(scope, fixture->proc, pid), 1);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_gone(void **state)
{
        const struct fixture *fixture = *state;
        CLEANUP_SCOPE struct scope *scope = scope_of("x");
        pid_t pid = fork();

        if (pid == 0)
                _exit(0);
        /* Dead, then reaped. */
        assert_int_equal(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT), 0);
        assert_int_equal(scope_judge(scope, fixture->proc, pid), -ESRCH);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_int_equal(scope_judge(scope, fixture->proc, pid), -ESRCH);
        assert_int_equal(scope_judge_exec(scope, fixture->proc, pid, "/bin/sh", 0, false), -ESRCH);
}

static void test_garbage_vectors(void **state)
{
        const struct fixture *fixture = *state;
        CLEANUP_SCOPE struct scope *scope = scope_within(fixture, "t/foo.t");
        long page = sysconf(_SC_PAGESIZE);
        char *memory = mmap(
                NULL, 2 * (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        char *edge = memory + page, *last = edge - sizeof("t/foo.t");
        const char *bad[] = {"sh", (const char *)1, "t/foo.t", NULL};
        const char **cut = (const char **)edge - 2;

        assert_true(memory != MAP_FAILED);
        assert_int_equal(mprotect(edge, (size_t)page, PROT_NONE), 0);
        /* What lies right before unreadable memory is whole: a word, and a vector without an end.
         */
        strcpy(last, "t/foo.t");
        assert_int_equal(judge_exec(fixture, scope, (const char *[]){"sh", last, NULL}), 1);
        memset(last, 'x', sizeof("t/foo.t"));
        assert_int_equal(judge_exec(fixture, scope, (const char *[]){"sh", last, NULL}), 0);
        cut[0] = "sh";
        cut[1] = "t/foo.t";
        assert_int_equal(judge_exec(fixture, scope, cut), 1);
        assert_int_equal(judge_exec(fixture, scope, bad), 0);
        assert_int_equal(
                scope_judge_exec(scope, fixture->proc, getpid(), fixture->shell, 0, false), 0);
        assert_int_equal(
                scope_judge_exec(scope, fixture->proc, getpid(), fixture->shell, ~0ull, true), 0);
        munmap(memory, 2 * (size_t)page);
}

/* Only the beginning of a command line is looked at, however long it is. */
static void test_long_vectors(void **state)
{
        const struct fixture *fixture = *state;
        CLEANUP_SCOPE struct scope *scope = scope_within(fixture, "t/foo.t");
        CLEANUP_FREE char *word = malloc(IMAGE_BYTES_MAX + 1);
        const char *many[IMAGE_WORDS_MAX + 2];

        assert_non_null(word);
        memset(word, 'x', IMAGE_BYTES_MAX);
        word[IMAGE_BYTES_MAX] = '\0';
        assert_int_equal(
                judge_exec(fixture, scope, (const char *[]){"sh", word, "t/foo.t", NULL}), 0);
        for (size_t i = 0; i < IMAGE_WORDS_MAX; i++)
                many[i] = "sh";
        many[IMAGE_WORDS_MAX + 1] = NULL;
        many[IMAGE_WORDS_MAX] = "t/foo.t";
        assert_int_equal(judge_exec(fixture, scope, many), 0);
        many[IMAGE_WORDS_MAX - 1] = "t/foo.t";
        assert_int_equal(judge_exec(fixture, scope, many), 1);
}

/* 32-bit programs: the vector lies where such a pointer reaches. */
static void test_short_pointers(void **state)
{
        const struct fixture *fixture = *state;
        CLEANUP_SCOPE struct scope *scope = scope_within(fixture, "t/foo.t");
        char *memory = mmap(
                NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
        uint32_t *vector = (uint32_t *)memory;

        assert_true(memory != MAP_FAILED);
        strcpy(memory + 100, "t/foo.t");
        vector[0] = vector[1] = (uint32_t)(uintptr_t)(memory + 100);
        assert_int_equal(scope_judge_exec(scope, fixture->proc, getpid(), fixture->shell,
                                 (uintptr_t)vector, true),
                1);
        assert_int_equal(scope_judge_exec(scope, fixture->proc, getpid(), fixture->shell,
                                 (uintptr_t)vector, false),
                0);
        munmap(memory, 4096);
}

/* Starts a process whose root is t/, which waits until `*ret_end` is closed. */
static pid_t start_in_chroot(int *ret_end)
{
        int ready[2], input[2];
        char byte = 0;
        pid_t pid;

        assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
        assert_int_equal(pipe2(input, O_CLOEXEC), 0);
        pid = fork();
        if (pid == 0) {
                close(input[1]);
                if ((geteuid() != 0 && unshare(CLONE_NEWUSER) < 0) || chroot("t") < 0 ||
                        chdir("/") < 0)
                        _exit(1);
                prctl(PR_SET_DUMPABLE, 1);
                if (write(ready[1], &byte, 1) == 1)
                        (void)!read(input[0], &byte, 1);
                _exit(0);
        }
        assert_true(pid > 0);
        close(ready[1]);
        close(input[0]);
        assert_int_equal(read(ready[0], &byte, 1), 1);
        close(ready[0]);
        *ret_end = input[1];
        return pid;
}

/* Files are found as the process finds them, and named as they are outside. */
static void test_chroot(void **state)
{
        const struct fixture *fixture = *state;
        CLEANUP_SCOPE struct scope *outside = scope_within(fixture, "t/plain");
        CLEANUP_SCOPE struct scope *inside = scope_of("/plain");
        CLEANUP_SCOPE struct scope *script = scope_within(fixture, "t/foo.t");
        CLEANUP_CLOSE int end = -1;
        pid_t pid = start_in_chroot(&end);

        assert_int_equal(scope_judge_exec(outside, fixture->proc, pid, "/plain", 0, false), 1);
        assert_int_equal(scope_judge_exec(inside, fixture->proc, pid, "/plain", 0, false), 0);
        /* There is no interpreter. */
        assert_int_equal(scope_judge_exec(script, fixture->proc, pid, "/foo.t", 0, false), -ENOENT);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* What is known of a file does not outlive a change of it, however soon that follows. */
static void test_changed_files(void **state)
{
        const struct fixture *fixture = *state;
        CLEANUP_SCOPE struct scope *scope = scope_within(fixture, "program");
        const char *const command[] = {"sh", "program", NULL};

        for (int i = 0; i < 100; i++) {
                make_file("program", "##/bin/sh" WAITING);
                assert_int_equal(judge_exec(fixture, scope, command), 0);
                make_file("program", "#!/bin/sh" WAITING);
                assert_int_equal(judge_exec(fixture, scope, command), 1);
        }
}

/* What was judged elsewhere is known here. */
static void test_judgements(void **state)
{
        const struct fixture *fixture = *state;
        CLEANUP_SCOPE struct scope *scope = scope_of("/bin/cat");
        CLEANUP_FREE char *before = scope_others(scope), *after = NULL;
        CLEANUP_FREE char *expected = string_format("%s, /usr/bin/env", fixture->shell);
        const char *const shell[] = {"sh", NULL}, *const env[] = {"env", NULL};
        const char *const cat[] = {"cat", NULL};
        pid_t pid = fork();

        assert_string_equal(before, "");
        if (pid == 0) {
                judge_exec(fixture, scope, shell);
                judge_exec(fixture, scope, env);
                judge_exec(fixture, scope, shell);
                scope_judge(scope, fixture->proc, getpid());
                _exit(0);
        }
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        after = scope_others(scope);
        assert_string_equal(after, expected);
        assert_false(scope_considered(scope));
        assert_int_equal(judge_exec(fixture, scope, cat), 1);
        assert_true(scope_considered(scope));
}

/* However many there are, and however long their names. */
static void test_many_judgements(void **state)
{
        const struct fixture *fixture = *state;
        CLEANUP_SCOPE struct scope *scope = scope_of("/bin/cat");
        CLEANUP_FREE char *others = NULL;
        char path[1000];

        memset(path, 'x', sizeof(path));
        path[0] = '/';
        path[sizeof(path) - 1] = '\0';
        for (int i = 0; i < 100; i++) {
                path[1 + i] = 'y';
                assert_int_equal(
                        scope_judge_exec(scope, fixture->proc, getpid(), path, 0, false), -ENOENT);
                assert_int_equal(scope_judge_name(scope, path), 0);
        }
        others = scope_others(scope);
        assert_true(string_has_prefix(others, "/yxxxxx"));
        assert_non_null(strstr(others, "xxx, /yyxxxx"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_patterns),
                cmocka_unit_test(test_names_of_what_was_removed),
                cmocka_unit_test(test_many_patterns),
                cmocka_unit_test(test_bad_patterns),
                cmocka_unit_test_setup_teardown(test_patterns_are_followed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_commands, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_execs, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_executable, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_removed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_gone, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_garbage_vectors, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_long_vectors, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_short_pointers, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_chroot, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_changed_files, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_judgements, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_many_judgements, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
