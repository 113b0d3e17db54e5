/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/verb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "cli/help.h"
#include "cli/message.h"
#include "report/terminal.h"

#define FAILURE 2

const struct verb *const verbs[] = {
        &verb_analyze,
        &verb_trace,
        &verb_run,
        &verb_explain,
        &verb_completion,
        &verb_help,
        NULL,
};

int verb_find(const char *name, const struct verb **ret, struct error *error)
{
        struct nearest nearest = {.wanted = name};

        for (const struct verb *const *verb = verbs; *verb; verb++) {
                if (strcmp((*verb)->name, name) == 0) {
                        *ret = *verb;
                        return 0;
                }
                nearest_consider(&nearest, (*verb)->name);
        }
        if (nearest.word)
                return error_set(error, EINVAL, "there is no command '%s': did you mean '%s'?",
                        name, nearest.word);
        return error_set(error, EINVAL, "there is no command '%s': see loupe --help", name);
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
        if (fflush(stdout) == 0 && !ferror(stdout))
                return 0;
        return error_errno(error, errno, "standard output");
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
        if (r < 0)
                message_error(verb->name, error.message);
        return status < 0 || r < 0 ? verb->failure : status;
}

/* `loupe --WORD`: returns the exit status. */
static int option_main(const char *word)
{
        struct error error = {};

        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
                help_loupe(terminal_width(stdout), stdout);
        else if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
                puts("loupe " LOUPE_VERSION);
        else
                error_set(&error, EINVAL, "there is no option %s: see loupe --help", word);
        if (!error.message[0])
                flush_output(&error);
        if (!error.message[0])
                return 0;
        message_error(NULL, error.message);
        return FAILURE;
}

int cli_main(char **argv)
{
        const struct verb *verb;
        struct error error = {};

        if (!argv[0] || !argv[1]) {
                help_loupe(terminal_width(stderr), stderr);
                return FAILURE;
        }
        if (argv[1][0] == '-')
                return option_main(argv[1]);
        if (verb_find(argv[1], &verb, &error) < 0) {
                message_error(NULL, error.message);
                return FAILURE;
        }
        return verb_run_whole(verb, argv + 2);
}
