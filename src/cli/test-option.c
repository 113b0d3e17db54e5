/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "cli/option.h"

#define WORDS_MAX 16

enum colour {
        RED,
        GREEN,
        COLOUR_COUNT,
};

/* Stands somewhere in another struct, as shared options do. */
struct shared {
        const char *script;
        double timeout;
};

struct values {
        bool quiet;
        bool verbose;
        unsigned replicas;
        unsigned jobs;
        enum colour colour;
        struct option_list stubs;
        int size;
        struct shared shared;
};

static const char *colour_word(unsigned value)
{
        return value == RED ? "red" : "green";
}

static int parse_size(const char *text, void *ret, struct error *error)
{
        if (strcmp(text, "4K") != 0)
                return error_set(error, EINVAL, "'%s' is not 4K", text);
        *(int *)ret = 4096;
        return 0;
}

static const struct option shared_options[] = {
        {"test", 't', OPTION_STRING, offsetof(struct shared, script), "SCRIPT"},
        {"timeout", 0, OPTION_SECONDS, offsetof(struct shared, timeout), "SECONDS"},
        {},
};

static const struct option own_options[] = {
        {"quiet", 'q', OPTION_FLAG, offsetof(struct values, quiet)},
        {"verbose", 'v', OPTION_FLAG, offsetof(struct values, verbose)},
        {"replicas", 'r', OPTION_UNSIGNED, offsetof(struct values, replicas), "N", .minimum = 1,
                .maximum = 100},
        {"jobs", 0, OPTION_UNSIGNED, offsetof(struct values, jobs), "N", .minimum = 1, .maximum = 8,
                .zero = "auto"},
        {"colour", 0, OPTION_CHOICE, offsetof(struct values, colour), "red|green",
                .word = colour_word, .maximum = COLOUR_COUNT - 1},
        {"stub", 0, OPTION_LIST, offsetof(struct values, stubs), "NAME"},
        {"size", 0, OPTION_PARSED, offsetof(struct values, size), "SIZE", .parse = parse_size},
        {},
};

static const struct option_group groups[] = {
        {"Own", own_options},
        {"Shared", shared_options, offsetof(struct values, shared)},
        {},
};

/* A command line and what has become of it. */
struct line {
        char *argv[WORDS_MAX];
        struct values values;
        struct operands operands;
        bool help;
        struct error error;
        int result;
};

static void parse(struct line *line, const char *const *words)
{
        size_t count = 0;

        *line = (struct line){.values = {.jobs = 5, .replicas = 3}};
        for (; words[count]; count++)
                line->argv[count] = (char *)words[count];
        assert_true(count < WORDS_MAX);
        line->result = option_parse(
                groups, line->argv, &line->values, &line->operands, &line->help, &line->error);
}

static void line_clear(struct line *line)
{
        option_clear(groups, &line->values);
}

#define CLEANUP_LINE     CLEANUP(line_clear)
#define PARSE(line, ...) parse(line, (const char *const[]){__VA_ARGS__, NULL})

static void test_spellings(void **state)
{
        static const char *const rows[][3] = {
                {"--replicas", "7"},
                {"--replicas=7"},
                {"-r", "7"},
                {"-r7"},
                {"-qr7"},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_LINE struct line line;

                parse(&line, rows[i]);
                assert_int_equal(line.result, 0);
                assert_int_equal(line.values.replicas, 7);
                assert_int_equal(line.operands.count, 0);
                assert_null(line.operands.command);
                assert_false(line.help);
        }
}

static void test_kinds(void **state)
{
        CLEANUP_LINE struct line line;

        (void)state;
        PARSE(&line, "-qv", "--jobs=auto", "--colour", "green", "--stub=a,b", "--stub", "c",
                "--size", "4K", "-t", "./x.sh", "--timeout", "0.5");
        assert_int_equal(line.result, 0);
        assert_true(line.values.quiet);
        assert_true(line.values.verbose);
        assert_int_equal(line.values.replicas, 3);
        assert_int_equal(line.values.jobs, 0);
        assert_int_equal(line.values.colour, GREEN);
        assert_int_equal(line.values.stubs.values.count, 2);
        assert_string_equal(line.values.stubs.values.items[0], "a,b");
        assert_string_equal(line.values.stubs.values.items[1], "c");
        assert_int_equal(line.values.size, 4096);
        assert_string_equal(line.values.shared.script, "./x.sh");
        assert_true(line.values.shared.timeout == 0.5);
}

static void test_last_one_wins(void **state)
{
        CLEANUP_LINE struct line line;

        (void)state;
        PARSE(&line, "--replicas=7", "-r", "9", "-t", "a", "-t", "b");
        assert_int_equal(line.values.replicas, 9);
        assert_string_equal(line.values.shared.script, "b");
}

static void test_operands(void **state)
{
        CLEANUP_LINE struct line line;

        (void)state;
        PARSE(&line, "one", "-q", "two", "--stub=x", "-", "three");
        assert_int_equal(line.result, 0);
        assert_true(line.values.quiet);
        assert_int_equal(line.operands.count, 4);
        assert_string_equal(line.operands.words[0], "one");
        assert_string_equal(line.operands.words[1], "two");
        assert_string_equal(line.operands.words[2], "-");
        assert_string_equal(line.operands.words[3], "three");
        assert_null(line.operands.command);
}

static void test_command_is_left_alone(void **state)
{
        CLEANUP_LINE struct line line;

        (void)state;
        PARSE(&line, "-q", "file", "--", "ls", "-v", "--", "--help");
        assert_int_equal(line.result, 0);
        assert_false(line.values.verbose);
        assert_false(line.help);
        assert_int_equal(line.operands.count, 1);
        assert_string_equal(line.operands.command[0], "ls");
        assert_string_equal(line.operands.command[1], "-v");
        assert_string_equal(line.operands.command[2], "--");
        assert_string_equal(line.operands.command[3], "--help");
        assert_null(line.operands.command[4]);
}

static void test_empty_command(void **state)
{
        CLEANUP_LINE struct line line;

        (void)state;
        PARSE(&line, "--");
        assert_int_equal(line.result, 0);
        assert_non_null(line.operands.command);
        assert_null(line.operands.command[0]);
}

static void test_help(void **state)
{
        static const char *const rows[][3] = {{"--help"}, {"-h"}, {"-qh"}, {"-h", "--nonsense"}};

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_LINE struct line line;

                parse(&line, rows[i]);
                assert_int_equal(line.result, 0);
                assert_true(line.help);
        }
}

static void test_errors(void **state)
{
        static const struct {
                const char *words[4];
                const char *message;
        } rows[] = {
                {{"--replicas", "x"}, "--replicas: 'x' is not a number from 1 to 100"},
                {{"-r", "0"}, "--replicas: '0' is not a number from 1 to 100"},
                {{"-r101"}, "--replicas: '101' is not a number from 1 to 100"},
                {{"--replicas="}, "--replicas: '' is not a number from 1 to 100"},
                {{"--replicas=-1"}, "--replicas: '-1' is not a number from 1 to 100"},
                {{"--replicas=+1"}, "--replicas: '+1' is not a number from 1 to 100"},
                {{"--replicas=1x"}, "--replicas: '1x' is not a number from 1 to 100"},
                {{"--replicas=99999999999999999999"},
                        "--replicas: '99999999999999999999' is not a number from 1 to 100"},
                {{"--replicas=4294967297"},
                        "--replicas: '4294967297' is not a number from 1 to 100"},
                {{"--replicas"}, "--replicas: N is missing"},
                {{"--replicas", "--", "ls"}, "--replicas: N is missing"},
                {{"-qr"}, "--replicas: N is missing"},
                {{"--jobs", "many"}, "--jobs: 'many' is not auto or a number from 1 to 8"},
                {{"--colour=blue"}, "--colour: 'blue' is not one of red|green"},
                {{"--timeout", "0"}, "--timeout: '0' is not a number of seconds above 0"},
                {{"--timeout", "-1"}, "--timeout: '-1' is not a number of seconds above 0"},
                {{"--timeout", "nan"}, "--timeout: 'nan' is not a number of seconds above 0"},
                {{"--timeout", "inf"}, "--timeout: 'inf' is not a number of seconds above 0"},
                {{"--timeout", "1s"}, "--timeout: '1s' is not a number of seconds above 0"},
                {{"--timeout", ""}, "--timeout: '' is not a number of seconds above 0"},
                {{"--size", "5K"}, "--size: '5K' is not 4K"},
                {{"--quiet=1"}, "--quiet takes no value"},
                {{"--replica", "3"}, "there is no option --replica: did you mean --replicas?"},
                {{"--tiemout=3"}, "there is no option --tiemout: did you mean --timeout?"},
                {{"--hepl"}, "there is no option --hepl: did you mean --help?"},
                {{"--something-else"}, "there is no option --something-else"},
                {{"-x"}, "there is no option -x"},
                {{"-qx"}, "there is no option -x"},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_LINE struct line line;

                parse(&line, rows[i].words);
                assert_int_equal(line.result, -EINVAL);
                assert_string_equal(line.error.message, rows[i].message);
                assert_int_equal(line.values.replicas, 3);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_spellings),
                cmocka_unit_test(test_kinds),
                cmocka_unit_test(test_last_one_wins),
                cmocka_unit_test(test_operands),
                cmocka_unit_test(test_command_is_left_alone),
                cmocka_unit_test(test_empty_command),
                cmocka_unit_test(test_help),
                cmocka_unit_test(test_errors),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
