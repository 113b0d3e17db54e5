/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/strings.h"
#include "cli/workload-arguments.h"

#define WORDS_MAX 32

struct parsed {
        struct workload *workload; /* NULL where it was refused */
        char **words;              /* workload_to_words() of it */
        struct error error;
};

static void parsed_clear(struct parsed *parsed)
{
        workload_free(parsed->workload);
        strings_free(parsed->words);
}

#define CLEANUP_PARSED CLEANUP(parsed_clear)

static struct parsed parse(const char *const *words)
{
        static const struct option_group groups[] = {{"Workload", workload_options}, {}};
        struct workload_arguments arguments = WORKLOAD_ARGUMENTS_DEFAULTS;
        struct operands operands;
        struct parsed parsed = {};
        char *argv[WORDS_MAX] = {};
        bool help;

        for (size_t i = 0; words[i]; i++) {
                assert_true(i + 1 < WORDS_MAX);
                argv[i] = (char *)words[i];
        }
        assert_int_equal(
                option_parse(groups, argv, &arguments, &operands, &help, &parsed.error), 0);
        workload_from_arguments(&arguments, &operands, &parsed.workload, &parsed.error);
        if (parsed.workload)
                parsed.words = workload_to_words(&arguments, parsed.workload);
        option_clear(groups, &arguments);
        return parsed;
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static void test_command(void **state)
{
        CLEANUP_PARSED struct parsed parsed = PARSE("--", "true", "--help");
        CLEANUP_FREE char *here = realpath(".", NULL);
        const struct workload *workload = parsed.workload;

        (void)state;
        assert_non_null(workload);
        assert_string_equal(workload->command[0], "true");
        assert_string_equal(workload->command[1], "--help");
        assert_null(workload->command[2]);
        assert_string_equal(workload->directory, here);
        assert_string_equal(workload->application_name, "true");
        assert_int_equal(workload->mode, WORKLOAD_COMMAND);
        assert_true(workload->timeout == WORKLOAD_TIMEOUT_DEFAULT);
        assert_null(workload->script);
}

static void test_every_option(void **state)
{
        CLEANUP_PARSED struct parsed parsed = PARSE("-t", "/bin/true", "--ready=tcp:80",
                "--timeout=2.5", "--exit=3", "--user=root", "-C", "/usr", "-E", "A=1", "--env",
                "B=", "--memory=64M", "--disk=1K", "--processes=7", "--consider=perl", "--consider",
                "t/*.t", "--", "sleep", "9");
        const struct workload *workload = parsed.workload;
        CLEANUP_FREE char *script = realpath("/bin/true", NULL);

        (void)state;
        assert_non_null(workload);
        assert_string_equal(workload->script, script);
        assert_int_equal(workload->ready.kind, READY_TCP);
        assert_int_equal(workload->ready.port, 80);
        assert_int_equal(workload->mode, WORKLOAD_SERVER);
        assert_true(workload->timeout == 2.5);
        assert_int_equal(workload->exit_status, 3);
        assert_string_equal(workload->user, "root");
        assert_string_equal(workload->directory, "/usr");
        assert_int_equal(strings_count(workload->environment), 2);
        assert_string_equal(workload->environment[1], "B=");
        assert_int_equal(workload->limits.memory, 64 << 20);
        assert_int_equal(workload->limits.disk, 1 << 10);
        assert_int_equal(workload->limits.processes, 7);
        assert_int_equal(strings_count(workload->consider), 2);
        assert_string_equal(workload->consider[0], "perl");
        assert_string_equal(workload->consider[1], "/usr/t/*.t");
}

/* What the words name is the same workload, wherever they are read. */
static void test_words(void **state)
{
        static const char *const rows[][9] = {
                {"-t", "/bin/true", "--ready=tcp:80", "--timeout=2.5", "-E", "A=1", "--", "sleep"},
                {"--exit=3", "--memory=64M", "--disk=1K", "--processes=7", "--user=root", "--",
                        "sleep", "--", "-9"},
                {"--consider=./bin/x", "--consider=y", "--", "true"},
                {"--", "true"},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                const char *row[ARRAY_SIZE(rows[0]) + 1] = {};
                char first_digest[WORKLOAD_DIGEST_SIZE], second_digest[WORKLOAD_DIGEST_SIZE];

                memcpy(row, rows[i], sizeof(rows[i]));
                CLEANUP_PARSED struct parsed first = parse(row);
                assert_non_null(first.words);
                assert_int_equal(chdir("/usr"), 0);
                CLEANUP_PARSED struct parsed second = parse((const char *const *)first.words);
                assert_non_null(second.workload);
                assert_int_equal(workload_digest(first.workload, first_digest, NULL), 0);
                assert_int_equal(workload_digest(second.workload, second_digest, NULL), 0);
                assert_string_equal(first_digest, second_digest);
                assert_int_equal(chdir("/"), 0);
        }
}

static void test_options_win_over_the_file(void **state)
{
        char path[] = "/tmp/loupe-workload-XXXXXX.yaml";
        CLEANUP_PARSED struct parsed parsed = {};
        CLEANUP_FCLOSE FILE *file = NULL;
        int fd = mkstemps(path, strlen(".yaml"));

        (void)state;
        assert_true(fd >= 0);
        file = fdopen(fd, "w");
        assert_non_null(file);
        fputs("application: {name: t}\ncommand: [/bin/true]\nexit: 4\ntimeout: 9\n"
              "consider: [a, b]\n",
                file);
        fflush(file);
        parsed = PARSE("--timeout=2", "--consider=c", path);
        unlink(path);
        if (!parsed.workload)
                fail_msg("%s", parsed.error.message);
        assert_true(parsed.workload->timeout == 2);
        assert_int_equal(parsed.workload->exit_status, 4);
        assert_int_equal(strings_count(parsed.workload->consider), 1);
        assert_string_equal(parsed.workload->consider[0], "c");
}

static void test_refusals(void **state)
{
        static const char *const operands =
                "wanted is either one workload file, or a command after --";
        static const struct {
                const char *words[5];
                const char *message; /* how it starts */
        } rows[] = {
                {{NULL}, operands},
                {{"a.yaml", "b.yaml"}, operands},
                {{"a.yaml", "--", "true"}, operands},
                {{"--"}, "the command after -- is missing"},
                {{"--env=A", "--", "true"}, "--env: 'A' is not NAME=VALUE"},
                {{"--env==1", "--", "true"}, "--env: '=1' is not NAME=VALUE"},
                {{"--ready=tcp:x", "--", "true"}, "--ready: "},
                {{"--consider=", "--", "true"}, "--consider: what to consider is empty"},
                {{"-t/nowhere", "--", "true"}, "--test: /nowhere: No such file or directory"},
                {{"-C/nowhere", "--", "true"}, "--directory: /nowhere: No such file"},
                {{"/nowhere.yaml"}, "/nowhere.yaml"},
        };

        (void)state;
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                CLEANUP_PARSED struct parsed parsed = parse(rows[i].words);

                assert_null(parsed.workload);
                if (!string_has_prefix(parsed.error.message, rows[i].message))
                        fail_msg("'%s' instead of '%s'", parsed.error.message, rows[i].message);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_command),
                cmocka_unit_test(test_every_option),
                cmocka_unit_test(test_words),
                cmocka_unit_test(test_options_win_over_the_file),
                cmocka_unit_test(test_refusals),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
