/* SPDX-License-Identifier: BSD-3-Clause */

/* What the observers tell of the values that divide system calls. */

#include "observe/test-observed.h"

#include <linux/openat2.h>
#include <linux/sched.h>

#include "feature/selector.h"

static const struct observer_options with_values = {.values = true};

/* How often a call had a value of the selector called `selector`. */
static uint64_t value_count(const struct observation *observation, enum abi abi, const char *call,
        const char *selector, uint64_t value)
{
        int number = syscall_by_name(call)->numbers[abi];
        const struct observed_call *found;
        const struct selector *selectors;
        size_t count;

        selectors = selectors_of(abi, number, &count);
        for (unsigned i = 0; i < count; i++) {
                if (strcmp(selectors[i].name, selector) != 0)
                        continue;
                found = observation_find(
                        observation, (struct feature){FEATURE_SUBFEATURE, abi, number, i, value});
                return found ? found->count : 0;
        }
        fail_msg("%s has no selector %s", call, selector);
        return 0;
}

static size_t subfeatures(const struct observation *observation)
{
        const struct observed_call *call;
        size_t count = 0;

        vector_for_each(call, &observation->calls)
                count += call->feature.kind == FEATURE_SUBFEATURE;
        return count;
}

static void check_registers(const struct observation *observation)
{
        enum abi native = abi_native();

        assert_int_equal(value_count(observation, native, "fcntl", "cmd", F_SETFD), 3);
        assert_int_equal(value_count(observation, native, "fcntl", "cmd", F_GETFL), 1);
        assert_int_equal(value_count(observation, native, "fcntl", "cmd", 77), 1);
        assert_int_equal(value_count(observation, native, "fcntl", "cmd", F_GETFD), 0);
        assert_int_equal(value_count(observation, native, "ioctl", "request", 0xdeadbeef), 1);
        assert_int_equal(value_count(observation, native, "setsockopt", "option",
                                 (uint64_t)SOL_SOCKET << 32 | SO_KEEPALIVE),
                1);
        assert_int_equal(value_count(observation, native, "mmap", "prot", PROT_NONE), 1);
        assert_int_equal(value_count(observation, native, "mmap", "type", MAP_PRIVATE), 1);
        assert_int_equal(value_count(observation, native, "mmap", "flags", MAP_ANONYMOUS), 1);
        assert_int_equal(value_count(observation, native, "mmap", "flags", 1u << 27), 1);
}

/* Memory that cannot be read has no value, but the call is counted. */
static void check_pointers(const struct observation *observation)
{
        enum abi native = abi_native();

        assert_int_equal(count_of(observation, "clone3"), 1);
        assert_int_equal(value_count(observation, native, "clone3", "flags", CLONE_FS), 1);
        assert_int_equal(value_count(observation, native, "clone3", "flags", CLONE_FILES), 1);
        assert_int_equal(value_count(observation, native, "clone3", "flags", CLONE_VM), 0);
        assert_int_equal(count_of(observation, "openat2"), 2);
        assert_int_equal(value_count(observation, native, "openat2", "access", O_RDONLY), 1);
        assert_int_equal(value_count(observation, native, "openat2", "flags", O_PATH), 1);
        assert_int_equal(value_count(observation, native, "openat2", "flags", O_CLOEXEC), 1);
        assert_int_equal(
                value_count(observation, native, "openat2", "resolve", RESOLVE_IN_ROOT), 1);
}

static void check_foreign(const struct observation *observation)
{
#ifdef __x86_64__
        assert_int_equal(find_of(observation, ABI_I386, "fcntl64")->count, 1);
        assert_int_equal(value_count(observation, ABI_I386, "fcntl64", "cmd", F_GETFD), 1);
#else
        (void)observation;
#endif
}

static void check_values(enum observer_kind kind)
{
        const struct application application = {.command = {OBSERVE_PROBE, "values"}};
        const struct observer_options without = {};
        struct observation observation CLEANUP_OBSERVATION = {};
        struct observation plain CLEANUP_OBSERVATION = {};

        observe(kind, &with_values, &application, 0, &observation);
        check_registers(&observation);
        check_pointers(&observation);
        check_foreign(&observation);
        observe(kind, &without, &application, 0, &plain);
        assert_int_equal(subfeatures(&plain), 0);
        assert_int_equal(plain.calls.count, observation.calls.count - subfeatures(&observation));
        assert_within(&plain, &observation, false);
}

/* Nothing of an earlier run is left. */
static void check_reuse(enum observer_kind kind)
{
        const struct application first = {.command = {OBSERVE_PROBE, "values"}};
        const struct application second = {.command = {OBSERVE_PROBE, "getsid"}};
        CLEANUP_OBSERVER struct observer *observer = observer_open(kind, &with_values);

        for (int round = 0; round < 4; round++) {
                struct observation observation CLEANUP_OBSERVATION = {};
                struct launch launch = begin(observer, round % 2 ? &second : &first, &with_values);

                assert_int_equal(run_sandbox(&launch), 0);
                assert_int_equal(observer_end(observer, &observation, NULL), 0);
                assert_int_equal(value_count(&observation, abi_native(), "fcntl", "cmd", F_SETFD),
                        round % 2 ? 0 : 3);
                end(&launch);
        }
}

/* What finds no room makes the observation an error, for this once. */
static void check_loss(enum observer_kind kind)
{
        const struct application many = {.command = {OBSERVE_PROBE, "many-values"}};
        const struct application few = {.command = {OBSERVE_PROBE, "values"}};
        CLEANUP_OBSERVER struct observer *observer = observer_open(kind, &with_values);
        struct observation observation CLEANUP_OBSERVATION = {};
        struct launch launch = begin(observer, &many, &with_values);
        struct error error = {};

        assert_int_equal(run_sandbox(&launch), 0);
        assert_int_equal(observer_end(observer, &observation, &error), -EOVERFLOW);
        assert_non_null(strstr(error.message, "has gaps"));
        assert_int_equal(observation.calls.count, 0);
        end(&launch);
        launch = begin(observer, &few, &with_values);
        assert_int_equal(run_sandbox(&launch), 0);
        assert_int_equal(observer_end(observer, &observation, NULL), 0);
        check_registers(&observation);
        end(&launch);
}

static void test_bpf(void **state)
{
        (void)state;
        check_values(OBSERVER_BPF);
        check_reuse(OBSERVER_BPF);
        check_loss(OBSERVER_BPF);
}

static void test_ptrace(void **state)
{
        (void)state;
        check_values(OBSERVER_PTRACE);
        check_reuse(OBSERVER_PTRACE);
        check_loss(OBSERVER_PTRACE);
}

static void test_both_see_the_same(void **state)
{
        static const struct application applications[] = {
                {.command = {"/bin/ls", "/etc"}},
                {.command = {"/usr/bin/python3", "-c", "import os; print(sorted(os.environ))"}},
                {.command = {OBSERVE_PROBE, "values"}},
                {.command = {OBSERVE_PROBE, "threads"}},
                {.command = {OBSERVE_PROBE, "thread-exec"}},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(applications); i++) {
                struct observation bpf CLEANUP_OBSERVATION = {};
                struct observation ptrace CLEANUP_OBSERVATION = {};

                observe(OBSERVER_BPF, &with_values, &applications[i], 0, &bpf);
                observe(OBSERVER_PTRACE, &with_values, &applications[i], 0, &ptrace);
                assert_true(subfeatures(&bpf) > 0);
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
