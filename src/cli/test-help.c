/* SPDX-License-Identifier: BSD-3-Clause */

/* What is generated from the tables names everything that stands in them. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/strings.h"
#include "cli/completion.h"
#include "cli/help.h"

#define WIDTH 80

/* What `write` writes, owned by the caller. */
static char *capture(void (*write)(FILE *stream))
{
        char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        assert_non_null(stream);
        write(stream);
        fclose(stream);
        return text;
}

static char *capture_help(const struct verb *verb, unsigned width)
{
        char *text = NULL;
        size_t size;
        FILE *stream = open_memstream(&text, &size);

        assert_non_null(stream);
        if (verb)
                help_verb(verb, width, stream);
        else
                help_loupe(width, stream);
        fclose(stream);
        return text;
}

/* The part of `text` between the line `start` and the line `end`, owned by the caller. */
static char *part(const char *text, const char *start, const char *end)
{
        const char *from = strstr(text, start), *to;

        assert_non_null(from);
        from += strlen(start);
        to = strstr(from, end);
        return strndup(from, to ? (size_t)(to - from) : strlen(from));
}

static void assert_contains(const char *text, const char *wanted)
{
        if (!strstr(text, wanted))
                fail_msg("'%s' is missing in:\n%s", wanted, text);
}

static void assert_names_options(const struct verb *verb, const char *text, const char *format)
{
        for (const struct option_group *group = verb->groups; group->options; group++) {
                for (const struct option *option = group->options; option->name; option++) {
                        CLEANUP_FREE char *wanted = string_format("%s%s", format, option->name);

                        assert_contains(text, wanted);
                }
        }
}

static void test_tables_are_complete(void **state)
{
        (void)state;
        for (const struct verb *const *verb = verbs; *verb; verb++) {
                assert_non_null((*verb)->summary);
                assert_non_null((*verb)->description);
                assert_non_null((*verb)->usage[0]);
                assert_non_null((*verb)->main);
                assert_true((*verb)->failure > 0);
                for (const struct option_group *group = (*verb)->groups; group->options; group++) {
                        for (const struct option *option = group->options; option->name; option++) {
                                assert_non_null(option->help);
                                assert_int_equal(option->kind == OPTION_FLAG, !option->placeholder);
                                assert_int_equal(
                                        option->kind == OPTION_CHOICE, option->word != NULL);
                                assert_int_equal(
                                        option->kind == OPTION_PARSED, option->parse != NULL);
                                assert_true(group->offset + option->offset < (*verb)->options_size);
                        }
                }
        }
}

/* Two rows of one verb with the same name or letter: the second would never be found. */
static void test_options_are_unique(void **state)
{
        (void)state;
        for (const struct verb *const *verb = verbs; *verb; verb++) {
                CLEANUP_STRINGS char **names = NULL;
                char letters[256] = "h";

                for (const struct option_group *group = (*verb)->groups; group->options; group++) {
                        for (const struct option *option = group->options; option->name; option++) {
                                for (size_t i = 0; names && names[i]; i++)
                                        assert_string_not_equal(names[i], option->name);
                                assert_int_equal(strings_add(&names, option->name), 0);
                                if (!option->letter)
                                        continue;
                                assert_null(strchr(letters, option->letter));
                                letters[strlen(letters)] = option->letter;
                        }
                }
        }
}

static void test_help_names_everything(void **state)
{
        CLEANUP_FREE char *overview = capture_help(NULL, WIDTH);

        (void)state;
        for (const struct verb *const *verb = verbs; *verb; verb++) {
                CLEANUP_FREE char *help = capture_help(*verb, WIDTH);

                assert_contains(overview, (*verb)->name);
                assert_names_options(*verb, help, "--");
        }
}

static void test_help_fits(void **state)
{
        (void)state;
        for (const struct verb *const *verb = verbs; *verb; verb++) {
                CLEANUP_FREE char *help = capture_help(*verb, WIDTH);

                for (const char *line = help; *line; line += strcspn(line, "\n") + 1) {
                        size_t length = strcspn(line, "\n");

                        if (length > WIDTH || (length > 0 && line[length - 1] == ' '))
                                fail_msg("in the help of %s: '%.*s'", (*verb)->name, (int)length,
                                        line);
                }
        }
}

static void test_help_of_an_option(void **state)
{
        CLEANUP_FREE char *help = capture_help(&verb_analyze, 60);

        (void)state;
        assert_contains(help, "  -t, --test SCRIPT       the test script, which exits with\n"
                              "                          0 where the program works\n");
        assert_contains(help, "      --ready tcp:PORT|unix:PATH|file:PATH|log:REGEX\n"
                              "                          what tells that the server is\n");
        assert_contains(help, "  -q, --quiet             no progress\n");
}

static void test_manual_names_everything(void **state)
{
        CLEANUP_FREE char *manual = capture(help_roff);

        (void)state;
        for (const struct verb *const *verb = verbs; *verb; verb++) {
                CLEANUP_FREE char *heading = string_format(".SS %s\n", (*verb)->name);
                CLEANUP_FREE char *section = part(manual, heading, ".SS ");

                for (const struct option_group *group = (*verb)->groups; group->options; group++) {
                        for (const struct option *option = group->options; option->name; option++) {
                                CLEANUP_STRINGS char **words = strings_split(option->name, '-');
                                CLEANUP_FREE char *escaped = strings_join(words, "\\-");
                                CLEANUP_FREE char *wanted = string_format("\\-\\-%s\\fR", escaped);

                                assert_contains(section, wanted);
                        }
                }
        }
}

static void test_completions_name_everything(void **state)
{
        CLEANUP_FREE char *bash = capture(completion_bash);
        CLEANUP_FREE char *zsh = capture(completion_zsh);

        (void)state;
        for (const struct verb *const *verb = verbs; *verb; verb++) {
                CLEANUP_STRINGS char **words = strings_split((*verb)->name, ' ');
                CLEANUP_FREE char *name = strings_join(words, "-");
                CLEANUP_FREE char *heading = string_format("\n    %s)\n", name);
                CLEANUP_FREE char *bash_part = part(bash, heading, "        ;;\n");
                CLEANUP_FREE char *zsh_part = part(zsh, heading, "        ;;\n");

                assert_names_options(*verb, bash_part, "--");
                assert_names_options(*verb, zsh_part, "--");
        }
}

static int find(const char *first, const char *second, const struct verb **ret, size_t *ret_count,
        struct error *error)
{
        char words[2][32] = {};
        char *line[] = {words[0], second ? words[1] : NULL, NULL};

        strcpy(words[0], first);
        if (second)
                strcpy(words[1], second);
        return verb_find(line, ret, ret_count, error);
}

static void test_verbs_are_found(void **state)
{
        const struct verb *verb = NULL;
        struct error error = {};
        size_t count = 0;

        (void)state;
        assert_int_equal(find("trace", "x", &verb, &count, &error), 0);
        assert_ptr_equal(verb, &verb_trace);
        assert_int_equal(count, 1);
        assert_int_equal(find("analyse", NULL, &verb, &count, &error), -EINVAL);
        assert_string_equal(
                error.message, "there is no command 'analyse': did you mean 'analyze'?");
        assert_int_equal(find("xxxxxxxx", NULL, &verb, &count, &error), -EINVAL);
        assert_string_equal(error.message, "there is no command 'xxxxxxxx': see loupe --help");
        assert_ptr_equal(verb, &verb_trace);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_tables_are_complete),
                cmocka_unit_test(test_options_are_unique),
                cmocka_unit_test(test_help_names_everything),
                cmocka_unit_test(test_help_fits),
                cmocka_unit_test(test_help_of_an_option),
                cmocka_unit_test(test_manual_names_everything),
                cmocka_unit_test(test_completions_name_everything),
                cmocka_unit_test(test_verbs_are_found),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
