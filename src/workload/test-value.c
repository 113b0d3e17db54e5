/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strings.h"
#include "workload/excerpt.h"
#include "workload/workload.h"

static void test_sizes(void **state)
{
        static const struct {
                const char *text;
                uint64_t bytes;
        } rows[] = {
                {"1", 1},
                {"512", 512},
                {"1K", 1024},
                {"512M", UINT64_C(512) << 20},
                {"3G", UINT64_C(3) << 30},
                {"2T", UINT64_C(2) << 40},
                {"00010K", 10240},
                {"18446744073709551615", UINT64_MAX},
                {"16777215T", UINT64_C(16777215) << 40},
        };
        uint64_t bytes;

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                assert_int_equal(size_parse(rows[i].text, &bytes, NULL), 0);
                assert_int_equal(bytes, rows[i].bytes);
        }
}

static void test_wrong_sizes(void **state)
{
        static const char *const texts[] = {"", "0", "0K", "K", "-1", "+1", " 1", "1 ", "1k", "1KB",
                "1.5G", "1e3", "0x10", "18446744073709551616", "16777216T", "1P"};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                struct error error = {};
                uint64_t bytes = 7;
                char expected[200];

                snprintf(expected, sizeof(expected),
                        "\"%s\" is not a size above 0: a whole number of bytes, or with K, M, G or "
                        "T behind it",
                        texts[i]);
                assert_int_equal(size_parse(texts[i], &bytes, &error), -EINVAL);
                assert_string_equal(error.message, expected);
                assert_int_equal(bytes, 7);
        }
}

static void test_seconds(void **state)
{
        static const char *const wrong[] = {"", ".", ".5", "0", "0.0", "-1", "+1", "1e3", "0x1p3",
                "nan", "inf", "infinity", "1,5", "1.5.2", "1s", " 1", "1 ", "1000000.1"};
        double seconds;

        (void)state;
        assert_int_equal(seconds_parse("30", &seconds, NULL), 0);
        assert_true(seconds == 30);
        assert_int_equal(seconds_parse("2.25", &seconds, NULL), 0);
        assert_true(seconds == 2.25);
        assert_int_equal(seconds_parse("1.", &seconds, NULL), 0);
        assert_true(seconds == 1);
        assert_int_equal(seconds_parse("1000000", &seconds, NULL), 0);
        assert_true(seconds == WORKLOAD_TIMEOUT_MAX);

        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
                struct error error = {};
                char expected[200];

                snprintf(expected, sizeof(expected),
                        "\"%s\" is not a number of seconds above 0, at most 1000000", wrong[i]);
                assert_int_equal(seconds_parse(wrong[i], &seconds, &error), -EINVAL);
                assert_string_equal(error.message, expected);
        }
        assert_true(seconds == WORKLOAD_TIMEOUT_MAX);
}

static void test_numbers(void **state)
{
        static const char *const wrong[] = {"", "2", "11", "-3", "+3", "3x", " 3", "3.0", "0x3",
                "4294967299", "18446744073709551619"};
        unsigned number;

        (void)state;
        assert_int_equal(number_parse("3", 3, 10, &number, NULL), 0);
        assert_int_equal(number, 3);
        assert_int_equal(number_parse("010", 3, 10, &number, NULL), 0);
        assert_int_equal(number, 10);
        assert_int_equal(number_parse("4294967295", 0, UINT_MAX, &number, NULL), 0);
        assert_int_equal(number, UINT_MAX);

        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
                struct error error = {};
                char expected[200];

                snprintf(expected, sizeof(expected), "\"%s\" is not a whole number from 3 to 10",
                        wrong[i]);
                assert_int_equal(number_parse(wrong[i], 3, 10, &number, &error), -EINVAL);
                assert_string_equal(error.message, expected);
        }
        assert_int_equal(number, UINT_MAX);
}

static void test_words(void **state)
{
        struct error error = {};
        enum workload_kind kind;
        enum workload_mode mode;

        (void)state;
        for (enum workload_kind i = 0; i < WORKLOAD_KIND_COUNT; i++) {
                assert_int_equal(workload_kind_parse(workload_kind_name(i), &kind, NULL), 0);
                assert_int_equal(kind, i);
        }
        for (enum workload_mode i = 0; i < WORKLOAD_MODE_COUNT; i++) {
                assert_int_equal(workload_mode_parse(workload_mode_name(i), &mode, NULL), 0);
                assert_int_equal(mode, i);
        }
        assert_int_equal(workload_kind_parse("Health", &kind, &error), -EINVAL);
        assert_string_equal(error.message, "\"Health\" is not health, benchmark or suite");
        assert_int_equal(workload_mode_parse("", &mode, &error), -EINVAL);
        assert_string_equal(error.message, "\"\" is not server or command");
}

static void test_ready(void **state)
{
        static const struct {
                const char *text;
                enum ready_kind kind;
                unsigned port;
                const char *rest;
        } rows[] = {
                {"tcp:1", READY_TCP, 1, NULL},
                {"tcp:65535", READY_TCP, 65535, NULL},
                {"unix:/run/x.sock", READY_UNIX, 0, "/run/x.sock"},
                {"unix:@name", READY_UNIX, 0, "@name"},
                {"file:/run/x.pid", READY_FILE, 0, "/run/x.pid"},
                {"log:a: b|c", READY_LOG, 0, "a: b|c"},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_FREE char *text = NULL;
                struct ready ready = {};

                assert_int_equal(ready_parse(rows[i].text, &ready, NULL), 0);
                assert_int_equal(ready.kind, rows[i].kind);
                assert_int_equal(ready.port, rows[i].port);
                assert_true(string_equal(ready.text, rows[i].rest));
                text = ready_text(&ready);
                assert_string_equal(text, rows[i].text);
                ready_clear(&ready);
                assert_int_equal(ready.kind, READY_NONE);
                assert_null(ready_text(&ready));
        }
}

static void test_wrong_ready(void **state)
{
        static const struct {
                const char *text, *message;
        } rows[] = {
                {"", "\"\" is not tcp:PORT, unix:PATH, file:PATH or log:REGEX"},
                {"TCP:1", "\"TCP:1\" is not tcp:PORT, unix:PATH, file:PATH or log:REGEX"},
                {"tcp:", "\"\" is not a whole number from 1 to 65535"},
                {"tcp:0", "\"0\" is not a whole number from 1 to 65535"},
                {"tcp:65536", "\"65536\" is not a whole number from 1 to 65535"},
                {"unix:", "\"\" is not an absolute path or @NAME of at most 107 bytes"},
                {"unix:@", "\"@\" is not an absolute path or @NAME of at most 107 bytes"},
                {"file:", "\"\" is not an absolute path"},
                {"log:", "\"\" is not a regular expression of 1 to 1000 bytes"},
                {"log:(a", "\"(a\" is not an extended regular expression: Unmatched ( or \\("},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                struct ready ready = {.kind = READY_TCP, .port = 7};
                struct error error = {};

                assert_int_equal(ready_parse(rows[i].text, &ready, &error), -EINVAL);
                assert_string_equal(error.message, rows[i].message);
                assert_int_equal(ready.port, 7);
        }
}

static void test_excerpt(void **state)
{
        char buffer[EXCERPT_SIZE], text[EXCERPT_SIZE + 10];

        (void)state;
        assert_string_equal(excerpt("a\nb\x7f\tc☃", buffer), "a?b??c☃");

        memset(text, 'x', sizeof(text));
        text[EXCERPT_SIZE - 1] = '\0';
        assert_string_equal(excerpt(text, buffer), text);

        /* One byte too long: cut, and never within a character. */
        text[EXCERPT_SIZE - 1] = 'x';
        text[EXCERPT_SIZE] = '\0';
        memcpy(text + EXCERPT_SIZE - 6, "☃", 3);
        excerpt(text, buffer);
        assert_int_equal(strlen(buffer), EXCERPT_SIZE - 6 + 3);
        assert_string_equal(buffer + EXCERPT_SIZE - 7, "x…");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sizes),
                cmocka_unit_test(test_wrong_sizes),
                cmocka_unit_test(test_seconds),
                cmocka_unit_test(test_numbers),
                cmocka_unit_test(test_words),
                cmocka_unit_test(test_ready),
                cmocka_unit_test(test_wrong_ready),
                cmocka_unit_test(test_excerpt),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
