/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/*
 * A verb is one command of loupe: `loupe VERB …`. Each has a file of its own, cli/verb-NAME.c,
 * which exports its row; a new verb also gets a line in verb.c. Parsing, help, messages and exit
 * statuses are common to all.
 */

#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "cli/option.h"

struct verb {
        const char *name;
        const char *summary;      /* one line, no capital at its start, no full stop */
        const char *const *usage; /* what follows "loupe NAME", a string a form; ended by NULL */
        const char *description;  /* paragraphs, separated by empty lines */
        const struct option_group *groups; /* ended by a row without options */
        const void *defaults;              /* the options' struct at the start; NULL: all zero */
        size_t options_size;               /* of that struct; 0 where there are no options */
        int failure; /* exit status where the verb itself fails, wrong usage included */
        /*
         * `options` is the verb's struct. Returns the exit status, or -errno, which becomes
         * `failure`. A message that it leaves in `error` is printed in either case.
         */
        int (*main)(const void *options, const struct operands *operands, struct error *error);
};

extern const struct verb verb_analyze;
extern const struct verb verb_trace;
extern const struct verb verb_run;
extern const struct verb verb_explain;
extern const struct verb verb_completion;
extern const struct verb verb_help;

/* All of them in the order of the help, ended by NULL. */
extern const struct verb *const verbs[];

/* The verb of that name. Returns 0, or -EINVAL with a message that suggests the nearest. */
int verb_find(const char *name, const struct verb **ret, struct error *error);

/* The whole of loupe: returns the exit status. `argv` is as main() gets it; it is reordered. */
int cli_main(char **argv);
