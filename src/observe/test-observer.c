/* SPDX-License-Identifier: BSD-3-Clause */

/* Both observers watch the same programs. */

#include "observe/test-observed.h"

#include <grp.h>

#define NOBODY 65534

static void assert_same(const struct application *application, int status)
{
        const struct observer_options options = {};
        struct observation bpf CLEANUP_OBSERVATION = {}, ptrace CLEANUP_OBSERVATION = {};

        observe(OBSERVER_BPF, &options, application, status, &bpf);
        observe(OBSERVER_PTRACE, &options, application, status, &ptrace);
        assert_true(bpf.calls.count > 0);
        assert_equal(&bpf, &ptrace, application->counts_vary);
}

static void test_both_see_the_same(void **state)
{
        static const struct application applications[] = {
                {.command = {"/bin/ls", "/etc"}},
                {.command = {"/bin/sh", "-c", "echo a b c | cat | wc -c; ls / | sort; exit 0"},
                        .counts_vary = true},
                {.command = {"/usr/bin/python3", "-c", "import os; print(sorted(os.environ))"}},
                {.command = {OBSERVE_PROBE, "threads"}},
                {.command = {OBSERVE_PROBE, "thread-exec"}},
                {.command = {OBSERVE_PROBE, "foreign"}},
                {.command = {OBSERVE_PROBE, "daemonise"}},
                {.command = {OBSERVE_PROBE, "signals"}},
                {.command = {OBSERVE_PROBE, "processes"}},
                {.command = {OBSERVE_PROBE, "errors"}},
                {.command = {OBSERVE_PROBE, "sleep"}},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(applications); i++)
                assert_same(&applications[i], 0);
}

/* What `application` calls `name`, natively, `count` times. */
static void assert_count(enum observer_kind kind, const struct application *application, int status,
        const char *name, uint64_t count)
{
        const struct observer_options options = {};
        struct observation observation CLEANUP_OBSERVATION = {};

        observe(kind, &options, application, status, &observation);
        assert_int_equal(count_of(&observation, name), count);
}

static void check_counts(enum observer_kind kind)
{
        const struct application thread = {.command = {OBSERVE_PROBE, "threads"}};
        const struct application exec = {.command = {OBSERVE_PROBE, "thread-exec"}};
        const struct application daemonise = {.command = {OBSERVE_PROBE, "daemonise"}};
        const struct application signals = {.command = {OBSERVE_PROBE, "signals"}};
        const struct application processes = {.command = {OBSERVE_PROBE, "processes"}};

        assert_count(kind, &thread, 0, "getppid", 100);
        assert_count(kind, &thread, 0, "getpgid", 1);
        assert_count(kind, &thread, 0, "execve", 0);
        assert_count(kind, &exec, 0, "getsid", 3);
        assert_count(kind, &exec, 0, "execve", 1);
        assert_count(kind, &daemonise, 0, "getppid", 7);
        assert_count(kind, &signals, 0, "getppid", 4);
        assert_count(kind, &processes, 0, "getsid", 3);
}

/* A call that blocks until the end is seen. */
static void check_blocked(enum observer_kind kind)
{
        const struct application application = {
                .command = {OBSERVE_PROBE, "block"},
                .kill_blocked = true,
        };

        assert_count(kind, &application, 128 + SIGKILL, "rt_sigsuspend", 1);
}

/* What runs in the same sandbox at the same time but is not the application's is not seen. */
static void check_bystander(enum observer_kind kind)
{
        const struct application application = {
                .command = {OBSERVE_PROBE, "getsid"},
                .bystander = "daemonise",
        };

        assert_count(kind, &application, 0, "getppid", 0);
        assert_count(kind, &application, 0, "getsid", 3);
}

static void check_foreign(enum observer_kind kind)
{
#ifdef __x86_64__
        const struct application application = {.command = {OBSERVE_PROBE, "foreign"}};
        const struct observer_options options = {};
        struct observation observation CLEANUP_OBSERVATION = {};

        observe(kind, &options, &application, 0, &observation);
        assert_int_equal(find_of(&observation, ABI_I386, "getppid")->count, 5);
        assert_int_equal(count_of(&observation, "getppid"), 0);
        assert_int_equal(count_of(&observation, "semget"), 0);
#else
        (void)kind;
#endif
}

static void check_count_launch(enum observer_kind kind)
{
        const struct application application = {.command = {OBSERVE_PROBE, "getsid"}};
        const struct observer_options options = {.count_launch = true};
        struct observation observation CLEANUP_OBSERVATION = {};

        observe(kind, &options, &application, 0, &observation);
        assert_int_equal(count_of(&observation, "execve"), 1);
        assert_int_equal(count_of(&observation, "getsid"), 3);
}

static uint64_t error_count(const struct observation *observation, const char *name, int errnum)
{
        const struct observed_call *call = find_of(observation, abi_native(), name);
        const struct observed_error *error;

        assert_non_null(call);
        vector_for_each(error, &call->errors) {
                if (error->errnum == errnum)
                        return error->count;
        }
        return 0;
}

static void check_errors(enum observer_kind kind)
{
        const struct application application = {.command = {OBSERVE_PROBE, "errors"}};
        const struct observer_options options = {.errors = true};
        struct observation observation CLEANUP_OBSERVATION = {};

        observe(kind, &options, &application, 0, &observation);
        assert_int_equal(error_count(&observation, "fchdir", EBADF), 3);
        assert_int_equal(error_count(&observation, "chdir", ENOENT), 1);
        assert_int_equal(error_count(&observation, "chdir", EFAULT), 1);
        assert_int_equal(error_count(&observation, "rt_sigsuspend", EINTR), 1);
        assert_int_equal(find_of(&observation, abi_native(), "fchdir")->errors.count, 1);
        assert_int_equal(find_of(&observation, abi_native(), "setitimer")->errors.count, 0);
}

/* With errors asked for, all programs behave and count as without. */
static void check_errors_of_all(enum observer_kind kind)
{
        static const char *const modes[] = {
                "threads", "thread-exec", "daemonise", "signals", "processes", "foreign"};
        const struct observer_options plain = {}, errors = {.errors = true};

        for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
                const struct application application = {.command = {OBSERVE_PROBE, modes[i]}};
                struct observation with CLEANUP_OBSERVATION = {};
                struct observation without CLEANUP_OBSERVATION = {};

                observe(kind, &plain, &application, 0, &without);
                observe(kind, &errors, &application, 0, &with);
                assert_equal(&with, &without, false);
        }
}

/* An observer is used again; nothing of an earlier run is left in it. */
static void check_reuse(enum observer_kind kind)
{
        const struct application first = {.command = {OBSERVE_PROBE, "errors"}};
        const struct application second = {.command = {OBSERVE_PROBE, "getsid"}};
        const struct observer_options options = {.errors = true};
        CLEANUP_OBSERVER struct observer *observer = observer_open(kind, &options);

        for (int round = 0; round < 4; round++) {
                struct observation observation CLEANUP_OBSERVATION = {};
                struct launch launch = begin(observer, round % 2 ? &second : &first, &options);
                struct error error = {};

                assert_int_equal(run_sandbox(&launch), 0);
                assert_int_equal(observer_end(observer, &observation, &error), 0);
                assert_int_equal(count_of(&observation, "getsid"), round % 2 ? 3 : 0);
                assert_int_equal(count_of(&observation, "fchdir"), round % 2 ? 0 : 3);
                end(&launch);
        }
}

/* Two observers at the same time do not see each other's applications. */
static void check_two_at_once(enum observer_kind kind)
{
        const struct application applications[2] = {
                {.command = {OBSERVE_PROBE, "daemonise"}},
                {.command = {OBSERVE_PROBE, "getsid"}},
        };
        const struct observer_options options = {};
        struct observation observations[2] = {};
        struct observer *observers[2];
        struct launch launches[2];
        pid_t other;
        int status;

        for (int i = 0; i < 2; i++) {
                observers[i] = observer_open(kind, &options);
                launches[i] = begin(observers[i], &applications[i], &options);
        }
        other = fork();
        if (other == 0)
                _exit(run_sandbox(&launches[0]));
        assert_int_equal(run_sandbox(&launches[1]), 0);
        assert_int_equal(waitpid(other, &status, 0), other);
        assert_int_equal(status, 0);
        for (int i = 0; i < 2; i++) {
                assert_int_equal(observer_end(observers[i], &observations[i], NULL), 0);
                observer_free(observers[i]);
                end(&launches[i]);
        }
        assert_int_equal(count_of(&observations[0], "getppid"), 7);
        assert_int_equal(count_of(&observations[0], "getsid"), 0);
        assert_int_equal(count_of(&observations[1], "getppid"), 0);
        assert_int_equal(count_of(&observations[1], "getsid"), 3);
        observation_clear(&observations[0]);
        observation_clear(&observations[1]);
}

/* What cannot be counted makes the observation an error. */
static void check_loss(enum observer_kind kind)
{
        const struct application application = {.command = {OBSERVE_PROBE, "nonsense"}};
        const struct observer_options options = {};
        CLEANUP_OBSERVER struct observer *observer = observer_open(kind, &options);
        struct launch launch = begin(observer, &application, &options);
        struct observation observation = {};
        struct error error = {};

        assert_int_equal(run_sandbox(&launch), 0);
        assert_int_equal(observer_end(observer, &observation, &error), -ERANGE);
        assert_non_null(strstr(error.message, "has gaps"));
        assert_int_equal(observation.calls.count, 0);
        end(&launch);
}

static void check_all(enum observer_kind kind)
{
        check_counts(kind);
        check_blocked(kind);
        check_bystander(kind);
        check_foreign(kind);
        check_count_launch(kind);
        check_errors(kind);
        check_errors_of_all(kind);
        check_reuse(kind);
        check_two_at_once(kind);
        check_loss(kind);
}

static void test_bpf(void **state)
{
        (void)state;
        check_all(OBSERVER_BPF);
}

static void test_ptrace(void **state)
{
        (void)state;
        check_all(OBSERVER_PTRACE);
}

static bool has_object(const struct observed_call *call, const char *part)
{
        const struct observed_object *object;

        vector_for_each(object, &call->objects) {
                if (strstr(object->path, part))
                        return true;
        }
        return false;
}

static void test_objects(void **state)
{
        const struct application application = {.command = {"/bin/ls", "/etc"}};
        const struct observer_options options = {.objects = true};
        struct observation observation CLEANUP_OBSERVATION = {};
        const struct observed_call *call;
        const struct observed_object *object;

        (void)state;
        observe(OBSERVER_AUTO, &options, &application, 0, &observation);
        vector_for_each(call, &observation.calls) {
                uint64_t count = 0;

                vector_for_each(object, &call->objects) {
                        assert_true(object->path[0] == '/');
                        count += object->count;
                }
                assert_int_equal(count, call->count);
        }
        call = find_of(&observation, abi_native(), "openat");
        assert_true(has_object(call, "ld-linux") && has_object(call, "libc.so"));
        assert_false(has_object(find_of(&observation, abi_native(), "getdents64"), "ld-linux"));
}

/* The part of test_ordinary_user() that runs as one, in a process of its own: 0 is well. */
static int ordinary_user(void)
{
        const struct application application = {.command = {"/bin/ls", "/etc"}};
        const struct observer_options options = {};
        struct observation observation CLEANUP_OBSERVATION = {};
        CLEANUP_OBSERVER struct observer *observer = NULL;
        struct error error = {};
        struct launch launch;
        int r;

        if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
                                      setresuid(NOBODY, NOBODY, NOBODY) < 0))
                return 1;
        prctl(PR_SET_DUMPABLE, 1);
        if (observer_new(OBSERVER_BPF, &options, &observer, &error) != -EPERM ||
                !strstr(error.message, "CAP_BPF"))
                return 2;
        error = (struct error){};
        if (observer_new(OBSERVER_AUTO, &options, &observer, &error) < 0 ||
                observer_kind(observer) != OBSERVER_PTRACE || !strstr(error.message, "CAP_BPF"))
                return 3;
        launch = begin(observer, &application, &options);
        r = run_sandbox(&launch);
        if (r != 0)
                return r;
        if (observer_end(observer, &observation, NULL) < 0 ||
                count_of(&observation, "getdents64") != 2)
                return 4;
        end(&launch);
        return 0;
}

static void test_ordinary_user(void **state)
{
        pid_t pid = fork();
        int status;

        (void)state;
        if (pid == 0)
                _exit(ordinary_user());
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
}

static void test_names(void **state)
{
        enum observer_kind kind;

        (void)state;
        for (enum observer_kind i = 0; i < OBSERVER_KIND_COUNT; i++) {
                assert_int_equal(observer_kind_from_name(observer_kind_name(i), &kind), 0);
                assert_int_equal(kind, i);
        }
        assert_int_equal(observer_kind_from_name("strace", &kind), -ENOENT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_ptrace),
                cmocka_unit_test(test_objects),
                cmocka_unit_test(test_ordinary_user),
                cmocka_unit_test(test_bpf),
                cmocka_unit_test(test_both_see_the_same),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
