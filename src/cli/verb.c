/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/strings.h"
#include "cli/help.h"
#include "cli/message.h"
#include "report/terminal.h"

#define FAILURE 2

const struct verb *const verbs[] = {
        &verb_analyze,
        &verb_trace,
        &verb_run,
        &verb_explain,
        &verb_static,
        &verb_show,
        &verb_diff,
        &verb_check,
        &verb_metrics,
        &verb_plan,
        &verb_prove,
        &verb_export,
        &verb_plot_cumulative,
        &verb_plot_histogram,
        &verb_plot_heatmap,
        &verb_plot_timeline,
        &verb_plot_plan,
        &verb_plot_completeness,
        &verb_os_import,
        &verb_os_list,
        &verb_os_show,
        &verb_db_init,
        &verb_db_import,
        &verb_db_export,
        &verb_db_merge,
        &verb_db_verify,
        &verb_db_list,
        &verb_completion,
        &verb_help,
        NULL,
};

size_t verb_family_length(const struct verb *verb)
{
        return strcspn(verb->name, " ");
}

bool verb_in_family(const struct verb *verb, const char *family)
{
        size_t length = verb_family_length(verb);

        return verb->name[length] && strlen(family) == length &&
               strncmp(verb->name, family, length) == 0;
}

bool verb_is_family(const char *word)
{
        for (const struct verb *const *verb = verbs; *verb; verb++)
                if (verb_in_family(*verb, word))
                        return true;
        return false;
}

bool verb_begins_family(const struct verb *const *verb)
{
        size_t length = verb_family_length(*verb);

        return verb == verbs || verb_family_length(verb[-1]) != length ||
               strncmp(verb[-1]->name, (*verb)->name, length) != 0;
}

/* True where the words begin with the verb's name; `*ret_count` of them make it up. */
static bool begins_with_name(char *const *words, const struct verb *verb, size_t *ret_count)
{
        size_t length = verb_family_length(verb);

        if (!verb->name[length]) {
                *ret_count = 1;
                return strcmp(words[0], verb->name) == 0;
        }
        *ret_count = 2;
        return verb_in_family(verb, words[0]) && words[1] &&
               strcmp(words[1], verb->name + length + 1) == 0;
}

/* What to say of words that name a family and none of its verbs. */
static int unknown_in_family(char *const *words, struct error *error)
{
        struct nearest nearest = {.wanted = words[1] ? words[1] : ""};
        CLEANUP_STRINGS char **names = NULL;
        CLEANUP_FREE char *list = NULL;

        for (const struct verb *const *verb = verbs; *verb; verb++) {
                const char *name = (*verb)->name + verb_family_length(*verb) + 1;

                if (!verb_in_family(*verb, words[0]))
                        continue;
                nearest_consider(&nearest, name);
                if (strings_add(&names, name) < 0)
                        return error_errno(error, ENOMEM, "%s", words[0]);
        }
        list = strings_join(names, ", ");
        if (!list)
                return error_errno(error, ENOMEM, "%s", words[0]);
        if (!words[1] || words[1][0] == '-')
                return error_set(error, EINVAL, "'%s' is followed by one of: %s", words[0], list);
        if (nearest.word)
                return error_set(error, EINVAL,
                        "there is no command '%s %s': did you mean '%s %s'?", words[0], words[1],
                        words[0], nearest.word);
        return error_set(error, EINVAL,
                "there is no command '%s %s': '%s' is followed by one of: %s", words[0], words[1],
                words[0], list);
}

int verb_find(char *const *words, const struct verb **ret, size_t *ret_count, struct error *error)
{
        struct nearest nearest = {.wanted = words[0]};

        for (const struct verb *const *verb = verbs; *verb; verb++) {
                size_t count;

                if (begins_with_name(words, *verb, &count)) {
                        *ret = *verb;
                        *ret_count = count;
                        return 0;
                }
        }
        for (const struct verb *const *verb = verbs; *verb; verb++) {
                if (verb_in_family(*verb, words[0]))
                        return unknown_in_family(words, error);
                nearest_consider(&nearest, (*verb)->name);
        }
        if (nearest.word)
                return error_set(error, EINVAL, "there is no command '%s': did you mean '%s'?",
                        words[0], nearest.word);
        return error_set(error, EINVAL, "there is no command '%s': see loupe --help", words[0]);
}

/* Parses, then helps or calls the verb. Returns what struct verb's `main` does. */
static int verb_call(const struct verb *verb, char **argv, void *options, struct error *error)
{
        struct operands operands;
        bool help;
        int r;

        r = option_parse(verb->groups, argv, options, &operands, &help, error);
        if (r < 0)
                return r;
        if (help) {
                help_verb(verb, terminal_width(stdout), stdout);
                return 0;
        }
        return verb->main(options, &operands, error);
}

/* What a verb has printed counts only once it has arrived. */
static int flush_output(struct error *error)
{
        if (fflush(stdout) != 0)
                return error_errno(error, errno, "standard output");
        /* Of an earlier failure nobody knows the reason any more. */
        if (ferror(stdout))
                return error_set(error, EIO, "standard output: not all could be written");
        return 0;
}

static int verb_run_whole(const struct verb *verb, char **argv)
{
        /* Some verbs have no options. */
        CLEANUP_FREE void *options = calloc(1, verb->options_size + 1);
        struct error error = {};
        int status, r;

        if (!options) {
                message_error(verb->name, strerror(ENOMEM));
                return verb->failure;
        }
        if (verb->defaults)
                memcpy(options, verb->defaults, verb->options_size);
        status = verb_call(verb, argv, options, &error);
        option_clear(verb->groups, options);
        if (status < 0 && !error.message[0])
                error_errno(&error, -status, "failed");
        if (error.message[0])
                message_error(verb->name, error.message);
        r = flush_output(&error);
        /* One failure is told: this one may be the same. */
        if (r < 0 && status >= 0)
                message_error(verb->name, error.message);
        return status < 0 || r < 0 ? verb->failure : status;
}

static bool is_help(const char *word)
{
        return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* The exit status of what no verb is responsible for: its failure, if any, is told. */
static int finish(int result, const struct error *error)
{
        if (result == 0)
                return 0;
        message_error(NULL, error->message);
        return FAILURE;
}

/* `loupe --WORD`: returns the exit status. */
static int option_main(const char *word)
{
        struct error error = {};

        if (is_help(word))
                help_loupe(terminal_width(stdout), stdout);
        else if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
                puts("loupe " LOUPE_VERSION);
        else
                return finish(
                        error_set(&error, EINVAL, "there is no option %s: see loupe --help", word),
                        &error);
        return finish(flush_output(&error), &error);
}

int cli_main(char **argv)
{
        const struct verb *verb;
        struct error error = {};
        size_t words;
        int r;

        if (!argv[0] || !argv[1]) {
                help_loupe(terminal_width(stderr), stderr);
                return FAILURE;
        }
        if (argv[1][0] == '-')
                return option_main(argv[1]);
        if (verb_is_family(argv[1]) && argv[2] && is_help(argv[2])) {
                help_family(argv[1], terminal_width(stdout), stdout);
                return finish(flush_output(&error), &error);
        }
        r = verb_find(argv + 1, &verb, &words, &error);
        if (r < 0)
                return finish(r, &error);
        return verb_run_whole(verb, argv + 1 + words);
}
