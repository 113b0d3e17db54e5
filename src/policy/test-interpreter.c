/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/cleanup.h"
#include "policy/interpreter.h"

static const struct {
        const char *head;
        const char *path; /* NULL: no script */
        const char *argument;
} heads[] = {
        {"#!/bin/sh\necho\n", "/bin/sh", ""},
        {"#!/bin/sh", "/bin/sh", ""},
        {"#!  /usr/bin/perl \t-w -T \t\nuse strict;", "/usr/bin/perl", "-w -T"},
        {"#!/usr/bin/env perl\n", "/usr/bin/env", "perl"},
        {"#!perl\n", "perl", ""},
        {"#!/bin/sh -e\r\n", "/bin/sh", "-e\r"},
        {"#!\n/bin/sh\n", NULL, NULL},
        {"#!   \n", NULL, NULL},
        {"#!", NULL, NULL},
        {"#", NULL, NULL},
        {"", NULL, NULL},
        {" #!/bin/sh\n", NULL, NULL},
        {"\177ELF", NULL, NULL},
};

static void test_heads(void **state)
{
        struct interpreter interpreter;

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
                bool script = interpreter_parse(heads[i].head, strlen(heads[i].head), &interpreter);

                assert_int_equal(script, heads[i].path != NULL);
                if (!script)
                        continue;
                assert_string_equal(interpreter.path, heads[i].path);
                assert_string_equal(interpreter.argument, heads[i].argument);
        }
}

/* The kernel refuses a path that may go on behind what it looks at, and cuts an argument. */
static void test_long_lines(void **state)
{
        char head[INTERPRETER_LINE_MAX];
        struct interpreter interpreter;

        (void)state;
        memset(head, 'x', sizeof(head));
        memcpy(head, "#!/", 3);
        assert_false(interpreter_parse(head, sizeof(head), &interpreter));
        assert_true(interpreter_parse(head, sizeof(head) - 1, &interpreter));
        assert_int_equal(strlen(interpreter.path), sizeof(head) - 3);
        head[10] = ' ';
        assert_true(interpreter_parse(head, sizeof(head), &interpreter));
        assert_string_equal(interpreter.path, "/xxxxxxx");
        assert_int_equal(strlen(interpreter.argument), sizeof(head) - 11);
        head[10] = 'x';
        head[sizeof(head) - 1] = '\n';
        assert_true(interpreter_parse(head, sizeof(head), &interpreter));
}

/* A zero byte within the line ends it; nothing behind it is read. */
static void test_zero_bytes(void **state)
{
        static const char head[] = "#!/bin/sh\0 -e\n";
        struct interpreter interpreter;

        (void)state;
        assert_true(interpreter_parse(head, sizeof(head), &interpreter));
        assert_string_equal(interpreter.path, "/bin/sh");
        assert_string_equal(interpreter.argument, "");
}

static const struct {
        const char *argument;
        const char *program; /* NULL: none */
} arguments[] = {
        {"perl", "perl"},
        {"-S perl -w", "perl"},
        {"-S LANG=C  -i\tpython3 -u", "python3"},
        {"  perl", "perl"},
        {"", NULL},
        {"-S", NULL},
        {"A=b", NULL},
};

static void test_env(void **state)
{
        char program[INTERPRETER_LINE_MAX];

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(arguments); i++) {
                bool found = interpreter_of_env(arguments[i].argument, program);

                assert_int_equal(found, arguments[i].program != NULL);
                if (found)
                        assert_string_equal(program, arguments[i].program);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_heads),
                cmocka_unit_test(test_long_lines),
                cmocka_unit_test(test_zero_bytes),
                cmocka_unit_test(test_env),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
