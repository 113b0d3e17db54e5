/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "arch/syscalls.h"
#include "base/cleanup.h"
#include "feature/selector.h"

/* The selector of a native call by its name; fails the test where there is none. */
static const struct selector *selector_named(int number, const char *name)
{
        size_t count;
        const struct selector *selectors = selectors_of(abi_native(), number, &count);

        for (size_t i = 0; i < count; i++) {
                if (strcmp(selectors[i].name, name) == 0)
                        return &selectors[i];
        }
        fail_msg("call %d has no selector '%s'", number, name);
        return NULL;
}

static void assert_value_name(const struct selector *selector, uint64_t value, const char *name)
{
        const struct selector_value *found = selector_value_find(selector, value);

        assert_non_null(found);
        assert_string_equal(found->name, name);
}

static void test_lookup(void **state)
{
        size_t count = 7;

        (void)state;
        assert_non_null(selectors_of(abi_native(), SYS_fcntl, &count));
        assert_int_equal(count, 1);
        assert_null(selectors_of(abi_native(), SYS_read, &count));
        assert_int_equal(count, 0);
        assert_null(selectors_of(abi_native(), 4000, &count));
        assert_null(selectors_of(abi_native(), -1, &count));
        assert_int_equal(count, 0);
}

/* The calls of machines whose headers are not there have no values that could be trusted. */
static void test_other_abis(void **state)
{
        const struct syscall_info *fcntl_info = syscall_by_name("fcntl");
        size_t count;

        (void)state;
        for (enum abi abi = 0; abi < ABI_COUNT; abi++) {
                const struct selector *selectors =
                        selectors_of(abi, fcntl_info->numbers[abi], &count);

                assert_int_equal(selectors != NULL, abi_reachable(abi));
        }
}

static void test_enumeration(void **state)
{
        const struct selector *cmd = selector_named(SYS_fcntl, "cmd");
        /* The kernel reads 32 bits of it: what stands above them says nothing. */
        const uint64_t arguments[6] = {3, UINT64_C(0xffff000000000000) | F_SETFL, O_NONBLOCK};
        uint64_t values[SELECTOR_VALUES_MAX];

        (void)state;
        assert_int_equal(selector_word(cmd, arguments), F_SETFL);
        assert_int_equal(selector_split(cmd, F_SETFL, values), 1);
        assert_int_equal(values[0], F_SETFL);
        assert_true(selector_matches(cmd, F_SETFL, F_SETFL));
        assert_false(selector_matches(cmd, F_SETFL, 0));
        /* 4 and 3 share no bit with 1, and 5 contains 4: an enumeration does not care. */
        assert_false(selector_matches(cmd, F_GETLK, F_SETFL));
        assert_value_name(cmd, F_SETFL, "F_SETFL");
        assert_null(selector_value_find(cmd, 999));
}

static void test_flags(void **state)
{
        const struct selector *flags = selector_named(SYS_mmap, "flags");
        const uint64_t arguments[6] = {0, 4096, 0, MAP_PRIVATE | MAP_FIXED | 0x800000 | MAP_STACK};
        uint64_t values[SELECTOR_VALUES_MAX];
        uint64_t word = selector_word(flags, arguments);

        (void)state;
        assert_int_equal(word, MAP_FIXED | 0x800000 | MAP_STACK);
        assert_int_equal(selector_split(flags, word, values), 3);
        assert_int_equal(values[0], MAP_FIXED);
        assert_int_equal(values[1], MAP_STACK);
        assert_int_equal(values[2], 0x800000);
        assert_true(selector_matches(flags, word, MAP_STACK));
        assert_false(selector_matches(flags, word, MAP_POPULATE));
        assert_int_equal(selector_split(flags, 0, values), 0);
}

/* Where "no bit at all" has a name, it is a value. */
static void test_named_zero(void **state)
{
        const struct selector *protection = selector_named(SYS_mmap, "prot");
        uint64_t values[SELECTOR_VALUES_MAX];

        (void)state;
        assert_int_equal(selector_split(protection, 0, values), 1);
        assert_int_equal(values[0], PROT_NONE);
        assert_value_name(protection, PROT_NONE, "PROT_NONE");
        assert_true(selector_matches(protection, 0, PROT_NONE));
        assert_false(selector_matches(protection, PROT_READ, PROT_NONE));
}

static void test_divided_argument(void **state)
{
        const struct selector *type = selector_named(SYS_mmap, "type");
        const uint64_t arguments[6] = {0, 4096, 0, MAP_PRIVATE | MAP_ANONYMOUS, -1};

        (void)state;
        assert_int_equal(selector_word(type, arguments), MAP_PRIVATE);
        /* MAP_SHARED_VALIDATE (3) has the bits of both of the others. */
        assert_false(selector_matches(type, MAP_SHARED_VALIDATE, MAP_PRIVATE));
}

static void test_pair(void **state)
{
        const struct selector *option = selector_named(SYS_setsockopt, "option");
        const uint64_t arguments[6] = {3, IPPROTO_TCP, TCP_NODELAY};
        const uint64_t socket_level[6] = {3, SOL_SOCKET, SO_DEBUG};

        (void)state;
        assert_int_equal(option->source, SELECTOR_PAIR);
        assert_int_equal(
                selector_word(option, arguments), (uint64_t)IPPROTO_TCP << 32 | TCP_NODELAY);
        assert_value_name(option, selector_word(option, arguments), "TCP_NODELAY");
        assert_value_name(option, selector_word(option, socket_level), "SO_DEBUG");
}

static void test_pointer(void **state)
{
        const struct selector *flags = selector_named(SYS_clone3, "flags");
        uint64_t values[SELECTOR_VALUES_MAX];

        (void)state;
        assert_int_equal(flags->source, SELECTOR_POINTER);
        assert_int_equal(flags->size, 8);
        assert_value_name(flags, UINT64_C(0x200000000), "CLONE_INTO_CGROUP");
        assert_int_equal(selector_split(flags, UINT64_MAX, values), SELECTOR_VALUES_MAX);
}

static void test_success(void **state)
{
        const struct selector *cmd = selector_named(SYS_fcntl, "cmd");
        const struct selector_value *value = selector_value_find(cmd, F_DUPFD);

        (void)state;
        assert_true(value->has_success);
        assert_int_equal(value->success.kind, SUCCESS_DESCRIPTOR);
        assert_false(selector_value_find(cmd, F_SETFD)->has_success);
}

/* The first of several names is the one shown. */
static void test_alias(void **state)
{
        (void)state;
        assert_value_name(selector_named(SYS_openat, "flags"), O_NONBLOCK, "O_NONBLOCK");
}

/* What data/features/ promises of every row. */
static void test_table(void **state)
{
        size_t selectors_seen = 0, count;

        (void)state;
        for (int number = 0; number < syscall_number_limit(abi_native()); number++) {
                const struct selector *selectors = selectors_of(abi_native(), number, &count);

                assert_true(count <= SELECTORS_MAX);
                for (size_t i = 0; i < count; i++) {
                        const struct selector *selector = &selectors[i];

                        selectors_seen++;
                        assert_true(selector->mask != 0);
                        assert_int_equal(selector->source == SELECTOR_POINTER, selector->size != 0);
                        for (size_t j = 0; j < selector->value_count; j++) {
                                const struct selector_value *value = &selector->values[j];

                                assert_int_equal(value->value & ~selector->mask, 0);
                                assert_true(selector->kind == SELECTOR_ENUMERATION ||
                                            (value->value & (value->value - 1)) == 0);
                        }
                }
        }
        assert_true(selectors_seen > 10);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_lookup),
                cmocka_unit_test(test_other_abis),
                cmocka_unit_test(test_enumeration),
                cmocka_unit_test(test_flags),
                cmocka_unit_test(test_named_zero),
                cmocka_unit_test(test_divided_argument),
                cmocka_unit_test(test_pair),
                cmocka_unit_test(test_pointer),
                cmocka_unit_test(test_success),
                cmocka_unit_test(test_alias),
                cmocka_unit_test(test_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
