/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "run/outcome.h"

static void test_text(void **state)
{
        static const struct {
                struct outcome outcome;
                const char *text;
        } rows[] = {
                {{OUTCOME_PASSED, 0}, "passed"},
                {{OUTCOME_TEST_FAILED, 3}, "test failed (exit 3)"},
                {{OUTCOME_CRASHED, SIGSEGV}, "crashed SIGSEGV"},
                {{OUTCOME_CRASHED, 40}, "crashed SIG40"},
                {{OUTCOME_EXITED, 1}, "exited 1"},
                {{OUTCOME_HUNG, 0}, "hung"},
                {{OUTCOME_NOT_READY, 0}, "not ready"},
                {{OUTCOME_ASKED_AGAIN, 0}, "asked again"},
                {{OUTCOME_NO_NUMBER, 0}, "no number"},
        };
        char buffer[OUTCOME_TEXT_MAX];
        struct outcome parsed;

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                assert_string_equal(outcome_text(rows[i].outcome, buffer), rows[i].text);
                assert_int_equal(outcome_parse(rows[i].text, &parsed), 0);
                assert_int_equal(parsed.kind, rows[i].outcome.kind);
                assert_int_equal(parsed.code, rows[i].outcome.code);
        }
}

static void test_parse_refuses(void **state)
{
        struct outcome parsed = {OUTCOME_HUNG, 7};

        (void)state;
        assert_int_equal(outcome_parse("", &parsed), -EINVAL);
        assert_int_equal(outcome_parse("exited", &parsed), -EINVAL);
        assert_int_equal(outcome_parse("exited 256", &parsed), -EINVAL);
        assert_int_equal(outcome_parse("crashed SIGNOTHING", &parsed), -EINVAL);
        assert_int_equal(outcome_parse("passed ", &parsed), -EINVAL);
        assert_int_equal(parsed.code, 7);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_text),
                cmocka_unit_test(test_parse_refuses),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
