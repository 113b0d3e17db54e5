/* SPDX-License-Identifier: BSD-3-Clause */

/* What is called before main(), and after. The probe is a static program of the C library, whose
 * start makes calls of its own. */

#include "observe/test-observed.h"

#include "observe/breakpoint.h"
#include "policy/mapping.h"
#include "program/start.h"

static int find_main(const char *path, struct observer_main *ret, struct error *error)
{
        struct start_main found;
        int r = start_find_main(path, &found, error);

        if (r == 0)
                *ret = (struct observer_main){found.address, found.entry, found.first};
        return r;
}

/* As for a program that has no main(). */
static int find_none(const char *path, struct observer_main *ret, struct error *error)
{
        (void)path;
        (void)ret;
        return error_set(error, ENOENT, "none of that name");
}

/* An address that no program comes to. */
static int find_nowhere(const char *path, struct observer_main *ret, struct error *error)
{
        (void)path;
        (void)error;
        *ret = (struct observer_main){.address = 0x123000};
        return 0;
}

static const struct observer_options phases = {.find_main = find_main, .values = true};

static uint64_t phase_of(
        const struct observation *observation, const char *name, enum call_phase phase)
{
        const struct observed_call *call = find_of(observation, abi_native(), name);

        return call ? call->phases[phase] : 0;
}

/* Phases together are the count. Returns how many calls are in one of them. */
static uint64_t sum_of(const struct observation *observation, enum call_phase wanted)
{
        const struct observed_call *call;
        uint64_t total = 0;
        char name[FEATURE_NAME_MAX];

        assert_true(observation->phased);
        vector_for_each(call, &observation->calls) {
                uint64_t sum = 0;

                for (enum call_phase phase = 0; phase < CALL_PHASE_COUNT; phase++)
                        sum += call->phases[phase];
                if (sum != call->count)
                        fail_msg("%s: %d calls in phases, %d in all",
                                feature_name(call->feature, name), (int)sum, (int)call->count);
                total += call->feature.kind == FEATURE_SYSCALL ? call->phases[wanted] : 0;
        }
        return total;
}

static const struct observed_program *program_of(
        const struct observation *observation, const char *name)
{
        const struct observed_program *program, *found = NULL;

        vector_for_each(program, &observation->programs) {
                const char *slash = strrchr(program->path, '/');

                if (!slash || strcmp(slash + 1, name) != 0)
                        continue;
                assert_null(found); /* each once */
                found = program;
        }
        return found;
}

static const struct {
        struct application application;
        uint64_t getppid, getsid; /* all of them after main() has begun */
        uint64_t starts;          /* of the probe: how often it makes a set_tid_address */
} cases[] = {
        {{.command = {OBSERVE_PROBE, "getsid"}}, .getsid = 3, .starts = 1},
        {{.command = {OBSERVE_PROBE, "threads"}}, .getppid = 100, .starts = 1},
        {{.command = {OBSERVE_PROBE, "thread-exec"}}, .getsid = 3, .starts = 2},
        {{.command = {OBSERVE_PROBE, "daemonise"}}, .getppid = 7, .starts = 1},
        /* SIGTRAP that is the program's own. */
        {{.command = {OBSERVE_PROBE, "signals"}}, .getppid = 4, .starts = 1},
        /* A vfork that executes. */
        {{.command = {OBSERVE_PROBE, "processes"}}, .getsid = 3, .starts = 2},
        {{.command = {OBSERVE_PROBE, "search"}}, .getppid = 3, .starts = 1},
        {{.command = {OBSERVE_PROBE, "killed-makers"}}, .getppid = 300, .starts = 1},
};

static void test_before_and_after(void **state)
{
        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                struct observation observation CLEANUP_OBSERVATION = {};
                const struct observed_program *program;

                observe(OBSERVER_PTRACE, &phases, &cases[i].application, 0, &observation);
                assert_true(sum_of(&observation, CALL_AFTER_MAIN) > 0);
                program = program_of(&observation, "observe-probe");
                assert_non_null(program);
                assert_true(program->found && !program->problem && program->main > 0);
                if (phase_of(&observation, "getppid", CALL_AFTER_MAIN) != cases[i].getppid ||
                        phase_of(&observation, "getsid", CALL_AFTER_MAIN) != cases[i].getsid ||
                        phase_of(&observation, "set_tid_address", CALL_BEFORE_MAIN) !=
                                cases[i].starts ||
                        phase_of(&observation, "set_tid_address", CALL_AFTER_MAIN) != 0)
                        fail_msg("case %zu: getppid %d, getsid %d, starts %d", i,
                                (int)phase_of(&observation, "getppid", CALL_AFTER_MAIN),
                                (int)phase_of(&observation, "getsid", CALL_AFTER_MAIN),
                                (int)phase_of(&observation, "set_tid_address", CALL_BEFORE_MAIN));
                /* What a maker forks that is killed then may be of nobody that is known. */
                if (i + 1 < ARRAY_SIZE(cases))
                        assert_int_equal(sum_of(&observation, CALL_PHASE_UNKNOWN), 0);
                assert_int_equal(sum_of(&observation, CALL_BEFORE_MAIN) % cases[i].starts, 0);
        }
}

/* The launching execve begins what comes before main(). */
static void test_launch(void **state)
{
        static const struct application application = {.command = {OBSERVE_PROBE, "getsid"}};
        struct observer_options options = phases;
        struct observation observation CLEANUP_OBSERVATION = {};

        (void)state;
        options.count_launch = true;
        observe(OBSERVER_PTRACE, &options, &application, 0, &observation);
        assert_int_equal(phase_of(&observation, "execve", CALL_BEFORE_MAIN), 1);
}

/* Each program by itself; an exec belongs to what the process was before it. */
static void test_programs(void **state)
{
        static const struct application application = {.command = {OBSERVE_PROBE, "chain"}};
        struct observation observation CLEANUP_OBSERVATION = {};

        (void)state;
        observe(OBSERVER_PTRACE, &phases, &application, 0, &observation);
        assert_int_equal(observation.programs.count, 2);
        assert_int_equal(phase_of(&observation, "execve", CALL_AFTER_MAIN), 2);
        assert_int_equal(phase_of(&observation, "getsid", CALL_AFTER_MAIN), 3);
        /* Two starts of the probe, and one of the shell. */
        assert_int_equal(phase_of(&observation, "set_tid_address", CALL_BEFORE_MAIN), 3);
        assert_int_equal(sum_of(&observation, CALL_PHASE_UNKNOWN), 0);
}

/* Others than those are neither looked at nor told of. */
static void test_scope(void **state)
{
        static char *const patterns[] = {(char *)"observe-probe", NULL};
        static const struct application application = {
                .command = {"/bin/sh", "-c", "\"$0\" getsid; exec \"$0\" threads", OBSERVE_PROBE}};
        CLEANUP_SCOPE struct scope *scope = NULL;
        struct observer_options options = phases;
        struct observation observation CLEANUP_OBSERVATION = {};

        (void)state;
        assert_int_equal(scope_new(patterns, &scope, NULL), 0);
        options.scope = scope;
        observe(OBSERVER_PTRACE, &options, &application, 0, &observation);
        assert_int_equal(observation.programs.count, 1);
        assert_int_equal(phase_of(&observation, "getsid", CALL_AFTER_MAIN), 3);
        assert_int_equal(phase_of(&observation, "getppid", CALL_AFTER_MAIN), 100);
        assert_int_equal(phase_of(&observation, "set_tid_address", CALL_BEFORE_MAIN), 2);
        assert_int_equal(sum_of(&observation, CALL_PHASE_UNKNOWN), 0);
}

static void test_main_not_found(void **state)
{
        static const struct application application = {.command = {OBSERVE_PROBE, "getsid"}};
        const struct observer_options options = {.find_main = find_none};
        struct observation observation CLEANUP_OBSERVATION = {};
        const struct observed_program *program;

        (void)state;
        observe(OBSERVER_PTRACE, &options, &application, 0, &observation);
        assert_int_equal(sum_of(&observation, CALL_BEFORE_MAIN), 0);
        assert_int_equal(sum_of(&observation, CALL_AFTER_MAIN), 0);
        assert_int_equal(phase_of(&observation, "getsid", CALL_PHASE_UNKNOWN), 3);
        program = program_of(&observation, "observe-probe");
        assert_non_null(program);
        assert_false(program->found);
        assert_string_equal(program->problem, "none of that name");
}

static void test_main_not_reached(void **state)
{
        static const struct application application = {.command = {OBSERVE_PROBE, "threads"}};
        const struct observer_options options = {.find_main = find_nowhere};
        struct observation observation CLEANUP_OBSERVATION = {};

        (void)state;
        observe(OBSERVER_PTRACE, &options, &application, 0, &observation);
        assert_int_equal(sum_of(&observation, CALL_AFTER_MAIN), 0);
        assert_int_equal(phase_of(&observation, "getppid", CALL_BEFORE_MAIN), 100);
}

static void test_not_asked_for(void **state)
{
        static const struct application application = {.command = {OBSERVE_PROBE, "getsid"}};
        const struct observer_options options = {};
        struct observation observation CLEANUP_OBSERVATION = {};
        const struct observed_call *call;

        (void)state;
        observe(OBSERVER_PTRACE, &options, &application, 0, &observation);
        assert_false(observation.phased);
        assert_int_equal(observation.programs.count, 0);
        vector_for_each(call, &observation.calls) {
                for (enum call_phase phase = 0; phase < CALL_PHASE_COUNT; phase++)
                        assert_int_equal(call->phases[phase], 0);
        }
}

/* Sub-features have phases as their calls do. */
static void test_values(void **state)
{
        static const struct application application = {.command = {OBSERVE_PROBE, "values"}};
        struct observation observation CLEANUP_OBSERVATION = {};
        const struct observed_call *call;
        bool early = false, late = false;

        (void)state;
        observe(OBSERVER_PTRACE, &phases, &application, 0, &observation);
        sum_of(&observation, CALL_BEFORE_MAIN);
        vector_for_each(call, &observation.calls) {
                char name[FEATURE_NAME_MAX];

                feature_name(call->feature, name);
                if (strcmp(name, "arch_prctl:ARCH_SET_FS") == 0)
                        early = call->phases[CALL_BEFORE_MAIN] == 1 && call->count == 1;
                if (strcmp(name, "fcntl:F_SETFD") == 0)
                        late = call->phases[CALL_AFTER_MAIN] == 3 && call->count == 3;
        }
        assert_true(early);
        assert_true(late);
}

static void test_bpf_refuses(void **state)
{
        struct observer *observer = NULL;
        struct error error = {};

        (void)state;
        assert_int_equal(observer_new(OBSERVER_BPF, &phases, &observer, &error), -ENOTSUP);
        assert_non_null(strstr(error.message, "main()"));
        assert_int_equal(observer_new(OBSERVER_AUTO, &phases, &observer, &error), 0);
        assert_int_equal(observer_kind(observer), OBSERVER_PTRACE);
        observer_free(observer);
}

static void test_breakpoint_probe(void **state)
{
        struct error error = {};

        (void)state;
        if (breakpoint_probe(&error) < 0)
                fail_msg("%s", error.message);
        assert_true(breakpoint_set(getpid(), 0x1000) < 0); /* nobody's tracee */
        assert_false(breakpoint_hit(getpid()));
}

/* This test's own file is the first that is mapped from its beginning; the next is another one. */
static void test_mappings(void **state)
{
        CLEANUP(mapping_clear) struct mapping own = {}, other = {};
        CLEANUP_CLOSE int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

        (void)state;
        assert_int_equal(mapping_find_other(proc, getpid(), "/nowhere", &own), 0);
        assert_int_equal(own.offset, 0);
        assert_memory_equal((const void *)own.start, "\177ELF", 4);
        assert_int_equal(mapping_find_other(proc, getpid(), own.path, &other), 0);
        assert_string_not_equal(own.path, other.path);
        assert_int_equal(mapping_find_other(proc, -1, "", &own), -ENOENT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_before_and_after),
                cmocka_unit_test(test_launch),
                cmocka_unit_test(test_programs),
                cmocka_unit_test(test_scope),
                cmocka_unit_test(test_main_not_found),
                cmocka_unit_test(test_main_not_reached),
                cmocka_unit_test(test_not_asked_for),
                cmocka_unit_test(test_values),
                cmocka_unit_test(test_bpf_refuses),
                cmocka_unit_test(test_breakpoint_probe),
                cmocka_unit_test(test_mappings),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
