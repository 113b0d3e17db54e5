/* SPDX-License-Identifier: BSD-3-Clause */

/* Observation of those processes alone that execute the probe. */

#include "observe/test-observed.h"

static struct scope *probe_scope(void)
{
        static char *const patterns[] = {(char *)"observe-probe", NULL};
        struct scope *scope = NULL;
        struct error error = {};

        if (scope_new(patterns, &scope, &error) < 0)
                fail_msg("%s", error.message);
        return scope;
}

static const struct {
        struct application application;
        uint64_t getppid, getsid, execve; /* calls that are to be seen */
        bool nothing;                     /* no call at all is to be seen */
        bool privileged;                  /* the application must be root's */
} cases[] = {
        /* A shell, which calls getppid itself, starts some that count and one that does not. */
        {{.command = {"/bin/sh", "-c", "\"$0\" getsid; /bin/true; \"$0\" getsid; exit 0",
                  OBSERVE_PROBE}},
                .getsid = 6},
        {{.command = {"/bin/sh", "-c", "/bin/true; (cd /; cd /etc); exit 0"}}, .nothing = true},
        /* Considered, then not, then considered. */
        {{.command = {OBSERVE_PROBE, "chain"}}, .getppid = 2, .getsid = 3, .execve = 1},
        {{.command = {"/bin/sh", "-c", "exec \"$0\" chain", OBSERVE_PROBE}}, .getppid = 2,
                .getsid = 3, .execve = 1},
        /* Forks that execute nothing. */
        {{.command = {"/bin/sh", "-c", "\"$0\" daemonise; exit 0", OBSERVE_PROBE}}, .getppid = 7},
        {{.command = {"/bin/sh", "-c", "\"$0\" threads; exit 0", OBSERVE_PROBE}}, .getppid = 100},
        {{.command = {"/bin/sh", "-c", "\"$0\" signals; exit 0", OBSERVE_PROBE}}, .getppid = 4},
        /* An exec by a thread, and by a child that shares its parent's memory. */
        {{.command = {"/bin/sh", "-c", "\"$0\" thread-exec; exit 0", OBSERVE_PROBE}}, .getsid = 3,
                .execve = 1},
        {{.command = {"/bin/sh", "-c", "\"$0\" processes; exit 0", OBSERVE_PROBE}}, .getsid = 3,
                .execve = 1},
        /* An exec that fails changes nothing: of other files, and of one that would count. */
        {{.command = {OBSERVE_PROBE, "search"}}, .getppid = 3, .execve = 2},
        {{.command = {"/bin/sh", "-c",
                  "/usr/bin/env PATH=/nowhere:\"${0%/*}\" observe-probe getsid; exit 0",
                  OBSERVE_PROBE}},
                .getsid = 3},
        {{.command = {"/bin/sh", "-c",
                  "/usr/bin/env PATH=/nowhere observe-probe 2>&- || exec /bin/true"}},
                .nothing = true},
        /* Under another number in a pid namespace of its own. */
        {{.command = {"/usr/bin/unshare", "--pid", "--fork", OBSERVE_PROBE, "getsid"}}, .getsid = 3,
                .privileged = true},
        /* Parents that are killed before a tracer is told of their children. */
        {{.command = {"/bin/sh", "-c", "\"$0\" killed-makers; exit 0", OBSERVE_PROBE}},
                .getppid = 300},
};

static bool can_run(size_t i)
{
        if (!cases[i].privileged || geteuid() == 0)
                return true;
        print_message("case %zu is root's\n", i);
        return false;
}

static void check_cases(enum observer_kind kind)
{
        CLEANUP_SCOPE struct scope *scope = probe_scope();
        const struct observer_options options = {.scope = scope};

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                struct observation observation CLEANUP_OBSERVATION = {};

                if (!can_run(i))
                        continue;
                observe(kind, &options, &cases[i].application, 0, &observation);
                if (count_of(&observation, "getppid") != cases[i].getppid ||
                        count_of(&observation, "getsid") != cases[i].getsid ||
                        count_of(&observation, "execve") != cases[i].execve ||
                        (observation.calls.count == 0) != cases[i].nothing)
                        fail_msg("case %zu: getppid %d, getsid %d, execve %d, %zu calls", i,
                                (int)count_of(&observation, "getppid"),
                                (int)count_of(&observation, "getsid"),
                                (int)count_of(&observation, "execve"), observation.calls.count);
        }
}

/* The launching execve counts where what it starts does; nothing else changes. */
static void check_count_launch(enum observer_kind kind)
{
        static const struct application considered = {.command = {OBSERVE_PROBE, "getsid"}};
        static const struct application other = {
                .command = {"/bin/sh", "-c", "\"$0\" getsid; exit 0", OBSERVE_PROBE}};
        CLEANUP_SCOPE struct scope *scope = probe_scope();
        const struct observer_options options = {.scope = scope, .count_launch = true};
        struct observation with CLEANUP_OBSERVATION = {};
        struct observation without CLEANUP_OBSERVATION = {};

        observe(kind, &options, &considered, 0, &with);
        assert_int_equal(count_of(&with, "execve"), 1);
        assert_int_equal(count_of(&with, "getsid"), 3);
        observe(kind, &options, &other, 0, &without);
        assert_int_equal(count_of(&without, "execve"), 0);
        assert_int_equal(count_of(&without, "getsid"), 3);
}

/* With everything that can be asked for; what an earlier run left does not matter. */
static void check_reuse(enum observer_kind kind)
{
        CLEANUP_SCOPE struct scope *scope = probe_scope();
        const struct observer_options options = {.scope = scope, .values = true, .errors = true};
        CLEANUP_OBSERVER struct observer *observer = observer_open(kind, &options);

        for (size_t round = 0; round < 2 * ARRAY_SIZE(cases); round++) {
                size_t i = round % ARRAY_SIZE(cases);
                struct observation observation CLEANUP_OBSERVATION = {};
                struct error error = {};
                struct launch launch;

                if (!can_run(i))
                        continue;
                launch = begin(observer, &cases[i].application, &options);
                assert_int_equal(run_sandbox(&launch), 0);
                if (observer_end(observer, &observation, &error) < 0)
                        fail_msg("%s", error.message);
                assert_int_equal(count_of(&observation, "getsid"), cases[i].getsid);
                assert_int_equal(count_of(&observation, "getppid"), cases[i].getppid);
                end(&launch);
        }
}

static void check_all(enum observer_kind kind)
{
        check_cases(kind);
        check_count_launch(kind);
        check_reuse(kind);
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

static void test_both_see_the_same(void **state)
{
        CLEANUP_SCOPE struct scope *scope = probe_scope();
        const struct observer_options options = {.scope = scope, .values = true};

        (void)state;
        /* Without the last one, whose calls are as many as there is time for. */
        for (size_t i = 0; i + 1 < ARRAY_SIZE(cases); i++) {
                struct observation bpf CLEANUP_OBSERVATION = {};
                struct observation ptrace CLEANUP_OBSERVATION = {};

                observe(OBSERVER_BPF, &options, &cases[i].application, 0, &bpf);
                observe(OBSERVER_PTRACE, &options, &cases[i].application, 0, &ptrace);
                assert_equal(&bpf, &ptrace, false);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_ptrace),
                cmocka_unit_test(test_bpf),
                cmocka_unit_test(test_both_see_the_same),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
