/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "run/usage.h"

static void test_io(void **state)
{
        struct usage usage = {.cpu = 1};

        (void)state;
        assert_int_equal(usage_read_io("rchar: 3980\nwchar: 614410\nsyscr: 8\nsyscw: 151\n"
                                       "read_bytes: 5\nwrite_bytes: 6\n",
                                 &usage),
                0);
        assert_int_equal(usage.file_bytes, 618390);
        assert_int_equal(usage.file_operations, 159);
        assert_int_equal(usage_read_io("", &usage), -EINVAL);
        assert_int_equal(usage_read_io("rchar: 1\nwchar: 1\nsyscr: 1\n", &usage), -EINVAL);
        assert_int_equal(
                usage_read_io("rchar: x\nwchar: 1\nsyscr: 1\nsyscw: 1\n", &usage), -EINVAL);
        assert_int_equal(usage.file_bytes, 618390);
}

static void test_memory(void **state)
{
        uint64_t memory = 7;

        (void)state;
        assert_int_equal(usage_read_memory("Name:\tVmHWM: 3\nVmPeak:\t    9 kB\n"
                                           "VmHWM:\t    5184 kB\nVmRSS:\t 4 kB\n",
                                 &memory),
                0);
        assert_int_equal(memory, 5184u << 10);
        /* A zombie's. */
        assert_int_equal(usage_read_memory("Name:\ttrue\nState:\tZ (zombie)\n", &memory), -EINVAL);
        assert_int_equal(usage_read_memory("VmHWM:", &memory), -EINVAL);
        assert_int_equal(memory, 5184u << 10);
}

static void test_network(void **state)
{
        static const char heading[] =
                "Inter-|   Receive                            |  Transmit\n"
                " face |bytes    packets errs drop fifo frame compressed multicast|bytes\n";
        struct usage usage = {};
        char text[512];

        (void)state;
        snprintf(text, sizeof(text), "%s eth0: 1 2 3 4\n    lo:     840      10    0    0\n",
                heading);
        assert_int_equal(usage_read_network(text, &usage), 0);
        assert_int_equal(usage.network_bytes, 840);
        assert_int_equal(usage.network_operations, 10);
        assert_int_equal(usage_read_network(heading, &usage), -EINVAL);
        assert_int_equal(usage_read_network("lo: 8", &usage), -EINVAL);
        assert_int_equal(usage_read_network("", &usage), -EINVAL);
        /* Old kernels leave no space behind the colon of a large number. */
        assert_int_equal(usage_read_network("    lo:123456789 77 0\n", &usage), 0);
        assert_int_equal(usage.network_bytes, 123456789);
}

static void test_score(void **state)
{
        static const struct {
                const char *text;
                double score;
        } good[] = {{"1", 1}, {"123456.75\n", 123456.75}, {" -2e3 \r\n", -2000}, {"0.00\n", 0}};
        static const char *const bad[] = {"", "\n", "fast", "12 requests", "1 2", "1\n2\n", "inf",
                "nan", "0x10", "1e999", "--1", "1.2.3", "\"GET\",\"1\""};
        double score = 5;

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                assert_int_equal(usage_read_score(bad[i], &score), -EINVAL);
        assert_true(score == 5);
        for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
                assert_int_equal(usage_read_score(good[i].text, &score), 0);
                assert_true(score == good[i].score);
        }
}

static void test_subtract(void **state)
{
        struct usage usage = {.cpu = 2,
                             .memory = 50,
                             .files = 4,
                             .context_switches = 9,
                             .file_bytes = 100,
                             .file_operations = 10},
                     launch = {.cpu = 0.5,
                             .memory = 40,
                             .files = 3,
                             .context_switches = 10,
                             .file_bytes = 30,
                             .file_operations = 4};

        (void)state;
        usage_subtract(&usage, &launch);
        assert_true(usage.cpu == 1.5);
        assert_int_equal(usage.memory, 50);
        assert_int_equal(usage.files, 4);
        assert_int_equal(usage.context_switches, 0);
        assert_int_equal(usage.file_bytes, 70);
        assert_int_equal(usage.file_operations, 6);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_io),
                cmocka_unit_test(test_memory),
                cmocka_unit_test(test_network),
                cmocka_unit_test(test_score),
                cmocka_unit_test(test_subtract),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
