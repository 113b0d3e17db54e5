/* SPDX-License-Identifier: BSD-3-Clause */

/* Rules of sub-features that a filter decides by itself, as a process behind it sees them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "feature/selector.h"
#include "policy/test-filter.h"

static void assert_behind(const char *stubs, const char *fakes, int (*body)(void))
{
        CLEANUP_POLICY struct policy *policy = policy_of(stubs, fakes);
        CLEANUP_FILTER struct filter *filter = filter_with(policy, (struct filter_options){});

        assert_int_equal(status_behind(filter, body), 0);
}

static long fcntl_of(int fd, uint64_t command, long argument)
{
        errno = 0;
        return CALL(SYS_fcntl, fd, command, argument);
}

static int see_one_command_stubbed(void)
{
        int fd = eventfd(0, 0);

        CHECK(fcntl_of(fd, F_SETFL, O_NONBLOCK) == -1 && errno == EPERM);
        CHECK(fcntl_of(fd, F_GETFL, 0) == O_RDWR);
        CHECK(fcntl_of(fd, F_SETFD, FD_CLOEXEC) == 0);
        CHECK(fcntl_of(fd, F_GETFD, 0) == FD_CLOEXEC);
        /* The command is an unsigned int: the kernel does not see the upper half either. */
        CHECK(fcntl_of(fd, UINT64_C(1) << 32 | F_SETFL, 0) == -1 && errno == EPERM);
        CHECK(fcntl_of(fd, UINT64_C(1) << 32 | F_SETFD, 0) == 0);
        return 0;
}

static void test_one_command_is_stubbed_and_the_others_work(void **state)
{
        (void)state;
        assert_behind("fcntl:F_SETFL=EPERM", "", see_one_command_stubbed);
}

static int see_three_commands(void)
{
        int fd = eventfd(0, 0);

        CHECK(fcntl_of(fd, F_SETFL, O_NONBLOCK) == -1 && errno == EPERM);
        CHECK(fcntl_of(fd, F_GETOWN, 0) == -1 && errno == ENOSYS);
        CHECK(fcntl_of(fd, F_SETFD, FD_CLOEXEC) == 0);
        CHECK(fcntl_of(fd, F_GETFD, 0) == 0); /* it was a fake */
        return 0;
}

static void test_commands_of_one_call_have_their_own_actions(void **state)
{
        (void)state;
        assert_behind("fcntl:F_SETFL=EPERM,fcntl:F_GETOWN", "fcntl:F_SETFD", see_three_commands);
}

static int see_bits(void)
{
        int ends[2];

        CHECK(CALL(SYS_pipe2, ends, 0) == 0);
        CHECK(CALL(SYS_pipe2, ends, O_DIRECT) == 0);
        CHECK(CALL(SYS_pipe2, ends, O_NONBLOCK) == -1 && errno == EIO);
        CHECK(CALL(SYS_pipe2, ends, O_CLOEXEC) == -1 && errno == EPERM);
        CHECK(CALL(SYS_pipe2, ends, O_CLOEXEC | O_DIRECT) == -1 && errno == EPERM);
        /* In feature order the lower bit is the first. */
        CHECK(CALL(SYS_pipe2, ends, O_CLOEXEC | O_NONBLOCK) == -1 && errno == EIO);
        return 0;
}

static void test_a_bit_is_found_among_others(void **state)
{
        (void)state;
        assert_behind("pipe2:O_CLOEXEC=EPERM,pipe2:O_NONBLOCK=EIO", "", see_bits);
}

static int see_no_bits(void)
{
        void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        CHECK(CALL(SYS_mprotect, page, 4096, PROT_NONE) == -1 && errno == EIO);
        CHECK(CALL(SYS_mprotect, page, 4096, PROT_READ | PROT_WRITE) == 0);
        CHECK(CALL(SYS_mprotect, page, 4096, PROT_EXEC) == -1 && errno == EPERM);
        return 0;
}

static void test_a_call_without_bits_has_a_value_too(void **state)
{
        (void)state;
        assert_behind("mprotect:PROT_NONE=EIO,mprotect:PROT_EXEC=EPERM", "", see_no_bits);
}

static long set_option(int fd, int level, int name)
{
        int value = 1;

        return CALL(SYS_setsockopt, fd, level, name, &value, sizeof(value));
}

static int see_one_pair(void)
{
        int fd = socket(AF_INET, SOCK_STREAM, 0);

        CHECK(set_option(fd, SOL_SOCKET, SO_REUSEADDR) == -1 && errno == EIO);
        CHECK(set_option(fd, SOL_SOCKET, SO_KEEPALIVE) == 0);
        CHECK(set_option(fd, IPPROTO_IP, SO_REUSEADDR) == 0); /* there it is IP_TTL */
        return 0;
}

static void test_a_pair_is_told_by_both_its_words(void **state)
{
        (void)state;
        assert_int_equal(SO_REUSEADDR, IP_TTL);
        assert_behind("setsockopt:SO_REUSEADDR=EIO", "", see_one_pair);
}

static int see_the_whole_call_stubbed(void)
{
        CHECK(fcntl_of(0, F_SETFL, 0) == -1 && errno == EIO);
        CHECK(fcntl_of(0, F_GETFL, 0) == -1 && errno == EIO);
        return 0;
}

static void test_a_rule_of_the_whole_call_decides(void **state)
{
        (void)state;
        assert_behind("fcntl=EIO,fcntl:F_SETFL=EPERM", "fcntl:F_SETFD", see_the_whole_call_stubbed);
}

static int see_cookie_pass(void)
{
        int fd = eventfd(0, 0);

        CHECK(filter_bypass(COOKIE, SYS_fcntl, fd, F_SETFL, O_NONBLOCK, 0, 0) == 0);
        CHECK(filter_bypass(COOKIE ^ 1, SYS_fcntl, fd, F_SETFL, O_NONBLOCK, 0, 0) == -EPERM);
        CHECK(filter_bypass(COOKIE ^ 1, SYS_fcntl, fd, F_GETFL, 0, 0, 0) >= 0);
        return 0;
}

/* Makes the calls of a launcher: its execve among them. */
static int launch(void)
{
        const char *const arguments[] = {"true", NULL};

        CHECK(see_cookie_pass() == 0);
        filter_bypass(COOKIE, SYS_execve, (long)"/bin/true", (long)arguments, (long)environ, 0, 0);
        return 2;
}

static void test_the_cookie_passes_before_any_value_is_looked_at(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of("fcntl:F_SETFL=EPERM", "");
        CLEANUP_FILTER struct filter *filter = filter_with(policy, (struct filter_options){});
        CLEANUP_FILTER struct filter *counting =
                filter_with(policy, (struct filter_options){.count_launch = true});

        (void)state;
        assert_int_equal(status_behind(filter, launch), 0);
        assert_int_equal(status_behind(counting, launch), 0);
}

static int see_exceptions_from_the_default(void)
{
        if (fcntl_of(0, F_SETFL, 0) != -1 || errno != EPERM)
                return 1;
        if (fcntl_of(0, F_SETFD, 0) != 0)
                return 2;
        if (fcntl_of(0, F_GETFL, 0) != -1 || errno != ENOSYS)
                return 3;
        if (fcntl_of(-1, F_GETFD, 0) != -1 || errno != EBADF)
                return 4;
        return 0;
}

static void test_what_matches_no_rule_has_the_default(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of("fcntl:F_SETFL=EPERM", "fcntl:F_SETFD");
        CLEANUP_FILTER struct filter *filter = NULL;

        (void)state;
        policy_set_default(policy, ENOSYS);
        assert_int_equal(policy_allow(policy, feature_of("fcntl:F_GETFD")), 0);
        filter = filter_with(policy, (struct filter_options){});
        assert_int_equal(status_behind(filter, see_exceptions_from_the_default), 0);
}

static int see_an_allowed_call(void)
{
        if (fcntl_of(-1, F_SETFL, 0) != -1 || errno != EPERM)
                return 1;
        if (fcntl_of(-1, F_GETFL, 0) != -1 || errno != EBADF)
                return 2;
        return 0;
}

static void test_allowing_a_call_does_not_allow_what_is_withheld_of_it(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of("fcntl:F_SETFL=EPERM", "");
        CLEANUP_FILTER struct filter *filter = NULL;

        (void)state;
        policy_set_default(policy, ENOSYS);
        assert_int_equal(policy_allow(policy, feature_of("fcntl")), 0);
        filter = filter_with(policy, (struct filter_options){});
        assert_int_equal(status_behind(filter, see_an_allowed_call), 0);
}

#ifdef __x86_64__
static int see_command_of_i386_stubbed(void)
{
        int fd = eventfd(0, 0);

        CHECK(i386_call(I386_FCNTL, (unsigned)fd, F_SETFL, O_NONBLOCK) == -EPERM);
        CHECK(i386_call(I386_FCNTL, (unsigned)fd, F_SETFD, FD_CLOEXEC) == 0);
        CHECK(fcntl_of(fd, F_SETFL, O_NONBLOCK) == 0);
        return 0;
}

static int see_command_of_x32_stubbed(void)
{
        CHECK(CALL(X32_SYSCALL_BIT | SYS_fcntl, -1, F_SETFL, 0) == -1 && errno == EPERM);
        CHECK(CALL(X32_SYSCALL_BIT | SYS_fcntl, -1, F_GETFL, 0) == -1 && errno != EPERM);
        CHECK(fcntl_of(-1, F_SETFL, 0) == -1 && errno == EBADF);
        return 0;
}

static void test_the_values_of_other_abis_are_their_own(void **state)
{
        (void)state;
        assert_behind("i386:fcntl:F_SETFL=EPERM", "", see_command_of_i386_stubbed);
        assert_behind("x32:fcntl:F_SETFL=EPERM", "", see_command_of_x32_stubbed);
}
#endif

#define MANY_COUNT 300
#define MANY_FIRST 0x10000

static struct policy *policy_of_many(int count)
{
        struct policy *policy = policy_new();
        struct feature feature = feature_of("ioctl:TCGETS");

        for (int i = 0; i < count; i++) {
                feature.value = (uint64_t)(MANY_FIRST + 2 * i);
                assert_int_equal(policy_stub(policy, feature, 1000 + i), 0);
        }
        return policy;
}

static int see_many_values(void)
{
        for (int i = 0; i < MANY_COUNT; i++) {
                CHECK(CALL(SYS_ioctl, -1, MANY_FIRST + 2 * i) == -1 && errno == 1000 + i);
                CHECK(CALL(SYS_ioctl, -1, MANY_FIRST + 2 * i + 1) == -1 && errno == EBADF);
        }
        return 0;
}

static void test_every_value_of_many_is_found(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of_many(MANY_COUNT);
        CLEANUP_FILTER struct filter *filter = filter_with(policy, (struct filter_options){});

        (void)state;
        assert_int_equal(status_behind(filter, see_many_values), 0);
}

static void test_too_many_values_are_an_error(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_of_many(3000);
        const struct filter_options options = {.cookie = COOKIE};
        struct filter *filter = NULL;
        struct error error = {};

        (void)state;
        assert_int_equal(filter_new(policy, &options, &filter, &error), -E2BIG);
        assert_non_null(strstr(error.message, "more rules than a filter"));
}

static int see_exceptions_to_nothing(void)
{
        CHECK(CALL(SYS_ioctl, -1, MANY_FIRST) == -1 && errno == EBADF);
        CHECK(CALL(SYS_ioctl, -1, UINT64_C(1) << 32 | MANY_FIRST) == -1 && errno == EBADF);
        return 0;
}

static void test_values_that_no_call_can_have_match_nothing(void **state)
{
        CLEANUP_POLICY struct policy *policy = policy_new();
        CLEANUP_FILTER struct filter *filter = NULL;
        struct feature feature = feature_of("ioctl:TCGETS");

        (void)state;
        feature.value = UINT64_C(1) << 32 | MANY_FIRST;
        assert_int_equal(policy_stub(policy, feature, EPERM), 0);
        feature.value = MANY_FIRST;
        feature.selector = UINT_MAX;
        assert_int_equal(policy_stub(policy, feature, EPERM), 0);
        filter = filter_with(policy, (struct filter_options){});
        assert_int_equal(status_behind(filter, see_exceptions_to_nothing), 0);
}

/*
 * Every register selector of the table against selector_matches(): behind a filter that stubs the
 * values of one call, each with its own errno, that call is made with all kinds of arguments. What
 * matches nothing is denied by default, so that the kernel carries out none of it.
 */
#define ERRNO_FIRST 1000
#define RULES_MAX   250
#define TRIALS      400

struct trial_policy {
        const struct selector *selectors;
        size_t selector_count;
        int number;
        const struct policy_rule *rules;
        size_t rule_count;
};

/* For the child, which fork() gives a copy. */
static struct trial_policy trial;

static uint64_t pick(uint64_t *seed)
{
        *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        return *seed >> 20;
}

/* A masked word that is likely to have something to do with the selector's values. */
static uint64_t pick_word(const struct selector *selector, uint64_t *seed)
{
        uint64_t word = 0;

        switch (pick(seed) % 4) {
        case 0:
                return pick(seed) << 32 ^ pick(seed);
        case 1:
                return 0;
        default:
                break;
        }
        for (uint64_t i = pick(seed) % 3 + 1; i > 0 && selector->value_count > 0; i--) {
                const struct selector_value *value =
                        &selector->values[pick(seed) % selector->value_count];

                word = selector->kind == SELECTOR_FLAGS ? word | value->value : value->value;
        }
        return word;
}

static void pick_arguments(uint64_t arguments[6], uint64_t *seed)
{
        for (unsigned i = 0; i < 6; i++)
                arguments[i] = pick(seed) << 32 ^ pick(seed);
        for (size_t i = 0; i < trial.selector_count; i++) {
                const struct selector *selector = &trial.selectors[i];
                uint64_t word = pick_word(selector, seed) & selector->mask;
                unsigned last = selector->argument;

                if (selector->source == SELECTOR_POINTER)
                        continue;
                if (selector->source == SELECTOR_PAIR) {
                        arguments[last] = word >> 32;
                        last++;
                        arguments[last] = (uint32_t)word;
                } else {
                        arguments[last] = (arguments[last] & ~selector->mask) | word;
                }
        }
}

static int expected_errno(const uint64_t arguments[6])
{
        for (size_t i = 0; i < trial.rule_count; i++) {
                const struct feature *feature = &trial.rules[i].feature;
                const struct selector *selector = &trial.selectors[feature->selector];

                if (selector_matches(selector, selector_word(selector, arguments), feature->value))
                        return trial.rules[i].errnum;
        }
        return EPERM;
}

static int make_trials(void)
{
        uint64_t seed = (uint64_t)trial.number;

        for (unsigned i = 0; i < TRIALS; i++) {
                uint64_t arguments[6];
                long result;

                pick_arguments(arguments, &seed);
                errno = 0;
                result = syscall(trial.number, arguments[0], arguments[1], arguments[2],
                        arguments[3], arguments[4], arguments[5]);
                if (result != -1 || errno != expected_errno(arguments))
                        return 1 + (int)(i % 90);
        }
        return 0;
}

static struct policy *policy_of_values(void)
{
        struct policy *policy = policy_new();
        int errnum = ERRNO_FIRST;

        for (unsigned i = 0; i < trial.selector_count; i++) {
                const struct selector *selector = &trial.selectors[i];

                for (size_t v = 0; v < selector->value_count; v++) {
                        const struct feature feature = {FEATURE_SUBFEATURE, abi_native(),
                                trial.number, i, selector->values[v].value};

                        if (selector->source == SELECTOR_POINTER || v >= RULES_MAX)
                                break;
                        assert_int_equal(policy_stub(policy, feature, errnum++), 0);
                }
        }
        policy_set_default(policy, EPERM);
        return policy;
}

static void test_filter_and_selector_agree(void **state)
{
        unsigned calls = 0;

        (void)state;
        for (int number = 0; number < syscall_number_limit(abi_native()); number++) {
                CLEANUP_POLICY struct policy *policy = NULL;
                CLEANUP_FILTER struct filter *filter = NULL;
                int status;

                trial.number = number;
                trial.selectors = selectors_of(abi_native(), number, &trial.selector_count);
                policy = policy_of_values();
                trial.rules = policy_rules(policy, &trial.rule_count);
                if (trial.rule_count == 0)
                        continue;
                filter = filter_with(policy, (struct filter_options){});
                status = status_behind(filter, make_trials);
                if (status != 0)
                        fail_msg("call %d: status %#x", number, (unsigned)status);
                calls++;
        }
        assert_true(calls > 30);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_one_command_is_stubbed_and_the_others_work),
                cmocka_unit_test(test_commands_of_one_call_have_their_own_actions),
                cmocka_unit_test(test_a_bit_is_found_among_others),
                cmocka_unit_test(test_a_call_without_bits_has_a_value_too),
                cmocka_unit_test(test_a_pair_is_told_by_both_its_words),
                cmocka_unit_test(test_a_rule_of_the_whole_call_decides),
                cmocka_unit_test(test_the_cookie_passes_before_any_value_is_looked_at),
                cmocka_unit_test(test_what_matches_no_rule_has_the_default),
                cmocka_unit_test(test_allowing_a_call_does_not_allow_what_is_withheld_of_it),
#ifdef __x86_64__
                cmocka_unit_test(test_the_values_of_other_abis_are_their_own),
#endif
                cmocka_unit_test(test_every_value_of_many_is_found),
                cmocka_unit_test(test_too_many_values_are_an_error),
                cmocka_unit_test(test_values_that_no_call_can_have_match_nothing),
                cmocka_unit_test(test_filter_and_selector_agree),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
